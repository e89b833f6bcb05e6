"""School transcripts of the fictional republic of Lanterna: JSON, one school and one pupil in each file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway import kit
from gateway.model import record as r

FORMAT = "Lanterna 1.0"


class Lanterna:
    """The adapter: the seven functions of the contract, and a manifest."""

    manifest = kit.Manifest(
        id="lanterna", family="lanterna", title="Lanterna transcripts", version="1.0", formats=(FORMAT,)
    )

    def recognise(self, head: kit.Head) -> kit.Recognition | None:
        """Every transcript says in its member `lanterna` which version it follows."""
        if head.members.get("lanterna") == "1.0":
            return kit.Recognition(format=FORMAT, why='its member "lanterna" is "1.0"')
        return None

    def open(self, document: kit.Document) -> kit.Opened:
        """Transcripts carry no proof of their own; they say which school speaks, and when."""
        root = kit.JsonReading(document.value).root
        return kit.Opened(stated=kit.Stated(issuer=_school(root), issued=root.when("issued")))

    def conform(self, content: kit.Content) -> tuple[kit.Finding, ...]:
        """The one rule of the format: the school has a name."""
        named = bool(_school(kit.JsonReading(content.document.value).root).legal_name)
        status = kit.Status.PASSED if named else kit.Status.WARNING
        return (kit.Finding(check="conformity.lanterna.school", status=status, explanation="the school has a name"),)

    def read(self, content: kit.Content, inner: Mapping[str, kit.Reading]) -> kit.Reading:
        """Take what we know through the cursor; what is left over becomes losses by itself."""
        reading = kit.JsonReading(content.document.value)
        root = reading.root
        root.skip("lanterna")  # the version, which recognition has seen
        report = r.Report(
            issuer=_school(root),
            issued=root.when("issued"),
            identifiers=_identifiers(root),
            achievements=tuple(_course(course) for course in root.each("courses")),
        )
        record = r.Record(learner=_learner(root), reports=(report,))
        return kit.Reading(record=record, losses=reading.finish().losses)

    def write(self, record: r.Record, request: kit.WriteRequest) -> tuple[kit.Draft, ...]:
        """One transcript for each report."""
        writing = kit.Writing(record)
        pupil = _pupil(writing.root.the("learner"))
        bodies = [(report, _transcript(report, pupil)) for report in writing.root.each("reports")]
        losses = writing.finish()
        return tuple(_draft(body, report, kit.share(losses, report)) for report, body in bodies)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


# --- reading ---------------------------------------------------------------------------------------------------------


def _school(root: kit.JsonCursor) -> r.Organisation:
    school = root.one("school")
    if school is None:
        raise kit.Refused("lanterna.school", "got no school, expected one at /school", advice="Ask for a whole file.")
    return r.Organisation(legal_name=school.text("name"), identifiers=_identifiers(school))


def _identifiers(holder: kit.JsonCursor) -> tuple[r.Identifier, ...]:
    numbers = [(n.scalar("scheme"), n.scalar("value")) for n in holder.each("numbers")]
    return tuple(r.Identifier(scheme=scheme or "", value=value or "") for scheme, value in numbers)


def _learner(root: kit.JsonCursor) -> r.Learner:
    pupil = root.one("pupil")
    if pupil is None:
        return r.Learner()
    names = [(n.scalar("language"), n.scalar("given"), n.scalar("family")) for n in pupil.each("names")]
    return r.Learner(
        names=tuple(
            r.Name(language=language or "und", given=given, family=family) for language, given, family in names
        ),
        born=pupil.when("born"),
    )


def _course(course: kit.JsonCursor) -> r.Achievement:
    result = course.scalar("result")
    if result not in ("passed", "failed"):
        raise kit.Refused(
            "lanterna.result", f'got another word, expected "passed" or "failed" at {course.place}/result'
        )
    mark = course.text("mark")
    return r.Achievement(
        specification=r.Specification(title=course.text("title"), identifiers=_identifiers(course)),
        status=result,
        assessments=(r.Assessment(grade=mark),) if mark else (),
    )


# --- writing ---------------------------------------------------------------------------------------------------------


def _pupil(learner: kit.Walk) -> dict[str, Any]:
    names = learner.each("names", kept=lambda name: name if name.use == "legal" else None)
    for name in names:
        name.take("use")  # every name in a transcript is a legal one
    held = [_some(language=n.take("language"), given=n.take("given"), family=n.take("family")) for n in names]
    return _some(names=held, born=learner.take("born"))


def _transcript(report: kit.Walk, pupil: dict[str, Any]) -> dict[str, Any]:
    school = report.the("issuer")
    courses = report.each("achievements", kept=_known_by_what_was_learned)
    return {"lanterna": "1.0"} | _some(
        issued=report.take("issued"),
        numbers=_numbers(report),
        school=_some(name=school.take("legal_name"), numbers=_numbers(school)),
        pupil=pupil,
        courses=[_written_course(course) for course in courses],
    )


def _written_course(course: kit.Walk) -> dict[str, Any]:
    learned = course.the("specification")
    graded = [a for a in course.peek("assessments") if a.grade][:1]
    marks = course.each("assessments", kept=lambda a: r.Assessment(grade=a.grade) if [a] == graded else None)[:1]
    return _some(
        title=learned.take("title"),
        numbers=_numbers(learned),
        result=course.take("status"),
        mark=marks[0].take("grade") if marks else None,
    )


def _known_by_what_was_learned(course: r.Achievement) -> r.Achievement:
    """A course as a transcript holds it: without numbers or a title of its own."""
    return r.Achievement(specification=course.specification)


def _numbers(holder: kit.Walk) -> list[dict[str, str]]:
    return [{"scheme": n.take("scheme"), "value": n.take("value")} for n in holder.each("identifiers")]


def _some(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value not in (None, [], {})}


def _draft(body: dict[str, Any], report: kit.Walk, losses: tuple[kit.Loss, ...]) -> kit.Draft:
    return kit.Draft(
        body=kit.dump_json(body),
        media_type="application/json",
        extension="json",
        seal=None,
        reports=(report.key,),
        losses=losses,
    )


ADAPTER = Lanterna()
