"""The store: deliveries a second, alone and together, empty and with 200,000 finished; memory of a large body.

Wall time says what a disk gives, and depends on what else it does; processor time says what the code costs. The two
stores take turns, so that whatever disturbs one disturbs the other.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from gateway.delivery.envelope import message_id
from gateway.delivery.states import Delivery, DeliveryState
from gateway.drivers.bodies import Bodies
from gateway.drivers.store.history import OURS, note
from gateway.drivers.store.rows import DELIVERIES
from gateway.drivers.store.sqlite import SqliteStore, open_store
from tests.delivery.store_makers import HOUR, NOW, after, delivery

FINISHED = 200_000
ROUNDS = 9
TOGETHER = 64
BODY_BYTES = 200_000_000
_NUMBERS = itertools.count()
_RECEIPT = b"." * 700  # octets of a receipt, about

Work = Callable[[SqliteStore], Awaitable[int]]


def new() -> Delivery:
    """A delivery with an id as a node makes it."""
    number = next(_NUMBERS)
    at = NOW + number * dt.timedelta(milliseconds=10)
    return replace(delivery(("bench", number)), id=message_id(at, os.urandom(10)))


async def one_life(store: SqliteStore) -> None:
    """What becomes of a delivery: three commits."""
    one = new()
    await store.submit(one)
    await store.receipted(one.id, _RECEIPT, NOW, after(1))
    await store.decided(one.id, _RECEIPT, DeliveryState.ACCEPTED, NOW)


async def alone(store: SqliteStore) -> int:
    """One after the other: each commit has a flush of its own."""
    for _ in range(20):
        await one_life(store)
    return 3 * 20


async def together(store: SqliteStore) -> int:
    """So many at once: commits share flushes."""
    for _ in range(3):
        await asyncio.gather(*(one_life(store) for _ in range(TOGETHER)))
    return 3 * 3 * TOGETHER


async def questions(store: SqliteStore) -> int:
    """What workers and health ask all the time."""
    for _ in range(60):
        await store.due(NOW, limit=32)
        await store.depth()
        await store.undecided(NOW, limit=32)
    return 3 * 60


async def tidying(store: SqliteStore) -> int:
    """What retention asks, where nothing is to be done."""
    for _ in range(5):
        await store.bodies()
        await store.release_bodies(NOW, older_than=HOUR, limit=100)
        await store.forget(NOW, older_than=720 * HOUR, limit=100)
    return 3 * 5


WORK: dict[str, Work] = {
    "commits, one at a time": alone,
    f"commits, {TOGETHER} deliveries at a time": together,
    "due, depth, undecided": questions,
    "retention with nothing to do": tidying,
}


async def finish_many(store: SqliteStore, count: int) -> None:
    """Put finished deliveries into the store as they are after a day: with timelines and receipts, without bodies."""

    def insert(database: object, start: int) -> None:
        for _ in range(start, min(start + 5000, count)):
            one = new()
            receipts = {"transport_receipt": _RECEIPT, "business_receipt": _RECEIPT}
            done = replace(one, state=DeliveryState.ACCEPTED, body=None, next_attempt=None, finished=NOW, **receipts)
            DELIVERIES.insert(database, done)  # type: ignore[arg-type]
            for what in ("queued", "receipted", "accepted", "body_released"):
                note(database, one.id, OURS, NOW, what)  # type: ignore[arg-type]

    for start in range(0, count, 5000):
        await store._writer.write("submit", lambda database, start=start: insert(database, start))  # noqa: SLF001


async def measure(store: SqliteStore, work: Work) -> tuple[float, float]:
    """Wall and processor microseconds of one call."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = await work(store)
    return (time.perf_counter() - wall) / done * 1e6, (time.process_time() - cpu) / done * 1e6


async def compare(empty: SqliteStore, full: SqliteStore) -> None:
    """The table: each work on both stores in turn."""
    print(f"{'µs a call: median (wall / processor)':45} {'empty':>17} {f'{FINISHED} finished':>17} {'full/empty':>14}")
    for name, work in WORK.items():
        taken: list[list[tuple[float, float]]] = [[], []]
        for _ in range(ROUNDS):
            for at, store in enumerate((empty, full)):
                taken[at].append(await measure(store, work))
        medians = [[statistics.median(column) for column in zip(*rows, strict=True)] for rows in taken]
        cells = [f"{wall:8.0f} /{cpu:7.0f}" for wall, cpu in medians]
        ratios = [full / empty for empty, full in zip(*medians, strict=True)]
        print(f"{name:45} {cells[0]:>17} {cells[1]:>17} {ratios[0]:6.2f} /{ratios[1]:6.2f}")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SqliteStore]:
    """A store for the time of a block."""
    store = open_store(folder)
    yield store
    await store.close()


async def stores() -> None:
    """Both stores beside each other."""
    with tempfile.TemporaryDirectory() as name:
        async with opened(Path(name) / "empty") as empty, opened(Path(name) / "full") as full:
            await finish_many(full, FINISHED)
            await compare(empty, full)
        size = sum(file.stat().st_size for file in (Path(name) / "full").iterdir())
        start = time.perf_counter()
        async with opened(Path(name) / "full"):
            taken = time.perf_counter() - start
        print(f"{size / 1e6:.0f} MB on the disk; opened in {taken * 1000:.0f} ms")


def flushes() -> None:
    """What this disk gives: the floor of a commit."""
    with tempfile.TemporaryFile() as file:
        taken = []
        for _ in range(100):
            file.write(b"." * 4096)
            file.flush()
            start = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - start)
    print(f"fdatasync of 4 KiB: median {statistics.median(taken) * 1e6:.0f} µs")


async def pass_through(folder: Path) -> None:
    """Take in a body and read a part of it, as transport does."""
    bodies = Bodies(folder)
    chunk = os.urandom(64 * 1024)
    async with bodies.incoming() as body:
        for _ in range(BODY_BYTES // len(chunk)):
            await body.write(chunk)
        name = await body.keep()
    async for _ in bodies.read(name, name):
        pass
    await bodies.close()


def resident() -> int:
    """The most memory that this process ever had, in octets."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def child(folder: Path) -> None:
    """In a fresh process: the growth of memory, and the seconds."""
    before, start = resident(), time.perf_counter()
    asyncio.run(pass_through(folder / "bodies"))
    print(resident() - before, time.perf_counter() - start)


def body() -> None:
    """The memory that a large body takes on its way."""
    with tempfile.TemporaryDirectory() as name:
        command = [sys.executable, "-m", "scripts.bench_store", name]
        grown, seconds = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    print(
        f"a body of {BODY_BYTES // 10**6} MB in and out: {int(grown) / 1e6:.1f} MB more memory, {float(seconds):.2f} s"
    )


def report() -> None:
    """Print the tables."""
    print("the store")
    flushes()
    asyncio.run(stores())
    body()


if __name__ == "__main__":
    child(Path(sys.argv[1])) if len(sys.argv) > 1 else report()
