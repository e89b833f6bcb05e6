"""Documents that attack the page of a reader: each is shown as what it is, bounded, and told of."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest

from gateway.model import record as r
from gateway.node.account import paper_of
from gateway.node.render import _within
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.rendering.account import Account
from gateway.rendering.html import html_page
from gateway.rendering.pdf import draw_pdf
from gateway.rendering.telling.account import describe_account
from tests.unit.rendering.accounts import account, record
from tests.unit.rendering.test_html import Reader, shape

MADE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
HOSTILE = "<script>alert(1)</script>#panic[*x*]\x00\x08\x1b[31m\u202egnp\u2066"


def pdf_text(told: Account) -> str:
    drawn = draw_pdf(describe_account(told), enclosed=[], made=MADE, digest="0" * 64)
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(drawn.octets)).pages)


def filled(value: str) -> r.Record:
    """A record in which every field that takes free text holds the value."""
    text = {"en": value}
    identifier = r.Identifier(scheme=value, value=value)
    specification = r.Specification(
        title=text,
        description=text,
        identifiers=(identifier,),
        levels=(r.Level(scheme=value, value=value, label=text),),
        outcomes=(r.Outcome(title=text),),
    )
    course = r.Achievement(
        specification=specification,
        credits_earned=(r.Credit(scheme=r.Code(value=value), value=value, level=value),),
        assessments=(r.Assessment(title=text, grade=text),),
    )
    organisation = r.Organisation(legal_name=text, country="XX", identifiers=(identifier,))
    award = r.Achievement(specification=specification, awarded_by=(organisation,), parts=(course,))
    name = r.Name(full=value, source="printed")
    return r.Record(
        learner=r.Learner(names=(name,), identifiers=(identifier,), birthplace=r.Place(name=text)),
        reports=(
            r.Report(
                issuer=organisation,
                title=text,
                description=text,
                achievements=(award,),
                grading_schemes=(r.GradingScheme(title=text, description=text),),
                attachments=(r.Attachment(title=text),),
            ),
        ),
    )


def test_markup_and_control_characters_in_every_field() -> None:
    """Neither page obeys any of it: the elements of HTML are those of a harmless record, PDF shows the characters."""
    hostile = account(languages=("en",), record=filled(HOSTILE))
    harmless = account(languages=("en",), record=filled("x"))
    assert shape(html_page(hostile)) == shape(html_page(harmless))
    assert "\x1b" not in Reader(html_page(hostile)).text
    said = pdf_text(hostile)
    assert "<script>alert(1)</script>#panic[*x*]" in said.replace("\n", "").replace("\u200b", "")
    assert not {"\x1b", "\x08", "\u202e"} & set(said)


def test_names_of_ten_thousand_characters() -> None:
    """The head of the page is bounded, an endless word is broken inside the page, and its length is told."""
    long = "W" * 10_000
    told = account(languages=("en",), record=record(name=long, course=long))
    assert "[10,000]" in Reader(html_page(told)).text
    drawn = draw_pdf(describe_account(told), enclosed=[], made=MADE, digest="0" * 64)
    pages = pypdf.PdfReader(io.BytesIO(drawn.octets)).pages
    assert len(pages) < 12
    width = float(pages[0].mediabox.width)

    def inside(_text: str, _cm: object, matrix: list[float], *_: object) -> None:
        assert 0 <= matrix[4] <= width

    for page in pages:
        page.extract_text(visitor_text=inside)


def test_mixed_directions_and_look_alike_letters_are_shown_and_warned_of() -> None:
    """A Cyrillic А in a Latin name, and a character that would turn what follows."""
    told = account(languages=("en",), record=record(name="\u0410da Nemo", course="9\u202e5,8"))
    for said in (Reader(html_page(told)).text, pdf_text(told).replace("\n", " ")):
        assert "\u0410da" in said.replace("\u2068", "").replace("\u2069", "")
        assert "U+0410 CYRILLIC CAPITAL LETTER A" in said
        assert "9[U+202E]5,8" in said
        assert "U+202E RIGHT-TO-LEFT OVERRIDE" in said


def test_names_of_one_alphabet_are_not_warned_of() -> None:
    for name in ("Ελένη Θαλασσινού", "Ada Nemo", "Зоя Нечаева", "王小明", "محمد"):
        assert "mixes letters" not in Reader(html_page(account(languages=("en",), record=record(name=name)))).text


def test_an_attachment_of_a_hundred_megabytes_is_not_enclosed_and_that_is_said() -> None:
    """The original that holds it is over the limit: the page names it with its digest, and the PDF stays small."""
    huge = bytes(100 * 1024 * 1024)
    told = account(languages=("en",))
    inside, over = _within({"original.xml": huge, "verdict.json": b"{}"}, told, DEFAULT_LIMITS)
    assert [paper.name for paper, _ in inside] == ["verdict.json"]
    assert over == (paper_of("original.xml", "application/xml", huge),)
    said = Reader(html_page(account(languages=("en",), left_out=over))).text
    assert "Not enclosed: it is larger than this node encloses" in said
    assert over[0].sha256 in said


def test_all_files_together_are_bounded_too() -> None:
    files = {f"translation-{n}.json": bytes(3 * 1024 * 1024) for n in range(5)}
    inside, over = _within(files, account(), DEFAULT_LIMITS)
    assert (len(inside), len(over)) == (2, 3)


@pytest.mark.parametrize("draw", [html_page, lambda told: pdf_text(told).encode()], ids=["html", "pdf"])
def test_a_record_of_ten_thousand_courses_is_bounded_and_the_rest_counted(draw) -> None:
    """2,000 rows, and with the last of them how many more there are."""
    courses = tuple(
        r.Achievement(specification=r.Specification(title={"en": f"Course {n:05d}"})) for n in range(10_000)
    )
    report = r.Report(issuer=r.Organisation(legal_name={"en": "Example University"}), achievements=courses)
    many = r.Record(learner=r.Learner(), reports=(report,))
    said = draw(account(languages=("en",), record=many, losses=())).decode()
    assert "Course 01999" in said
    assert "Course 02000" not in said
    assert "8,000 more" in said.replace("\n", " ")
