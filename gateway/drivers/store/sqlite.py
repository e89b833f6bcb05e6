"""The store of a node on SQLite: one writer with group commit, a reader beside it (docs/adr/0006)."""

from __future__ import annotations

import asyncio
import datetime as dt
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from gateway.delivery.states import Alarm, Arrival, ArrivalState, Delivery, DeliveryState, Event, OutgoingReceipt
from gateway.delivery.store import Depth, NamedBodies, Queue, Retry
from gateway.drivers.failpoints import reach
from gateway.drivers.folders import private_folder
from gateway.drivers.store import history, inbox, outbox, receipts, retention
from gateway.drivers.store.backup import back_up
from gateway.drivers.store.database import NAME, check_schema, connect, create, migrate, migrations, touch
from gateway.drivers.store.depth import depth
from gateway.drivers.store.dues import next_due
from gateway.drivers.store.faults import SQLITE_FAULTS, stopped
from gateway.drivers.store.lock import ProcessLock
from gateway.drivers.store.log import keep_if_damaged
from gateway.drivers.store.quarantine import quarantine, sound
from gateway.drivers.store.rows import ARRIVALS, DELIVERIES, RECEIPTS, Table
from gateway.drivers.store.soundness import faults_of
from gateway.drivers.store.writer import Writer
from gateway.errors import ConfigError

T = TypeVar("T")
_MIB = 1024 * 1024
LOG_LARGEST_BYTES = 32 * _MIB
LOG_STEP_BYTES = 8 * _MIB
"""A log that readers kept from being used again is cut when it has grown so large; if they still do, a step later."""


def open_store(folder: Path, scripts: Mapping[int, str] | None = None) -> SqliteStore:
    """The store in a folder, made where it isn't there, brought to the present schema, locked for this process.

    `scripts` are the migrations; the packaged ones, if not given.

    Raises:
        ConfigError: `store.in_use`, `store.unwritable`, `store.permissions`, `store.newer`, `store.unusable`.
    """
    private_folder(folder)
    lock = ProcessLock(folder / "lock")
    try:
        _prepare(folder / NAME, migrations() if scripts is None else scripts)
        return SqliteStore(folder, lock)
    except SQLITE_FAULTS as error:
        lock.release()
        raise _unopened(folder, error) from error
    except BaseException:
        lock.release()
        raise


def _prepare(file: Path, scripts: Mapping[int, str]) -> None:
    create(file)
    database = connect(file)
    try:
        keep_if_damaged(database, file.with_name(f"{NAME}-wal"))
        migrate(database, scripts)
        check_schema(database, scripts)
    finally:
        database.close()


def _unopened(folder: Path, error: Exception) -> ConfigError:
    problem = stopped(error)
    return ConfigError(
        "store.unusable", f"the store {folder} can't be opened: {problem.message}", advice=problem.advice
    )


