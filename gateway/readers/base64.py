"""Base64 without leniency: one text for each octet string, so that nothing can be altered unseen."""

from __future__ import annotations

import base64
import binascii
import re

from gateway.errors import Refused

_QUANTUM = 4  # characters that stand for up to three octets
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
    octets = strict_base64(text)
    if octets is None:
        raise Refused("base64.invalid", f"got {what} that is not strict base64 (alphabet, padding, unused bits zero)")
    return octets


def strict_base64(text: str | bytes | memoryview) -> bytes | None:
    """The octets of base64 in its one spelling, without a copy of the text; None where written again it would differ.

    Only the last four characters can have unused bits.
    """
    if len(text) % _QUANTUM:
        return None
    try:
        octets = binascii.a2b_base64(text, strict_mode=True)
        last = text[-_QUANTUM:]
        written = binascii.b2a_base64(binascii.a2b_base64(last), newline=False)
    except ValueError:  # binascii.Error, or characters outside ASCII
        return None
    return octets if written == (last.encode() if isinstance(last, str) else last) else None


def encode_base64url(octets: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
