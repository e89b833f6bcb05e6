"""Reading JSON Web Signatures (RFC 7515, RFC 7797) into their parts; checking them is `gateway.proofs.jose`.

Three serialisations: compact, JSON flattened, JSON general. The Europass form is general with `"b64": false`: the
payload is a JSON string whose very characters are signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.errors import Refused
from gateway.readers.base64 import decode_base64url
from gateway.readers.json import JsonValue, parse_json
from gateway.readers.limits import Limits

HEADER_BYTES = 64 * 1024
SIGNATURES = 16
_HEADER_LIMITS = Limits(document_bytes=HEADER_BYTES, depth=20, nodes=2_000)

Serialisation = Literal["compact", "flattened", "general"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JwsSignature:
    """One signature of a JWS.

    protected     as it stands in the signing input (base64url), and `header` what it decodes to
    unprotected   the unsigned header of the JSON serialisations: hints, no more
    value_text, value   the signature as base64url and as octets
    """

    protected: str
    header: Mapping[str, JsonValue]
    unprotected: Mapping[str, JsonValue]
    value_text: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedJws:
    """A JWS taken apart.

    payload_text  the payload as it stands in the signing input: base64url, or the octets themselves (`b64` false)
    payload       the octets that the signatures vouch for; None where the JWS carries no payload (detached)
    ignored       names of members that the standard doesn't know, and that no signature covers
    """

    serialisation: Serialisation
    payload_text: bytes
    payload: bytes | None
    signatures: tuple[JwsSignature, ...]
    ignored: tuple[str, ...] = ()


def parse_compact(text: bytes) -> ParsedJws:
    """The parts of a compact JWS (RFC 7515 section 7.1).

    Raises:
        Refused: `jws.structure`, `jws.header`, `base64.invalid`, `json.*` or `limit.*`.
    """
    parts = text.split(b".")
    if len(parts) != 3:  # noqa: PLR2004 - header, payload, signature
        raise Refused("jws.structure", f"got {len(parts)} parts, expected header.payload.signature")
    signature = _signature({"protected": _ascii(parts[0]), "signature": _ascii(parts[2])})
    payload = _payload(parts[1], [signature])
    return ParsedJws(serialisation="compact", payload_text=parts[1], payload=payload, signatures=(signature,))


def is_json_jws(value: JsonValue) -> bool:
    """Whether a JSON value has the outline of a JWS: a signature, and a payload or a protected header beside it."""
    if not isinstance(value, dict):
        return False
    return ("signatures" in value and "payload" in value) or ("signature" in value and "protected" in value)


def parse_json_jws(value: Mapping[str, JsonValue]) -> ParsedJws:
    """The parts of a JWS in JSON serialisation (RFC 7515 section 7.2); members it doesn't know are ignored and named.

    Raises:
        Refused: `jws.structure`, `jws.no_signature`, `jws.header`, `base64.invalid`, `json.*` or `limit.*`.
    """
    general = "signatures" in value
    if general and "signature" in value:
        raise Refused("jws.structure", "got both signature and signatures, expected one of them")
    members = value["signatures"] if general else [value]
    signatures = tuple(_signature(member) for member in _listed(members))
    known = {"payload", "signatures"} if general else {"payload", "protected", "header", "signature"}
    stray = [name for name in value if name not in known]
    if general:
        stray += [name for member in members for name in member if name not in {"protected", "header", "signature"}]
    text = _payload_text(value)
    return ParsedJws(
        serialisation="general" if general else "flattened",
        payload_text=text or b"",
        payload=None if text is None else _payload(text, signatures),
        signatures=signatures,
        ignored=tuple(stray),
    )


def _listed(members: JsonValue) -> list[JsonValue]:
    if not isinstance(members, list):
        raise Refused("jws.structure", f"got signatures of type {type(members).__name__}, expected an array")
    if not members:
        raise Refused("jws.no_signature", "got an empty signatures array, expected at least one signature")
    if len(members) > SIGNATURES:
        raise Refused("limit.signatures", f"got {len(members)} signatures, expected at most {SIGNATURES}")
    return members


def _payload_text(value: Mapping[str, JsonValue]) -> bytes | None:
    payload = value.get("payload")
    if payload is None and "payload" not in value:
        return None
    if not isinstance(payload, str):
        raise Refused("jws.structure", f"got a payload of type {type(payload).__name__}, expected a string")
    return payload.encode()


def _signature(member: JsonValue) -> JwsSignature:
    if not isinstance(member, dict):
        raise Refused("jws.structure", f"got a signature of type {type(member).__name__}, expected an object")
    protected, value = (_string(member, name) for name in ("protected", "signature"))
    unprotected = member.get("header", {})
    if not isinstance(unprotected, dict):
        raise Refused("jws.structure", "got an unprotected header that is no object")
    return JwsSignature(
        protected=protected,
        header=_header(protected),
        unprotected=unprotected,
        value_text=value,
        value=decode_base64url(value, "a signature value"),
    )


def _string(member: Mapping[str, JsonValue], name: str) -> str:
    value = member.get(name)
    if not isinstance(value, str):
        raise Refused("jws.structure", f"got {name} of type {type(value).__name__}, expected a string")
    return value


def _header(protected: str) -> dict[str, JsonValue]:
    if len(protected) > HEADER_BYTES:
        raise Refused("limit.header", f"got a protected header of {len(protected)} octets, at most {HEADER_BYTES}")
    header = parse_json(decode_base64url(protected, "a protected header"), _HEADER_LIMITS)
    if not isinstance(header, dict):
        raise Refused("jws.header", f"got a protected header of type {type(header).__name__}, expected an object")
    return header


def _payload(text: bytes, signatures: list[JwsSignature] | tuple[JwsSignature, ...]) -> bytes:
    encoded = {signature.header.get("b64", True) is not False for signature in signatures}
    if len(encoded) != 1:
        raise Refused("jws.header", "got signatures that differ in b64, expected one value for all (RFC 7797, 3)")
    return decode_base64url(_ascii(text), "a payload") if encoded.pop() else text


def _ascii(octets: bytes) -> str:
    try:
        return octets.decode("ascii")
    except UnicodeDecodeError as error:
        raise Refused("base64.invalid", f"got an octet beyond ASCII at {error.start}, expected base64url") from None