class SqliteStore:
    """The port `gateway.delivery.store.DeliveryStore`. Made by `open_store`; `close` ends it."""

    def __init__(self, folder: Path, lock: ProcessLock) -> None:
        self._file, self._log = folder / NAME, folder / f"{NAME}-wal"
        self._lock = lock
        self._cut_at = LOG_LARGEST_BYTES
        self._writer = Writer(partial(connect, self._file), self._bound_log)
        self._reading = connect(self._file, reading=True)
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="store-reader")
        self._closed = False

    # --- the sender's side

    async def submit(self, delivery: Delivery) -> Delivery:
        return await self._writer.write("submit", partial(outbox.submit, delivery=delivery))

    async def due(self, now: dt.datetime, *, limit: int, without: Sequence[str] = ()) -> Sequence[Delivery]:
        return await self._queue(DELIVERIES, partial(outbox.due, now=now, limit=limit, without=without), now)

    async def waiting_for(self, peer: str) -> int:
        return await self._read(partial(outbox.waiting_for, peer=peer))

    async def attempted(self, message: str, now: dt.datetime, retry: Retry) -> None:
        await self._writer.write("attempted", partial(outbox.attempted, message=message, now=now, retry=retry))

    async def receipted(self, message: str, receipt: bytes, now: dt.datetime, next_attempt: dt.datetime) -> None:
        operation = partial(outbox.receipted, message=message, receipt=receipt, now=now, next_attempt=next_attempt)
        await self._writer.write("receipted", operation)

    async def decided(
        self, message: str, receipt: bytes, state: DeliveryState, now: dt.datetime, *, reason: str | None = None
    ) -> Delivery:
        operation = partial(outbox.decided, message=message, receipt=receipt, state=state, now=now, reason=reason)
        return await self._writer.write("decided", operation)

    async def retry(self, message: str, now: dt.datetime) -> Delivery:
        return await self._writer.write("retry", partial(outbox.retry, message=message, now=now))

    async def discard(self, message: str, now: dt.datetime, reason: str) -> Delivery:
        return await self._writer.write("discard", partial(outbox.discard, message=message, now=now, reason=reason))

    # --- the receiver's side

    async def admit(self, arrival: Arrival) -> Arrival:
        return await self._writer.write("admit", partial(inbox.admit, arrival=arrival))

    async def unfinished(self, sender: str) -> int:
        return await self._read(partial(inbox.unfinished, sender=sender))

    async def undecided(
        self, now: dt.datetime, *, limit: int, after: str = "", each: int | None = None
    ) -> Sequence[Arrival]:
        query = partial(
            inbox.waiting, state=ArrivalState.RECEIVED, now=now, limit=limit, after=after, each=each or limit
        )
        return await self._queue(ARRIVALS, query, now)

    async def decide(self, arrival: Arrival, receipt: OutgoingReceipt, now: dt.datetime) -> None:
        await self._writer.write("decide", partial(inbox.decide, arrival=arrival, receipt=receipt, now=now))

    async def receipts_due(
        self, now: dt.datetime, *, limit: int, without: Sequence[str] = ()
    ) -> Sequence[OutgoingReceipt]:
        return await self._queue(RECEIPTS, partial(receipts.due, now=now, limit=limit, without=without), now)

    async def receipt_delivered(self, peer: str, message: str, now: dt.datetime) -> None:
        operation = partial(receipts.delivered, peer=peer, message=message, now=now)
        await self._writer.write("receipt_delivered", operation)

    async def receipt_attempted(self, peer: str, message: str, now: dt.datetime, retry: Retry) -> None:
        operation = partial(receipts.attempted, peer=peer, message=message, now=now, retry=retry)
        await self._writer.write("receipt_attempted", operation)

    async def receipt_again(self, peer: str, message: str, now: dt.datetime) -> None:
        await self._writer.write("receipt_again", partial(receipts.again, peer=peer, message=message, now=now))

    async def to_hand_over(self, now: dt.datetime, *, limit: int, after: str = "") -> Sequence[Arrival]:
        query = partial(inbox.waiting, state=ArrivalState.ACCEPTED, now=now, limit=limit, after=after, each=limit)
        return await self._queue(ARRIVALS, query, now)

    async def handed_over(self, sender: str, message: str, now: dt.datetime) -> Arrival:
        operation = partial(inbox.handed_over, sender=sender, message=message, now=now)
        return await self._writer.write("handed_over", operation)

    async def hand_over_failed(self, sender: str, message: str, now: dt.datetime, retry: Retry) -> None:
        operation = partial(inbox.hand_over_failed, sender=sender, message=message, now=now, retry=retry)
        await self._writer.write("hand_over_failed", operation)

    async def set_aside(self, *, limit: int) -> Sequence[Arrival]:
        return await self._page(ARRIVALS, partial(inbox.set_aside, limit=limit))

    async def arrival_again(self, sender: str, message: str, now: dt.datetime) -> Arrival:
        operation = partial(inbox.again, sender=sender, message=message, now=now)
        return await self._writer.write("arrival_again", operation)

    async def arrival_discard(self, sender: str, message: str, now: dt.datetime, reason: str) -> Arrival:
        operation = partial(inbox.discard, sender=sender, message=message, now=now, reason=reason)
        return await self._writer.write("arrival_discard", operation)

    async def held(self) -> Mapping[str, int]:
        return await self._read(inbox.held)

    # --- both

    async def delivery(self, message: str) -> Delivery | None:
        row = await self._read(partial(outbox.find, message=message))
        return None if row is None else row.noun

    async def deliveries(
        self, *, state: DeliveryState | None = None, before: str | None = None, limit: int = 50
    ) -> Sequence[Delivery]:
        return await self._page(DELIVERIES, partial(outbox.newest, state=state, before=before, limit=limit))

    async def arrival(self, sender: str, message: str) -> Arrival | None:
        row = await self._read(partial(inbox.find, sender=sender, message=message))
        return None if row is None else row.noun

    async def arrivals(self, *, state: ArrivalState | None = None, limit: int = 50) -> Sequence[Arrival]:
        return await self._page(ARRIVALS, partial(inbox.oldest, state=state, limit=limit))

    async def timeline(self, message: str, *, sender: str | None = None) -> Sequence[Event]:
        return await self._read(partial(history.timeline, message=message, sender=sender or history.OURS))

    async def next_due(self, queue: Queue, after: dt.datetime) -> dt.datetime | None:
        return await self._read(partial(next_due, queue=queue, after=after))

    async def depth(self) -> Depth:
        return await self._read(depth)

    async def alarm(self, alarm: Alarm) -> None:
        await self._writer.write("alarm", partial(history.raise_alarm, alarm=alarm))

    async def alarms(self, *, limit: int = 50) -> Sequence[Alarm]:
        return await self._read(partial(history.newest_alarms, limit=limit))

    async def alarms_of_each(self, *, limit: int) -> Sequence[Alarm]:
        return await self._read(partial(history.newest_alarms_of_each, limit=limit))

    async def acknowledge(self, number: int, now: dt.datetime) -> Alarm:
        return await self._writer.write("acknowledge", partial(history.acknowledge, number=number, now=now))

    async def probe(self) -> None:
        await self._writer.write("probe", touch)

    # --- retention

    async def bodies(self) -> NamedBodies:
        return await self._read(retention.bodies)

    async def release_bodies(self, now: dt.datetime, *, older_than: dt.timedelta, limit: int) -> Sequence[str]:
        operation = partial(retention.release_bodies, now=now, older_than=older_than, limit=limit)
        return await self._writer.write("release_bodies", operation)

    async def forget(self, now: dt.datetime, *, older_than: dt.timedelta, limit: int) -> int:
        operation = partial(retention.forget, now=now, older_than=older_than, limit=limit)
        return await self._writer.write("forget", operation)

    async def noted(self, name: str) -> str | None:
        return await self._read(partial(history.noted, name=name))

    async def note(self, name: str, value: str) -> None:
        await self._writer.write("note", partial(history.note_down, name=name, value=value))

    # --- the file

    async def faults(self, *, thorough: bool = False) -> Sequence[str]:
        """What is wrong with the file: nothing, where it is sound. `thorough` reads every index and every row too.

        A log that was found damaged at a start is told of until somebody takes its copy away.
        """
        try:
            return await asyncio.to_thread(faults_of, self._file, thorough=thorough)
        except SQLITE_FAULTS as error:
            raise stopped(error) from error

    async def back_up(self, to: Path) -> None:
        """Copy the store as it is at this moment to a file that isn't there yet. Raises as `backup.back_up`."""
        try:
            await asyncio.to_thread(back_up, self._file, to)
        except SQLITE_FAULTS as error:
            raise stopped(error) from error

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            await asyncio.get_running_loop().run_in_executor(None, self._close)

    def _close(self) -> None:
        self._reader.shutdown(wait=True)
        self._reading.close()
        self._writer.close()
        self._lock.release()

    async def _read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._reader, query, self._reading)
        except (*SQLITE_FAULTS, RuntimeError) as error:
            raise stopped(error) from error

    async def _page(self, table: Table[T], query: Callable[[sqlite3.Connection], list[sqlite3.Row]]) -> Sequence[T]:
        """A list without its damaged rows: one of them must not hide the others."""
        return list((await self._read(partial(sound, table=table, query=query))).nouns)

    async def _queue(
        self, table: Table[T], query: Callable[[sqlite3.Connection], list[sqlite3.Row]], now: dt.datetime
    ) -> Sequence[T]:
        """What waits. A damaged row is set aside with an alarm: it must not stop what stands behind it."""
        found = await self._read(partial(sound, table=table, query=query))
        if found.damaged:
            await self._writer.write("alarm", partial(quarantine, table=table, rows=found.damaged, now=now))
        return found.nouns

    def _bound_log(self, database: sqlite3.Connection) -> None:
        """SQLite uses its log again from the start when no reader needs it; where one always does, wait for it here."""
        if self._log.stat().st_size < self._cut_at:
            return
        reach("store.checkpoint")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._cut_at = max(LOG_LARGEST_BYTES, self._log.stat().st_size + LOG_STEP_BYTES)
