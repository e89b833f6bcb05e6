"""Which leaves of a credential say nothing: rules over class and value (rulings of the project, 3.1)."""

from __future__ import annotations

from functools import cache

from adapters.europass.lists import BASE64, concept_address
from adapters.europass.nodes import is_node_id
from adapters.europass.profile import classes
from gateway.kit.contract import Leaf


@cache
def _expected(name: str) -> frozenset[str]:
    """The class that a property expects, wherever it stands; none where it may hold one of several."""
    found = {p.classes for properties in classes().values() for p in properties.values() if p.name == name}
    return frozenset({only[0] for only in found if len(only) == 1}) if all(len(c) == 1 for c in found) else frozenset()


def is_structural(leaf: Leaf) -> bool:
    """Whether a leaf may change without changing what is said about the learner."""
    way = [part for part in leaf.place.split("/") if part and not part.isdecimal()]
    if leaf.name == "id" and is_node_id(leaf.value):
        return True
    if "contentEncoding" in way:
        return way[-2:] != ["contentEncoding", "id"] or leaf.value == concept_address("encoding", BASE64)
    if "inScheme" in way or (leaf.owner == "Concept" and leaf.name == "notation"):
        return True
    if leaf.owner == "Concept" and "prefLabel" in way:
        return True
    return way[-1] == "type" and len(way) > 1 and leaf.value in _expected(way[-2])
