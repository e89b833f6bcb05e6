"""The laws of no silent loss, held by the Europass adapter."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.europass import ADAPTER
from gateway.kit.laws import AdapterLaws
from gateway.model.record import Achievement, Activity, Record, Report, Specification
from tests.adapters.europass.documents import PAYLOADS, SMALL

DOCUMENTS: list[bytes | Path] = [json.dumps(SMALL, ensure_ascii=False).encode(), *PAYLOADS]


class TestEuropass(AdapterLaws):
    """Credentials of ours, and where they are at hand those of the reference."""

    adapter = ADAPTER
    documents = DOCUMENTS
    own_places = ("/evidence/evidenceStatement", "/evidence/embeddedEvidence*")

    def suited(self, record: Record) -> Record:
        """Every report has something that was achieved, and doesn't end before it begins."""
        return record.model_copy(update={"reports": tuple(_suited(report) for report in record.reports)})


def _suited(report: Report) -> Report:
    update: dict[str, object] = {}
    if report.valid_until is not None:
        update["valid_until"] = "2099-12-31"
    if not (report.achievements or report.activities or report.enrolments or report.entitlements):
        update["achievements"] = (Achievement(specification=Specification(title={"en": "Something achieved"})),)
    elif all(achievement.status == "failed" for achievement in report.achievements):
        update["activities"] = (*report.activities, Activity(title={"en": "Something done"}))
    return report.model_copy(update=update)
