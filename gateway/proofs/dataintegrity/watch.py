"""What is seen while a document is made into RDF."""

from __future__ import annotations

from gateway.errors import Refused
from gateway.readers.json import JsonValue

MOST_NODES = 10_000
"""Objects and values of one document that are made into RDF."""

MOST_PAIRS = 1_000_000
"""Pairs of members of one array, over all arrays: the processor compares each with each, so 1,000 members at once."""

_LONGEST_WORD = 60


class Watch:
    """What is seen while one document is expanded.

    faults    what a proof over the RDF doesn't cover, or what reads otherwise than it is covered
    ordered   the identities of arrays whose order the RDF keeps
    """

    def __init__(self) -> None:
        self.faults: dict[str, None] = {}
        self.ordered: set[int] = set()
        self.nodes = 0
        self.pairs = 0

    def fault(self, what: str, word: JsonValue) -> None:
        """One fault; words are told only up to a length."""
        shown = word if isinstance(word, str) and len(word) <= _LONGEST_WORD and word.isprintable() else "…"
        self.faults[f"{what} {shown!r}"] = None

    def count(self) -> None:
        """One more object or value."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise Refused("limit.graph", f"got more than {MOST_NODES} values to make into RDF")

    def count_members(self, value: JsonValue) -> None:
        """The members of one array, or of what is none."""
        if isinstance(value, list):
            self.pairs += len(value) * len(value)
            if self.pairs > MOST_PAIRS:
                raise Refused("limit.graph", "got arrays of too many members to make into RDF")
