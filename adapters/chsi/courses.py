"""The courses of a transcript: achievements where passing or failing is stated, assessments where it isn't."""

from __future__ import annotations

from adapters.chsi.bilingual import text
from adapters.chsi.fields import Fields, JsonFields, take
from adapters.chsi.scales import GRADE_SCALE, SCALES
from gateway.model.record import Achievement, Assessment, Code, Credit, GradingScheme, Period, Specification
from gateway.model.texts import Text
from gateway.vocabulary.kinds import OPPORTUNITY

CREDITS = Code(value="学分", label={"zh": "学分", "en": "credits of the school"})
"""There is no national unit of credits, and they are no ECTS."""


def read_courses(fields: Fields) -> tuple[tuple[GradingScheme, ...], tuple[Achievement, ...], tuple[Assessment, ...]]:
    """The scales, the courses that are stated as passed or failed, and the results of all others."""
    scales: dict[str, GradingScheme] = {}
    achievements, assessments = [], []
    for course in fields.courses():
        name = course.get("gradeScale") or ""
        if name in SCALES:
            course.skip("gradeScale")
            scales[name] = SCALES[name]
        found = _course(course, f"{GRADE_SCALE}={name}" if name in SCALES else None)
        if isinstance(found, Achievement):
            achievements.append(found)
        else:
            assessments.append(found)
    return tuple(scales.values()), tuple(achievements), tuple(assessments)


def credit(fields: Fields, key: str) -> tuple[Credit, ...]:
    """Credits of the school."""
    value = take(fields, key)
    return () if value is None else (Credit(scheme=CREDITS, value=value),)


def _course(course: Fields, scheme: str | None) -> Achievement | Assessment:
    passed = _passed(course)
    grade = take(course, "grade")
    specification, credits_ = _specification(course), credit(course, "credits")
    if not passed:  # credits that weren't earned are those of the course
        specification = specification.model_copy(update={"credits_offered": credits_})
    assessment = Assessment(grade={} if grade is None else _grade(grade), scheme=scheme)
    if passed is None:
        return assessment.model_copy(update={"specification": specification})
    term = take(course, "term")
    return Achievement(
        specification=specification,
        status="passed" if passed else "failed",
        assessments=(assessment,) if grade is not None else (),
        credits_earned=credits_ if passed else (),
        term=Period(title={"und": term}) if term is not None else None,
    )


def _passed(course: Fields) -> bool | None:
    """Whether a course was passed, where it is stated: a result alone never says it, whatever its scale."""
    return course.boolean("passed") if isinstance(course, JsonFields) else None


def _specification(course: Fields) -> Specification:
    name, english, category = take(course, "name"), take(course, "nameEn"), take(course, "category")
    hours = take(course, "hours")
    return Specification(
        title=text(name, english),
        kinds=(Code(scheme=OPPORTUNITY, value="Course"),),
        categories={} if category is None else {"zh": category},
        contact_hours=(hours,) if hours is not None else (),
    )


def _grade(printed: str) -> Text:
    """A number is of no language."""
    return {"und" if printed.isascii() else "zh": printed}
