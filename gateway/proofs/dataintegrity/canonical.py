"""Canonical N-Quads (RDF Dataset Canonicalization, RDFC-1.0) by PyLD, within a budget.

A small graph of many alike blank nodes can take longer than the universe lasts (section 7.1). The work is paid for
before it is done.
"""

from __future__ import annotations

import hashlib
from math import factorial
from typing import Any

from pyld.canon import URDNA2015

from gateway.errors import Refused
from gateway.proofs.budget import Budget

QUAD, RELATED, ORDER = 8, 6, 12
"""Steps for a statement, for looking from a blank node along one, and for an order of alike nodes that is tried."""

_MOST_ALIKE = 8  # 9! orders are far over any budget


class Canonicalization(URDNA2015):  # type: ignore[misc] # PyLD has no types
    """One canonicalization, with the digest that its suite names (RDFC-1.0, section 4.1)."""

    def __init__(self, digest: str, budget: Budget) -> None:
        super().__init__()
        self._digest = digest
        self._budget = budget

    def create_hash(self) -> Any:
        """The digest's state."""
        return hashlib.new(self._digest)

    def modify_first_degree_component(self, id_: str, component: dict[str, str], _key: str) -> dict[str, str]:
        """As PyLD, without a deep copy of what is replaced whole."""
        if component["type"] != "blank node":
            return component
        return {"type": "blank node", "value": "_:a" if component["value"] == id_ else "_:z"}

    def create_hash_to_related(self, id_: str, issuer: Any) -> dict[str, list[str]]:
        """As PyLD; each order that will be tried is paid for, and it copies the names given so far."""
        self._budget.spend(RELATED * len(self.blank_node_info[id_]["quads"]))
        related: dict[str, list[str]] = super().create_hash_to_related(id_, issuer)
        orders = sum(_orders(len(nodes)) for nodes in related.values())
        self._budget.spend(orders * (ORDER + 3 * len(issuer.order)))
        return related


def canonical_quads(dataset: dict[str, Any], digest: str = "sha256", budget: Budget | None = None) -> bytes:
    """The canonical N-Quads of a dataset in PyLD's form.

    Raises:
        Refused: `limit.graph`, `limit.work`.
    """
    account = budget or Budget()
    account.spend(QUAD * sum(map(len, dataset.values())))
    try:
        text: str = Canonicalization(digest, account).main(dataset, {"format": "application/n-quads"})
    except RecursionError:
        raise _too_much_alike() from None
    return text.encode()


def _orders(nodes: int) -> int:
    if nodes > _MOST_ALIKE:
        raise _too_much_alike()
    return factorial(nodes)


def _too_much_alike() -> Refused:
    message = "got a graph whose blank nodes are too much alike to be told apart in reasonable time"
    return Refused("limit.graph", message, advice="No genuine credential is like that: don't trust its source.")
