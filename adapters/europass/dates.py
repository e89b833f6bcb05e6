"""Dates of the European Learning Model, which has only dateTime: midnight is read as a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from gateway.model.dates import as_moment, day_at_midnight
from gateway.model.texts import is_when


def read_when(text: str) -> str | None:
    """The date or time that a dateTime states, None when it is none of the calendar."""
    return day_at_midnight(text) if is_when(text) else None


def moment(text: str) -> dt.datetime | None:
    """The moment of a dateTime, in UTC where it states no zone; None when it is none."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def earliest(whens: Iterable[str | None]) -> str | None:
    """The earliest of several dates or times, None where there is none."""
    known = [(at, when) for when in whens if when is not None and (at := moment(as_moment(when))) is not None]
    return min(known)[1] if known else None
