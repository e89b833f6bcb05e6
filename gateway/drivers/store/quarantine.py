"""Rows that aren't as they were written: set aside, with an alarm."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm
from gateway.drivers.store.history import raise_alarm
from gateway.drivers.store.rows import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """What a query found: the sound rows as nouns, and the sequences of the damaged ones."""

    nouns: tuple[T, ...]
    damaged: tuple[int, ...]


def sound(
    database: sqlite3.Connection, table: Table[T], query: Callable[[sqlite3.Connection], Sequence[sqlite3.Row]]
) -> Found[T]:
    """Tell sound rows from damaged ones."""
    nouns, damaged = [], []
    for row in query(database):
        try:
            nouns.append(table.row(row).noun)
        except Stopped:
            damaged.append(int(row["sequence"]))
    return Found(tuple(nouns), tuple(damaged))


def quarantine(database: sqlite3.Connection, table: Table[T], rows: Sequence[int], now: dt.datetime) -> None:
    """Take rows out of their queue. They stay where they are and count as waiting, so that somebody looks."""
    for sequence in rows:
        table.set_aside(database, sequence)
        raise_alarm(database, Alarm(at=now, code="store.damaged", peer=None, message=f"{table.name} {sequence}"))
