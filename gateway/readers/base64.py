"""Base64 without leniency: one text for each octet string, so that nothing can be altered unseen."""

from __future__ import annotations

import base64
import binascii
import re

from gateway.errors import Refused

_URL_ALPHABET = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def decode_base64url(text: str, what: str) -> bytes:
    """The octets of base64url as JOSE wants it (RFC 7515 section 2): no padding, no white space, unused bits zero.

    Raises:
        Refused: `base64.invalid`, naming `what`.
    """
    if _URL_ALPHABET.fullmatch(text) and len(text) % 4 != 1:
        octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if encode_base64url(octets) == text:
            return octets
    message = f"got {what} that is not strict base64url (alphabet, no padding, unused bits zero)"
    raise Refused("base64.invalid", message)


def decode_base64(text: str, what: str) -> bytes:
    """The octets of padded base64 (RFC 4648 section 4), without white space, unused bits zero.

    Raises:
        Refused: `base64.invalid`, naming `what`.
    """
    try:
        octets = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("base64.invalid", f"got {what} that is not base64") from error
    if base64.b64encode(octets).decode() != text:
        raise Refused("base64.invalid", f"got {what} whose unused bits are not zero")
    return octets


def encode_base64url(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
