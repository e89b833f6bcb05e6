"""The laws of no silent loss, held by the bilingual dossier."""

from __future__ import annotations

from adapters.chsi import ADAPTER, DOSSIER
from gateway.kit.laws import AdapterLaws, read_with
from tests.adapters.chsi.documents import TRANSCRIPT, octets
from tests.adapters.chsi.dossiers import dossier, graduation, whole


class TestDossier(AdapterLaws):
    """Dossiers of Chinese reports, and of the record in which every field is filled."""

    adapter = DOSSIER
    documents = [graduation(), dossier(read_with(ADAPTER, octets(TRANSCRIPT)).record), whole()]
    own_places = ("/derived",)
    refused_share = 0.0
