"""Dates between the record, which keeps their precision, and the European Learning Model, which has only dateTime.

A date becomes midnight in its zone, else in UTC; midnight is read as a date (rulings of the project, 2.6). What is
less than a day becomes its first day.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

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


def moment(text: str) -> dt.datetime | None:
    """The moment of a dateTime, in UTC where it states no zone; None when it is none."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def earliest(whens: Iterable[str | None]) -> str | None:
    """The earliest of several dates or times, None where there is none."""
    known = [(at, when) for when in whens if when is not None and (at := moment(write_datetime(when))) is not None]
    return min(known)[1] if known else None
