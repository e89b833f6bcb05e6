"""Whether the file is as it was written: asked by health and doctor, on a connection of its own."""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.delivery.problem import Stopped
from gateway.drivers.store.database import connect
from gateway.drivers.store.log import damaged_copy
from gateway.drivers.store.rows import TABLES, Table

MOST = 20
"""Faults that are told of."""
_AT_ONCE = 1000


def faults_of(file: Path, *, thorough: bool) -> tuple[str, ...]:
    """What is wrong. `thorough` also holds every index against its table and every row against its checksum."""
    log = file.with_name(f"{file.name}-wal")
    with contextlib.closing(connect(file, reading=True)) as database:
        return tuple(itertools.islice(_faults(database, log, thorough=thorough), MOST))


def _faults(database: sqlite3.Connection, log: Path, *, thorough: bool) -> Iterator[str]:
    copy = damaged_copy(log)
    if copy.exists():
        yield f"the log was damaged, and what it held is lost in part: see {copy.name}"
    check = "PRAGMA integrity_check(20)" if thorough else "PRAGMA quick_check(20)"
    yield from (str(row[0]) for row in database.execute(check).fetchall() if row[0] != "ok")
    if thorough:
        for table in TABLES:
            yield from _damaged_rows(database, table)


def _damaged_rows(database: sqlite3.Connection, table: Table[Any]) -> Iterator[str]:
    """A page of rows at a time: a long question would keep the log from being used again."""
    last = 0
    while rows := database.execute(table.page, (last, _AT_ONCE)).fetchall():
        for row in rows:
            last = int(row["sequence"])
            try:
                table.row(row)
            except Stopped as stopped:
                yield stopped.message
