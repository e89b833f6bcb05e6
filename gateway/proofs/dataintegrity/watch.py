"""What is seen while a document is made into RDF, and paid for."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.proofs.budget import Budget
from gateway.readers.json import JsonValue

NODE, KEY, VALUE, FAULT = 12, 2, 8, 8
"""Steps for an object, for each name in it, and for a value, from JSON to a statement; and for a fault."""

CONTEXT, TERM = 300, 40
"""Steps for what one context makes of another: in any case, and for each term in it."""

_LONGEST_WORD = 60


class Watch:
    """What is seen while one document is expanded.

    faults    what a proof over the RDF doesn't cover, or what reads otherwise than it is covered
    ordered   the identities of arrays whose order the RDF keeps
    budget    what it is paid from
    """

    def __init__(self, budget: Budget | None = None) -> None:
        self.faults: dict[str, None] = {}
        self.ordered: set[int] = set()
        self.budget = budget or Budget()

    def fault(self, what: str, word: JsonValue) -> None:
        """One fault; words are told only up to a length."""
        self.budget.spend(FAULT)
        shown = word if isinstance(word, str) and len(word) <= _LONGEST_WORD and word.isprintable() else "…"
        self.faults[f"{what} {shown!r}"] = None

    def count_object(self, element: Mapping[str, JsonValue]) -> None:
        """One more object."""
        self.budget.spend(NODE + KEY * len(element))

    def count_value(self) -> None:
        """One more value."""
        self.budget.spend(VALUE)

    def count_comparisons(self, present: int, more: int = 1) -> None:
        """Values that are compared with those that a thing has of one property already, each with each."""
        self.budget.spend(more * (1 + present * 2 // 3))
