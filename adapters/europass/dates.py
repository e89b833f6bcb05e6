"""Dates of the European Learning Model, which has only dateTime: midnight is read as a date."""

from __future__ import annotations

from gateway.model.dates import day_at_midnight
from gateway.model.texts import is_when


def read_when(text: str) -> str | None:
    """The date or time that a dateTime states, None when it is none of the calendar."""
    return day_at_midnight(text) if is_when(text) else None
