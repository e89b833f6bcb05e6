"""The page image: a description in, a PNG file out."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.rendering import sheet
from gateway.rendering.layout import Layout
from gateway.rendering.page import Page


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page image.

    `missing` are the characters, in order, that no font has or that may not be drawn (control characters): each must
    be told to whoever gets the image. `left_out` counts what the lines "and N more" on the page stand for.
    """

    png: bytes
    missing: tuple[str, ...]
    left_out: int


def draw(page: Page) -> Drawn:
    """The page as PNG: A4, 100 dots per inch, four shades of grey. Equal pages have equal octets in any order of calls.

    May be called from several threads. Raises: ConfigError `pages.not_installed`.
    """
    layout = Layout(page)
    bands = layout.bands()
    missing = dict.fromkeys(char for band in bands for char in band.missing)
    return Drawn(sheet.png(b"".join(band.rows for band in bands)), tuple(missing), layout.left_out)
