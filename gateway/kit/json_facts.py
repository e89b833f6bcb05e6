"""What of a JSON document is kept beside the record: facts of the document by their place, and its objects in order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from gateway.kit.json_cursor import JsonCursor, lexical
from gateway.model.leaves import pointer

LONGEST_FACT = 200
"""Characters of a fact that are kept as they stand; of a longer one its digest is."""


def remember(cursor: JsonCursor, name: str, other: dict[str, str]) -> None:
    """Keep every leaf under a member by its place; a long one by its digest."""
    if name in cursor.value:
        cursor.skip(name)
        _keep(cursor.value[name], pointer(cursor.place, name), other)


def _keep(value: Any, at: str, other: dict[str, str]) -> None:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if members is None or not value:
        text = lexical(value) if not isinstance(value, dict | list) else json.dumps(value)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
        other[at] = digest if len(text) > LONGEST_FACT else text
        return
    for key, member in members:
        _keep(member, pointer(at, str(key)), other)


def objects_of(value: Any, place: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every object in a value, itself first, each with its place."""
    if isinstance(value, dict):
        yield value, place
        for key, member in value.items():
            yield from objects_of(member, pointer(place, key))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from objects_of(member, pointer(place, str(i)))
