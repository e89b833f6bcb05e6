"""Dates and spans of time on a page: as printed, without what only a machine wants to see."""

from __future__ import annotations

import re

from gateway.model.record import Period
from gateway.model.texts import When
from gateway.rendering.description import Said, Span, said
from gateway.rendering.telling.teller import foreign

_DAY = re.compile(r"-?\d{4}(?:-\d\d){0,2}", re.ASCII)


def day_of(when: When | None) -> Said:
    """A day or moment for people; a zone is shown only with a time of day. The printed form stands beside it."""
    return said(_day(when)) if when is not None else ()


def span_of(period: Period | None) -> Said:
    """A span of time, after its name where it has one; nothing where it says nothing."""
    if period is None:
        return ()
    title = next(iter(period.title.values()), "")
    ends = [_day(when) for when in (period.start, period.end) if when is not None]
    if not ends:
        return said(foreign(title)) if title else ()
    between = [ends[0], Span(" – "), ends[1]] if len(ends) > 1 else ends
    return said(foreign(title), Span(" ("), *between, Span(")")) if title else said(*between)


def _day(when: When) -> Span:
    day, hour, rest = when.partition("T")
    found = _DAY.match(day)
    shown = f"{day} {rest}" if hour and not rest.startswith("00:00:00") else found[0] if found else day
    return Span(shown, foreign=True, when=when)
