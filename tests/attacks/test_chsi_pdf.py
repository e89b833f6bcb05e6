"""Attacks on Chinese reports as PDF: each with its name, and a code or verdict of its own.

None passes by itself, and none by the register's answer, although that answer would fit what its text says.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest

from adapters.chsi import ADAPTER
from adapters.chsi.addresses import ASK
from gateway.drivers.pdf_process import PdfProcess
from gateway.drivers.processes import ProcessLimits
from gateway.errors import Refused
from gateway.model.verdict import Indication, Status
from gateway.node import startup
from gateway.readers.limits import MIB
from gateway.trust.anchors import Anchor
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer
from tests import pki
from tests.adapters.chsi.documents import page
from tests.adapters.chsi.sheets import PAGE, drawn, sheet
from tests.pdf_makers import pdf, sealed

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judged(octets: bytes, answer: bytes | None = None, *, at: datetime = NOW, **terms: object) -> VerifiedDocument:
    fetched = None if answer is None else Answer(url=ASK, fetched_at=at, octets=answer, fetched_here=True)
    evidence = {} if fetched is None else {ASK: fetched}
    return verify(octets, adapters=[ADAPTER], terms=replace(startup.terms(at=at), evidence=evidence, **terms))


def refusal(octets: bytes) -> str:
    """The code with which it isn't read; it is no pass, whatever the register answers."""
    for answer in (None, page()):
        found = judged(octets, answer)
        assert found.verdict.verdict is not Indication.PASSED
        with pytest.raises(Refused) as refused:
            found.read()
    assert refused.value.code in {f.about for f in found.verdict.findings}
    return refused.value.code


def test_control_the_same_report_untouched_passes_by_the_answer() -> None:
    assert judged(sheet(), page()).verdict.verdict is Indication.PASSED


# --- what acts, and what is no text -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "catalog"),
    [
        ("pdf.active", b"/OpenAction << /S /JavaScript /JS (app.alert) >>"),
        ("pdf.active", b"/Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (x) >>] >> >>"),
        ("pdf.active", b"/OpenAction << /S /Launch /F (x) >>"),
        ("pdf.active", b"/AA << /WC << /S /SubmitForm /F (x) >> >>"),
    ],
)
def test_pdf_with_scripts(code: str, catalog: bytes) -> None:
    assert refusal(sheet(catalog=catalog)) == code


def test_pdf_of_pictures_alone() -> None:
    assert refusal(pdf()) == "pdf.image_only"


def test_scan_of_a_program_that_numbers_the_free_objects_wrongly() -> None:
    scan = pdf().replace(b"0000000000 65535 f", b"0000000000 65536 f")
    assert refusal(scan) == "pdf.image_only"


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"0000000000 65535 f", b"0000000000 65537 f"),
        (b"0000000000 65535 f", b"0000000000 65536 n"),
        (b"00000 n", b"65536 n"),
    ],
)
def test_other_generations_that_cannot_be_stay_broken(was: bytes, becomes: bytes) -> None:
    found = judged(pdf().replace(was, becomes, 1))
    assert found.verdict.verdict is Indication.FAILED
    assert {"pdf.broken"} <= {f.about for f in found.verdict.findings}


def test_scan_with_hidden_text_under_its_picture() -> None:
    for mode in (3, 7):
        assert refusal(sheet(mode=mode)) == "pdf.hidden_text"


