"""Which leaves of a badge or learner record say nothing: rules over class and value (rulings of the project, 3.1)."""

from __future__ import annotations

from adapters.openbadges import terms
from gateway.kit.contract import Leaf


def is_structural(leaf: Leaf) -> bool:
    """Whether a leaf may change without changing what is said about the learner."""
    if leaf.name == "id" and terms.is_node_id(leaf.value):
        return True
    way = [part for part in leaf.place.split("/") if part and not part.isdecimal()]
    if way[-1] != "type" or len(way) < 2:  # noqa: PLR2004 - the member, and what holds it
        return False
    return leaf.value in terms.CLASSES.get(way[-2], ())
