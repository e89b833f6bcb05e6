"""Timelines and alarms."""

from __future__ import annotations

import datetime as dt
import sqlite3

from gateway.delivery.states import Alarm, Event
from gateway.drivers.store.rows import ALARMS, EVENTS

OURS = ""
"""What stands for the sender in the timeline of a delivery of ours."""

MOST_ALARMS = 10_000
"""The oldest are forgotten: a peer that makes conflicts must not fill the disk."""

TIMELINE = "SELECT * FROM events WHERE message = ? AND sender = ? ORDER BY sequence"
NEWEST_ALARMS = "SELECT * FROM alarms ORDER BY sequence DESC LIMIT ?"


def note(
    database: sqlite3.Connection, message: str, sender: str, at: dt.datetime, what: str, code: str | None = None
) -> None:
    """Add a line to a timeline."""
    EVENTS.insert(database, Event(at=at, what=what, code=code), message=message, sender=sender)


def timeline(database: sqlite3.Connection, message: str, sender: str) -> list[Event]:
    """The lines of one timeline, in the order in which they were written."""
    return [EVENTS.row(row).noun for row in database.execute(TIMELINE, (message, sender)).fetchall()]


def raise_alarm(database: sqlite3.Connection, alarm: Alarm) -> None:
    """Keep an alarm."""
    ALARMS.insert(database, alarm)
    database.execute(
        "DELETE FROM alarms WHERE sequence <= (SELECT max(sequence) FROM alarms) - ?",
        (MOST_ALARMS,),
    )


def newest_alarms(database: sqlite3.Connection, limit: int) -> list[Alarm]:
    """The newest first."""
    return [ALARMS.row(row).noun for row in database.execute(NEWEST_ALARMS, (limit,)).fetchall()]
