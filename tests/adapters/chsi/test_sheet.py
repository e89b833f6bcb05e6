"""Reports as PDF: read by label, in whatever order and way two readers put their lines together."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.chsi import ADAPTER
from adapters.chsi.sheet import Sheet
from gateway.errors import Refused
from gateway.kit import Content, Document, Head, PdfText, Reading
from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.node import startup
from gateway.readers.pdf_text import read_text
from gateway.trust.anchors import Anchor
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer
from tests import pki
from tests.adapters.chsi.documents import CODE, HEQC, page
from tests.adapters.chsi.sheets import SAMPLE, rows, sheet
from tests.adapters.chsi.test_page import labelled as labelled_page
from tests.pdf_makers import sealed
from tests.reference import needs_reference, reference

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASK = "https://www.chsi.com.cn/xlcx/bg.do"


def judged(octets: bytes, answer: bytes | None = None, **terms: object) -> VerifiedDocument:
    """Judged with an answer that this gateway fetched itself, or none."""
    evidence = {} if answer is None else {ASK: Answer(url=ASK, fetched_at=NOW, octets=answer, fetched_here=True)}
    made = replace(startup.terms(at=NOW), evidence=evidence, **terms)
    return verify(octets, adapters=[ADAPTER], terms=made)


def of_lines(*lines: str) -> Sheet:
    return Sheet(PdfText((lines, lines)))


def labelled(*lines: str) -> dict[str, str | None]:
    return {key: shown.text for key, shown in of_lines(*lines).shown.items()}


def reading(octets: bytes) -> Reading:
    document = Document.with_text(octets, read_text(octets))
    return ADAPTER.read(Content(document=document, format=""), {})


@pytest.mark.parametrize("stacked", [False, True])
def test_a_sheet_says_what_the_page_says(stacked: bool) -> None:
    found = Sheet(read_text(sheet(stacked=stacked)))
    assert {key: shown.text for key, shown in found.shown.items()} == labelled_page(page())
    assert (found.type, found.title) == ("heqc", HEQC["title"])


def test_the_order_of_the_labels_says_nothing() -> None:
    several = rows()
    random.Random(7).shuffle(several)
    assert Sheet(read_text(sheet(several))).shown == Sheet(read_text(sheet())).shown


FORMS = {
    "a row": ("姓名 单明", "层次 本科"),
    "two pairs in a row": ("姓名 单明 层次 本科",),
    "a value under its label": ("姓名", "单明", "层次", "本科"),
    "a colon": ("姓名：单明", "层次: 本科"),
    "blanks in the label": ("姓 名 单明", "层 次 本科"),
    "traditional": ("姓名 单明", "層次 本科"),
    "English": ("Full Name 单明", "Level of Education 本科"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_value_follows_its_label_in_whatever_form(form: str) -> None:
    found = labelled(*FORMS[form])
    assert (found["name"], found["level"]) == ("单明", "本科")


def test_an_empty_value_is_not_the_next_label() -> None:
    assert labelled("照片", "姓名", "单明") == {"photo": "", "name": "单明"}


def test_of_two_languages_the_chinese_is_the_field_and_the_english_is_held_against_it() -> None:
    lines = ("姓名 吕思远", "Name LYU Siyuan", "层次 本科", "Level Undergraduate", "专业 海洋学", "Major Ocean science")
    found = of_lines(*lines)
    assert {key: shown.text for key, shown in found.shown.items()} == {
        "name": "吕思远", "nameEn": "LYU Siyuan", "level": "本科", "major": "海洋学",
    }  # fmt: skip
    assert set(found.wordings) == {"level", "major"}
    assert {text for text, _ in found.unread()} == {"Level Undergraduate", "Major Ocean science"}


def warned(*extra: str) -> set[tuple[str, str]]:
    octets = sheet(extra=extra)
    findings = ADAPTER.conform(Content(document=Document.with_text(octets, read_text(octets)), format=""))
    return {(f.check, f.about) for f in findings if f.status is Status.WARNING}


def test_an_english_wording_that_says_otherwise_is_told() -> None:
    assert warned("Level Undergraduate", "Date of Birth October 3, 2001", "Major Ocean science") == set()
    assert warned("Level Doctoral", "Date of Birth October 4, 2001") == {
        ("conformity.wording", "Level"), ("conformity.wording", "Date of Birth"),
    }  # fmt: skip


def test_a_translators_words_alone_are_held_against_nothing() -> None:
    """What a report in English calls a school isn't what the register calls it: that is no alteration."""
    lines = [("Name", "LYU Siyuan"), ("Institution", "Fictional Institute"), ("Major", "Ocean science"),
             ("Certificate No.", HEQC["certificateNo"]), ("Level", "Undergraduate")]  # fmt: skip
    found = judged(sheet(lines), page())
    assert found.verdict.verdict is Indication.PASSED
    assert {"Name", "Institution"} <= {loss.source for loss in found.uncovered}


def test_every_value_of_a_sheet_that_changes_changes_the_record_or_is_told() -> None:
    """The law of reading, for PDF: the laws inherited walk over XML and JSON."""
    before, several = reading(sheet()), rows()
    for at, (label, value) in enumerate(several):
        for other in ("变了", value[:-1] + ("1" if value[-1] != "1" else "2")):
            changed = [*several[:at], (label, other), *several[at + 1 :]]
            try:
                after = reading(sheet(changed))
            except Refused:
                continue
            told = {loss.source for loss in after.losses}
            assert (after.record, after.document) != (before.record, before.document) or label in told, label


