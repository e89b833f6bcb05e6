"""The sender's side: deliveries of ours, from submission to the peer's business receipt.

Each function that writes is one operation of the writer: it changes all or, by raising, nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Delivery, DeliveryState
from gateway.delivery.store import Retry
from gateway.drivers.store.history import OURS, note
from gateway.drivers.store.rows import DELIVERIES, Row, ticks

WAITING = frozenset({DeliveryState.QUEUED, DeliveryState.RECEIPTED})

BY_ID = "SELECT * FROM deliveries WHERE id = ?"
BY_KEY = "SELECT * FROM deliveries WHERE idempotency_key = ?"
DUE = """
    SELECT * FROM deliveries
    WHERE next_attempt IS NOT NULL AND next_attempt <= ? AND peer NOT IN (SELECT value FROM json_each(?))
    ORDER BY next_attempt, sequence LIMIT ?
"""
WAITING_FOR = "SELECT COUNT(*) FROM deliveries WHERE next_attempt IS NOT NULL AND peer = ?"
NEWEST = "SELECT * FROM deliveries ORDER BY sequence DESC LIMIT ?"
NEWEST_BEFORE = """
    SELECT * FROM deliveries WHERE sequence < (SELECT sequence FROM deliveries WHERE id = ?)
    ORDER BY sequence DESC LIMIT ?
"""
NEWEST_OF_STATE = "SELECT * FROM deliveries WHERE state = ? ORDER BY sequence DESC LIMIT ?"
NEWEST_OF_STATE_BEFORE = """
    SELECT * FROM deliveries WHERE state = ? AND sequence < (SELECT sequence FROM deliveries WHERE id = ?)
    ORDER BY sequence DESC LIMIT ?
"""


def find(database: sqlite3.Connection, message: str) -> Row[Delivery] | None:
    """The row of a delivery."""
    found = database.execute(BY_ID, (message,)).fetchone()
    return None if found is None else DELIVERIES.row(found)


def due(database: sqlite3.Connection, now: dt.datetime, limit: int, without: Sequence[str]) -> list[sqlite3.Row]:
    """Rows whose next attempt is due."""
    return database.execute(DUE, (ticks(now), json.dumps(list(without)), limit)).fetchall()


def waiting_for(database: sqlite3.Connection, peer: str) -> int:
    """How many deliveries to a peer wait: to be sent, or for its decision."""
    return int(database.execute(WAITING_FOR, (peer,)).fetchone()[0])


def newest(
    database: sqlite3.Connection, state: DeliveryState | None, before: str | None, limit: int
) -> list[sqlite3.Row]:
    """A page of rows, newest first."""
    if state is None:
        found = database.execute(NEWEST_BEFORE, (before, limit)) if before else database.execute(NEWEST, (limit,))
    elif before:
        found = database.execute(NEWEST_OF_STATE_BEFORE, (state, before, limit))
    else:
        found = database.execute(NEWEST_OF_STATE, (state, limit))
    return found.fetchall()


def submit(database: sqlite3.Connection, delivery: Delivery) -> Delivery:
    """A new delivery; or the one that was submitted under this key, or with this id, before."""
    known = _submitted_before(database, delivery)
    if known is not None:
        return known
    new = replace(delivery, next_attempt=delivery.next_attempt or delivery.created)
    DELIVERIES.insert(database, new)
    note(database, new.id, OURS, new.created, "queued")
    return new


def _submitted_before(database: sqlite3.Connection, delivery: Delivery) -> Delivery | None:
    if delivery.idempotency_key is not None:
        found = database.execute(BY_KEY, (delivery.idempotency_key,)).fetchone()
        if found is not None:
            known = DELIVERIES.row(found).noun
            return _the_same(known, known.request_sha256 == delivery.request_sha256)
    row = find(database, delivery.id)
    return None if row is None else _the_same(row.noun, row.noun.envelope_jws == delivery.envelope_jws)


def _the_same(known: Delivery, same: bool) -> Delivery:  # noqa: FBT001 - the two halves of one answer
    if same:
        return known
    raise Stopped(
        "request.key_reused",
        "this idempotency key was used for another request",
        status=409,
        stage="local",
        advice="use a new key for each new request",
    )


def attempted(database: sqlite3.Connection, message: str, now: dt.datetime, retry: Retry) -> None:
    """An attempt failed: again later, or a dead letter."""
    row = find(database, message)
    if row is None or row.noun.state not in WAITING:
        return
    dead = retry.at is None
    _change(
        database,
        row,
        state=DeliveryState.DEAD if dead else row.noun.state,
        attempts=row.noun.attempts + 1,
        next_attempt=retry.at,
        problem=retry.code,
    )
    note(database, message, OURS, now, "dead" if dead else "attempt_failed", retry.code)


def receipted(
    database: sqlite3.Connection, message: str, receipt: bytes, now: dt.datetime, next_attempt: dt.datetime
) -> None:
    """The transport receipt came. The first one stays; of a delivery that doesn't wait nothing else changes."""
    row = find(database, message)
    if row is None:
        return
    held = row.noun.transport_receipt
    if row.noun.state in WAITING:
        again = row.noun.state is DeliveryState.RECEIPTED
        _change(
            database,
            row,
            state=DeliveryState.RECEIPTED,
            attempts=row.noun.attempts + 1 if again else 0,
            next_attempt=next_attempt,
            problem=None,
            transport_receipt=held or receipt,
        )
    elif held is None:
        _change(database, row, transport_receipt=receipt)
    if held is None:
        note(database, message, OURS, now, "receipted")


