"""R9: strangers hold lines open at both doors, idle, half open or slow; honest peers are served, and memory is bounded."""

from __future__ import annotations

import asyncio
import contextlib
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from gateway.node.demo_nodes import free_port
from gateway.web.app import BACKLOG, MOST_CONNECTIONS
from tests.faults.history import check
from tests.faults.test_large_part import GROWTH, peak
from tests.faults.troubles import open_files
from tests.faults.world import world

EACH = 1000
"""Lines that are opened at each door of a node."""
OF_ITS_OWN = 100
"""Files that a node has open beside lines."""
BEGINNINGS = (b"", b"POST /v1/messages HTTP/1.1\r\nHost: x\r\n", b"GET /v1/about HTTP/1.1\r\nX-Slow: ")

Writers = list[asyncio.StreamWriter]


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


async def begun(port: int, beginning: bytes) -> asyncio.StreamWriter:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(beginning)
    return writer


async def drip(writers: Writers) -> None:
    while True:
        for writer in writers[2::3]:
            if not writer.is_closing():
                writer.write(b"a")
        await asyncio.sleep(0.2)


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


@pytest.mark.usefixtures("many_files")
async def test_r9_g5_lines_held_open_at_both_doors_keep_no_peer_and_no_registry_out(quick_path: Path) -> None:
    local = free_port()
    async with world(quick_path, seed=9, direct=True) as made:
        south = made.south
        file = south.participant.folder / "node.toml"
        file.write_text(file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{local}"'))
        south.stop()
        south.start()
        await south.until_up()
        await made.submit(made.north)
        await made.drained()
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
