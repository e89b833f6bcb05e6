"""School transcripts of the fictional republic of Lanterna: JSON, one school and one pupil in each file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.kit import (
    Content,
    Document,
    Draft,
    Finding,
    Head,
    JsonCursor,
    JsonReading,
    Manifest,
    Opened,
    Reading,
    Recognition,
    Refused,
    Stated,
    Status,
    Walk,
    WriteRequest,
    Writing,
    dump_json,
    share,
)
from gateway.model.record import (
    Achievement,
    Assessment,
    Identifier,
    Learner,
    Name,
    Organisation,
    Record,
    Report,
    Specification,
)

FORMAT = "Lanterna 1.0"


class Lanterna:
    """The adapter: all seven functions of the contract."""

    manifest = Manifest(
        id="lanterna",
        family="lanterna",
        title="Lanterna school transcripts",
        version="1.0",
        formats=(FORMAT,),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Every transcript says in its member `lanterna` which version it follows."""
        if head.members.get("lanterna") == "1.0":
            return Recognition(format=FORMAT, why='its member "lanterna" is "1.0"')
        return None

    def open(self, document: Document) -> Opened:
        """Transcripts carry no proof of their own; they say which school speaks, and when."""
        root = JsonReading(document.value).root
        return Opened(stated=Stated(issuer=_school(root), issued=root.when("issued")))

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """The rules of the format: a transcript names its school."""
        named = bool(content.document.value.get("school", {}).get("name"))
        status = Status.PASSED if named else Status.WARNING
        return (Finding(check="conformity.lanterna.school", status=status, explanation="the school has a name"),)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:
        """Take what we know through the cursor; what is left over becomes losses by itself."""
        reading = JsonReading(content.document.value)
        root = reading.root
        root.skip("lanterna")  # the version, which recognition has seen
        pupil = root.one("pupil")
        names = tuple(
            Name(language=name.scalar("language") or "und", given=name.scalar("given"), family=name.scalar("family"))
            for name in (pupil.each("names") if pupil else ())
        )
        report = Report(
            issuer=_school(root),
            issued=root.when("issued"),
            identifiers=_identifiers(root),
            achievements=tuple(_course(course) for course in root.each("courses")),
        )
        learner = Learner(names=names, born=pupil.when("born") if pupil else None)
        return Reading(record=Record(learner=learner, reports=(report,)), losses=reading.finish().losses)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """One transcript for each report."""
        writing = Writing(record)
        pupil = _pupil(writing.root.one("learner"))
        written = [(report, _transcript(report, pupil)) for report in writing.root.each("reports")]
        losses = writing.finish()
        return tuple(
            Draft(
                body=dump_json(body),
                media_type="application/json",
                extension="json",
                seal=None,
                reports=(report.key,),
                losses=share(losses, report),
            )
            for report, body in written
        )

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


# --- reading ---------------------------------------------------------------------------------------------------------


def _school(root: JsonCursor) -> Organisation:
    school = root.one("school")
    if school is None:
        raise Refused(
            "lanterna.school", "got no school, expected one at /school", advice="Ask the school for the file."
        )
    return Organisation(legal_name=school.text("name"), identifiers=_identifiers(school))


def _identifiers(holder: JsonCursor) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(scheme=number.scalar("scheme") or "", value=number.scalar("value") or "")
        for number in holder.each("numbers")
    )


def _course(course: JsonCursor) -> Achievement:
    result = course.scalar("result")
    if result not in ("passed", "failed"):
        raise Refused("lanterna.result", f'expected "passed" or "failed" at {course.place}/result')
    mark = course.text("mark")
    return Achievement(
        specification=Specification(title=course.text("title"), identifiers=_identifiers(course)),
        status=result,
        assessments=(Assessment(grade=mark),) if mark else (),
    )


# --- writing ---------------------------------------------------------------------------------------------------------


def _pupil(learner: Walk) -> dict[str, Any]:
    names = learner.each("names", kept=lambda name: name if name.use == "legal" else None)
    for name in names:
        name.take("use")
    held = [_some(language=n.take("language"), given=n.take("given"), family=n.take("family")) for n in names]
    return _some(names=held, born=learner.take("born"))


def _transcript(report: Walk, pupil: dict[str, Any]) -> dict[str, Any]:
    school = report.one("issuer")
    courses = [_written_course(course) for course in report.each("achievements", kept=_kept_course)]
    return {"lanterna": "1.0", "pupil": pupil} | _some(
        school=_some(name=school.take("legal_name"), numbers=_numbers(school)),
        issued=report.take("issued"),
        numbers=_numbers(report),
        courses=courses,
    )


def _written_course(course: Walk) -> dict[str, Any]:
    what = course.one("specification")
    marks = course.each("assessments", kept=_first_with_a_grade(course.noun))
    return _some(
        title=what.take("title"),
        numbers=_numbers(what),
        result=course.take("status"),
        mark=marks[0].take("grade") if marks else {},
    )


def _kept_course(course: Achievement) -> Achievement:
    """A course as a transcript holds it: known by what was learned, not by numbers or a title of its own."""
    return Achievement(specification=course.specification)


def _first_with_a_grade(course: Achievement) -> Any:
    first = next((a for a in course.assessments if a.grade), None)
    return lambda assessment: Assessment(grade=assessment.grade) if assessment is first else None


def _numbers(holder: Walk) -> list[dict[str, str]]:
    return [{"scheme": n.take("scheme"), "value": n.take("value")} for n in holder.each("identifiers")]


def _some(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}


ADAPTER = Lanterna()
