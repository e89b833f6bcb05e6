"""Baking a credential into a picture (Open Badges 3.0, section 5.3.1; PNG, third edition, section 11.3.3.4)."""

from __future__ import annotations

import zlib

from gateway.errors import Refused, RequestError
from gateway.readers.containers import unpack
from gateway.readers.limits import Limits

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = b"\x00\x00\x00\x0dIHDR"
_AFTER_HEADER = 33
"""Octets of the signature and the first chunk, whose thirteen octets are the header."""


def bake(picture: bytes, keyword: str, credential: bytes, *, limits: Limits) -> bytes:
    """The picture with the credential in an iTXt chunk right behind its header: not compressed, of no language.

    Raises:
        RequestError: `picture.unusable`, where it is no PNG, is broken, or holds a credential already.
    """
    _require_bare(picture, limits)
    text = keyword.encode("ascii") + b"\0\0\0\0\0" + credential
    chunk = len(text).to_bytes(4) + b"iTXt" + text + zlib.crc32(b"iTXt" + text).to_bytes(4)
    return picture[:_AFTER_HEADER] + chunk + picture[_AFTER_HEADER:]


def _require_bare(picture: bytes, limits: Limits) -> None:
    try:
        is_png = picture.startswith(_SIGNATURE + _HEADER) and not unpack(picture, limits).layers
    except Refused as refused:
        raise _unusable(f"got a broken picture: {refused.message}") from None
    if not is_png:
        raise _unusable("got no PNG, or one that holds a credential already, expected a plain one")


def _unusable(message: str) -> RequestError:
    return RequestError("picture.unusable", message, advice="give a PNG that nothing is baked into")
