"""The adapter keeps the laws of no silent loss."""

from pathlib import Path

from newsystem_adapter import ADAPTER

from gateway.kit.laws import AdapterLaws

DOCUMENTS = Path(__file__).parent / "documents"


class TestNewsystem(AdapterLaws):
    """The adapter, and documents of its system: of fictional people, such as may be published."""

    adapter = ADAPTER
    documents = sorted(DOCUMENTS.iterdir())
