"""Dates as Chinese reports print them: 2003年01月09日, 20030109, 2003.1.9, January 9, 2003, or to the month alone."""

from __future__ import annotations

import re
import unicodedata

from gateway.model.texts import When, is_when

_NUMERIC = re.compile(r"(\d{4})[年.\-/](\d{1,2})(?:[月.\-/](\d{1,2})日?|月)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YEAR = re.compile(r"(\d{4})年?")
_ENGLISH = re.compile(r"([a-z]{3})[a-z]*\.?(\d{1,2}),(\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(text: str) -> When | None:
    """The date in ISO 8601, as precise as it is printed; None for what is none (the 30th of February)."""
    bare = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    found = _parts(bare)
    if found is None:
        return None
    year, *rest = found
    when = "-".join([year, *(part.zfill(2) for part in rest if part)])
    return when if is_when(when) else None


def _parts(bare: str) -> tuple[str, ...] | None:
    english = _ENGLISH.fullmatch(bare)
    if english is not None:
        month = english[1]
        return (english[3], str(_MONTHS.index(month) + 1), english[2]) if month in _MONTHS else None
    for form in (_NUMERIC, _COMPACT, _YEAR):
        if (found := form.fullmatch(bare)) is not None:
            return tuple(part or "" for part in found.groups())
    return None