def hidden() -> dict[str, bytes]:
    """The true text where nobody sees it, so that a picture could show another report."""
    off = b"/OCProperties << /OCGs [8 0 R] /D << /OFF [8 0 R] >> >>"
    layer, clear = b"/Properties << /L 8 0 R >> /Font <<", b"/ExtGState << /G << /ca 0 >> >> /Font <<"
    return {
        "white on white": sheet(around=(b"1 1 1 rg", b"")),
        "under a white box": sheet(around=(b"", b"1 1 1 rg 0 0 595 842 re f")),
        "one value under a box": sheet(around=(b"", b"1 1 1 rg 240 760 300 16 re f")),
        "clipped away": sheet(around=(b"0 0 1 1 re W n", b"")),
        "beside the page": sheet(around=(b"1 0 0 1 5000 0 cm", b"")),
        "beside what is shown of the page": sheet(page=PAGE.replace(b"/Contents", b"/CropBox [0 0 9 9] /Contents")),
        "too small to see": sheet(around=(b"0.01 0 0 0.01 0 0 cm", b"")),
        "transparent": sheet(around=(b"/G gs", b""), page=PAGE.replace(b"/Font <<", clear)),
        "of empty shapes": sheet().replace(b"0 0 750 750 re f", b"0 0 750 750 re n"),
        "in a layer that is off": sheet(
            around=(b"/OC /L BDC", b"EMC"),
            page=PAGE.replace(b"/Font <<", layer),
            more=(b"<< /Type /OCG /Name (L) >>",),
            catalog=off,
        ),
    }


@pytest.mark.parametrize("way", hidden())
def test_text_that_nobody_sees(way: str) -> None:
    assert refusal(hidden()[way]) == "pdf.hidden_text"


def test_font_that_does_not_say_which_characters_its_shapes_are() -> None:
    assert refusal(sheet(told=False)) == "pdf.no_characters"


def test_text_that_two_readers_see_as_two_texts() -> None:
    """One reader believes what the file calls the actual text, the other its shapes: 本科 is shown, 专科 is claimed."""
    assert refusal(sheet(actual={"本科": "专科"})) == "pdf.readers_differ"


@pytest.mark.parametrize("kind", ["FreeText", "Stamp", "Ink", "Square", "Widget"])
def test_report_drawn_over_by_an_annotation(kind: str) -> None:
    over = b"<< /Type /Annot /Subtype /%s /Rect [200 500 300 520] /Contents (x) >>" % kind.encode()
    assert refusal(sheet(page=PAGE.replace(b"/Contents 4 0 R", b"/Contents 4 0 R /Annots [" + over + b"]"))) == (
        "pdf.drawn_over"
    )


def test_a_link_draws_over_nothing() -> None:
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (https://www.chsi.com.cn) >> >>"
    octets = sheet(page=PAGE.replace(b"/Contents 4 0 R", b"/Contents 4 0 R /Annots [" + link + b"]"))
    assert judged(octets, page()).verdict.verdict is Indication.PASSED


# --- bombs ------------------------------------------------------------------------------------------------------------


def bombs() -> dict[str, bytes]:
    many = zlib.compress(b"BT /F1 1 Tf (x) Tj ET " * 4_000_000, 9)
    stream = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(many), many)
    form = b"/XObject << /X 4 0 R >>"
    calls = b"/X Do " * 100_000
    return {
        "a stream that inflates to 88 MB": pdf(content=stream),
        "a page that draws itself": pdf(
            page=PAGE.replace(b"/Font << /F1 5 0 R >>", form),
            content=b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << %s >> /Length %d >>\nstream\n%s\n"
            b"endstream" % (form, len(calls), calls),
        ),
    }


@pytest.mark.parametrize("name", bombs())
def test_bomb_pdf(name: str) -> None:
    """It ends in its process, with a code, and the next report is read."""
    process = PdfProcess(ProcessLimits(wall_seconds=120, cpu_seconds=5, memory_bytes=256 * MIB))
    try:
        found = judged(bombs()[name], page(), pdf=process, pdf_text=process.text)
        assert found.verdict.verdict is not Indication.PASSED
        with pytest.raises(Refused) as refused:
            found.read()
        assert refused.value.code == "limit.work"
        assert judged(sheet(), page(), pdf=process, pdf_text=process.text).verdict.verdict is Indication.PASSED
    finally:
        process.close()


def test_pdf_without_end() -> None:
    assert refusal(drawn([("字" * 100, "字" * 100)] * 600)) == "pdf.too_long"


