"""The laws of no silent loss, held by the bilingual dossier."""

from __future__ import annotations

from adapters.chsi import ADAPTER, DOSSIER
from gateway.kit.laws import AdapterLaws, everything, read_with
from gateway.kit.laws.trip import request_for
from gateway.model.record import Record
from tests.adapters.chsi.documents import HEQC, TRANSCRIPT, octets


def dossier(record: Record) -> bytes:
    """A dossier of a record, as a node writes it."""
    [draft] = DOSSIER.write(record, request_for(record, b'{"an": "original"}', "application/json", DOSSIER))
    return draft.body


class TestDossier(AdapterLaws):
    """Dossiers of Chinese reports, and of the record in which every field is filled."""

    adapter = DOSSIER
    documents = [
        dossier(read_with(ADAPTER, octets(HEQC)).record),
        dossier(read_with(ADAPTER, octets(TRANSCRIPT)).record),
        dossier(everything()),
    ]
    own_places = ("/derived",)
    refused_share = 0.0
