"""The receiver's side: arrivals, from admission to hand-over.

Each function that writes is one operation of the writer: it changes all or, by raising, nothing.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, zip_longest
from typing import Any

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Arrival, ArrivalState, OutgoingReceipt
from gateway.delivery.store import Retry
from gateway.drivers.store import receipts
from gateway.drivers.store.history import note
from gateway.drivers.store.rows import ARRIVALS, Row, octets_of, ticks

UNFINISHED = frozenset({ArrivalState.RECEIVED, ArrivalState.ACCEPTED})

BY_ID = "SELECT * FROM arrivals WHERE sender = ? AND id = ?"
UNFINISHED_OF = "SELECT count(*) FROM arrivals INDEXED BY arrivals_sender WHERE finished IS NULL AND sender = ?"
NEXT_SENDER = """
    SELECT min(sender) FROM arrivals INDEXED BY arrivals_sender
    WHERE finished IS NULL AND sender > CAST(? AS TEXT) AND sender < x''
"""
WAITING_OF = """
    SELECT * FROM arrivals INDEXED BY arrivals_sender
    WHERE finished IS NULL AND sender = CAST(? AS TEXT) AND state = ? AND next_attempt <= ?
    ORDER BY next_attempt, sequence LIMIT ?
"""
SET_ASIDE = """
    SELECT * FROM arrivals INDEXED BY arrivals_sender WHERE finished IS NULL AND next_attempt IS NULL LIMIT ?
"""
HELD = """
    SELECT sender, sum(size) AS octets FROM arrivals INDEXED BY arrivals_held WHERE body IS NOT NULL GROUP BY sender
