"""Text to ink: cleaned, put in visual order, shaped by HarfBuzz, drawn and kept.

Everything is shaped, Latin too (kerning, marks, ligatures that a script needs): shaping 40 letters costs 4 µs, and what
was set before is taken from caches. All caches are bounded, hold results of pure functions only, and so can be shared
by threads and never change what is drawn.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from gateway.rendering import bidi, fonts
from gateway.rendering.sheet import NOTHING, STRIDE, Ink, position

LONGEST = 600  # characters of a text that are looked at: more than any place on the page can show
_ELLIPSIS = "…"
_UNDRAWABLE = "\ufffd"
_TRIMMED = dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))  # invisible, nothing is lost
_JOINING = re.compile("[\u034f\u061c\u200c-\u200f\u2060\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # guide shaping
_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")  # could make a text look like another one
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff]")
_WIDE = "\u2e80-\u2fff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_CLOSING = "、。，．：；！？）］｝」』】〉》〕…％々ー,.:;!?)\\]}%"
# Where a line may end: after white space, and between the characters of scripts without spaces.
_UNIT = re.compile(f"[（［｛「『【〈《〔]?[{_WIDE}][{_CLOSING}]*|[^\\s{_WIDE}]+|\\s+")
_SHADES = bytes(b"0123"[0 if v < 40 else 1 if v < 104 else 2 if v < 184 else 3] for v in range(256))  # noqa: PLR2004


class Style(NamedTuple):
    """Size in units of 1/64 pixel, weight 400 (regular) to 700 (bold)."""

    size: int
    weight: int


class Line(NamedTuple):
    """A set line, and the characters of its text that couldn't be drawn (shown as U+FFFD, or not at all)."""

    ink: Ink
    missing: tuple[str, ...] = ()


class Face(NamedTuple):
    """How a text is to be set: style, language and the direction that its paragraph has by default."""

    style: Style
    language: str
    right: bool


class _Glyph(NamedTuple):
    bits: int
    left: int
    bottom: int
    width: int
    height: int


class _Shaped(NamedTuple):
    width: int  # units
    glyphs: tuple[tuple[str, str, int, int, int], ...]  # face, national form, glyph, x and y in units


def one_line(text: str, face: Face, width: int) -> Line:
    """The text on one line of at most `width` pixels; what is too long ends in an ellipsis."""
    lines = _wrapped(text[: LONGEST + 1], face, width, 1)
    return lines[0] if lines else Line(NOTHING)


def paragraph(text: str, face: Face, width: int, most: int) -> tuple[Line, ...]:
    """The text on as many lines as it needs, `most` at most; what is too long ends in an ellipsis."""
    return _wrapped(text[: LONGEST + 1], face, width, most)


def cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it can be drawn, composed (NFC), on one line; and the characters that can't.

    What no font has becomes U+FFFD; control characters and those that override the direction are left out. Both are
    reported. Markup is nothing special.
    """
    whole = " ".join(unicodedata.normalize("NFC", text.translate(_TRIMMED)).split())
    kept: list[str] = []
    missing: dict[str, None] = {}
    for char in whole[:LONGEST]:
        if _JOINING.match(char):
            kept.append(char)
        elif unicodedata.category(char) == "Cc" or _CONTROL.match(char):
            missing[char] = None
        elif unicodedata.category(char) == "Cs" or fonts.face_of(char) is None:
            missing[char] = None
            kept.append(_UNDRAWABLE)
        else:
            kept.append(char)
    cut = _ELLIPSIS if len(whole) > LONGEST or len(text) > LONGEST else ""
    return "".join(kept) + cut, tuple(missing)


@lru_cache(maxsize=4096)
def _wrapped(text: str, face: Face, width: int, most: int) -> tuple[Line, ...]:
    rest, missing = cleaned(text)
    face = face._replace(right=bidi.starts_right(rest, face.right))
    lines: list[Line] = []
    while rest and len(lines) < most - 1 and _pixels(rest, face) > width:
        end = _line_end(rest, face, width)
        lines.append(Line(_ink(rest[:end].rstrip(), face)))
        rest = rest[end:].lstrip()
    if rest:
        lines.append(Line(_ink(_shortened(rest, face, width), face), missing))
    return tuple(lines)


def _line_end(text: str, face: Face, width: int) -> int:
    """Where the first line ends: at the last place that fits, inside a word only if the word alone is too long."""
    places = [unit.end() for unit in _UNIT.finditer(text)]
    fitting = _last_fitting(text, places, "", face, width)
    if fitting is None:
        clusters = _clusters(text)
        fitting = _last_fitting(text, clusters, "", face, width) or clusters[0]
    return fitting


def _shortened(text: str, face: Face, width: int) -> str:
    if _pixels(text, face) <= width:
        return text
    end = _last_fitting(text, _clusters(text), _ELLIPSIS, face, width)
    return (text[:end].rstrip() if end else "") + _ELLIPSIS


def _last_fitting(text: str, places: Sequence[int], tail: str, face: Face, width: int) -> int | None:
    """The last of the places before which the text, with the tail, is no wider than `width`."""
    low, high = 0, len(places)
    while low < high:
        middle = (low + high + 1) // 2
        if _pixels(text[: places[middle - 1]].rstrip() + tail, face) <= width:
            low = middle
        else:
            high = middle - 1
    return places[low - 1] if low else None


def _clusters(text: str) -> list[int]:
    """The ends of what a reader takes for one letter: a base with its marks and joiners."""
    return [
        index for index in range(1, len(text) + 1) if index == len(text) or not _clings(text[index - 1], text[index])
    ]


def _clings(before: str, char: str) -> bool:
    return unicodedata.category(char).startswith("M") or _JOINING.match(char) is not None or before == "\u200d"


def _pixels(text: str, face: Face) -> int:
    return -(-_shape(text, face).width // fonts.UNITS)


@lru_cache(maxsize=2048)
def _shape(text: str, face: Face) -> _Shaped:
    """The glyphs of a line in visual order, from left to right."""
    form = _national_form(text, face.language)
    found = bidi.levels(text, face.right)
    pen = 0
    glyphs: list[tuple[str, str, int, int, int]] = []
    for start, stop in bidi.visual(found):
        right = found[start] % 2 == 1
        runs = _runs(text[start:stop])
        for run in reversed(runs) if right else runs:
            pen = _shape_run(run, form, face, right, pen, glyphs)
    return _Shaped(pen, tuple(glyphs))


def _shape_run(
    run: tuple[str, str, str],
    form: str,
    face: Face,
    right: bool,  # noqa: FBT001 - a direction, not a switch
    pen: int,
    glyphs: list[tuple[str, str, int, int, int]],
) -> int:
    text, name, script = run
    engine = fonts.engine()
    buffer = engine.Buffer()
    buffer.add_codepoints([ord(char) for char in text])
    buffer.guess_segment_properties()
    if script:
        buffer.script = script
    buffer.direction = "rtl" if right else "ltr"
    buffer.language = face.language
    if _HANGUL.search(text):
        form = "ko"
    engine.shape(fonts.font(name, form, face.style.size, face.style.weight), buffer)
    for info, place in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True):
        glyphs.append((name, form, info.codepoint, pen + place.x_offset, place.y_offset))
        pen += place.x_advance
    return pen


def _runs(text: str) -> list[tuple[str, str, str]]:
    """The text in pieces (text, face, script) of one font and alphabet; marks and spaces go along with the last."""
    runs: list[tuple[str, str, str]] = []
    for char in text:
        face, script = _home(char)
        if runs:
            before, last_face, last_script = runs[-1]
            goes_along = ((char == " " and last_face != fonts.EMOJI) or _clings(before[-1], char)) and (
                _JOINING.match(char) is not None or fonts.has(last_face, char)
            )
            if goes_along or (face == last_face and (script == last_script or not (script and last_script))):
                runs[-1] = (before + char, last_face, last_script or ("" if goes_along else script))
                continue
        runs.append((char, face, script))
    return runs


@lru_cache(maxsize=32_768)
def _home(char: str) -> tuple[str, str]:
    """The font of a character, and its alphabet where one font has several."""
    face = fonts.face_of(char) or fonts.LATIN  # only joiners have none: cleaned() replaced all others
    name = unicodedata.name(char, "").split(" ")[0]
    return face, {"LATIN": "Latn", "GREEK": "Grek", "CYRILLIC": "Cyrl"}.get(name, "")


def _national_form(text: str, language: str) -> str:
    """Japanese where there is kana, whatever the page's language; else the page's language decides."""
    return "ja" if _KANA.search(text) else fonts.national_form(language)


@lru_cache(maxsize=4096)
def _ink(text: str, face: Face) -> Ink:
    shaped = _shape(text, face)
    tiles: list[tuple[int, _Glyph, int]] = []
    for name, form, number, x, y in shaped.glyphs:
        tile = _glyph(name, form, face.style, number, x % fonts.UNITS // 16)
        if tile.bits:
            up = tile.bottom + (y + fonts.UNITS // 2) // fonts.UNITS
            tiles.append((x // fonts.UNITS + tile.left, tile, up))
    below = max((-up for _, _, up in tiles), default=0)
    above = max((up + tile.height for _, tile, up in tiles), default=0)
    bits = 0
    for x, tile, up in tiles:
        bits |= tile.bits << position(x + tile.width - 1, up, below)
    return Ink(bits, -(-shaped.width // fonts.UNITS), above, below)


@lru_cache(maxsize=8192)
def _glyph(name: str, form: str, style: Style, number: int, quarter: int) -> _Glyph:
    """One glyph, drawn at a quarter of a pixel, in the shades of the sheet."""
    pen = fonts.engine().RasterDraw()
    pen.scale_factor = (float(fonts.UNITS), float(fonts.UNITS))
    pen.transform = (1.0, 0.0, 0.0, 1.0, quarter * fonts.UNITS / 4, 0.0)
    pen.draw_glyph(fonts.font(name, form, style.size, style.weight), number)
    image = pen.render()
    extents = image.extents
    width, height, stride = extents.width, extents.height, extents.stride
    if not width or not height:
        return _Glyph(0, 0, 0, 0, 0)
    shades = image.buffer.translate(_SHADES)  # rows from the bottom up
    rows = (shades[row * stride : row * stride + width] for row in range(height - 1, -1, -1))
    return _Glyph(int(bytes(b"0" * (STRIDE - width)).join(rows), 4), extents.x_origin, extents.y_origin, width, height)
