"""The laws of no silent loss, held by the adapter for credit banks."""

from __future__ import annotations

from adapters.creditbank import ADAPTER
from adapters.creditbank.banks import BANKS
from gateway.kit.laws import AdapterLaws
from gateway.model.record import Identifier, Record
from tests.adapters.creditbank.documents import PROFILES, octets


class TestCreditBank(AdapterLaws):
    """Both banks. Only their own statements can be written: the issuer of each report is made one of them."""

    adapter = ADAPTER
    documents = [octets(document) for document in PROFILES.values()]
    own_places = ("/translation", "/translation/*")
    advice = [f"conformity.{check}" for check in ("bank", "age", "script", "sum", "word", "order", "requirement")]

    def suited(self, record: Record) -> Record:
        """A record whose reports credit banks issued, now the one and now the other."""
        reports = []
        for n, report in enumerate(record.reports):
            bank = Identifier(scheme="credit-bank", value=list(BANKS)[n % 2])
            issuer = report.issuer.changed({"identifiers": (bank, *report.issuer.identifiers)})
            reports.append(report.changed({"issuer": issuer}))
        return record.changed({"reports": tuple(reports)})
