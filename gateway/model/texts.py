"""Texts in several languages, and dates as they were printed.

A text maps a language (BCP 47, lower case) to what stands in it; `und` is the language that the source doesn't say.
A date keeps its precision and its zone, as printed: "2014", "2014-11", "2014-11-28+02:00", "2016-01-08T09:58:18Z".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

Text = Mapping[str, str]
"""Language to text. Treated as immutable: readers build it once."""

UNDETERMINED = "und"
"""The language tag of a text whose language the source doesn't say (ISO 639-2)."""

_WHEN = re.compile(
    r"-?\d{4}"
    r"(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?)?)?)?"
    r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?",
    re.ASCII,  # digits of other scripts are no digits of ISO 8601
)


def is_when(text: str) -> bool:
    """Whether `text` is a date or time of our forms that exists in the calendar."""
    if not _WHEN.fullmatch(text):
        return False
    day = text.lstrip("-")[:10]
    if len(day) < len("2014-11-28") or day[4] != "-" or day[7] != "-":
        return True
    try:
        dt.date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _require_when(text: str) -> str:
    if not is_when(text):
        msg = "expected a date or time as in ISO 8601: 2014, 2014-11, 2014-11-28 or 2014-11-28T10:00:00Z"
        raise ValueError(msg)
    return text


When = Annotated[str, AfterValidator(_require_when)]
"""A partial date or a time in ISO 8601, lexical form kept."""


def in_language(text: Text, language: str) -> str:
    """What a page in `language` shows: that language, else a text of no stated language, else the first."""
    return text.get(language) or text.get(UNDETERMINED) or next(iter(text.values()), "")
