"""The laws of no silent loss, held by the adapter for Chinese reports, which only reads."""

from __future__ import annotations

from adapters.chsi import ADAPTER
from gateway.kit.laws import AdapterLaws
from tests.adapters.chsi.documents import PROFILES, REFERENCE_JSON, octets


class TestChsi(AdapterLaws):
    """Reports of ours, and where they are at hand those of the reference."""

    adapter = ADAPTER
    documents = [*(octets(report) for report in PROFILES.values()), *REFERENCE_JSON]
