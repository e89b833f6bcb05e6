"""The laws of no silent loss, as tests that every adapter's tests inherit (docs/no-silent-loss.md).

Imported by tests only: it needs pytest and hypothesis (`pip install testamur[laws]`).
"""

from gateway.kit.laws.adapter_laws import AdapterLaws
from gateway.kit.laws.differ import Breach, compare
from gateway.kit.laws.records import BLOBS, everything, filled, generate, nouns, records
from gateway.kit.laws.trip import read_with

__all__ = [
    "BLOBS",
    "AdapterLaws",
    "Breach",
    "compare",
    "everything",
    "filled",
    "generate",
    "nouns",
    "read_with",
    "records",
]
