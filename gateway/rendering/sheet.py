"""The sheet: an A4 page at 100 dots per inch in four shades of grey, as a stack of bands.

A band (a line of text across the page, a rule, a gap) is one integer. Pixels take two bits each, rows stand below one
another with the PNG filter octet at their head, the lowest row's last pixel in the lowest bits: so ink is added by
shifting and `|`, and the octets of a finished band are image data that need no more than compression. A page of 3,000
letters is some 200 such operations (docs/adr/0004-page-images.md has the measurements).
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import NamedTuple

WIDTH = 827  # A4 at 100 dpi
HEIGHT = 1169
BITS = 2  # of a pixel
_FILTER = 4  # pixels that the filter octet at the head of a row takes
STRIDE = _FILTER + WIDTH + 1  # pixels from row to row: 208 octets, one pixel of padding
_OCTETS = STRIDE * BITS // 8
_GREYS = (255, 176, 96, 20)  # paper, two shades of the edges of letters, ink
_DOTS_PER_METRE = 3937


class Ink(NamedTuple):
    """A picture of some text: where `bits` has a pixel is told by `place`; sizes in pixels from the base line."""

    bits: int
    width: int
    above: int
    below: int


NOTHING = Ink(0, 0, 0, 0)


def position(x: int, y: int, below: int) -> int:
    """The bit of pixel (x to the right, y above the base line) in an `Ink` that reaches `below` under the base line."""
    return ((y + below) * STRIDE + STRIDE - x) * BITS


def place(ink: Ink, x: int, below: int) -> int:
    """The bits of the ink in a band whose base line has `below` rows under it, its origin `x` from the left edge."""
    shift = ((below - ink.below) * STRIDE - 1 - _FILTER - x) * BITS
    return ink.bits << shift if shift >= 0 else ink.bits >> -shift


@lru_cache(maxsize=512)
def bar(x: int, width: int, height: int) -> int:
    """A black bar over the whole height of a band."""
    row = ((1 << width * BITS) - 1) << ((STRIDE - _FILTER - x - width) * BITS)
    return sum(row << line * STRIDE * BITS for line in range(height))


def octets(bits: int, height: int) -> bytes:
    """The image rows of a band. What reaches over the band or into the margin of its rows is cut off."""
    return (bits & bar(0, WIDTH, height)).to_bytes(height * _OCTETS)


def blank(height: int) -> bytes:
    """Rows of paper."""
    return bytes(height * _OCTETS)


def png(rows: bytes) -> bytes:
    """The image file (ISO/IEC 15948): `rows` as made by `octets` and `blank`, HEIGHT of them."""
    header = WIDTH.to_bytes(4) + HEIGHT.to_bytes(4) + bytes((BITS, 3, 0, 0, 0))  # 3: shades from a palette
    density = _DOTS_PER_METRE.to_bytes(4) * 2 + b"\1"
    palette = b"".join(bytes((grey,)) * 3 for grey in _GREYS)
    chunks = (
        (b"IHDR", header),
        (b"pHYs", density),
        (b"PLTE", palette),
        (b"IDAT", zlib.compress(rows, 1)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)
