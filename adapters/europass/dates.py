"""Dates between the record, which keeps their precision, and the European Learning Model, which has only dateTime.

A date becomes midnight in its zone, else in UTC; midnight is read as a date (rulings of the project, 2.6). What is
less than a day becomes its first day.
"""

from __future__ import annotations

import re

from gateway.model.texts import is_when

_MIDNIGHT = re.compile(r"(-?\d{4}-\d\d-\d\d)T00:00:00(?:\.0+)?(Z|[+-]\d\d:\d\d)?")
_PARTS = re.compile(r"(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?(T[^Z+-]*)?(Z|[+-]\d\d:\d\d)?")


def read_when(text: str) -> str | None:
    """The date or time that a dateTime states, None when it is none of the calendar."""
    midnight = _MIDNIGHT.fullmatch(text)
    if midnight:
        day, zone = midnight.groups()
        text = day if zone in (None, "Z") else day + zone
    return text if is_when(text) else None


def write_datetime(when: str) -> str:
    """The dateTime for a date or time of the record."""
    parts = _PARTS.fullmatch(when)
    if parts is None:
        raise ValueError(f"no date or time: {when!r}")
    year, month, day, time, zone = parts.groups()
    if time:
        return when
    return f"{year}-{month or '01'}-{day or '01'}T00:00:00{zone or 'Z'}"
