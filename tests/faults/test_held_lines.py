"""R9: strangers hold lines open at both doors, idle, half open or slow; honest peers are served, and memory is bounded."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median, quantiles

import aiohttp
import pytest

from gateway.node.demo_nodes import free_port
from gateway.web.app import BACKLOG, MOST_CONNECTIONS
from tests.faults.history import check
from tests.faults.strangers import BEGINNINGS, Writers, begun, drip
from tests.faults.test_large_part import GROWTH, peak
from tests.faults.troubles import open_files
from tests.faults.world import World, world
from tests.reference import ROOT

EACH = 1000
"""Lines that are opened at each door of a node."""
OF_ITS_OWN = 100
"""Files that a node has open beside lines."""
AT_LENGTH = 10_000
"""The same in the long form. A process here may have some 20,000 files open, so that strangers at each door have their
own.
"""
ASKED = 500


@asynccontextmanager
async def held(ports: list[int]) -> AsyncIterator[Writers]:
    """Lines held open at these doors, opened as fast as can be: of three one is idle, one half open, one goes on a letter at a time."""
    writers: Writers = []
    dripping = asyncio.create_task(drip(writers))
    try:
        for number in range(EACH):
            for port in ports:
                with contextlib.suppress(ConnectionError):
                    writers.append(await begun(port, BEGINNINGS[number % 3]))
        yield writers
    finally:
        dripping.cancel()
        for writer in writers:
            writer.close()
        await asyncio.gather(dripping, *(writer.wait_closed() for writer in writers), return_exceptions=True)


@pytest.fixture
def many_files() -> Iterator[None]:
    """This process holds the other ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * EACH
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"needs {wanted} open files, and {hard} are the most here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def reachable_at(made: World, local: int) -> None:
    """The southern node starts anew, with its local API at a port that is known."""
    south = made.south
    file = south.participant.folder / "node.toml"
    file.write_text(file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{local}"'))
    south.stop()
    south.start()
    await south.until_up()
    await made.submit(made.north)
    await made.drained()


@pytest.mark.usefixtures("many_files")
async def test_r9_g5_lines_held_open_at_both_doors_keep_no_peer_and_no_registry_out(quick_path: Path) -> None:
    local = free_port()
    async with world(quick_path, seed=9, direct=True) as made:
        await reachable_at(made, local)
        south = made.south
        before = peak(south)
        async with held([south.participant.port, local]) as writers:
            assert len(writers) > EACH
            for _ in range(3):
                await made.some(3)
                await made.submit(made.north)
                async with (
                    aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session,
                    session.get(f"http://127.0.0.1:{local}/livez") as answer,
                ):
                    assert answer.status == 200
            await made.drained()
            assert open_files(south) <= 2 * (MOST_CONNECTIONS + BACKLOG) + OF_ITS_OWN
        assert peak(south) - before <= GROWTH
        check(made, await made.histories())
        assert made.south.starts == 2, "it died of it"


@asynccontextmanager
async def strangers(ports: list[int]) -> AsyncIterator[list[int]]:
    """Many thousand lines at each door, each door's by a process of its own; how many of them came to stand at all."""
    begun = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.strangers", str(port), str(AT_LENGTH),
            cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for port in ports
    ]  # fmt: skip
    try:
        yield [int((await one.stdout.readline()).split()[1]) for one in begun]
    finally:
        for one in begun:
            one.stdin.close()
            await one.wait()


async def waits_for(url: str) -> list[float]:
    """Milliseconds in which half, and 99 of a hundred, are answered: each by a new line, as one who comes anew."""
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        async with aiohttp.request("GET", url, timeout=aiohttp.ClientTimeout(total=60)) as answer:
            assert answer.status == 200
            await answer.read()
        took.append(time.perf_counter() - began)
    return [round(1000 * one, 1) for one in (median(took), quantiles(took, n=100)[98])]


@pytest.mark.long
async def test_r9_g5_ten_thousand_lines_at_each_door_keep_nobody_waiting(quick_path: Path) -> None:
    local = free_port()
    async with world(quick_path, seed=9, direct=True) as made:
        await reachable_at(made, local)
        urls = [f"{made.south.participant.url}/v1/about", f"http://127.0.0.1:{local}/livez"]
        before = [await waits_for(url) for url in urls]
        held_before = peak(made.south)
        async with strangers([made.south.participant.port, local]) as opened:
            assert min(opened) > 0.9 * AT_LENGTH
            meanwhile = [await waits_for(url) for url in urls]
            await made.some(6)
            await made.drained()
            assert open_files(made.south) <= 2 * (MOST_CONNECTIONS + BACKLOG) + OF_ITS_OWN
        print("milliseconds, half and 99 of 100, at each door:", before, "and with lines held:", meanwhile, opened)
        assert peak(made.south) - held_before <= GROWTH
        assert all(after[0] < 2 * once[0] for once, after in zip(before, meanwhile, strict=True)), (before, meanwhile)
        check(made, await made.histories())
        assert made.south.starts == 2, "it died of it"
