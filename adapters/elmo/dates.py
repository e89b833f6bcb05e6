"""Dates between records and ELMO, which has days (xs:date) and moments (xs:dateTime), and nothing in between."""

from __future__ import annotations

import datetime as dt
import re

from gateway.model.texts import When

_WHEN = re.compile(r"(-?\d{4}(?:-\d\d)?(?:-\d\d)?)(?:T([\d:.]+))?(Z|[+-]\d\d:\d\d)?")
_DAY = len("2014-11-28")
_MIDNIGHT = re.compile(r"00:00:00(?:\.0+)?")


def _parts(when: When) -> tuple[str, str, str]:
    """The day (or less), the time of day and the zone, each "" where it isn't said."""
    found = _WHEN.fullmatch(when)
    if found is None:
        return when, "", ""
    return found[1], found[2] or "", found[3] or ""


def day_at_midnight(moment: When) -> When:
    """A moment at midnight is the day that it begins; the zone Z is the one that a day without a zone was given."""
    day, time, zone = _parts(moment)
    return f"{day}{zone.removesuffix('Z')}" if _MIDNIGHT.fullmatch(time) else moment


def as_moment(when: When) -> When:
    """A date as xs:dateTime: midnight in its zone, else UTC; a year or month as its first day."""
    day, time, zone = _parts(when)
    full = day + "-01-01"[len(day) - _DAY :] if len(day) < _DAY else day
    return f"{full}T{time or '00:00:00'}{zone if time else zone or 'Z'}"


def as_day(when: When) -> When | None:
    """A date as xs:date, in its zone; None for a year or month, which is no day."""
    day, time, zone = _parts(when)
    if len(day.lstrip("-")) < _DAY:
        return None
    return f"{day}{zone.removesuffix('Z')}" if time else when


def as_birthday(when: When) -> When | None:
    """A birth date as xs:date: a moment off midnight is the day whose local midnight it is (22:00Z: the next day)."""
    day, time, _ = _parts(when)
    if len(day.lstrip("-")) < _DAY:
        return None
    if not time:
        return when
    if time < "12" or day.startswith(("-", "9999-12-31")):
        return day
    return (dt.date.fromisoformat(day) + dt.timedelta(days=1)).isoformat()
