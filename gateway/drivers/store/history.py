"""Timelines, alarms, and what a node notes for its next start."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterable
from dataclasses import replace

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm, Event
from gateway.drivers.store.rows import ACKNOWLEDGEMENTS, ALARMS, EVENTS, NOTES, Acknowledgement, Noted, octets_of

OURS = ""
"""What stands for the sender of a delivery of ours."""

SENT, RECEIVED = "sent", "received"

MOST_ALARMS = 1_000
"""Alarms about one peer, or about none, of which the newest stay: a peer that makes conflicts fills no disk, and
pushes out nobody else's."""

MOST_OF_A_KIND = 100
"""Lines of one kind in one timeline; the newest stay: whoever sends a message again and again fills nothing."""

SENT_OWNER = "SELECT sequence FROM deliveries WHERE id = ?"
RECEIVED_OWNER = "SELECT sequence FROM arrivals WHERE sender = ? AND id = ?"
TIMELINE = "SELECT * FROM events WHERE side = ? AND owner = ? ORDER BY sequence"
TOO_MANY_OF_A_KIND = """
    DELETE FROM events WHERE sequence IN (
        SELECT sequence FROM events WHERE side = ? AND owner = ? AND what = ? ORDER BY sequence DESC LIMIT -1 OFFSET ?
    )
"""
TOO_MANY_ALARMS = """
    DELETE FROM alarms WHERE peer IS ? AND sequence <= (
        SELECT sequence FROM alarms WHERE peer IS ? ORDER BY sequence DESC LIMIT 1 OFFSET ?
    )
"""
OPEN_ALARMS_ABOUT = """
    SELECT * FROM alarms WHERE peer IS CAST(? AS TEXT)
    AND NOT EXISTS (SELECT 1 FROM acknowledgements WHERE alarm = alarms.sequence)
    ORDER BY sequence DESC LIMIT ?
"""
NEXT_PEER = "SELECT min(peer) FROM alarms WHERE peer > CAST(? AS TEXT) AND peer < x''"
NEWEST_ALARMS = "SELECT * FROM alarms ORDER BY sequence DESC LIMIT ?"
ALARM = "SELECT * FROM alarms WHERE sequence = ?"
ACKNOWLEDGED = "SELECT * FROM acknowledgements WHERE alarm = ?"
NOTE = "SELECT * FROM notes WHERE name = ?"
TOO_MANY_ACKNOWLEDGEMENTS = """
    DELETE FROM acknowledgements
    WHERE NOT EXISTS (SELECT 1 FROM alarms WHERE sequence = acknowledgements.alarm)
"""


def note(
    database: sqlite3.Connection, message: str, sender: str, at: dt.datetime, what: str, code: str | None = None
) -> None:
    """Add a line to the timeline of a delivery of ours, or of an arrival; of what was forgotten nothing is told."""
    side, owner = _owner(database, message, sender)
    if owner is not None:
        EVENTS.insert(database, Event(at=at, what=what, code=code), side=side, owner=owner)
        database.execute(TOO_MANY_OF_A_KIND, (side, owner, what, MOST_OF_A_KIND))


def timeline(database: sqlite3.Connection, message: str, sender: str) -> list[Event]:
    """The lines of one timeline, in the order in which they were written."""
    found = database.execute(TIMELINE, _owner(database, message, sender)).fetchall()
    return [EVENTS.row(row).noun for row in found]


def forget_timelines(database: sqlite3.Connection, side: str, owners: Iterable[int]) -> None:
    """Delete the timelines of rows."""
    database.executemany("DELETE FROM events WHERE side = ? AND owner = ?", [(side, owner) for owner in owners])


def _owner(database: sqlite3.Connection, message: str, sender: str) -> tuple[str, int | None]:
    if sender == OURS:
        found = database.execute(SENT_OWNER, (message,)).fetchone()
    else:
        found = database.execute(RECEIVED_OWNER, (sender, message)).fetchone()
    return SENT if sender == OURS else RECEIVED, None if found is None else int(found["sequence"])


def raise_alarm(database: sqlite3.Connection, alarm: Alarm) -> None:
    """Keep an alarm."""
    ALARMS.insert(database, alarm)
    database.execute(TOO_MANY_ALARMS, (alarm.peer, alarm.peer, MOST_ALARMS))


def newest_alarms(database: sqlite3.Connection, limit: int) -> list[Alarm]:
    """The newest first."""
    return [_with_acknowledgement(database, row) for row in database.execute(NEWEST_ALARMS, (limit,)).fetchall()]


def acknowledge(database: sqlite3.Connection, number: int, now: dt.datetime) -> Alarm:
    """Somebody has looked at it."""
    row = database.execute(ALARM, (number,)).fetchone()
    if row is None:
        raise Stopped(
            "alarm.unknown",
            "there is no alarm of that number",
            status=404,
            stage="local",
            advice="`testamur alarms list` shows them",
        )
    if database.execute(ACKNOWLEDGED, (number,)).fetchone() is None:
        ACKNOWLEDGEMENTS.insert(database, Acknowledgement(alarm=number, at=now))
        database.execute(TOO_MANY_ACKNOWLEDGEMENTS)
    return _with_acknowledgement(database, row)


def _with_acknowledgement(database: sqlite3.Connection, row: sqlite3.Row) -> Alarm:
    alarm = ALARMS.row(row).noun
    found = database.execute(ACKNOWLEDGED, (alarm.number,)).fetchone()
    return alarm if found is None else replace(alarm, acknowledged=ACKNOWLEDGEMENTS.row(found).noun.at)


def newest_alarms_of_each(database: sqlite3.Connection, limit: int) -> list[Alarm]:
    """The newest open ones about no peer, and then about each; a damaged row hides no other."""
    found: list[Alarm] = []
    about: bytes | None = None
    while True:
        rows = database.execute(OPEN_ALARMS_ABOUT, (about, limit)).fetchall()
        found += [row.noun for row in ALARMS.sound(rows)]
        peer = database.execute(NEXT_PEER, (about or b"",)).fetchone()[0]
        if peer is None:
            return found
        about = octets_of(peer)


def noted(database: sqlite3.Connection, name: str) -> str | None:
    """What stands under a name; None where it can't be read."""
    found = NOTES.sound(database.execute(NOTE, (name,)))
    return found[0].noun.value if found else None


def note_down(database: sqlite3.Connection, name: str, value: str) -> None:
    """Write it down. A damaged one is written anew."""
    database.execute("DELETE FROM notes WHERE name = ?", (name,))
    NOTES.insert(database, Noted(name=name, value=value))
