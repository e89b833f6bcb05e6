"""The adapter keeps the laws of no silent loss."""

from pathlib import Path

from lanterna_adapter import ADAPTER

from gateway.kit.laws import AdapterLaws

DOCUMENTS = Path(__file__).parent / "documents"


class TestLanterna(AdapterLaws):
    """Two lines: the adapter, and documents of its system."""

    adapter = ADAPTER
    documents = [DOCUMENTS / "astrid.json"]
