"""The laws of no silent loss, held by the adapters for badges and learner records."""

from __future__ import annotations

from adapters.openbadges import ADAPTERS
from gateway.kit.laws import AdapterLaws
from gateway.model.record import Achievement, Record, Report, Specification
from tests.adapters.openbadges.documents import ANCHORED, BADGES, EMPLOYMENTS, RECORDS

CLR, OPENBADGES, LER, BLOCKCERTS = ADAPTERS


class TestClr(AdapterLaws):
    """Learner records of ours, and where they are at hand those of the reference."""

    adapter = CLR
    documents = RECORDS
    own_places = ("/evidence/0/id", "/evidence/0/narrative")

    def suited(self, record: Record) -> Record:
        """Every report has something that was achieved, or is under way."""
        return suited(record)


class TestOpenBadges(AdapterLaws):
    """Badges of ours, and where they are at hand those of the reference."""

    adapter = OPENBADGES
    documents = BADGES
    own_places = ("/evidence/0/id", "/evidence/0/narrative")

    def suited(self, record: Record) -> Record:
        """Every report has something that was achieved, or is under way."""
        return suited(record)


class TestLer(AdapterLaws):
    """Employment records of ours, and where they are at hand those of the reference."""

    adapter = LER
    documents = EMPLOYMENTS
    own_places = (
        "/evidence/0/id",
        "/evidence/0/narrative",
        "/credentialSubject/educationAndLearnings/*/verifications/0/evidence/0/narrative",
    )

    def suited(self, record: Record) -> Record:
        """Every report has something that was achieved, or is under way."""
        return suited(record)


class TestBlockcerts(AdapterLaws):
    """A credential of ours that claims to be anchored, and those of the reference."""

    adapter = BLOCKCERTS
    documents = ANCHORED


def suited(record: Record) -> Record:
    """Every report has something that was achieved, or is under way, and doesn't end before it begins."""
    return record.model_copy(update={"reports": tuple(_suited(report) for report in record.reports)})


def _suited(report: Report) -> Report:
    if report.valid_until is not None:
        report = report.model_copy(update={"valid_until": "2099-12-31"})
    under_way = [one for one in report.enrolments if one.status != "completed-without-award"]
    if report.achievements or under_way:
        return report
    something = Achievement(specification=Specification(title={"en": "Something achieved"}))
    return report.model_copy(update={"achievements": (something,)})
