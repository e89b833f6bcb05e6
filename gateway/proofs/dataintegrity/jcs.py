"""The canonical form of JSON (JSON Canonicalization Scheme, RFC 8785)."""

from __future__ import annotations

import rfc8785

from gateway.errors import Refused
from gateway.proofs.budget import Budget
from gateway.readers.json import JsonValue

VALUE, OCTETS = 4, 100
"""Steps for a value or name; octets of text in a step."""


def canonical_json(value: JsonValue, budget: Budget) -> bytes:
    """The canonical octets.

    Raises:
        Refused: `json.number`: an integer that a double can't hold; `limit.work`.
    """
    budget.spend(_steps(value))
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        raise Refused("json.number", "got an integer beyond 2^53, which has no canonical form") from None


def _steps(value: JsonValue) -> int:
    steps, pending = 0, [value]
    while pending:
        one = pending.pop()
        steps += VALUE
        if isinstance(one, dict):
            steps += VALUE * len(one)
            pending += one.values()
        elif isinstance(one, list):
            pending += one
        elif isinstance(one, str):
            steps += len(one) // OCTETS
    return steps
