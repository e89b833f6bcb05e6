"""What is deleted, and when: first bodies and accounts, long after them the rows that keep a message from coming twice.

Digests and receipts stay until then. Nothing that isn't finished is ever touched.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from dataclasses import replace

from gateway.delivery.store import NamedBodies
from gateway.drivers.store.history import OURS, RECEIVED, SENT, forget_timelines, note
from gateway.drivers.store.rows import ARRIVALS, DELIVERIES, ticks

SENT_BODIES = "SELECT * FROM deliveries WHERE body IS NOT NULL"
RECEIVED_BODIES = "SELECT * FROM arrivals WHERE body IS NOT NULL"
SENT_RELEASABLE = "SELECT * FROM deliveries WHERE body IS NOT NULL AND finished <= ? ORDER BY finished LIMIT ?"
RECEIVED_RELEASABLE = "SELECT * FROM arrivals WHERE body IS NOT NULL AND finished <= ? ORDER BY finished LIMIT ?"
SENT_OLD = "SELECT sequence FROM deliveries WHERE finished <= ? AND expires <= ? LIMIT ?"
RECEIVED_OLD = "SELECT sequence FROM arrivals WHERE finished <= ? AND expires <= ? LIMIT ?"
RECEIPTS_OLD = "SELECT sequence FROM receipts WHERE finished <= ? AND expires <= ? LIMIT ?"


def bodies(database: sqlite3.Connection) -> NamedBodies:
    """The bodies that rows name; of a damaged row what stands there, which may not be what was written."""
    sound, doubtful = set[str](), set[str]()
    for table, query in ((DELIVERIES, SENT_BODIES), (ARRIVALS, RECEIVED_BODIES)):
        for row in database.execute(query):
            (sound if table.is_intact(row) else doubtful).add(str(row["body"]))
    return NamedBodies(names=frozenset(sound | doubtful), doubtful=frozenset(doubtful - sound))


def release_bodies(
    database: sqlite3.Connection, now: dt.datetime, older_than: dt.timedelta, limit: int
) -> tuple[str, ...]:
    """Take the names of bodies, and accounts, out of what is finished since then. Damaged rows are left as they are."""
    before = ticks(now - older_than)
    released = _release_sent(database, now, before, limit)
    return (*released, *_release_received(database, now, before, limit - len(released)))


def _release_sent(database: sqlite3.Connection, now: dt.datetime, before: int, limit: int) -> list[str]:
    released = []
    for row in DELIVERIES.sound(database.execute(SENT_RELEASABLE, (before, limit))):
        DELIVERIES.update(database, row, replace(row.noun, body=None))
        note(database, row.noun.id, OURS, now, "body_released")
        released.append(str(row.noun.body))
    return released


def _release_received(database: sqlite3.Connection, now: dt.datetime, before: int, limit: int) -> list[str]:
    released = []
    for row in ARRIVALS.sound(database.execute(RECEIVED_RELEASABLE, (before, limit))):
        ARRIVALS.update(database, row, replace(row.noun, body=None, account=None))
        note(database, row.noun.id, row.noun.sender, now, "body_released")
        released.append(str(row.noun.body))
    return released


def forget(database: sqlite3.Connection, now: dt.datetime, older_than: dt.timedelta, limit: int) -> int:
    """Delete finished rows whose envelope is past its end, with their timelines; at most `limit` of each kind."""
    question = (ticks(now - older_than), ticks(now), limit)
    sent, received, receipts = (
        [int(row["sequence"]) for row in database.execute(query, question)]
        for query in (SENT_OLD, RECEIVED_OLD, RECEIPTS_OLD)
    )
    forget_timelines(database, SENT, sent)
    forget_timelines(database, RECEIVED, received)
    database.executemany("DELETE FROM deliveries WHERE sequence = ?", [(row,) for row in sent])
    database.executemany("DELETE FROM arrivals WHERE sequence = ?", [(row,) for row in received])
    database.executemany("DELETE FROM receipts WHERE sequence = ?", [(row,) for row in receipts])
    return len(sent) + len(received) + len(receipts)
