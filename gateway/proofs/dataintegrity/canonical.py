"""Canonical N-Quads (RDF Dataset Canonicalization, RDFC-1.0) by PyLD, within a budget.

A small graph of many alike blank nodes can take longer than the universe lasts (section 7.1). The work is counted
before it is done: pure, so that the same graph is refused everywhere.
"""

from __future__ import annotations

import hashlib
from math import factorial
from typing import Any

from pyld.canon import URDNA2015

from gateway.errors import Refused

MOST_WORK = 10_000
"""Orders of alike blank nodes that may be tried."""

MOST_QUADS = 50_000


class Canonicalization(URDNA2015):  # type: ignore[misc] # PyLD has no types
    """One canonicalization, with the digest that its suite names (RDFC-1.0, section 4.1)."""

    def __init__(self, digest: str) -> None:
        super().__init__()
        self._digest = digest
        self.work = 0

    def create_hash(self) -> Any:
        """The digest's state."""
        return hashlib.new(self._digest)

    def modify_first_degree_component(self, id_: str, component: dict[str, str], _key: str) -> dict[str, str]:
        """As PyLD, without a deep copy of what is replaced whole."""
        if component["type"] != "blank node":
            return component
        return {"type": "blank node", "value": "_:a" if component["value"] == id_ else "_:z"}

    def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
        """As PyLD, and refuse where too many orders would have to be tried."""
        related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        self.work += 1 + sum(_orders(len(nodes)) for nodes in related.values())
        if self.work > MOST_WORK:
            message = "got a graph whose blank nodes are too much alike to be told apart in reasonable time"
            raise Refused("limit.graph", message, advice="No genuine credential is like that: don't trust its source.")
        return related


def canonical_quads(dataset: dict[str, Any], digest: str = "sha256") -> bytes:
    """The canonical N-Quads of a dataset in PyLD's form.

    Raises:
        Refused: `limit.graph`.
    """
    if sum(map(len, dataset.values())) > MOST_QUADS:
        raise Refused("limit.graph", f"got more than {MOST_QUADS} statements")
    text: str = Canonicalization(digest).main(dataset, {"format": "application/n-quads"})
    return text.encode()


def _orders(nodes: int) -> int:
    return factorial(nodes) if nodes <= 8 else MOST_WORK + 1  # noqa: PLR2004 - 9! is far over it