# --- signed, and changed since ----------------------------------------------------------------------------------------


def changed() -> dict[str, bytes]:
    """A genuine sealed report, changed: the register's answer would fit all of them."""
    good = sealed(sheet())
    at = good.index(b"1000 0 0 0 750 750 d1")
    writer = pypdf.PdfWriter(clone_from=pypdf.PdfReader(BytesIO(good)))
    saved = BytesIO()
    writer.write(saved)
    updated = BytesIO()
    increment = pypdf.PdfWriter(BytesIO(good), incremental=True)
    increment.pages[0][pypdf.generic.NameObject("/Rotate")] = pypdf.generic.NumberObject(90)
    increment.write(updated)
    return {
        "tampered": good[:at] + b"1001" + good[at + 4 :],
        "overlaid": updated.getvalue(),
        "re-saved": saved.getvalue(),
        "cut off": good[:-7],
        "with something behind its end": good + b"%more\n",
    }


@pytest.mark.parametrize("name", changed())
def test_tampered_overlaid_and_re_saved_never_pass(name: str) -> None:
    certificate = pki.seal().certificate
    anchors = (Anchor(key=certificate.public_key(), certificate=certificate),)
    assert judged(sealed(sheet()), at=pki.NOW, anchors=anchors).verdict.verdict is Indication.PASSED
    octets = changed()[name]
    for answer in (None, page()):
        assert judged(octets, answer, at=pki.NOW, anchors=anchors).verdict.verdict is not Indication.PASSED


def test_one_label_with_two_values() -> None:
    found = judged(sheet(extra=("层次 博士研究生",)), page())
    assert found.verdict.verdict is not Indication.PASSED
    with pytest.raises(Refused) as refused:
        found.read()
    assert refused.value.code == "chsi.label_twice"


def test_two_titles() -> None:
    found = judged(sheet(extra=("教育部学籍在线验证报告",)), page())
    assert found.verdict.verdict is not Indication.PASSED
    with pytest.raises(Refused) as refused:
        found.read()
    assert refused.value.code == "chsi.title_twice"


# --- what stands beside the fields: the Chinese half is genuine ----------------------------------------------------------


@pytest.mark.parametrize("line", ["Level Doctoral", "Date of birth 1999-01-01"])
def test_english_half_altered(line: str) -> None:
    """A reader abroad reads the English half: what it means must be what the register answers."""
    found = judged(sheet(extra=(line,)), page())
    assert found.verdict.sub_indication == "ANSWER_DIFFERS"


def test_control_the_english_half_as_it_is_passes() -> None:
    halves = ("Level Undergraduate", "Date of birth 2001-10-03")
    assert judged(sheet(extra=halves), page()).verdict.verdict is Indication.PASSED


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("最高学历 博士研究生毕业", "texts without a label"),
        ("Doctor of Medicine with honours", "texts without a label"),
        ("Major Medicine", "Major"),
        ("Degree Doctor of Medicine", "Degree"),
    ],
)
def test_words_added_to_a_genuine_report(line: str, place: str) -> None:
    """The register vouches for none of them: each is told, as lost, and none is repeated."""
    found = judged(sheet(extra=(line,)), page())
    assert [(f.status, f.about) for f in found.verdict.findings if f.check == "online.field"] == [
        (Status.NOT_CHECKED, place)
    ]
    assert ("dropped", place) in [(loss.kind, loss.source) for loss in found.read().losses]
    assert "Medicine" not in found.verdict.model_dump_json() + found.read().record.model_dump_json()


def test_sample_page_that_a_peer_vouches_for_stays_a_sample() -> None:
    sample = page().replace(b"</body>", "<p>样例，非学信网出具</p></body>".encode())
    found = judged(sample, channel=frozenset({"chsi"}))
    assert found.verdict.verdict is Indication.PASSED
    assert "simulated" in found.verdict.caveats
