"""From a report to the description of its page."""

from __future__ import annotations

from gateway.model.record import (
    Achievement,
    Assessment,
    Code,
    Credit,
    Learner,
    Name,
    Organisation,
    Record,
    Report,
    Specification,
)
from gateway.rendering.record_page import describe


def study(title, *parts, grade=None, status="passed"):
    assessments = (Assessment(grade=grade),) if grade else ()
    credit = Credit(scheme=Code(scheme="credit", value="ects"), value="5")
    return Achievement(
        specification=Specification(title=title),
        parts=parts,
        assessments=assessments,
        status=status,
        credits_earned=(credit,),
    )


REPORT = Report(
    issuer=Organisation(legal_name={"en": "Example University", "de": "Beispieluniversität"}),
    issued="2024-06-30T10:00:00Z",
    achievements=(
        study(
            {"und": "Degree"},
            study({"de": "Kurs", "en": "Course"}, study({"fr": "Cours"}), grade={"und": "1.3"}),
            study({"en": "Lab"}, status="failed", grade={"en": "F"}),
        ),
    ),
)
RECORD = Record(learner=Learner(names=(Name(given="Ada", family="Example"),), born="1999-05-01"), reports=(REPORT,))


def test_each_text_is_in_the_language_else_without_one_else_the_first():
    page = describe(RECORD, REPORT, language="de", draft=False)
    assert page.issuers == ("Beispieluniversität",)
    assert page.title == "Degree"
    assert [course.title for course in page.courses] == ["Kurs", "Cours", "Lab"]


def test_parts_are_indented_and_a_failed_result_says_so():
    page = describe(RECORD, REPORT, language="en", draft=True, footer=("x",))
    assert [course.depth for course in page.courses] == [0, 1, 0]
    assert [course.grade for course in page.courses] == ["1.3", "", "F – failed"]
    assert page.courses[0].credits == "5 ECTS"
    assert (page.learner, page.learner_facts[0].value, page.draft) == ("Ada Example", "1999-05-01", True)
