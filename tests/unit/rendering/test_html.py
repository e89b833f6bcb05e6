"""The page for people: it needs nothing, hides nothing, and obeys nobody's markup."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from gateway.model.verdict import Caveat, Finding, InnerVerdict, Status, conclude
from gateway.rendering import words
from gateway.rendering.html import html_page
from gateway.rendering.markup import element, shown
from tests.unit.rendering.accounts import FINDINGS, FORGED, LOSSES, account, making, record

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>",
    "</title><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
    "<!-- -->",
    "]]><x>",
    "\u202egnp.exe",
    "a\x00b\x08c",
    "{{7*7}} ${7*7}",
]
VOID = {"meta", "wbr"}


class Reader(HTMLParser):
    """Reads a page as a strict reader would: every element that opens closes, in order."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page.decode())
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.words.append("" if tag == "wbr" else " ")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())


def shape(page: bytes) -> list[str]:
    """Its elements; not those by which a line may be broken, nor what warns of a text's letters."""
    return [tag for tag, a in Reader(page).tags if tag != "wbr" and a.get("class") != "caution"]


@pytest.mark.parametrize("value", HOSTILE)
def test_words_of_a_document_never_become_markup(value: str) -> None:
    """A page with hostile words has the very elements of one with harmless words, and shows them."""
    hostile = html_page(account(languages=("en",), record=record(name=value, course=value), losses=(_loss(value),)))
    harmless = html_page(account(languages=("en",), record=record(name="x", course="x"), losses=(_loss("x"),)))
    assert shape(hostile) == shape(harmless)
    assert " ".join(shown(value).split()) in Reader(hostile).text


@given(st.text(), st.text())
def test_whatever_a_document_says_the_page_is_well_formed(name: str, course: str) -> None:
    page = html_page(account(record=record(name=name or "x", course=course or "x"), losses=(_loss(course),)))
    assert "script" not in shape(page)


def _loss(value: str) -> Loss:
    return Loss(stage="write", kind="dropped", path=f"/{value}", source=f"/{value}", detail=value, **{"from": value})


def test_hostile_findings_are_words_too() -> None:
    """What an adapter writes into a finding may have come from a document."""
    finding = Finding(check="<b>", status=Status.WARNING, about="<i>", explanation="<u>x</u>")
    page = Reader(html_page(account(verdict=conclude([*FINDINGS, finding], format="<form>"))))
    assert not {"b", "i", "u", "form"} & {tag for tag, _ in page.tags}
    assert "<u>x</u>" in page.text


def test_the_page_reaches_for_nothing() -> None:
    """No script, link, frame, form or address: only the style sheet inside, allowed by its digest, and a drawn code."""
    page = html_page(account(making=making(sealed=True)))
    allowed = {"href": re.compile(r"#[a-z]+"), "lang": re.compile(r"[a-zA-Z-]+")}
    for tag, attributes in Reader(page).tags:
        assert tag not in {"script", "link", "img", "iframe", "form", "object", "embed", "base"}
        assert tag != "svg" or attributes["class"] == "sign"
        assert tag != "path" or re.fullmatch(r"[Mhvz0-9 -]+", str(attributes["d"]))
        assert not {name for name in attributes if name.startswith("on")} & set(attributes)
        assert not {"src", "style", "srcset", "action"} & set(attributes)
        for name, pattern in allowed.items():
            if attributes.get(name) is not None:
                assert pattern.fullmatch(str(attributes[name]))
    style = re.search(r"<style>(.*?)</style>", page.decode(), re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = next(a["content"] for t, a in Reader(page).tags if t == "meta" and "http-equiv" in a)
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_every_finding_that_did_not_pass_is_on_the_page() -> None:
    verdict = conclude([*FINDINGS, FORGED], format="ELMO 1.7")
    page = Reader(html_page(account(verdict=verdict))).text
    for finding in verdict.findings:
        assert finding.check in page
        assert words.check_in_words(finding.check) in page
        assert finding.explanation.lower() in page.lower()
    assert "FAILED" in page
    assert "Do not rely on it" in page


def test_documents_inside_are_on_the_page_with_their_own_answer() -> None:
    inner = InnerVerdict(path="/evidence/0", role="original", verdict=conclude([FORGED]))
    page = Reader(html_page(account(languages=("en",), verdict=conclude(FINDINGS, inner=[inner])))).text
    assert "Inside it: the enclosed original FAILED" in page
    assert "/evidence/0" in page


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.kind)
def test_every_loss_is_on_the_page_with_places_and_values(loss: Loss) -> None:
    page = Reader(html_page(account())).text
    place = loss.source or loss.path
    for shown_ in (words.KINDS[loss.kind], place, loss.target, loss.to_path, loss.from_, loss.to, loss.detail):
        assert not shown_ or shown_ in page


