"""Statements as compact JWS (RFC 7515): of one type each, so that none can be taken for another of the same key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from gateway.readers.base64 import encode_base64url
from gateway.readers.json import JsonValue


class Signer(Protocol):
    """The port to a key: how a JOSE header names it, its algorithm, and the act of signing."""

    @property
    def jose_header(self) -> Mapping[str, JsonValue]:
        """Its certificates (`x5c`), or the name of its DID's verification method (`kid`) with the key (`jwk`)."""

    @property
    def jose_algorithm(self) -> str:
        """The algorithm's name in RFC 7518."""

    def sign_jose(self, octets: bytes) -> bytes:
        """The signature as RFC 7518 writes it."""


def sign_compact(payload: bytes, signer: Signer, typ: str) -> bytes:
    """The payload as a JWS of that type, which says whose it is."""
    header = {"alg": signer.jose_algorithm, "typ": typ, **signer.jose_header}
    head = encode_base64url(json.dumps(header, separators=(",", ":")).encode())
    signing_input = f"{head}.{encode_base64url(payload)}".encode()
    return signing_input + b"." + encode_base64url(signer.sign_jose(signing_input)).encode()
