"""Dates and spans of time on a page: as printed, without what only a machine wants to see."""

from __future__ import annotations

import re

from gateway.model.record import Period
from gateway.model.texts import When
from gateway.rendering.html_verdict import text
from gateway.rendering.markup import Markup, element

_DAY = re.compile(r"-?\d{4}(?:-\d\d){0,2}")


def span_of(period: Period | None) -> Markup | None:
    """A span of time, after its name where it has one; None where it says nothing."""
    if period is None:
        return None
    title = next(iter(period.title.values()), "")
    first, last = date_of(period.start), date_of(period.end)
    ends = [first, " – " if first and last else None, last]
    if not any(ends):
        return text(title) if title else None
    return element("span", [text(title), " ("] if title else None, ends, ")" if title else None)


def date_of(when: When | None) -> Markup | None:
    """A day or moment for people; a zone is shown only with a time of day. The printed form stands in the element."""
    if when is None:
        return None
    day, hour, rest = when.partition("T")
    shown = f"{day} {rest}" if hour and not rest.startswith("00:00:00") else _DAY.match(day)[0]  # type: ignore[index]
    return element("time", shown, datetime=when)
