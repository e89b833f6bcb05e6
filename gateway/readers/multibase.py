"""Multibase texts as Verifiable Credentials use them: base58btc ("z") and base64url ("u").

Controlled Identifiers 1.0, section 2.4. Lengths are bounded: base58 costs the square of its length.
"""

from __future__ import annotations

from gateway.errors import Refused
from gateway.readers.base64 import decode_base64url

LONGEST_BASE58 = 1024
"""Characters; a signature has 88, an RSA key of 4096 bits 725."""

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_BASE = 58


def decode_multibase(text: str, what: str) -> bytes:
    """The octets of a multibase text.

    Raises:
        Refused: `multibase.invalid`, naming `what`; `base64.invalid`.
    """
    if text[:1] == "z":
        return decode_base58(text[1:], what)
    if text[:1] == "u":
        return decode_base64url(text[1:], what)
    raise Refused("multibase.invalid", f"got {what} that is neither base58btc (z…) nor base64url (u…)")


def decode_base58(text: str, what: str, longest: int = LONGEST_BASE58) -> bytes:
    """The octets of base58btc, each leading "1" a zero octet."""
    if len(text) > longest or not all(character in _VALUES for character in text):
        raise Refused("multibase.invalid", f"got {what} that is no base58btc, or is longer than {longest}")
    number = 0
    for character in text:
        number = number * _BASE + _VALUES[character]
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def encode_base58(octets: bytes) -> str:
    """Base58btc."""
    number, digits = int.from_bytes(octets), []
    while number:
        number, digit = divmod(number, _BASE)
        digits.append(_ALPHABET[digit])
    zeros = len(octets) - len(octets.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(digits))
