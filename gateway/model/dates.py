"""Days and moments of partial dates: what every format with fewer forms than ours has to be told (rulings, 2.6)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import NamedTuple

from gateway.model.texts import When

_PARTS = re.compile(r"(-?\d{4})(-\d\d)?(-\d\d)?(?:T([\d:.]+))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_MIDNIGHT = re.compile(r"00:00:00(?:\.0+)?")


class Parts(NamedTuple):
    """A date taken apart: month and day with their hyphens, each part "" where it isn't said."""

    year: str
    month: str
    day: str
    time: str
    zone: str

    @property
    def date(self) -> str:
        """The day, or as much of it as is said."""
        return self.year + self.month + self.day


def parts_of(when: When) -> Parts:
    """The parts of a date or time. ValueError for a text that is none: see `gateway.model.texts.is_when`."""
    found = _PARTS.fullmatch(when)
    if found is None:
        raise ValueError("expected a date or time as in gateway.model.texts")
    return Parts(*(part or "" for part in found.groups()))


def as_moment(when: When) -> When:
    """A date as a moment: midnight in its zone, else UTC; a year or month as its first day. A moment stays as it is."""
    parts = parts_of(when)
    if parts.time:
        return when
    return f"{parts.year}{parts.month or '-01'}{parts.day or '-01'}T00:00:00{parts.zone or 'Z'}"


def day_at_midnight(when: When) -> When:
    """A moment at midnight is the day that it begins; the zone Z is the one that a day without a zone was given."""
    parts = parts_of(when)
    return parts.date + parts.zone.removesuffix("Z") if _MIDNIGHT.fullmatch(parts.time) else when


def moment(text: str) -> dt.datetime | None:
    """The moment of a dateTime, in UTC where it states no zone; None when it is none that can be reckoned with."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)


def earliest(whens: Iterable[When | None]) -> When | None:
    """The earliest of several dates or times, by where each begins; None where there is none."""
    return min(_in_time(whens), default=(None, None))[1]


def latest(whens: Iterable[When | None]) -> When | None:
    """The latest of several dates or times, by where each begins; None where there is none."""
    return max(_in_time(whens), default=(None, None))[1]


def _in_time(whens: Iterable[When | None]) -> list[tuple[dt.datetime, When]]:
    return [(at, when) for when in whens if when is not None and (at := moment(as_moment(when))) is not None]
