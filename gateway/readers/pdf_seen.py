"""Whether each character of a page leaves ink on it: PDFium draws the page with its text and without, and they differ.

Text that is white on white, clipped away, beside the page, transparent, switched off, tiny or under a picture can be
read, and nobody sees it. Which character a shape is, this doesn't tell.
"""

from __future__ import annotations

from collections.abc import Iterator
from ctypes import byref, c_double, c_int
from typing import NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

_SCALE, _LARGEST = 2.0, 2_000
"""Pixels in a point, and of the longer side at the most."""

_FAINTEST = 16
"""Steps of grey, of 255, by which a pixel must differ."""

_SMALLEST = 2.0
"""The size of a letter in points that somebody can read, with good eyes."""


class _Drawing(NamedTuple):
    """A page in grey: a row of pixels after the other."""

    width: int
    height: int
    stride: int
    pixels: bytes


class _Box(NamedTuple):
    """The pixels of a character: columns and rows, the last not included."""

    left: int
    right: int
    top: int
    bottom: int


def hides_text(octets: bytes) -> bool:
    """Whether a character of a file leaves no ink on its page."""
    document = pypdfium2.PdfDocument(octets)
    try:
        return any(_hides(page) for page in document)
    finally:
        document.close()


def _hides(page: pypdfium2.PdfPage) -> bool:
    text = page.get_textpage()
    whole = _drawn(page)
    for shape in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
        pdfium.FPDFPageObj_SetIsActive(shape, False)  # noqa: FBT003 - PDFium's own
    bare = _drawn(page)
    return any(_is_tiny(text, at) or not _differ(whole, bare, _box(page, text, at, whole)) for at in _shapes(text))


def _drawn(page: pypdfium2.PdfPage) -> _Drawing:
    bitmap = page.render(scale=min(_SCALE, _LARGEST / max(page.get_size())), grayscale=True)
    drawing = _Drawing(bitmap.width, bitmap.height, bitmap.stride, bytes(bitmap.buffer))
    bitmap.close()
    return drawing


def _shapes(text: pypdfium2.PdfTextPage) -> Iterator[int]:
    """The numbers of the characters that have a shape."""
    for at in range(text.count_chars()):
        if not chr(pdfium.FPDFText_GetUnicode(text, at)).isspace() and pdfium.FPDFText_IsGenerated(text, at) != 1:
            yield at


def _is_tiny(text: pypdfium2.PdfTextPage, at: int) -> bool:
    left, bottom, right, top = text.get_charbox(at, loose=True)
    return bool(max(right - left, top - bottom) < _SMALLEST)


def _box(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, at: int, drawing: _Drawing) -> _Box:
    """Where a character stands, a pixel around it included."""
    left, bottom, right, top = text.get_charbox(at)
    corners = _pixel(page, drawing, left, bottom), _pixel(page, drawing, right, top)
    columns, rows = zip(*corners, strict=True)
    return _Box(max(min(columns) - 1, 0), max(columns) + 2, max(min(rows) - 1, 0), max(rows) + 2)


def _pixel(page: pypdfium2.PdfPage, drawing: _Drawing, x: float, y: float) -> tuple[int, int]:
    """The pixel at a place of the page, whatever its turn and its visible part."""
    column, row = c_int(), c_int()
    place = (c_double(x), c_double(y))
    pdfium.FPDF_PageToDevice(page, 0, 0, drawing.width, drawing.height, 0, *place, byref(column), byref(row))
    return column.value, row.value


def _differ(one: _Drawing, other: _Drawing, box: _Box) -> bool:
    left, right = box.left, max(min(box.right, one.width), box.left)
    for row in range(box.top, min(box.bottom, one.height)):
        start = row * one.stride
        ours, theirs = (drawn.pixels[start + left : start + right] for drawn in (one, other))
        if ours != theirs and any(abs(a - b) >= _FAINTEST for a, b in zip(ours, theirs, strict=True)):
            return True
    return False
