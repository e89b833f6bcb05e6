"""When something is due next: until then, nobody has to ask."""

from __future__ import annotations

import datetime as dt
import sqlite3

from gateway.delivery.store import Queue
from gateway.drivers.store.rows import moment, ticks

NEXT: dict[Queue, str] = {
    "outbox": "SELECT MIN(next_attempt) FROM deliveries WHERE next_attempt IS NOT NULL AND next_attempt > ?",
    "receipts": "SELECT MIN(next_attempt) FROM receipts WHERE next_attempt IS NOT NULL AND next_attempt > ?",
    "undecided": """
        SELECT MIN(next_attempt) FROM arrivals INDEXED BY arrivals_undecided
        WHERE state = 'received' AND next_attempt > ?
    """,
    "inbox": """
        SELECT MIN(next_attempt) FROM arrivals INDEXED BY arrivals_inbox
        WHERE state = 'accepted' AND next_attempt > ?
    """,
}


def next_due(database: sqlite3.Connection, queue: Queue, after: dt.datetime) -> dt.datetime | None:
    """The earliest next attempt later than `after`."""
    found = database.execute(NEXT[queue], (ticks(after),)).fetchone()[0]
    return None if found is None else moment(found)
