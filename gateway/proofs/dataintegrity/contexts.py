"""The JSON-LD contexts that are known here: documents of our own, pinned, never fetched (schemas/contexts/).

Each makes the definitions that the official context of its address makes; a test holds one against the other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from gateway.packaged import data_folder
from gateway.readers.json import JsonValue

if TYPE_CHECKING:
    from gateway.proofs.dataintegrity.processor import Processor

MOST_CONTEXTS = 16
"""Contexts that one node of a document may name."""


@dataclass(frozen=True)
class Contexts:
    """Contexts by their addresses, and the processor that knows no others; what it learns of them stays with it."""

    documents: Mapping[str, Mapping[str, Any]]

    @cached_property
    def processor(self) -> Processor:
        """The processor of these contexts."""
        from gateway.proofs.dataintegrity.processor import Processor

        return Processor(self.documents)

    def strange_in(self, value: JsonValue) -> tuple[set[str], bool]:
        """The addresses in a document that aren't known, and whether a context stands in the document itself.

        `@context` is looked for wherever an object may have it; what it holds but addresses is a context of the
        document's own making, with which every word could be given another meaning.
        """
        unknown: set[str] = set()
        inline = False
        pending = [value]
        while pending:
            node = pending.pop()
            if isinstance(node, list):
                pending += node
            elif isinstance(node, dict):
                pending += node.values()
                if "@context" in node:
                    addresses = node["@context"] if isinstance(node["@context"], list) else [node["@context"]]
                    named = {one for one in addresses if isinstance(one, str)}
                    inline |= not named or len(addresses) > MOST_CONTEXTS or len(named) < len(addresses)
                    unknown |= named - self.documents.keys()
        return unknown, inline


@cache
def known_contexts() -> Contexts:
    """The pinned contexts."""
    folder = data_folder("schemas") / "contexts"
    documents = [json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))]
    return Contexts({document["address"]: document["@context"] for document in documents})