def decided(
    database: sqlite3.Connection,
    message: str,
    receipt: bytes,
    state: DeliveryState,
    now: dt.datetime,
    reason: str | None,
) -> Delivery:
    """The business receipt came: whatever we thought before, this is the peer's word."""
    row = find(database, message)
    if row is None:
        raise Stopped(
            "receipt.unknown_message",
            "this node sent no message of that id",
            status=404,
            stage="receipt",
            advice="was this node restored from a backup? Its sender has the receipt for what is missing here",
        )
    held = row.noun.business_receipt
    if held == receipt:
        return row.noun
    if held is not None:
        raise Stopped(
            "receipt.conflict",
            "another business receipt is held for this message",
            status=409,
            stage="receipt",
            advice="a receipt is made once: compare the two with the peer",
        )
    note(database, message, OURS, now, state, reason)
    return _change(
        database,
        row,
        state=state,
        attempts=0,
        next_attempt=None,
        finished=now,
        problem=reason,
        business_receipt=receipt,
    )


def retry(database: sqlite3.Connection, message: str, now: dt.datetime) -> Delivery:
    """A dead letter goes back into the queue, due at once."""
    row = _dead(database, message)
    note(database, message, OURS, now, "retried")
    return _change(database, row, state=DeliveryState.QUEUED, attempts=0, next_attempt=now, problem=None)


def discard(database: sqlite3.Connection, message: str, now: dt.datetime, reason: str) -> Delivery:
    """A dead letter is given up; its timeline says why."""
    row = _dead(database, message)
    note(database, message, OURS, now, "discarded", reason)
    return _change(database, row, state=DeliveryState.DISCARDED, finished=now)


def _dead(database: sqlite3.Connection, message: str) -> Row[Delivery]:
    row = find(database, message)
    if row is None:
        raise Stopped(
            "delivery.unknown",
            "there is no delivery of that id",
            status=404,
            stage="local",
            advice="see `testamur deliveries list`",
        )
    if row.noun.state is not DeliveryState.DEAD:
        raise Stopped(
            "delivery.not_dead",
            f"the delivery is {row.noun.state}, not a dead letter",
            status=409,
            stage="local",
            advice="only dead letters are retried or discarded",
        )
    return row


def _change(database: sqlite3.Connection, row: Row[Delivery], **changes: Any) -> Delivery:
    changed = replace(row.noun, **changes)
    DELIVERIES.update(database, row, changed)
    return changed
