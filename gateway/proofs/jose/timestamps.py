"""What an RFC 3161 time-stamp token says it stamped. Its signature and its authority are not judged here."""

from __future__ import annotations

import hashlib

from gateway.errors import Refused
from gateway.readers.base64 import decode_base64
from gateway.readers.der import INTEGER, OCTET_STRING, OID, SEQUENCE, SET, context, read_der
from gateway.readers.json import JsonValue

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
_TST_INFO = bytes.fromhex("2a864886f70d0109100104")  # 1.2.840.113549.1.9.16.1.4
_DIGESTS = {
    bytes.fromhex("608648016503040201"): "sha256",
    bytes.fromhex("608648016503040202"): "sha384",
    bytes.fromhex("608648016503040203"): "sha512",
}
MOST_TOKENS = 8


def imprints_match(container: JsonValue, stamped: bytes) -> bool:
    """Whether every token of a `{"tstTokens": [{"val": …}]}` container is over these octets.

    Raises:
        Refused: `timestamp.unreadable` where the container or a token can't be read, or uses an unknown digest.
    """
    tokens = container.get("tstTokens") if isinstance(container, dict) else None
    if not isinstance(tokens, list) or not 0 < len(tokens) <= MOST_TOKENS:
        raise Refused("timestamp.unreadable", "got a time-stamp container without tokens, or with too many")
    imprints = [message_imprint(_value(token)) for token in tokens]
    digests = {name: hashlib.new(name, stamped).digest() for name, _ in imprints}  # once each: `stamped` may be large
    return all(digests[name] == value for name, value in imprints)


def _value(token: JsonValue) -> bytes:
    value = token.get("val") if isinstance(token, dict) else None
    if not isinstance(value, str):
        raise Refused("timestamp.unreadable", "got a time-stamp token without val")
    return decode_base64(value, "a time-stamp token")


def message_imprint(token: bytes) -> tuple[str, bytes]:
    """The digest's name and value in a token: ContentInfo, SignedData, TSTInfo, messageImprint (RFC 3161, 2.4.2)."""
    content = read_der(token, SEQUENCE)
    signed = content.member(1, context(0)).member(0, SEQUENCE)
    signed.member(0, INTEGER), signed.member(1, SET)
    encapsulated = signed.member(2, SEQUENCE)
    types = (content.member(0, OID).content, encapsulated.member(0, OID).content)
    if types != (_SIGNED_DATA, _TST_INFO):
        raise Refused("timestamp.unreadable", "got no RFC 3161 time-stamp token")
    octets = encapsulated.member(1, context(0)).member(0, OCTET_STRING).content
    imprint = read_der(octets, SEQUENCE).member(2, SEQUENCE)
    digest = _DIGESTS.get(imprint.member(0, SEQUENCE).member(0, OID).content)
    if digest is None:
        raise Refused("timestamp.unreadable", "got a time-stamp over a digest that isn't SHA-256, SHA-384 or SHA-512")
    return digest, imprint.member(1, OCTET_STRING).content
