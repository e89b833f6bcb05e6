"""The content that a proof over RDF covers, out of the JSON that was parsed once.

What RDF doesn't hold is taken out: null, empty arrays, the direction of a text, a value said twice. Where it holds no
order, members stand in the order of their digests, so that nothing is read from one (rulings on keys; JSON-LD 1.1,
section 4.3). A credential inside that has a proof of its own stays as it is: its own proof says what is covered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection

from gateway.proofs.budget import Budget
from gateway.readers.json import JsonValue, Number, dump_json

OCTETS = 50
"""Octets of a member that are put in order in a step."""

_NOTHING: tuple[JsonValue, ...] = (None, [])


def covered_json(document: dict[str, JsonValue], ordered: Collection[int], budget: Budget) -> bytes:
    """The JSON of a document without its proof; `ordered` are the identities of arrays whose order is covered.

    Raises:
        Refused: `limit.work`, where arrays in arrays would be put in order again and again.
    """
    covered = {name: _covered(name, value, ordered, budget) for name, value in document.items() if _stays(name, value)}
    if _has_printed_number(covered):
        return dump_json(covered)
    return json.dumps(covered, ensure_ascii=False, separators=(",", ":")).encode()  # the same octets, in C


def _has_printed_number(value: JsonValue) -> bool:
    """Whether a number stands in it whose printed form only our own writer keeps."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, Number):
            return True
        if isinstance(one, dict):
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
    return False


def _stays(name: str, value: JsonValue) -> bool:
    return value not in _NOTHING and name not in ("proof", "@direction")


def _covered(name: str, value: JsonValue, ordered: Collection[int], budget: Budget) -> JsonValue:
    if name == "@context":
        return value
    if isinstance(value, list):
        members = [_covered("", member, ordered, budget) for member in value if member not in _NOTHING]
        return members if id(value) in ordered else _unordered(members, budget)
    if isinstance(value, dict) and "proof" not in value:
        return {key: _covered(key, member, ordered, budget) for key, member in value.items() if _stays(key, member)}
    return value


def _unordered(members: list[JsonValue], budget: Budget) -> list[JsonValue]:
    """Members by digest; of a text, or a thing with a name, that stands there twice, one."""
    if len(members) < 2:  # noqa: PLR2004 - one has no order
        return members
    keyed = sorted(((_digest(member, budget), member) for member in members), key=lambda pair: pair[0])
    return [
        member
        for at, (digest, member) in enumerate(keyed)
        if at == 0 or digest != keyed[at - 1][0] or (isinstance(member, dict) and "id" not in member)
    ]


def _digest(member: JsonValue, budget: Budget) -> bytes:
    text = json.dumps(member, sort_keys=True).encode()
    budget.spend(1 + len(text) // OCTETS)
    return hashlib.sha256(text).digest()
