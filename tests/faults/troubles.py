"""What can go wrong, each with how it is mended. One run: documents are given in at both ends while it goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import signal
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from tests.faults.history import check
from tests.faults.line import FAULTS
from tests.faults.world import Process, World

Trouble = Callable[[World, Process], Awaitable[None]]
HARMLESS = tuple(fault for fault in FAULTS if fault != "altered request")
"""What a line can do without the sender giving up: an altered request is refused for good (only TLS can tell)."""


async def one_run(world: World, trouble: Trouble, count: int = 4) -> None:
    """Trouble under load; then it ends, the queues drain, and the history is one that can be."""
    node = world.chance.choice(world.nodes)
    try:
        await asyncio.gather(world.some(count), trouble(world, node))
        world.bad_lines()
        await world.drained()
        check(world, await world.histories())
    except BaseException as error:
        error.add_note(f"trouble: {trouble.__doc__ or trouble}, at {node.name}")
        raise


async def killed(world: World, node: Process) -> None:
    """A power cut, at any moment."""
    await asyncio.sleep(world.chance.random() * 0.15)
    node.kill()


async def both_killed(world: World, node: Process) -> None:
    """Two power cuts, one soon after the other."""
    await killed(world, node)
    await asyncio.sleep(world.chance.random() * 0.05)
    world.other(node).kill()


async def killed_on_a_bad_line(world: World, node: Process) -> None:
    """A power cut while answers are lost and requests come twice."""
    world.bad_lines("lost answer", "twice", "late", "reset")
    await killed(world, node)
    await asyncio.sleep(0.1)


async def bad_line(world: World, _: Process) -> None:
    """Everything that a line can do."""
    world.bad_lines(*HARMLESS)
    await asyncio.sleep(0.3)


async def only(fault: str, world: World) -> None:
    """One thing that a line can do, to every request, for a while."""
    world.bad_lines(fault, share=1.0)
    await asyncio.sleep(0.3)


async def paused(world: World, node: Process) -> None:
    """A machine that stands still for half a minute (SIGSTOP), and goes on as if nothing had been."""
    pid = node.pid
    await asyncio.sleep(world.chance.random() * 0.1)
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(1.0)
    os.kill(pid, signal.SIGCONT)


async def work_killed(world: World, node: Process) -> None:
    """The system ends processes that verify, again and again, while they work (SIGKILL)."""
    for _ in range(6):
        await asyncio.sleep(world.chance.random() * 0.1)
        for pid in work_processes(node):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


async def work_paused(world: World, node: Process) -> None:
    """The processes that verify stand still, and never go on (SIGSTOP): the node replaces them."""
    await asyncio.sleep(world.chance.random() * 0.1)
    for pid in work_processes(node):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(0.5)


def work_processes(node: Process) -> list[int]:
    """Those that the node's fork server has begun."""
    return [pid for server in children(node.pid) for pid in children(server)]


def children(pid: int) -> list[int]:
    """The processes that a process has begun."""
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


async def locked(world: World, node: Process) -> None:
    """Another process holds the database locked, longer than a statement waits."""
    await asyncio.sleep(world.chance.random() * 0.05)
    with contextlib.closing(sqlite3.connect(node.store / "messages.db", isolation_level=None, timeout=5)) as database:
        database.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(2.5)
        database.execute("ROLLBACK")


async def full(world: World, node: Process) -> None:
    """The disk is full, for a while."""
    await asyncio.sleep(world.chance.random() * 0.05)
    await node.call("/limit", octets="2000")
    await asyncio.sleep(0.4)
    await node.call("/limit", octets="0")


async def few_files(world: World, node: Process) -> None:
    """No more files can be opened, for a while: no line let in, no body written."""
    with limited(node, resource.RLIMIT_NOFILE, open_files(node) + 2):
        await asyncio.sleep(0.4)


async def little_memory(world: World, node: Process) -> None:
    """Hardly any more memory is to be had, for a while."""
    with limited(node, resource.RLIMIT_AS, address_space(node) + 2**20):
        await asyncio.sleep(0.4)


def address_space(node: Process) -> int:
    """Octets."""
    return int(Path(f"/proc/{node.pid}/statm").read_text("ascii").split()[0]) * resource.getpagesize()


def open_files(node: Process) -> int:
    """How many files and lines a process has open."""
    return len(list(Path(f"/proc/{node.pid}/fd").iterdir()))


@contextlib.contextmanager
def limited(node: Process, what: int, most: int) -> Iterator[None]:
    """A limit on a process, set from outside and taken back; it may have ended by it."""
    pid, (_, hard) = node.pid, resource.prlimit(node.pid, what)
    before = resource.prlimit(pid, what, (most, hard))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, what, before)


async def clock_set(world: World, node: Process) -> None:
    """Somebody sets the clock of one machine, by an hour or by days, and back."""
    seconds = world.chance.choice([3600, -3600, 86400, -86400, 40 * 86400])
    await node.set_clock(seconds)
    await asyncio.sleep(0.2)
    await node.set_clock(-seconds)


async def stopped(world: World, node: Process) -> None:
    """Stopped in peace under load, and started again."""
    await asyncio.sleep(world.chance.random() * 0.05)
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(None, node.stop) == 0


ALL: dict[str, Trouble] = {
    "killed": killed,
    "both killed": both_killed,
    "killed on a bad line": killed_on_a_bad_line,
    "bad line": bad_line,
    "paused": paused,
    "work processes killed": work_killed,
    "work processes paused": work_paused,
    "locked": locked,
    "full": full,
    "few files": few_files,
    "little memory": little_memory,
    "clock set": clock_set,
    "stopped": stopped,
    **{fault: (lambda world, _, fault=fault: only(fault, world)) for fault in HARMLESS},
}
