"""PDF: the files stand inside, values are data, equal input gives equal octets, and nothing is lost without a word."""

from __future__ import annotations

import datetime as dt
import io

import pypdf
import pytest

from gateway.model import record as r
from gateway.rendering.account import Account
from gateway.rendering.pdf import DrawnPdf, Enclosed, draw_pdf
from gateway.rendering.telling.account import describe_account
from tests.unit.rendering.accounts import FORGED, account, making, record

MADE = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
ORIGINAL = Enclosed(
    name="original.xml",
    media_type="application/xml",
    relationship="source",
    description="The original",
    octets=b"<elmo>\xff not even text</elmo>",
)


def drawn(told: Account, *enclosed: Enclosed) -> DrawnPdf:
    return draw_pdf(describe_account(told), enclosed=enclosed, made=MADE, digest=told.original.sha256)


def reader(pdf: DrawnPdf) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf.octets), strict=True)


def words(pdf: DrawnPdf) -> str:
    whole = " ".join(page.extract_text() for page in reader(pdf).pages)
    return " ".join(whole.replace("\u200b", "").split())


def test_the_files_stand_inside_octet_for_octet_with_what_they_are() -> None:
    found = reader(drawn(account(), ORIGINAL))
    assert dict(found.attachments) == {"original.xml": [ORIGINAL.octets]}
    (associated,) = found.root_object["/AF"]
    assert associated.get_object()["/AFRelationship"] == "/Source"
    assert associated.get_object()["/EF"]["/F"].get_object()["/Subtype"] == "/application/xml"


def test_equal_input_gives_equal_octets() -> None:
    told = account(making=making(sealed=False))
    assert drawn(told, ORIGINAL).octets == drawn(told, ORIGINAL).octets


def test_it_is_tagged_and_has_title_language_and_bookmarks() -> None:
    found = reader(drawn(account(languages=("de", "el"))))
    root = found.root_object
    assert bool(root["/MarkInfo"]["/Marked"].value)
    assert root["/Lang"] == "de"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value
    assert found.metadata is not None
    assert "Ελένη Θαλασσινού" in str(found.metadata.title)
    assert found.metadata.author is None
    assert len(found.outline) > 0
    xmp = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp


@pytest.mark.parametrize(
    "value", ["#panic()", "*bold* _it_ $x$", "= heading", '"; #sys', "<label> @ref", "\\u{41} // x", '#read("/x")']
)
def test_words_of_a_document_are_never_read_as_the_markup_of_the_template(value: str) -> None:
    pdf = drawn(account(record=record(name=value, course=value)))
    assert words(pdf).count(value) >= 2


def test_a_character_that_no_font_has_is_reported_and_told_on_the_page() -> None:
    pdf = drawn(account(record=record(course="\U00012000 Κύματα")))
    assert pdf.missing == ("\U00012000",)
    assert "U+12000 CUNEIFORM SIGN A" in words(pdf)


def test_every_page_says_what_it_is_and_which_document_it_is_of() -> None:
    pdf = drawn(account(making=making(sealed=False)))
    pages = reader(pdf).pages
    assert len(pages) > 1
    for page in pages:
        said = page.extract_text()
        assert "DRAFT" in said
        assert account().original.sha256 in said.replace("\n", "")


def test_a_failed_document_says_so_on_every_page() -> None:
    from gateway.model.verdict import conclude

    for page in reader(drawn(account(verdict=conclude([FORGED], format="ELMO 1.7")))).pages:
        assert "NOT GENUINE" in page.extract_text()


def transcript(count: int) -> r.Record:
    courses = tuple(
        r.Achievement(
            specification=r.Specification(
                title={"en": f"Course number {n}"}, identifiers=(r.Identifier(value=f"C-{n}"),)
            ),
            credits_earned=(r.Credit(scheme=r.Code(value="ects"), value="5"),),
        )
        for n in range(count)
    )
    return r.Record(
        learner=r.Learner(names=(r.Name(full="Ada Nemo"),)),
        reports=(r.Report(issuer=r.Organisation(legal_name={"en": "Example University"}), achievements=courses),),
    )


def test_two_hundred_courses_run_over_pages_with_their_heads_repeated() -> None:
    pdf = drawn(account(record=transcript(200), losses=()))
    pages = [page.extract_text() for page in reader(pdf).pages]
    with_courses = [said for said in pages if "Course number" in said]
    assert len(with_courses) > 3
    assert all("Credits" in said and "Code" in said for said in with_courses)
    whole = " ".join(" ".join(pages).split())
    assert all(f"Course number {n} " in whole for n in range(200))


def test_long_words_in_other_columns_leave_room_for_the_course() -> None:
    course = r.Achievement(
        specification=r.Specification(
            title={"en": "Introduction to harbour cranes"},
            identifiers=(r.Identifier(value="2024-0042-00042-EXAMPLE"),),
            levels=(r.Level(scheme="isced", value="6", claimed_by="gateway"),),
        ),
        credits_earned=(
            r.Credit(
                scheme=r.Code(value="credits of the bank of all islands and harbours: electives and free choice"),
                value="140",
            ),
        ),
    )
    report = transcript(0).reports[0].changed({"achievements": (course, course)})
    pdf = drawn(account(record=transcript(0).changed({"reports": (report,)}), losses=()))
    assert "Introduction to harbour" in "\n".join(page.extract_text() for page in reader(pdf).pages)  # on one line


@pytest.mark.parametrize("count", [0, 1])
def test_none_and_one_course_make_a_page_too(count: int) -> None:
    assert "Ada Nemo" in words(drawn(account(record=transcript(count), losses=())))


def test_empty_names_titles_and_issuers_have_words_in_their_place() -> None:
    bare = r.Record(learner=r.Learner(), reports=(r.Report(issuer=r.Organisation(), achievements=(r.Achievement(),)),))
    said = words(drawn(account(record=bare, losses=())))
    assert "Learner not named" in said
    assert "an organisation without a name" in said
