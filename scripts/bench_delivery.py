"""Delivered and receipted documents a second between two node processes, and what the gateway adds to their work.

Every document is a 20 kB ELMO of another learner. It is given to the sender's local API, verified, translated into
Europass with one page, sealed, sent, verified and run again by the receiver, and answered by a business receipt that
the sender holds. docs/performance.md defines each figure.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import aiohttp

from gateway.cli.main import search_cycles_seldom
from gateway.drivers.token import load_token
from gateway.node.examine import Received, ReceivedPart, ReceivedTranslation, examine
from gateway.node.prepare import Prepared, Wish, prepare
from gateway.node.settings import load_settings
from gateway.node.startup import right_now, start
from scripts.bench_nodes import (
    Pair,
    answered,
    cpu_seconds,
    fill,
    make_pair,
    peak_bytes,
    reading,
    started,
    waiting,
)
from scripts.bench_translate import documents

COURSES = 37
WINDOW = 48
AT_ONCE = 16
LOOK_SECONDS = 0.02
FINISHED = 200_000
LARGE_MB = 200
MB = 1_000_000

Submit = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Sent:
    """One submission: seconds since 1970 of request and answer."""

    message: str
    asked: float
    taken: float


@dataclass(slots=True)
class Run:
    """What one load showed. CPU in seconds by process."""

    sent: list[Sent] = field(default_factory=list)
    seconds: float = 0.0
    cpu: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    since_taken: list[float] = field(default_factory=list)
    load: float = 0.0

    @property
    def rate(self) -> float:
        """Delivered and receipted documents a second."""
        return len(self.latencies) / self.seconds

    def cpu_ms(self, name: str) -> float:
        """Milliseconds of a process a document."""
        return self.cpu[name] / len(self.latencies) * 1000


class Papers:
    """Documents, none of them given out twice."""

    def __init__(self) -> None:
        self._made = 0

    def take(self, count: int) -> list[bytes]:
        """So many new ones."""
        made = documents("Latin", count, COURSES, begin=self._made)
        self._made += count
        return made


@asynccontextmanager
async def submitting(pair: Pair, run: Run) -> AsyncIterator[Submit]:
    """The call that gives one document to the sender's local API."""
    token = load_token(pair.sender.folder / "local.token")
    connector = aiohttp.TCPConnector(limit=0)
    headers = {"Authorization": f"Bearer {token.secret}", "Content-Type": "application/octet-stream"}
    base = f"http://{pair.sender.local_listen}"
    async with aiohttp.ClientSession(base, headers=headers, connector=connector) as session:

        async def submit(paper: bytes) -> None:
            asked = time.time()
            query = {"to": pair.receiver.id, "purpose": "recognition"}
            async with session.post("/v1/deliveries", params=query, data=paper) as answer:
                said = await answer.json()
                if answer.status != 202:
                    raise SystemExit(f"not taken: {said}")
            run.sent.append(Sent(said["id"], asked, time.time()))

        yield submit


