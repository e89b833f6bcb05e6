"""Two node processes on loopback for the benchmarks, what they use, and a store full of finished deliveries."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from gateway.delivery.envelope import message_id
from gateway.delivery.states import ArrivalState
from gateway.drivers.store.database import NAME, connect
from gateway.drivers.store.history import OURS, note
from gateway.drivers.store.rows import ARRIVALS, DELIVERIES, RECEIPTS, Table
from gateway.node.demo_nodes import PARTICIPANTS, DemoNode, make_keys, make_nodes
from tests.signing import ec_key, pinned_pem, rsa_key

_T = TypeVar("_T")
TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024
_WAITING = "SELECT count(*) FROM deliveries WHERE state IN ('queued', 'receipted')"
_FINISHED = "SELECT message, finished FROM receipts WHERE finished IS NOT NULL AND created >= ?"


@dataclass(frozen=True)
class Pair:
    """A node that sends ELMO, and one that wants Europass; both trust the fictional registry of the tests."""

    sender: DemoNode
    receiver: DemoNode

    @property
    def nodes(self) -> tuple[DemoNode, DemoNode]:
        """Both."""
        return self.sender, self.receiver


def make_pair(folder: Path) -> Pair:
    """Keys and settings for both, in an empty folder."""
    for place, key in (("registry-of-the-shore", rsa_key()), ("registry-of-the-river", ec_key())):
        (folder / place).mkdir(parents=True)
        (folder / place / "authority.pem").write_bytes(pinned_pem(key))
    make_keys(folder / "node-of-a-rogue", "A peer that is never asked")
    # a node that looks for answers looks at each document once more: these have the standard settings, and don't
    return Pair(*make_nodes(folder, "http://127.0.0.1:9", PARTICIPANTS[:2], with_clerk=False))


@asynccontextmanager
async def started(pair: Pair) -> AsyncIterator[None]:
    """Both processes run as long as the block."""
    for node in pair.nodes:
        node.start()
    try:
        if not all(await asyncio.gather(*(node.ready() for node in pair.nodes))):
            raise SystemExit(f"the nodes don't start: see {pair.sender.folder}/node.log")
        yield
    finally:
        for node in pair.nodes:
            node.stop()


# --- what the processes use


def processes(node: DemoNode) -> list[int]:
    """The node's process, and those that it began, down to the last."""
    found = [node.process or 0]
    for pid in found:
        found += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return found


def cpu_seconds(node: DemoNode) -> dict[str, float]:
    """The processor time that the node took until now: its own process with all its threads, and its work processes."""
    own, *others = map(_used, processes(node))
    return {"node": own, "work": sum(others)}


def _used(pid: int) -> float:
    """Of a process, and of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS


def peak_bytes(node: DemoNode) -> int:
    """The most resident memory that the node's process ever had (VmHWM)."""
    status = Path(f"/proc/{node.process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * KIB


# --- what their stores say: read beside them, as any other process may


@contextlib.contextmanager
def reading(node: DemoNode) -> Iterator[sqlite3.Connection]:
    """The node's store, to be looked at."""
    database = connect(node.folder / "store" / NAME, reading=True)
    try:
        yield database
    finally:
        database.close()


def waiting(database: sqlite3.Connection) -> int:
    """Deliveries of a sender that have no business receipt yet."""
    return int(database.execute(_WAITING).fetchone()[0])


def answered(receiver: DemoNode, since: float) -> dict[str, float]:
    """By message: when its business receipt had been taken, and kept, by the sender (seconds since 1970)."""
    with reading(receiver) as database:
        return {row["message"]: row["finished"] / 1e6 for row in database.execute(_FINISHED, (int(since * 1e6),))}


# --- a store that has seen much


def fill(pair: Pair, count: int) -> None:
    """Put finished deliveries into both stores, as if they had been made in the last thirty days.

    Each is a copy of one that was really made, under an id of its own, its body gone as it is after a day. The rows
    are written by the store's own tables, many to a transaction. The nodes don't run meanwhile.
    """
    with contextlib.closing(connect(pair.sender.folder / "store" / NAME)) as database:
        _copy(database, DELIVERIES, count)
    with contextlib.closing(connect(pair.receiver.folder / "store" / NAME)) as database:
        _copy(database, ARRIVALS, count)


def _copy(database: sqlite3.Connection, table: Table[Any], count: int) -> None:
    put = _delivery(database) if table is DELIVERIES else _arrival(database)
    database.execute("BEGIN")
    for number in range(count):
        if number % 5_000 == 0:
            database.execute("COMMIT")
            database.execute("BEGIN")
        at = _moment(number / count)
        put(message_id(at, os.urandom(10)), at)
    database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _moment(share: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(days=30) + dt.timedelta(days=28) * share


def _first(database: sqlite3.Connection, table: Table[_T]) -> _T:
    return table.row(database.execute(f"SELECT * FROM {table.name} ORDER BY sequence LIMIT 1").fetchone()).noun


def _times(at: dt.datetime) -> dict[str, Any]:
    return {"expires": at + dt.timedelta(days=3), "finished": at, "next_attempt": None}


def _delivery(database: sqlite3.Connection) -> Callable[[str, dt.datetime], None]:
    made = _first(database, DELIVERIES)

    def put(name: str, at: dt.datetime) -> None:
        DELIVERIES.insert(database, replace(made, id=name, body=None, created=at, **_times(at)))
        for what in ("queued", "receipted", "accepted", "body_released"):
            note(database, name, OURS, at, what)

    return put


def _arrival(database: sqlite3.Connection) -> Callable[[str, dt.datetime], None]:
    made, receipt = _first(database, ARRIVALS), _first(database, RECEIPTS)
    done: dict[str, Any] = {"state": ArrivalState.HANDED_OVER, "body": None, "account": None}

    def put(name: str, at: dt.datetime) -> None:
        ARRIVALS.insert(database, replace(made, id=name, received=at, **done, **_times(at)))
        RECEIPTS.insert(database, replace(receipt, message=name, created=at, **_times(at)))
        for what in ("received", "accepted", "receipt_delivered", "handed_over", "body_released"):
            note(database, name, made.sender, at, what)

    return put
