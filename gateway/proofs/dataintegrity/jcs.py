"""The canonical form of JSON (JSON Canonicalization Scheme, RFC 8785)."""

from __future__ import annotations

import rfc8785

from gateway.errors import Refused
from gateway.readers.json import JsonValue


def canonical_json(value: JsonValue) -> bytes:
    """The canonical octets.

    Raises:
        Refused: `json.number`: an integer that a double can't hold.
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        raise Refused("json.number", "got an integer beyond 2^53, which has no canonical form") from None
