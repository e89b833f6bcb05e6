"""R26: of three nodes two can't reach each other; who can isn't kept waiting, and no queue is one peer's alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from gateway.delivery.problem import Stopped
from gateway.delivery.states import DeliveryState
from gateway.node.running import Running
from gateway.node.submit import submit
from tests.delivery.nodes import NORTH, SOUTH, Participant, ended, submission, until
from tests.delivery.simulators import ManualClock
from tests.faults.line import Line

EAST = "east.example.org"
DEPTH = 12


@dataclass
class Three:
    """A node, the line to its southern peer, and the clock of all; the eastern peer is reached directly."""

    north: Running
    south: Running
    line: Line
    clock: ManualClock

    async def send(self, to: str) -> str:
        """Submit one, and have the node look anew how much waits."""
        self.clock.advance(2)
        return (await submit(self.north, submission(b"no document that anybody knows", to=to))).id


@asynccontextmanager
async def three(folder: Path) -> AsyncIterator[Three]:
    north, south, east = (Participant(folder, name) for name in (NORTH, SOUTH, EAST))
    line, clock = Line(south.url), ManualClock()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(line.app(), host="127.0.0.1"))
        south.peer(north)
        east.peer(north)
        north.peer(south, url=str(server.make_url("")).rstrip("/"))
        north.peer(east)
        file = south.settings_file
        south.settings_file = lambda: known_as(file(), south.url, str(server.make_url("")).rstrip("/"))
        north.delivery = f"queue_depth = {DEPTH}\nread_seconds = 0.5\n"
        running = [await stack.enter_async_context(one.running(clock)) for one in (south, east)]
        yield Three(await stack.enter_async_context(north.running(clock)), running[0], line, clock)


def known_as(file: Path, own: str, told: str) -> Path:
    """The peers' address of a node whose line leads elsewhere."""
    file.write_text(file.read_text().replace(f'url = "{own}"\nlisten', f'url = "{told}"\nlisten'))
    return file


async def test_r26_of_a_cut_network_the_other_pair_goes_on_and_the_cut_one_holds_half_of_the_queue(tmp_path: Path):
    """Nothing is said on the cut line, which is worse than a line that breaks: each attempt takes its time."""
    async with three(tmp_path) as nodes:
        nodes.line.faults, nodes.line.share = ("silent",), 1.0
        waiting = [await nodes.send(SOUTH) for _ in range(DEPTH // 2)]
        with pytest.raises(Stopped) as refused:
            await nodes.send(SOUTH)
        assert (refused.value.code, refused.value.retryable) == ("capacity.peer", True)
        for _ in range(DEPTH):
            assert (await ended(nodes.north, await nodes.send(EAST))).state is DeliveryState.ACCEPTED
        states = {(await nodes.north.store.delivery(one)).state for one in waiting}
        assert states == {DeliveryState.QUEUED}
        nodes.line.faults = ()

        async def all_there() -> bool:
            nodes.clock.advance(5)
            return {(await nodes.north.store.delivery(one)).state for one in waiting} == {DeliveryState.ACCEPTED}

        await until(all_there)
        assert sorted(arrival.id for arrival in await nodes.south.store.arrivals()) == sorted(waiting)
