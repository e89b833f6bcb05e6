"""Reports of invented people as PDF, made object by object: labels and values as rows, or in lines of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tests.adapters.chsi.documents import HEQC, LABELS
from tests.pdf_makers import pdf

FONT = b"<< /Font << /F1 5 0 R >> >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources " + FONT + b" >>"
SAMPLE = "SAMPLE 样例，非学信网出具"


def rows(report: Mapping[str, Any] = HEQC, *, code: str | None = None, **changed: str) -> list[tuple[str, str]]:
    """The labels and values of a graduation, as the register would print them; "" leaves a field out."""
    said = {**report, **report["holder"], "institution": report["institution"]["name"], **changed}
    several = [(label, str(said.get(key, ""))) for key, label in LABELS.items() if said.get(key, "") != ""]
    return [*several, ("在线验证码", str(report["vcode"]) if code is None else code)]


def sheet(
    shown: Iterable[tuple[str, str]] | None = None,
    *,
    title: str = HEQC["title"],
    stacked: bool = False,
    extra: Sequence[str] = (),
    **how: Any,
) -> bytes:
    """A report as PDF. `stacked`: each value in the line under its label; `extra` are lines at the end."""
    several = rows() if shown is None else list(shown)
    lines: list[tuple[str, ...]] = [(title,), (f"更新日期：{HEQC['updateDate']}",)]
    for label, value in several:
        lines += [(label,), (value,)] if stacked else [(label, value)]
    return drawn([*lines, *((one,) for one in extra)], **how)


def drawn(
    lines: Sequence[tuple[str, ...]],
    *,
    mode: int = 0,
    told: bool = True,
    actual: Mapping[str, str] = MappingProxyType({}),
    page: bytes = PAGE,
    around: tuple[bytes, bytes] = (b"", b""),
    more: Sequence[bytes] = (),
    **how: Any,
) -> bytes:
    """Lines of cells as a page of text.

    `mode` of rendering; `told`: whether the font says which characters it has; `actual`: other texts that the
    file claims to be the actual ones of some; `around`: what is drawn before and after; `more`: objects from 8 on.
    """
    characters = sorted({char for cells in lines for text in cells for char in text})
    codes = {char: number for number, char in enumerate(characters, 1)}
    shows = [b"/F1 10 Tf %d Tr" % mode]
    for number, cells in enumerate(lines):
        for column, text in enumerate(cells):
            place = (50 + 200 * column, 800 - 18 * number)
            shown = b"1 0 0 1 %d %d Tm <%s> Tj" % (*place, bytes(codes[char] for char in text).hex().encode())
            shows.append(_marked(shown, actual[text]) if text in actual else shown)
    content = b"%s BT %s ET %s" % (around[0], b"\n".join(shows), around[1])
    return pdf(*_font(characters, told=told), *more, page=page, content=_stream(content), **how)


def _marked(shown: bytes, text: str) -> bytes:
    return b"/Span << /ActualText <feff%s> >> BDC %s EMC" % (text.encode("utf-16-be").hex().encode(), shown)


def _font(characters: Sequence[str], *, told: bool) -> tuple[bytes, ...]:
    """A font whose every shape is a box; which character each is, its table alone says."""
    pairs = b"".join(
        b"<%02x> <%s>\n" % (code, char.encode("utf-16-be").hex().encode()) for code, char in enumerate(characters, 1)
    )
    cmap = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /T def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n%d beginbfchar\n%sendbfchar\nendcmap end end"
    ) % (len(characters), pairs)
    many = len(characters)
    return (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 750 750] /FontMatrix [0.001 0 0 0.001 0 0] /FirstChar 1 "
        b"/LastChar %d /Widths [%s] /Encoding << /Type /Encoding /Differences [1%s] >> /CharProcs << /box 6 0 R >> "
        b"/Resources << >>%s >>" % (many, b" 1000" * many, b" /box" * many, b" /ToUnicode 7 0 R" if told else b""),
        _stream(b"1000 0 0 0 750 750 d1 0 0 750 750 re f"),
        _stream(cmap),
    )


def _stream(octets: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(octets), octets)
