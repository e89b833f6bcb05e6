"""The one writer: a thread that commits what waits, all of it at once, and answers when it is on the disk.

While one commit is flushed the next group gathers, so that a hundred waiting operations cost one flush, not a hundred.
Each operation has a savepoint: one that fails takes back what it did, and nothing of its neighbours.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.drivers.failpoints import reach_each
from gateway.drivers.store.faults import SQLITE_FAULTS, failed, stopped

T = TypeVar("T")
Operation = Callable[[sqlite3.Connection], T]

LARGEST_GROUP = 256
"""Operations of one commit: the last of them waits for all."""


@dataclass(slots=True, eq=False)
class _Work:
    """An operation, who waits for it, and what came of it."""

    kind: str
    operation: Operation[Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = field(default=None)

    def settle(self) -> None:
        """Answer, unless nobody waits any more."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


class Writer:
    """Runs operations on one connection, in the order in which they were asked for.

    `connect` makes the connection, and makes it again where a fault left it unusable. `after` is called when a group
    was answered.
    """

    def __init__(
        self, connect: Callable[[], sqlite3.Connection], after: Callable[[sqlite3.Connection], None] | None = None
    ) -> None:
        self._connect = connect
        self._after = after
        self._database: sqlite3.Connection | None = connect()
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._thread.start()

    async def write(self, kind: str, operation: Operation[T]) -> T:
        """Run an operation, and return when what it wrote is on the disk.

        Whoever is cancelled meanwhile may find later that it was done.

        Raises:
            Stopped: what the operation raises; or that of `faults`.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._lock:
            if self._closing:
                raise failed("the store is closed")
            self._waiting.put(_Work(kind, operation, loop, future))
        return await future

    def close(self) -> None:
        """Finish what was asked for, and close the connection. Blocks; again does nothing."""
        with self._lock:
            if not self._closing:
                self._closing = True
                self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        try:
            while not ended:
                group, ended = self._gather()
                self._commit(group)
                _settle(group)
                self._finish_group()
        finally:
            self._end()

    def _end(self) -> None:
        """Close; where the thread ends by a fault, whoever waits is told, and whoever comes."""
        with self._lock:
            self._closing = True
            left = [self._waiting.get_nowait() for _ in range(self._waiting.qsize())]
        unanswered = [work for work in left if work is not None]
        for work in unanswered:
            work.error = failed("the store's writer ended")
        _settle(unanswered)
        if self._database is not None:
            self._database.close()

    def _gather(self) -> tuple[list[_Work], bool]:
        """What waits, at least one; and whether that is all that will ever come."""
        group: list[_Work] = []
        work = self._waiting.get()
        while work is not None:
            if not work.future.cancelled():
                group.append(work)
            if len(group) >= LARGEST_GROUP:
                return group, False
            try:
                work = self._waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: Sequence[_Work]) -> None:
        if not group:
            return
        try:
            database = self._usable()
            database.execute("BEGIN IMMEDIATE")
            for work in group:
                _perform(database, work)
            reach_each((work.kind for work in group), "committing")
            database.execute("COMMIT")
            reach_each((work.kind for work in group), "committed")
        except BaseException as error:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._take_back()
            for work in group:
                work.error = stopped(error)

    def _usable(self) -> sqlite3.Connection:
        if self._database is None:
            self._database = self._connect()
        return self._database

    def _take_back(self) -> None:
        """Roll back; a connection that can't is replaced."""
        database = self._database
        if database is None or not database.in_transaction:
            return
        try:
            database.execute("ROLLBACK")
        except sqlite3.Error:
            self._database = None
            with contextlib.suppress(sqlite3.Error):
                database.close()

    def _finish_group(self) -> None:
        if self._after is not None and self._database is not None:
            with contextlib.suppress(sqlite3.Error, OSError):
                self._after(self._database)


def _perform(database: sqlite3.Connection, work: _Work) -> None:
    """One operation. What fails is taken back alone, if SQLite didn't take back the whole transaction by itself."""
    database.execute("SAVEPOINT operation")
    try:
        work.result = work.operation(database)
    except Exception as error:
        if not database.in_transaction:
            raise
        database.execute("ROLLBACK TO operation")
        work.error = stopped(error) if isinstance(error, SQLITE_FAULTS) else error
    database.execute("RELEASE operation")


def _settle(group: Sequence[_Work]) -> None:
    """Wake each event loop once."""
    for loop in {work.loop for work in group}:
        mine = [work for work in group if work.loop is loop]
        with contextlib.suppress(RuntimeError):  # a loop that was closed waits for nothing
            loop.call_soon_threadsafe(_settle_all, mine)


def _settle_all(group: Sequence[_Work]) -> None:
    for work in group:
        work.settle()