def test_what_no_label_names_is_a_loss() -> None:
    assert ("dropped", "免费查询") in {(loss.kind, loss.from_) for loss in reading(sheet(extra=("免费查询",))).losses}


def test_the_code_stands_nowhere_in_what_is_told() -> None:
    link = f"www.chsi.com.cn/xlcx/bg.do?vcode={CODE}"
    found = judged(sheet(extra=(link,)))
    told = found.read()
    for text in (told.record, told.losses, told.document, found.verdict):
        assert CODE not in str(text)


# --- what vouches for it ----------------------------------------------------------------------------------------------


def test_without_an_answer_it_is_well_formed_and_not_verified() -> None:
    found = judged(sheet())
    assert (found.verdict.verdict, found.verdict.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.NO_PROOF_FOUND,
    )
    [question] = found.questions
    assert question.form == {"vcode": CODE, "srcid": "bgcx"}


def test_an_answer_with_equal_fields_passes_and_is_what_is_read() -> None:
    found = judged(sheet(), page())
    assert found.verdict.verdict is Indication.PASSED
    assert Caveat.CHECKED_ONLINE in found.verdict.caveats
    assert found.content is not None
    assert found.content.document.octets == page()


@pytest.mark.parametrize("field", ["name", "birthDate", "institution", "graduationDate", "level", "certificateNo"])
def test_one_field_that_differs_fails(field: str) -> None:
    found = judged(sheet(rows(**{field: "2000-01-01" if "Date" in field else "别的"})), page())
    assert (found.verdict.verdict, found.verdict.sub_indication) == (Indication.FAILED, SubIndication.ANSWER_DIFFERS)


def test_the_answer_to_another_code_fails() -> None:
    assert judged(sheet(), page(code="BZ00TEST00FAKE99")).verdict.verdict is Indication.FAILED


def test_a_value_in_two_lines_is_no_other_value() -> None:
    """Nothing but the layout tells whether a line goes on with the value above: either way of reading may be equal."""
    long = "虚构理工大学及其远方的海洋学院"
    several = [(label, value if label != "学校名称" else long[:8]) for label, value in rows()]
    at = several.index(("学校名称", long[:8]))
    cut = [*several[: at + 1], ("", long[8:]), *several[at + 1 :]]
    assert judged(sheet(cut), page(institution=long)).verdict.verdict is Indication.PASSED
    assert judged(sheet(cut), page(institution=long[:8])).verdict.verdict is Indication.PASSED
    assert judged(sheet(cut), page(institution="另一所大学")).verdict.verdict is Indication.FAILED


def test_a_signature_under_trust_vouches_for_the_whole_file() -> None:
    certificate = pki.seal().certificate
    anchor = Anchor(key=certificate.public_key(), certificate=certificate)
    found = verify(sealed(sheet()), adapters=[ADAPTER], terms=replace(startup.terms(at=pki.NOW), anchors=(anchor,)))
    assert found.verdict.verdict is Indication.PASSED
    assert found.content is not None
    assert found.content.vouched == "proof"
    assert found.read().record.learner.names[0].full == "吕思远"


def unsupported() -> bytes:
    """A file with a seal of a kind of its own, such as national ones are."""
    return sealed(sheet()).replace(b"/ETSI.CAdES.detached", b"/GBT.SM2.seal.detach")


def test_a_seal_that_is_not_judged_here_is_never_called_unsigned_and_leaves_the_check_its_word() -> None:
    alone = judged(unsupported())
    assert (alone.verdict.verdict, alone.verdict.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.UNSUPPORTED_PROOF,
    )
    assert "proof.present" not in {f.check for f in alone.verdict.findings}
    assert len(alone.questions) == 1
    checked = judged(unsupported(), page())
    assert checked.verdict.verdict is Indication.PASSED
    assert {Caveat.PROOF_NOT_JUDGED, Caveat.CHECKED_ONLINE} <= set(checked.verdict.caveats)
    assert checked.content is not None
    assert checked.content.document.octets == page()
    assert judged(unsupported(), page(level="专科")).verdict.verdict is Indication.FAILED
    expired = "<h2>在线验证报告已过期，无法在线验证。</h2>"
    assert judged(unsupported(), page(extra=expired)).verdict.sub_indication is SubIndication.UNSUPPORTED_PROOF


def test_a_sheet_that_calls_itself_a_sample_says_so_in_the_verdict() -> None:
    assert Caveat.SIMULATED in judged(sheet(extra=(SAMPLE,)), page()).verdict.caveats
    assert Caveat.SIMULATED not in judged(sheet(), page()).verdict.caveats


def test_other_pdf_is_not_claimed() -> None:
    for text in ("Diploma\nName Somebody", "", "姓名 某"):
        assert ADAPTER.recognise(Head(media="pdf", start=b"%PDF-", text=text)) is None


# --- the texts of the reference ---------------------------------------------------------------------------------------


@needs_reference
def test_texts_of_one_report_by_two_readers_are_one_report_or_refused() -> None:
    good = tuple(reference("chsi/samples/text/heqc_pypdf.txt").read_text("utf-8").split("\n"))
    split = tuple(reference("chsi/samples/text/heqc_pdfminer_columns_split.txt").read_text("utf-8").split("\n"))
    lines, columns = (tuple(line for line in one if line.strip()) for one in (good, split))
    assert of_lines(*lines).shown["name"].text == "测试生"
    with pytest.raises(Refused) as refused:
        Sheet(PdfText((lines, columns)))
    assert refused.value.code == "chsi.readers_differ"
