"""The second judge of linked data: PyLD as it is shipped, with the official contexts of the reference files."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pyld.jsonld import JsonLdProcessor

from scripts.make_contexts import CONTEXTS
from tests.reference import reference

CLR = "clr"
MORE = {
    "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
    "https://www.w3.org/2018/credentials/examples/v1": "2018-credentials-examples-v1.jsonld",
}
"""Contexts that the vectors name, and that nobody should sign with: known in these tests alone."""


@cache
def official() -> dict[str, dict[str, Any]]:
    """The official contexts by their addresses."""
    files = dict(CONTEXTS.values()) | MORE
    return {address: json.loads(reference(f"clr/contexts/{file}").read_bytes()) for address, file in files.items()}


def loader(address: str, options: object) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": address, "document": copy.deepcopy(official()[address]), "tag": "static"}


OPTIONS = {"documentLoader": loader, "base": "", "processingMode": "json-ld-1.1"}


def stock_quads(document: Mapping[str, Any]) -> bytes:
    """The canonical N-Quads of a document by PyLD as it is shipped."""
    options = {**OPTIONS, "algorithm": "URDNA2015", "format": "application/n-quads"}
    return JsonLdProcessor().normalize(document, options).encode()


def json_files() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every JSON object of the reference files that carries a proof, or could."""
    root = reference("clr")
    for folder in ("1edtech-validator", "dcc-fixtures", "w3c/vc-di-eddsa", "w3c/vc-di-ecdsa", "ob-spec/test-vectors"):
        for file in sorted((root / folder).rglob("*")):
            if file.is_file():
                try:
                    value = json.loads(file.read_bytes())
                except ValueError:
                    continue
                if isinstance(value, dict) and "@context" in value:
                    yield file, value


KEYWORDS = (
    "@id @type @value @graph @reverse @included @list @set @nest @index @language @direction @json @base @vocab @import "
    "id type name proof verifiableCredential Profile : a: _:x validUntil"
).split()
ODD = [
    None, True, 5, -1, 1.5, 1e300, "", "x", "a:b", "_:b", "@id", "@graph", [], {}, [[]], [{}], {"@value": 1}, {"@value": None},
    {"@value": [1]}, {"@list": [[1]]}, {"@set": []}, {"@id": "urn:x"}, {"@id": 5}, {"@type": 5, "@value": "x"},
    {"@type": "@json", "@value": {"a": [1]}}, {"@language": 5, "@value": "x"}, {"@language": "en", "@value": "x"},
    {"@graph": []}, {"@reverse": {"name": "x"}}, {"id": ["a"]}, {"id": {}}, {"type": {}}, {"type": [5]}, {"en": "x"},
    {"@context": "https://www.w3.org/ns/credentials/v2"}, {"@context": "https://www.w3.org/2018/credentials/v1", "id": "urn:a"}, {"@nest": 5}, "\0",
]  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member of a document."""
    yield path
    for step in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[step], (*path, step))


def mutants(base: dict[str, Any], count: int, seed: int = 2026) -> Iterator[dict[str, Any]]:
    """Documents with an odd value, or a keyword of JSON-LD, at a place by chance."""
    everywhere = list(places(base))
    chance = random.Random(seed)
    for _ in range(count):
        document = copy.deepcopy(base)
        *above, last = chance.choice(everywhere[1:])
        place: Any = document
        for step in above:
            place = place[step]
        if isinstance(place[last], dict) and chance.random() < 0.5:
            place[last][chance.choice(KEYWORDS)] = copy.deepcopy(chance.choice(ODD))
        else:
            place[last] = copy.deepcopy(chance.choice(ODD))
        yield document
