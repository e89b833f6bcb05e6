"""The adapter keeps the laws of no silent loss."""

from pathlib import Path

from gateway.kit.laws import AdapterLaws
from lanterna_adapter import ADAPTER

DOCUMENTS = Path(__file__).parent / "documents"


class TestLanterna(AdapterLaws):
    """Two lines: the adapter, and documents of its system."""

    adapter = ADAPTER
    documents = [DOCUMENTS / "astrid.json"]