def test_what_was_left_out_is_shown_from_the_record_where_the_loss_names_its_path_alone() -> None:
    """A whole course was dropped: the page says which words went with it, not only where they stood."""
    path = next(path for path in leaves(record()) if path.endswith("/parts/W1"))
    lost = Loss(stage="write", kind="dropped", path=path, detail="no room")
    page = Reader(html_page(account(losses=(lost,)))).text
    assert "أمواج" in page
    assert "أمواج" not in Reader(html_page(account(losses=()))).text


def test_a_thousand_losses_of_one_kind_are_all_there_in_one_group() -> None:
    losses = tuple(
        Loss(stage="read", kind="dropped", source=f"/elmo/note[{n}]", detail="no place") for n in range(1000)
    )
    page = Reader(html_page(account(losses=losses)))
    assert all(f"/elmo/note[{n}]" in page.text for n in range(1000))
    assert [tag for tag, a in page.tags if str(a.get("class")).startswith("loss")] == ["details"]
    assert [tag for tag, _ in page.tags].count("tbody") == 1 + 1  # the courses, and one group of losses


def test_a_page_without_losses_says_so() -> None:
    assert "Nothing: every statement" in Reader(html_page(account(losses=()))).text


def test_a_draft_is_marked_in_title_banner_record_and_foot() -> None:
    page = html_page(account(making=making(sealed=False))).decode()
    assert "<title>DRAFT – " in page
    assert page.count("not sealed, it proves nothing") >= 4
    sealed = html_page(account(making=making(sealed=True))).decode()
    assert "DRAFT" not in sealed
    assert "translated for Europass, sealed by Example Ministry" in Reader(sealed.encode()).text


def test_texts_stand_in_the_languages_asked_for_each_with_its_tag() -> None:
    """English first, Greek below; a text that has neither stands in what it has."""
    page = html_page(account()).decode()
    assert '<bdi lang="en" dir="auto">Transcript</bdi>' in page
    assert '<bdi lang="el" dir="auto">Αναλυτική βαθμολογία</bdi>' in page
    assert page.index("Transcript</bdi>") < page.index("Αναλυτική βαθμολογία")
    assert "أمواج" not in page
    assert '<bdi lang="ar" dir="auto">أمواج</bdi>' in html_page(account(languages=("ar",))).decode()


def test_grades_credits_and_results_that_are_no_pass_are_as_printed() -> None:
    page = Reader(html_page(account(languages=("en",)))).text
    assert "8,5" in page
    assert "6.0 ECTS" in page
    assert "Storms failed" in page
    assert "At sea · 2023-07-01 · PT80H" in page
    assert "Learning outcomes Reads the sea" in page


def test_a_document_that_can_not_be_read_still_has_a_page() -> None:
    page = Reader(html_page(account(record=None, losses=(), unread="no adapter knows this document"))).text
    assert "No adapter knows this document" in page


def test_equal_accounts_give_equal_pages() -> None:
    assert html_page(account(making=making(sealed=True))) == html_page(account(making=making(sealed=True)))


def test_landmarks_and_headings_are_in_order() -> None:
    """One h1, one main, named sections; a heading is never more than one level below the one before."""
    tags = Reader(html_page(account(making=making(sealed=True)))).tags
    names = [tag for tag, _ in tags]
    assert [names.count(one) for one in ("h1", "main", "header", "nav", "footer")] == [1, 1, 1, 1, 1]
    levels = [int(tag[1]) for tag in names if re.fullmatch(r"h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = {a["id"] for _, a in tags if "id" in a}
    assert {str(a["href"])[1:] for t, a in tags if t == "a"} <= ids
    assert {a["aria-labelledby"] for _, a in tags if "aria-labelledby" in a} <= ids


def test_an_element_refuses_to_trust_a_plain_string() -> None:
    assert element("p", "<b>", title='"') == '<p title="&quot;">&lt;b&gt;</p>'


def test_a_page_of_what_an_online_check_vouches_for_never_says_that_it_is_sealed() -> None:
    """The register's answer is signed, the report isn't: head and foot say the same of it."""
    answer = Finding(check="online.answer", status=Status.PASSED)
    vouched = Finding(check="proof.present", status=Status.PASSED, caveat=Caveat.CHECKED_ONLINE)
    signed = [finding for finding in FINDINGS if finding.check != "trust.issuer"]
    page = Reader(html_page(account(languages=("en",), verdict=conclude([*signed, answer, vouched])))).text
    assert "Authentic: unsealed, and the online check says the same" in page
    assert page.count("sealed by somebody") == 0
    assert "Answer attested by" in page
    assert "It is unchanged since it was sealed" not in page


def test_a_finding_of_many_places_shows_some_of_them_and_counts_the_rest() -> None:
    same = [Finding(check="conformity.x", status=Status.WARNING, about=f"/a[{n}]", explanation="x") for n in range(50)]
    page = Reader(html_page(account(languages=("de",), verdict=conclude([*FINDINGS, *same])))).text
    assert "/a[7]" in page
    assert "/a[8]" not in page
    assert "… und 42 weitere" in page
