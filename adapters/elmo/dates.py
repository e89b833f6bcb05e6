"""Dates of ELMO, which has days (xs:date) and moments (xs:dateTime), and nothing in between."""

from __future__ import annotations

import datetime as dt

from gateway.model.dates import parts_of
from gateway.model.texts import When


def as_day(when: When) -> When | None:
    """A date as xs:date, in its zone; None for a year or month, which is no day."""
    parts = parts_of(when)
    if not parts.day:
        return None
    return parts.date + parts.zone.removesuffix("Z") if parts.time else when


def as_birthday(when: When) -> When | None:
    """A birth date as xs:date: a moment off midnight is the day whose local midnight it is (22:00Z: the next day)."""
    parts = parts_of(when)
    if not parts.day:
        return None
    if not parts.time:
        return when
    if parts.time < "12" or parts.date.startswith(("-", "9999-12-31")):
        return parts.date
    return (dt.date.fromisoformat(parts.date) + dt.timedelta(days=1)).isoformat()