async def closed_loop(pair: Pair, papers: Sequence[bytes], submit: Submit) -> None:
    """Always as many in flight as the window, at most so many requests at a time."""
    left = list(reversed(papers))
    with reading(pair.sender) as database:
        asking: set[asyncio.Task[None]] = set()
        while left or asking:
            room = WINDOW - waiting(database) - len(asking)
            while left and room > 0 and len(asking) < AT_ONCE:
                asking.add(asyncio.create_task(submit(left.pop())))
                room -= 1
            done, asking = (
                await asyncio.wait(asking, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                if asking
                else (await asyncio.sleep(LOOK_SECONDS), asking)
            )
            for task in done or ():
                task.result()


def open_loop(rate: float) -> Callable[[Pair, Sequence[bytes], Submit], Awaitable[None]]:
    """Documents that come at random times, whatever became of those before: so many a second on average (Poisson)."""

    async def give(_pair: Pair, papers: Sequence[bytes], submit: Submit) -> None:
        chance, loop = random.Random(1), asyncio.get_running_loop()
        at, asking = loop.time(), []
        for paper in papers:
            at += chance.expovariate(rate)
            await asyncio.sleep(at - loop.time())
            asking.append(asyncio.create_task(submit(paper)))
        await asyncio.gather(*asking)

    return give


async def loaded(
    pair: Pair, papers: Sequence[bytes], give: Callable[[Pair, Sequence[bytes], Submit], Awaitable[None]]
) -> Run:
    """Give the documents, wait until the last is answered, and say what it took."""
    run = Run(load=os.getloadavg()[0])
    before = _cpu(pair)
    own, began = time.process_time(), time.time()
    async with submitting(pair, run) as submit:
        await give(pair, papers, submit)
    with reading(pair.sender) as database:
        while waiting(database):  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(LOOK_SECONDS)
    await asyncio.sleep(0.2)  # the receiver's last commit
    run.cpu = {name: seconds - before[name] for name, seconds in _cpu(pair).items()}
    run.cpu["load generator"] = time.process_time() - own
    ended = answered(pair.receiver, began - 1)
    if missing := len([one for one in run.sent if one.message not in ended]):
        raise SystemExit(f"{missing} of {len(run.sent)} deliveries weren't answered")
    run.seconds = max(ended[one.message] for one in run.sent) - began
    run.latencies = [ended[one.message] - one.asked for one in run.sent]
    run.since_taken = [ended[one.message] - one.taken for one in run.sent]
    return run


def _cpu(pair: Pair) -> dict[str, float]:
    nodes = {"sender": pair.sender, "receiver": pair.receiver}
    return {f"{name}'s {part}": seconds for name, node in nodes.items() for part, seconds in cpu_seconds(node).items()}


# --- the work alone


def alone(pair: Pair, papers: Sequence[bytes]) -> tuple[float, float]:
    """Median milliseconds of a document's work at sender and receiver, each called by itself in this one process."""
    now = right_now()
    sender = start(load_settings(pair.sender.folder / "node.toml"), now=now)
    receiver = start(load_settings(pair.receiver.folder / "node.toml"), now=now)
    wish = Wish(asked=None, peer_wants="europass")
    first, second = list[float](), list[float]()
    for paper in papers:
        began = time.process_time()
        prepared = prepare(sender, paper, wish, now)
        between = time.process_time()
        received = _received(prepared, paper)
        again = time.process_time()
        found = examine(receiver, received, receiver.terms(now), pair.sender.peer.seals)
        second.append(time.process_time() - again)
        first.append(between - began)
        assert found.translations[0].outcome == "reproduced"
    return statistics.median(first[5:]) * 1000, statistics.median(second[5:]) * 1000


def _received(prepared: Prepared, paper: bytes) -> Received:
    by_role = {one.part.role: ReceivedPart(sha256=one.part.sha256, octets=one.octets) for one in prepared.parts}
    by_role["original"] = replace(by_role["original"], octets=paper)
    translation = ReceivedTranslation(
        part=by_role["translation"],
        media_type=next(one.part.media_type for one in prepared.parts if one.part.role == "translation"),
        derivation=by_role["derivation"].octets,
        losses_sha256=by_role["losses"].sha256,
    )
    return Received(original=by_role["original"], translations=(translation,))


# --- tables


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so much of all are at or under."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def said(name: str, run: Run) -> str:
    """One row of a load."""
    cpu = "  ".join(f"{process} {run.cpu_ms(process):5.1f}" for process in run.cpu)
    nodes = sum(run.cpu_ms(one) for one in run.cpu if one != "load generator")
    return (
        f"{name:34} {run.rate:6.1f} a second   ms of CPU a document: {cpu}   (both nodes {nodes:.1f}: two cores give "
        f"{2000 / nodes:.0f} a second; load average {run.load:.1f})"
    )


def overhead(name: str, run: Run, work: float) -> str:
    """Median and p95 of what the gateway adds."""
    over = [one * 1000 - work for one in run.latencies]
    taken = [one * 1000 for one in run.since_taken]
    return (
        f"{name:34} overhead p50 {statistics.median(over):5.0f} ms, p95 {percentile(over, 0.95):5.0f} ms;"
        f" from 202 to receipt p50 {statistics.median(taken):5.0f} ms, p95 {percentile(taken, 0.95):5.0f} ms"
    )


async def throughput(pair: Pair, papers: Papers, count: int) -> None:
    """Closed loop, then half of what it gave, open loop."""
    works = alone(pair, papers.take(45))
    print(f"the work alone, one process: sender {works[0]:.1f} ms, receiver {works[1]:.1f} ms of CPU")
    async with started(pair):
        await loaded(pair, papers.take(60), closed_loop)
        full = await loaded(pair, papers.take(count), closed_loop)
        print(said(f"closed loop, {WINDOW} in flight", full))
        half = await loaded(pair, papers.take(count // 2), open_loop(full.rate / 2))
        print(said(f"open loop at {full.rate / 2:.0f} a second", half))
        print(overhead("", half, sum(works)))


async def with_many(folder: Path, papers: Papers, count: int, finished: int) -> None:
    """The same beside many finished deliveries: two pairs of nodes, loaded in turn."""
    small, full = make_pair(folder / "small"), make_pair(folder / "full")
    async with started(full):
        await loaded(full, papers.take(20), closed_loop)
    began = time.time()
    fill(full, finished)
    print(f"{finished} finished deliveries put into both stores in {time.time() - began:.0f} s")
    runs: dict[str, list[Run]] = {"small store": [], f"{finished} finished": []}
    async with started(small), started(full):
        for turn in range(4):
            for taken, pair in zip(runs.values(), (small, full), strict=True):
                run = await loaded(pair, papers.take(count if turn else 60), closed_loop)
                taken.extend([run] if turn else [])
    for name, taken in runs.items():
        for run in taken:
            print(said(name, run))
    small_runs, full_runs = runs.values()
    ratio = statistics.median(r.rate for r in full_runs) / statistics.median(r.rate for r in small_runs)
    print(f"rate with {finished} finished deliveries: {ratio:.0%} of that without (medians)")


async def large(pair: Pair, papers: Papers) -> None:
    """One part over the limit of documents, and what both processes' peaks grow by."""
    octets = os.urandom(MB) * LARGE_MB
    async with started(pair):
        await loaded(pair, papers.take(40), closed_loop)
        before = [peak_bytes(node) for node in pair.nodes]
        began = time.time()
        run = await loaded(pair, [octets], closed_loop)
        grown = [(peak_bytes(node) - held) / MB for node, held in zip(pair.nodes, before, strict=True)]
        answer = await pair.sender.delivery(run.sent[0].message)
    receipt = answer["business_receipt"]["says"]
    print(
        f"a part of {LARGE_MB} MB: {answer['state']} ({receipt['original']['sub_indication']}) after "
        f"{time.time() - began:.1f} s; resident memory grew by {grown[0]:.0f} MB at the sender, "
        f"{grown[1]:.0f} MB at the receiver"
    )


def report(count: int = 600, finished: int = FINISHED) -> None:
    """Print the tables."""
    search_cycles_seldom()
    papers = Papers()
    print(f"deliveries between two nodes on {os.cpu_count()} cores: 20 kB ELMO into Europass, one page")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(throughput(make_pair(folder / "first"), papers, count))
        asyncio.run(large(make_pair(folder / "large"), papers))
        if finished:
            asyncio.run(with_many(folder, papers, count // 2, finished))


if __name__ == "__main__":
    report(*map(int, sys.argv[1:]))
