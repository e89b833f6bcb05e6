"""Business receipts of ours on their way back to the senders."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.delivery.states import OutgoingReceipt
from gateway.delivery.store import Retry
from gateway.drivers.store.history import note
from gateway.drivers.store.rows import RECEIPTS, Row, ticks

BY_MESSAGE = "SELECT * FROM receipts WHERE peer = ? AND message = ?"
DUE = """
    SELECT * FROM receipts
    WHERE next_attempt IS NOT NULL AND next_attempt <= ? AND peer NOT IN (SELECT value FROM json_each(?))
    ORDER BY next_attempt, sequence LIMIT ?
"""


def put(database: sqlite3.Connection, receipt: OutgoingReceipt, now: dt.datetime) -> None:
    """A new receipt, due at once unless it says when; one of an arrival that was forgotten makes room."""
    database.execute("DELETE FROM receipts WHERE peer = ? AND message = ?", (receipt.peer, receipt.message))
    RECEIPTS.insert(database, replace(receipt, next_attempt=receipt.next_attempt or now))


def due(database: sqlite3.Connection, now: dt.datetime, limit: int, without: Sequence[str]) -> list[sqlite3.Row]:
    """Rows that are due to be sent."""
    return database.execute(DUE, (ticks(now), json.dumps(list(without)), limit)).fetchall()


def delivered(database: sqlite3.Connection, peer: str, message: str, now: dt.datetime) -> None:
    """The sender took it."""
    row = _find(database, peer, message)
    if row is None or _taken(row.noun):
        return
    _change(database, row, attempts=0, next_attempt=None, finished=now, problem=None)
    note(database, message, peer, now, "receipt_delivered")


def attempted(database: sqlite3.Connection, peer: str, message: str, now: dt.datetime, retry: Retry) -> None:
    """Sending failed: again later, or given up until the message comes again."""
    row = _find(database, peer, message)
    if row is None or row.noun.next_attempt is None:
        return
    given_up = retry.at is None
    _change(
        database,
        row,
        attempts=row.noun.attempts + 1,
        next_attempt=retry.at,
        finished=now if given_up else None,
        problem=retry.code,
    )
    note(database, message, peer, now, "receipt_given_up" if given_up else "receipt_failed", retry.code)


def again(database: sqlite3.Connection, peer: str, message: str, now: dt.datetime) -> None:
    """It is sent again, now: whoever asks can be reached."""
    row = _find(database, peer, message)
    if row is None or (row.noun.next_attempt is not None and row.noun.next_attempt <= now):
        return
    _change(database, row, attempts=0, next_attempt=now, finished=None, problem=None)
    note(database, message, peer, now, "receipt_again")


def _taken(receipt: OutgoingReceipt) -> bool:
    return receipt.finished is not None and receipt.problem is None


def _find(database: sqlite3.Connection, peer: str, message: str) -> Row[OutgoingReceipt] | None:
    found = database.execute(BY_MESSAGE, (peer, message)).fetchone()
    return None if found is None else RECEIPTS.row(found)


def _change(database: sqlite3.Connection, row: Row[OutgoingReceipt], **changes: Any) -> None:
    RECEIPTS.update(database, row, replace(row.noun, **changes))