"""
OLDEST = "SELECT * FROM arrivals ORDER BY sequence LIMIT ?"
OLDEST_OF_STATE = "SELECT * FROM arrivals WHERE state = ? ORDER BY sequence LIMIT ?"


def find(database: sqlite3.Connection, sender: str, message: str) -> Row[Arrival] | None:
    """The row of an arrival."""
    found = database.execute(BY_ID, (sender, message)).fetchone()
    return None if found is None else ARRIVALS.row(found)


def unfinished(database: sqlite3.Connection, sender: str) -> int:
    """How many arrivals of a sender are still to be decided or handed over."""
    return int(database.execute(UNFINISHED_OF, (sender,)).fetchone()[0])


def waiting(
    database: sqlite3.Connection, state: ArrivalState, now: dt.datetime, limit: int, after: str, each: int
) -> list[sqlite3.Row]:
    """Rows of a state that are due: one of each sender in turn, and of none more than `each`."""
    senders = list(_senders(database))
    senders = [one for one in senders if one > after] + [one for one in senders if one <= after]
    lines = [database.execute(WAITING_OF, (octets_of(sender), state, ticks(now), each)) for sender in senders]
    turns = (row for turn in zip_longest(*lines) for row in turn if row is not None)
    return list(islice(turns, limit))


def _senders(database: sqlite3.Connection) -> Iterator[str]:
    """Those who have something unfinished here, in the order of their ids: a step of the index for each."""
    sender = ""
    while (found := database.execute(NEXT_SENDER, (octets_of(sender),)).fetchone()[0]) is not None:
        sender = found
        yield sender


def oldest(database: sqlite3.Connection, state: ArrivalState | None, limit: int) -> list[sqlite3.Row]:
    """Rows in the order in which they came."""
    found = database.execute(OLDEST_OF_STATE, (state, limit)) if state else database.execute(OLDEST, (limit,))
    return found.fetchall()


def set_aside(database: sqlite3.Connection, limit: int) -> list[sqlite3.Row]:
    """Rows about which nothing is done by itself any more."""
    return database.execute(SET_ASIDE, (limit,)).fetchall()


def held(database: sqlite3.Connection) -> dict[str, int]:
    """Octets of the bodies that are kept, by sender."""
    return {row["sender"]: int(row["octets"]) for row in database.execute(HELD)}


def again(database: sqlite3.Connection, sender: str, message: str, now: dt.datetime) -> Arrival:
    """What was set aside is due once more."""
    row = _set_aside(database, sender, message)
    note(database, message, sender, now, "again")
    return _change(database, row, attempts=0, next_attempt=now, problem=None)


def discard(database: sqlite3.Connection, sender: str, message: str, now: dt.datetime, reason: str) -> Arrival:
    """What was set aside is given up."""
    row = _set_aside(database, sender, message)
    note(database, message, sender, now, "discarded", reason)
    return _change(database, row, state=ArrivalState.DISCARDED, finished=now)


def _set_aside(database: sqlite3.Connection, sender: str, message: str) -> Row[Arrival]:
    row = _known(database, sender, message)
    if row.noun.finished is not None or row.noun.next_attempt is not None:
        raise Stopped(
            "arrival.not_set_aside",
            f"the message is {row.noun.state}, and wasn't set aside",
            status=409,
            stage="local",
            advice="`testamur inbox list --set-aside` shows those that were",
        )
    return row


def admit(database: sqlite3.Connection, arrival: Arrival) -> Arrival:
    """A new arrival; or the one of this sender and id that is there."""
    known = find(database, arrival.sender, arrival.id)
    if known is not None:
        return known.noun
    new = replace(arrival, next_attempt=arrival.next_attempt or arrival.received)
    ARRIVALS.insert(database, new)
    note(database, new.id, new.sender, new.received, "received")
    return new


def decide(database: sqlite3.Connection, arrival: Arrival, receipt: OutgoingReceipt, now: dt.datetime) -> None:
    """The decision and the receipt that tells it, together."""
    row = _known(database, arrival.sender, arrival.id)
    if row.noun.state is not ArrivalState.RECEIVED:
        return
    refused = arrival.state is ArrivalState.REFUSED
    _change(
        database,
        row,
        state=arrival.state,
        business_receipt=arrival.business_receipt,
        account=arrival.account,
        attempts=0,
        next_attempt=None if refused else now,
        finished=now if refused else None,
        problem=arrival.problem,
    )
    note(database, arrival.id, arrival.sender, now, arrival.state, arrival.problem)
    receipts.put(database, receipt, now)


def handed_over(database: sqlite3.Connection, sender: str, message: str, now: dt.datetime) -> Arrival:
    """The registry's own system has it."""
    row = _known(database, sender, message)
    if row.noun.state is ArrivalState.HANDED_OVER:
        return row.noun
    if row.noun.state is not ArrivalState.ACCEPTED:
        raise Stopped(
            "arrival.not_accepted",
            f"the message is {row.noun.state}, not accepted",
            status=409,
            stage="local",
            advice="only what was accepted is handed over",
        )
    note(database, message, sender, now, "handed_over")
    return _change(
        database, row, state=ArrivalState.HANDED_OVER, attempts=0, next_attempt=None, finished=now, problem=None
    )


def hand_over_failed(database: sqlite3.Connection, sender: str, message: str, now: dt.datetime, retry: Retry) -> None:
    """Deciding or handing over failed: again later, or (`at` None) only by hand."""
    row = _known(database, sender, message)
    if row.noun.state not in UNFINISHED:
        return
    _change(database, row, attempts=row.noun.attempts + 1, next_attempt=retry.at, problem=retry.code)
    failed = "decide_failed" if row.noun.state is ArrivalState.RECEIVED else "hand_over_failed"
    note(database, message, sender, now, failed, retry.code)


def _known(database: sqlite3.Connection, sender: str, message: str) -> Row[Arrival]:
    row = find(database, sender, message)
    if row is None:
        raise Stopped(
            "arrival.unknown",
            "no message of that id came from that sender",
            status=404,
            stage="local",
            advice="see GET /v1/inbox",
        )
    return row


def _change(database: sqlite3.Connection, row: Row[Arrival], **changes: Any) -> Arrival:
    changed = replace(row.noun, **changes)
    ARRIVALS.update(database, row, changed)
    return changed
