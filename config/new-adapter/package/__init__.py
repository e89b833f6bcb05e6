"""Documents of newsystem: say here what they are, who makes them, and where their format is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway import kit
from gateway.model import record as r

FORMAT = "newsystem 1"


class Newsystem:
    """The adapter: the functions of the contract, and a manifest."""

    manifest = kit.Manifest(
        id="newsystem",
        family="newsystem",
        title="Documents of newsystem",
        version="0.1",
        formats=(FORMAT,),
        sources=("the standard that this follows, with its version",),
    )

    def recognise(self, head: kit.Head) -> kit.Recognition | None:
        """Claim a document by something that no other system writes."""
        if head.members.get("newsystem") == "1":
            return kit.Recognition(format=FORMAT, why='its member "newsystem" is "1"')
        return None

    def open(self, document: kit.Document) -> kit.Opened:
        """Say who issues the document, and when."""
        root = kit.JsonReading(document.value).root
        return kit.Opened(stated=kit.Stated(issuer=_school(root), issued=root.when("issued")))

    def conform(self, content: kit.Content) -> tuple[kit.Finding, ...]:
        """Check the format's own rules: PASSED or WARNING, never more."""
        named = bool(_school(kit.JsonReading(content.document.value).root).legal_name)
        status = kit.Status.PASSED if named else kit.Status.WARNING
        return (kit.Finding(check="conformity.newsystem.school", status=status, explanation="the school has a name"),)

    def read(self, content: kit.Content, inner: Mapping[str, kit.Reading]) -> kit.Reading:
        """Take what you know through the cursor; what is left over becomes losses by itself."""
        reading = kit.JsonReading(content.document.value)
        root = reading.root
        root.skip("newsystem")
        report = r.Report(
            issuer=_school(root),
            issued=root.when("issued"),
            achievements=tuple(_course(course) for course in root.each("courses")),
        )
        record = r.Record(learner=_pupil(root), reports=(report,))
        return kit.Reading(record=record, losses=reading.finish().losses)

    def write(self, record: r.Record, request: kit.WriteRequest) -> tuple[kit.Draft, ...]:
        """Write one document for each report; what you don't take from the walk becomes losses by itself."""
        writing = kit.Writing(record)
        born = writing.root.the("learner").take("born")
        bodies = [(report, _document(report, born)) for report in writing.root.each("reports", kept=_known_by_school)]
        losses = writing.finish()
        return tuple(_draft(body, report, kit.share(losses, report)) for report, body in bodies)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


def _school(root: kit.JsonCursor) -> r.Organisation:
    return r.Organisation(legal_name=root.text("school"))


def _pupil(root: kit.JsonCursor) -> r.Learner:
    return r.Learner(born=root.when("born"))


def _course(course: kit.JsonCursor) -> r.Achievement:
    return r.Achievement(specification=r.Specification(title=course.text("title")))


def _document(report: kit.Walk, born: str | None) -> dict[str, Any]:
    courses = report.each("achievements", kept=_known_by_title)
    return {"newsystem": "1"} | _some(
        issued=report.take("issued"),
        school=report.the("issuer").take("legal_name"),
        born=born,
        courses=[_written_course(course) for course in courses],
    )


def _written_course(course: kit.Walk) -> dict[str, Any]:
    course.take("status")  # "passed": every course in such a document is
    return _some(title=course.the("specification").take("title"))


def _known_by_school(report: r.Report) -> r.Report:
    """A report as such a document holds it, by which it is known again: no number or title of its own."""
    return r.Report(issuer=r.Organisation(legal_name=report.issuer.legal_name), issued=report.issued)


def _known_by_title(course: r.Achievement) -> r.Achievement | None:
    """A course as such a document holds it: by title, and only what was passed; None where it can't be held."""
    title = course.specification.title
    if course.status != "passed" or not title:
        return None
    return r.Achievement(specification=r.Specification(title=title))


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


ADAPTER = Newsystem()
