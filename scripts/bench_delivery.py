"""Delivered and receipted documents a second between two nodes in processes (`python -m scripts.bench_delivery`).

Each document is another sealed ELMO of about 20 kB. It is given in, verified, (translated and sealed,) sent, taken in,
verified again by the receiver, (its derivation run again,) decided, and the signed decision is back at the sender.

Wall time says what this machine gave; processor time says what the code costs, and what two quiet cores would give:
the dearer node is the bound, for each has one core.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.delivery.nodes import NORTH, SOUTH, Participant
from tests.elmo_documents import elmo
from tests.faults.line import Line
from tests.faults.nursery import Nursery
from tests.faults.world import Process
from tests.quick_disk import quick_folder
from tests.toy_node import sealed

AT_ONCE = 16
COURSES = 32
"""Makes about 20 kB."""
_TICKS = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def two(folder: Path, wants: str | None) -> AsyncIterator[tuple[Process, Process]]:
    """Two nodes, without lines between them, in the time of this machine."""
    nursery, epoch = Nursery(), time.time()
    participants = [Participant(folder, name) for name in (NORTH, SOUTH)]
    nodes = [Process(nursery, one, Line(one.url), epoch, rate=1.0) for one in participants]
    participants[0].peer(participants[1], wants=wants)
    participants[1].peer(participants[0])
    try:
        for node in nodes:
            node.participant.settings_file()
            node.start()
            await node.until_up()
        yield nodes[0], nodes[1]
    finally:
        for node in nodes:
            node.stop()
        nursery.close()


@dataclass(frozen=True)
class Result:
    """What one load showed. `cpu` is milliseconds a document of sender and receiver."""

    documents: int
    seconds: float
    cpu: tuple[float, float]
    p50: float
    p95: float

    def told(self, name: str) -> str:
        """A row of the table."""
        rate, bound = self.documents / self.seconds, 1000 / max(self.cpu)
        return (
            f"| {name} | {self.documents} | {rate:.1f} | {self.cpu[0]:.1f} | {self.cpu[1]:.1f} | {bound:.0f} |"
            f" {self.p50:.0f} | {self.p95:.0f} |"
        )


def processor_ms(node: Process) -> float:
    """User and system time of a node so far."""
    fields = Path(f"/proc/{node.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / _TICKS


async def load(nodes: tuple[Process, Process], documents: list[bytes], rate: float | None, label: str) -> Result:
    """Give documents in, so many a second (None: as many as it takes), until all are decided."""
    north, south = nodes
    before = [processor_ms(node) for node in nodes]
    turns, began, given = asyncio.Semaphore(AT_ONCE), time.monotonic(), {}

    async def one(number: int, octets: bytes) -> None:
        if rate is not None:
            await asyncio.sleep(max(began + number / rate - time.monotonic(), 0))
        async with turns:
            at = time.time()
            status, answer = await north.ask("POST", "/submit", octets, key=f"{label}-{number}", to=south.name)
            if status != 202:
                raise RuntimeError(answer)
            given[answer["id"]] = at

    await asyncio.gather(*(one(number, octets) for number, octets in enumerate(documents)))
    while (await north.ask("GET", "/waits"))[1]["waits"]:  # noqa: ASYNC110 - another process has no event
        await asyncio.sleep(0.05)
    seconds = time.monotonic() - began
    spent = [processor_ms(node) - start for node, start in zip(nodes, before, strict=True)]
    ends = (await north.ask("GET", "/ends"))[1]
    taken = sorted(1000 * (ends[name] - at) for name, at in given.items())
    p50, p95 = statistics.median(taken), taken[int(0.95 * len(taken))]
    return Result(len(documents), seconds, (spent[0] / len(documents), spent[1] / len(documents)), p50, p95)


def made(count: int, start: int) -> list[bytes]:
    """Genuine documents, each another."""
    return [sealed(elmo(COURSES, grade=f"8,{number}")) for number in range(start, start + count)]


async def measure(count: int) -> None:
    for name, wants in (("original alone", None), ("with a Europass translation", "europass")):
        with quick_folder() as folder:
            async with two(folder, wants) as nodes:
                await load(nodes, made(10, 10_000), None, "warm")
                full = await load(nodes, made(count, 0), None, "full")
                print(full.told(f"{name}, all at once"))
                half = full.documents / full.seconds / 2
                calm = await load(nodes, made(count // 2, 20_000), half, "half")
                print(calm.told(f"{name}, half of that load"), flush=True)


def report(count: int = 200) -> None:
    """Print the table."""
    print("| what | documents | a second | ms of sender | ms of receiver | two cores: a second | p50 ms | p95 ms |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    asyncio.run(measure(count))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=200)
    report(parser.parse_args().documents)
