"""The writer: one flush for all who wait, each fails alone, nobody waits for ever."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.drivers.store.writer import LARGEST_GROUP, Writer


class Faulty(sqlite3.Connection):
    """A connection that fails at the statements in `broken`, and counts its commits."""

    broken: dict[str, BaseException]
    commits = 0

    def execute(self, statement, *parts):
        if statement in self.broken:
            raise self.broken[statement]
        done = super().execute(statement, *parts)
        type(self).commits += statement == "COMMIT"
        return done


@pytest.fixture
def connections(tmp_path: Path):
    """The class of the connections that are made, and how to make one."""

    class Mine(Faulty):
        broken = {}
        made = 0

    def connect() -> sqlite3.Connection:
        Mine.made += 1
        database = sqlite3.connect(
            tmp_path / "db", factory=Mine, isolation_level=None, check_same_thread=False, timeout=0.1
        )
        database.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER UNIQUE)")
        return database

    return Mine, connect


@pytest.fixture
def writer(connections):
    made = Writer(connections[1])
    yield made
    made.close()


def put(database: sqlite3.Connection, n: int) -> int:
    database.execute("INSERT INTO t VALUES (?)", (n,))
    return n


def rows(database: sqlite3.Connection) -> set[int]:
    return {row[0] for row in database.execute("SELECT n FROM t")}


def fault(code: int = sqlite3.SQLITE_FULL, name: str = "SQLITE_FULL") -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("as told")
    error.sqlite_errorcode, error.sqlite_errorname = code, name
    return error


async def hold(writer: Writer) -> tuple[threading.Event, asyncio.Task[bool]]:
    """Keep the writer busy with one operation until the gate is opened."""
    began, gate = threading.Event(), threading.Event()

    def wait(_: sqlite3.Connection) -> bool:
        began.set()
        return gate.wait(10)

    task = asyncio.create_task(writer.write("alarm", wait))
    await asyncio.to_thread(began.wait, 10)
    return gate, task


async def test_many_that_wait_share_one_flush(writer, connections):
    gate, first = await hold(writer)
    others = [asyncio.create_task(writer.write("alarm", partial(put, n=n))) for n in range(100)]
    await asyncio.sleep(0)
    assert writer._waiting.qsize() == 100
    before = connections[0].commits
    gate.set()
    assert await asyncio.gather(first, *others) == [True, *range(100)]
    assert connections[0].commits - before == 2


async def test_a_group_has_a_largest_size(writer, connections):
    gate, first = await hold(writer)
    many = 2 * LARGEST_GROUP + 1
    tasks = [asyncio.create_task(writer.write("alarm", partial(put, n=n))) for n in range(many)]
    await asyncio.sleep(0)
    assert writer._waiting.qsize() == many
    before = connections[0].commits
    gate.set()
    await asyncio.gather(first, *tasks)
    assert connections[0].commits - before == 4


async def test_an_operation_that_fails_takes_back_its_own_and_nothing_of_others(writer):
    def half(database: sqlite3.Connection) -> None:
        put(database, 100)
        raise ZeroDivisionError

    def twice(database: sqlite3.Connection) -> None:
        put(database, 200)
        put(database, 200)

    work = [partial(put, n=1), half, partial(put, n=2), twice, partial(put, n=3)]
    results = await asyncio.gather(*(writer.write("alarm", one) for one in work), return_exceptions=True)
    assert [type(one) for one in results] == [int, ZeroDivisionError, int, Stopped, int]
    assert results[3].code == "store.failed"
    assert await writer.write("alarm", rows) == {1, 2, 3}


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "SAVEPOINT operation", "RELEASE operation", "COMMIT"])
@pytest.mark.parametrize(
    ("code", "named"),
    [
        (sqlite3.SQLITE_FULL, "store.full"),
        (sqlite3.SQLITE_BUSY, "store.busy"),
        (sqlite3.SQLITE_IOERR_FSYNC, "store.failed"),
        (sqlite3.SQLITE_CORRUPT, "store.damaged"),
    ],
)
async def test_a_commit_that_fails_fails_all_of_it_and_works_again_when_the_fault_ends(
    writer, connections, statement, code, named
):
    connections[0].broken[statement] = fault(code)
    results = await asyncio.gather(
        *(writer.write("alarm", partial(put, n=n)) for n in range(5)), return_exceptions=True
    )
    assert {one.code for one in results} == {named}
    assert all(one.advice for one in results)
    connections[0].broken.clear()
    assert await writer.write("alarm", rows) == set()
    assert await writer.write("alarm", partial(put, n=1)) == 1


async def test_what_is_no_fault_of_sqlite_is_answered_too(writer, connections):
    connections[0].broken["COMMIT"] = MemoryError()
    with pytest.raises(Stopped) as caught:
        await writer.write("alarm", partial(put, n=1))
    assert caught.value.code == "store.failed"
    connections[0].broken.clear()
    assert await writer.write("alarm", rows) == set()


async def test_a_connection_that_cannot_roll_back_is_replaced(writer, connections):
    mine = connections[0]
    mine.broken |= {"COMMIT": fault(), "ROLLBACK": fault()}
    with pytest.raises(Stopped):
        await writer.write("alarm", partial(put, n=1))
    mine.broken.clear()
    assert await writer.write("alarm", rows) == set()
    assert mine.made == 2


async def test_while_the_file_cannot_be_opened_again_everyone_is_told(writer, connections, tmp_path):
    mine = connections[0]
    mine.broken |= {"COMMIT": fault(), "ROLLBACK": fault()}
    create = "CREATE TABLE IF NOT EXISTS t (n INTEGER UNIQUE)"
    mine.broken[create] = fault(sqlite3.SQLITE_CANTOPEN)
    for _ in range(2):
        with pytest.raises(Stopped):
            await writer.write("alarm", partial(put, n=1))
    mine.broken.clear()
    assert await writer.write("alarm", partial(put, n=2)) == 2


async def test_what_is_cancelled_before_it_began_is_not_done(writer):
    gate, first = await hold(writer)
    second = asyncio.create_task(writer.write("alarm", partial(put, n=1)))
    await asyncio.sleep(0)
    assert writer._waiting.qsize() == 1
    second.cancel()
    await asyncio.sleep(0)
    gate.set()
    await first
    assert await writer.write("alarm", rows) == set()
    assert second.cancelled()


async def test_what_is_cancelled_after_it_began_is_whole(writer):
    began, gate = threading.Event(), threading.Event()

    def slow(database: sqlite3.Connection) -> None:
        began.set()
        gate.wait(10)
        put(database, 1)

    task = asyncio.create_task(writer.write("alarm", slow))
    await asyncio.to_thread(began.wait, 10)
    task.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await writer.write("alarm", rows) == {1}


def test_a_loop_that_was_closed_stops_nobody_else(connections):
    writer = Writer(connections[1])
    gate = threading.Event()

    async def leave() -> None:
        task = asyncio.create_task(writer.write("alarm", lambda _: gate.wait(10)))
        await asyncio.sleep(0)
        assert not task.done()

    asyncio.run(leave())
    gate.set()
    assert asyncio.run(writer.write("alarm", partial(put, n=1))) == 1
    writer.close()


async def test_what_was_asked_for_before_the_end_is_done_and_what_comes_after_is_refused(connections):
    writer = Writer(connections[1])
    tasks = [asyncio.create_task(writer.write("alarm", partial(put, n=n))) for n in range(500)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.close)
    assert await asyncio.gather(*tasks) == list(range(500))
    with pytest.raises(Stopped, match="closed"):
        await writer.write("alarm", rows)
    writer.close()


async def test_if_the_thread_should_ever_end_by_a_fault_nobody_waits_for_ever(connections, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def broken(_: sqlite3.Connection) -> None:
        raise ZeroDivisionError

    writer = Writer(connections[1], broken)
    with pytest.raises(Stopped, match=r"closed|ended"):
        await asyncio.gather(*(writer.write("alarm", rows) for _ in range(10 * LARGEST_GROUP)))
    writer.close()


async def test_the_loop_is_free_while_the_disk_works(writer):
    """The event loop turns many times while one operation is slow."""
    turns = 0
    task = asyncio.create_task(writer.write("alarm", lambda _: time.sleep(0.2)))
    while not task.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 100
