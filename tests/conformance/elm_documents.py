"""Documents of every class and property of the profile, made from our table, and the ways to spoil them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from itertools import count
from typing import Any, NamedTuple

from adapters.europass.lists import scheme_address
from adapters.europass.profile import Property, classes

Node = dict[str, Any]
_PLAIN = {
    "string": "some text",
    "literal": "A-1",
    "anyURI": "https://example.org/a",
    "IRI": "https://example.org/b",
    "dateTime": "2024-05-06T07:08:09Z",
    "duration": "PT4H",
    "integer": 3,
    "positiveInteger": 2,
    "decimal": 2.5,
    "boolean": True,
    "texts": {"en": "A title"},
    "words": {"en": "A word"},
}
_OTHER = _PLAIN | {
    "string": "another text",
    "literal": "B-2",
    "anyURI": "https://example.org/c",
    "IRI": "https://example.org/d",
    "dateTime": "2025-05-06T07:08:09Z",
    "duration": "PT5H",
    "integer": 4,
    "positiveInteger": 5,
    "decimal": 3.5,
    "boolean": False,
    "texts": {"en": "A title", "nl": "Een titel"},
    "words": {"en": "A word", "nl": "Een woord"},
}
_WRONG = {
    "anyURI": None,
    "string": None,
    "literal": None,
    "IRI": None,
    "dateTime": "yesterday",
    "duration": "two hours",
    "integer": "2.5",
    "positiveInteger": "x",
    "decimal": "much",
    "boolean": "perhaps",
    "texts": {"en": ["one", "two"]},
    "words": "a plain text",
}


class Maker:
    """Makes nodes with ids of their own."""

    def __init__(self) -> None:
        self._number = count(1)

    def node(self, name: str) -> Node:
        """The smallest node of a class that conforms."""
        made: Node = {"id": f"urn:epass:{name}:{next(self._number)}", "type": name}
        if name == "EuropeanDigitalCredential":
            made["type"] = ["VerifiableCredential", name]
        if name == "ShaclValidator2017":
            made["id"] = "http://data.europa.eu/snb/model/ap/edc-generic-full"
        for declared in classes()[name].values():
            if declared.required:
                made[declared.name] = self.value(declared)
        return made

    def value(self, declared: Property, *, other: bool = False) -> Any:
        """A value that the property takes; with `other`, one that differs."""
        if not declared.classes:
            return deepcopy((_OTHER if other else _PLAIN)[declared.range])
        made = self.node(declared.classes[0])
        if declared.scheme:
            made["inScheme"] = {"id": scheme_address(declared.scheme), "type": "ConceptScheme"}
        if declared.range == "Issuer":
            made["eIDASIdentifier"] = self.node("LegalIdentifier")
            made["eIDASIdentifier"]["spatial"]["inScheme"] = {"id": scheme_address("country"), "type": "ConceptScheme"}
        return made

    def credential(self) -> Node:
        """The smallest credential."""
        made = self.node("EuropeanDigitalCredential")
        made["credentialSubject"] = self.node("Person")
        made["@context"] = ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
        return made


Way = tuple[tuple[str, str], ...]
"""The way from a credential to a node: pairs of property and class."""

THROUGH_THE_PERSON: Way = (("credentialSubject", "Person"),)


@cache
def ways(start: Way = ()) -> dict[str, Way]:
    """The shortest way from a credential, or from where another way ends, to each class."""
    first = start[-1][1] if start else "EuropeanDigitalCredential"
    found: dict[str, Way] = {first: start}
    queue = [first]
    for name in queue:
        for declared in classes()[name].values():
            for target in declared.classes:
                if target not in found:
                    found[target] = (*found[name], (declared.name, target))
                    queue.append(target)
    return found


def with_class(name: str, start: Way = ()) -> tuple[Node, Node]:
    """A small credential that holds a node of a class, and that node."""
    maker = Maker()
    credential = at = maker.credential()
    holder = "EuropeanDigitalCredential"
    for key, target in ways(start)[name]:
        declared = classes()[holder][key]
        if key not in at or at[key]["type"] != target:
            at[key] = maker.value(declared) if declared.classes[0] == target else maker.node(target)
        at, holder = at[key], target
    return credential, at


class Case(NamedTuple):
    """One document with what was done to it."""

    name: str
    document: Node


def cases() -> Iterator[Case]:
    """Every property of every class, once right and spoiled in each way that makes sense."""
    for name in ways():
        for declared in classes()[name].values():
            yield from _cases_of(name, declared)


def _cases_of(name: str, declared: Property) -> Iterator[Case]:
    maker = Maker()
    maker.node("Agent")  # so that the first ids differ from those of the credential
    fresh = Maker()
    for _ in range(500):
        next(fresh._number)

    def case(what: str, value: Any) -> Case:
        document, node = with_class(name)
        if value is None:
            node.pop(declared.name, None)
        else:
            node[declared.name] = value
        return Case(f"{name}.{declared.name} {what}", document)

    yield case("once", fresh.value(declared))
    yield case("missing", None)
    if declared.range in {"texts", "words"}:
        yield case("in two languages", fresh.value(declared, other=True))
        yield case("twice in one language", {"en": ["one", "two"]})
    else:
        yield case("alone in an array", [fresh.value(declared)])
        yield case("twice", [fresh.value(declared), fresh.value(declared, other=True)])
    if (wrong := _WRONG.get(declared.range)) is not None:
        yield case("with a wrong value", wrong)
    if declared.classes:
        yield case("of a wrong class", fresh.node("Amount" if "Amount" not in declared.classes else "Phone"))
        yield case("of no class", {k: v for k, v in fresh.value(declared).items() if k != "type"})
        yield case("as a plain text", "just words")
        yield case("as the address of nothing", "urn:epass:nothing:1")
        spoiled = fresh.value(declared)
        required = [k for k in spoiled if k not in {"id", "type"}]
        if required:
            yield case(f"without its {required[-1]}", {k: v for k, v in spoiled.items() if k != required[-1]})
    if declared.scheme:
        strange = fresh.value(declared)
        strange["inScheme"] = {"id": "http://example.org/list", "type": "ConceptScheme"}
        yield case("of a foreign list", strange)
        yield case("of no list", {k: v for k, v in strange.items() if k != "inScheme"})
        strange = fresh.value(declared)
        yield case("without an address", {k: v for k, v in strange.items() if k != "id"})


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, str | int, tuple[str | int, ...]]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in entries:
        yield value, key, (*path, key)
        yield from _places(member, (*path, key))


def without_copies(value: Any, number: Iterator[int] | None = None) -> Any:
    """A document in which no two nodes share an id, so that nothing merges in RDF."""
    number = number or count(1)
    if isinstance(value, list):
        return [without_copies(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: without_copies(member, number) for key, member in value.items()}
    if "id" in made and made.get("type") != "ConceptScheme":
        made["id"] = f"{made['id']}-{next(number)}"
    return made


def _with_new_ids(value: Any, number: Iterator[int]) -> Any:
    if isinstance(value, list):
        return [_with_new_ids(item, number) for item in value]
    if not isinstance(value, dict):
        return value
    made = {key: _with_new_ids(member, number) for key, member in value.items()}
    if str(made.get("id", "")).startswith("urn:epass:"):
        made["id"] = f"urn:epass:copy:{next(number)}"
    return made


def mutants(name: str, document: Node, dice: random.Random, how_many: int) -> Iterator[Case]:
    """A document with one place changed: taken out, doubled, emptied, or given another value."""
    keys = [path for _, _, path in _places(document) if "@context" not in path]
    for _ in range(how_many):
        changed, path = deepcopy(document), dice.choice(keys)
        holder: Any = changed
        for key in path[:-1]:
            holder = holder[key]
        what = dice.choice(["out", "doubled", "emptied", "a number", "a text", "a truth", "moved", "null"])
        _MUTATIONS[what](holder, path[-1], dice)
        yield Case(f"{name} /{'/'.join(map(str, path))} {what}", changed)


def _doubled(holder: Any, key: Any, _: random.Random) -> None:
    value = holder[key]
    other = _with_new_ids(deepcopy(value), count(1000))
    if isinstance(other, str):
        other = other + "x"
    holder[key] = [*value, *other] if isinstance(value, list) else [value, other]


def _moved(holder: Any, key: Any, dice: random.Random) -> None:
    if isinstance(holder, dict):
        holder[dice.choice(["title", "dcType", "identifier", "language", "location", "hasPart"])] = holder.pop(key)


_MUTATIONS: dict[str, Callable[[Any, Any, random.Random], None]] = {
    "out": lambda holder, key, _: holder.pop(key),
    "doubled": _doubled,
    "emptied": lambda holder, key, _: holder.__setitem__(key, {} if isinstance(holder[key], dict) else []),
    "a number": lambda holder, key, _: holder.__setitem__(key, 7),
    "a text": lambda holder, key, _: holder.__setitem__(key, "2024-02-03"),
    "a truth": lambda holder, key, _: holder.__setitem__(key, True),
    "moved": _moved,
    "null": lambda holder, key, _: holder.__setitem__(key, None),
}
