"""Two nodes in processes of their own, lines between them that can go bad, and a registry that keeps its promises.

The registry at each end submits documents under idempotency keys and asks again until it is told an id: what it was
told is what the history is held against.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from gateway.packaged import data_folder
from tests.delivery.nodes import NORTH, SOUTH, Participant
from tests.faults.line import Line
from tests.faults.node_life import Life
from tests.faults.nursery import Nursery
from tests.toy_node import sealed

RATE = 30.0
"""Seconds that pass in a node for each real one."""
IMPATIENCE = 0.3
"""Real seconds without anything done after which nodes that only wait are helped by letting time pass."""
SKIPS = (100.0, 3600.0)
"""Seconds that are let pass at first, and at most: each time the double, until something is done."""
STANDSTILL = 120.0
"""Real seconds in which nothing at all is done until that is a failure: a busy machine is slow, and goes on."""
CIRCLES = 5000
"""Commits after which queues that still don't drain go round in circles."""


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds that a node does by itself, and at once."""
    async with asyncio.timeout(STANDSTILL):
        while not holds():  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.005)


def assert_page(folder: Path) -> None:
    """Its page is there and whole, or its account says why there is none."""
    (told,) = json.loads((folder / "account.json").read_text())["pages"]
    file = folder / "page.html"
    if "problem" in told:
        assert not file.exists()
    else:
        assert hashlib.sha256(file.read_bytes()).hexdigest() == told["sha256"]


@dataclass
class Process:
    """One node: its folder, its line, and the process that it is just now."""

    nursery: Nursery
    participant: Participant
    line: Line
    epoch: float
    rate: float = RATE
    taken: list[str] = field(default_factory=list)
    pid: int | None = None
    skipped: float = 0.0
    jump: float = 0.0
    starts: int = 0

    @property
    def name(self) -> str:
        return self.participant.name

    @property
    def store(self) -> Path:
        return self.participant.folder / "store"

    @property
    def handle(self) -> Path:
        """Its socket: with a short name, for the system knows no long ones."""
        return Path(tempfile.gettempdir()) / f"testamur-{os.getpid()}-{self.name}"

    @property
    def inbox(self) -> Path:
        return self.participant.folder / "inbox"

    def take(self) -> None:
        """What a registry does: take away what was handed over. It notes each by its name, as often as it comes."""
        for folder in self.inbox.glob("[!.]*"):
            assert_page(folder)
            shutil.rmtree(folder)
            self.taken.append(folder.name)

    def start(self, kill_at: str | None = None) -> None:
        """Begin to live; `until_up` waits for it."""
        self.handle.unlink(missing_ok=True)
        life = Life(
            config=self.participant.folder / "node.toml",
            handle=self.handle,
            rate=self.rate,
            epoch=self.epoch,
            skipped=self.skipped,
            jump=self.jump,
            kill_at=kill_at,
        )
        self.pid = self.nursery.start(life)
        self.starts += 1

    async def until_up(self) -> None:
        """Wait until it can be asked. A node that was killed meanwhile isn't waited for."""
        await until(lambda: self._listens() or not self.alive())

    def _listens(self) -> bool:
        """The handle is there a moment before somebody listens at it."""
        with socket.socket(socket.AF_UNIX) as line:
            return line.connect_ex(str(self.handle)) == 0

    async def until_dead(self, starts: int) -> None:
        """Wait until it was killed at the point that was armed, after so many starts; somebody may have revived it."""
        await until(lambda: not self.alive() or self.starts > starts)

    def alive(self) -> bool:
        """Whether the process runs; one that ended and wasn't buried doesn't."""
        if self.pid is None:
            return False
        state = Path(f"/proc/{self.pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
        return state not in {"Z", "X"}

    def kill(self) -> None:
        """As a power cut would."""
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            self.bury()

    def stop(self) -> int:
        """End it in peace; its exit code."""
        if self.pid is None:
            return 0
        os.kill(self.pid, signal.SIGTERM)
        return self.bury()

    def bury(self) -> int:
        """Wait for the end of a process that was told to end."""
        pid, self.pid = self.pid, None
        return 0 if pid is None else self.nursery.wait(pid)

    async def ask(self, method: str, path: str, body: bytes | None = None, **query: str) -> tuple[int, dict]:
        """One request at the handle."""
        connector = aiohttp.UnixConnector(str(self.handle))
        timeout = aiohttp.ClientTimeout(total=20)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
            session.request(method, f"http://node{path}", params=query, data=body) as answer,
        ):
            return answer.status, await answer.json()

    async def call(self, path: str, **query: str) -> tuple[int, dict]:
        return await self.ask("POST", path, **query)

    async def ended_by(self, path: str, **query: str) -> None:
        """One request that it doesn't live to answer, or does."""
        with suppress(aiohttp.ClientError, ConnectionError):
            await self.call(path, **query)

    async def skip(self, seconds: float) -> None:
        """Let time pass; for a node that is dead too."""
        self.skipped += seconds
        with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
            await self.call("/skip", seconds=str(seconds))

    async def set_clock(self, seconds: float) -> float:
        """Set the machine's clock forwards or back; how far the node says that it jumped."""
        self.jump += seconds
        return (await self.call("/jump", seconds=str(seconds)))[1]["jumped"]


@dataclass
class Submitted:
    """What a registry gave to its node, and the id that it was told."""

    key: str
    octets: bytes = field(repr=False)
    sender: str
    id: str | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.octets).hexdigest()


@dataclass(frozen=True)
class State:
    """How much waits in a node, how many dead letters it has, its commits so far, and whether it is at something."""

    waits: int = 1
    dead: int = 0
    commits: int = 0
    busy: bool = True


class Pace:
    """What was done while queues drain, and how much time should be let pass where nodes only wait.

    commits  seen so far
    """

    def __init__(self) -> None:
        self._seen: list[int] = []
        self._done = self._idle = time.monotonic()
        self._skip = SKIPS[0]
        self.commits = 0

    @property
    def still(self) -> float:
        """Real seconds since something was done."""
        return time.monotonic() - self._done

    def look(self, states: list[State]) -> float:
        """How many seconds to let pass now: 0 while something is done."""
        now, seen = time.monotonic(), [state.commits for state in states]
        if seen != self._seen:
            self.commits += sum(abs(new - old) for new, old in zip(seen, self._seen, strict=False))
            self._seen, self._done, self._idle, self._skip = seen, now, now, SKIPS[0]
        if any(state.busy for state in states):
            self._idle = now
        if now - self._idle < IMPATIENCE:
            return 0
        self._idle, skip = now, self._skip
        self._skip = min(2 * skip, SKIPS[1])
        return skip


@dataclass
class World:
    """Both nodes, what was submitted, and the chance that everything random comes from."""

    north: Process
    south: Process
    chance: random.Random
    submitted: list[Submitted] = field(default_factory=list)
    discarded: set[str] = field(default_factory=set)
    documents: int = 0

    @property
    def nodes(self) -> tuple[Process, Process]:
        return self.north, self.south

    def other(self, node: Process) -> Process:
        return self.south if node is self.north else self.north

    def bad_lines(self, *faults: str, share: float = 0.6) -> None:
        """From now on this may happen to each request; without faults the lines are good again."""
        for node in self.nodes:
            node.line.faults, node.line.share = faults, share
            node.line.chance = random.Random(self.chance.random())

    # --- the registries

    def document(self) -> bytes:
        """A new document: one of five is genuine and sealed, the others no node knows. Each is another."""
        self.documents = number = self.documents + 1
        if self.chance.random() < 0.8:
            return b"no document that anybody knows: %d\n" % number
        template = (data_folder("config") / "demo" / "elmo.xml").read_bytes()
        return sealed(template.replace(b"Bachelor of Oceanography", b"Bachelor of Oceanography %d" % number))

    async def submit(self, node: Process) -> Submitted:
        """Submit a document, until the node says an id; a node that is dead is started again."""
        octets = self.document()
        one = Submitted(f"key-{self.documents}", octets, node.name)
        self.submitted.append(one)
        return await self.submit_again(one)

    async def submit_again(self, one: Submitted) -> Submitted:
        """Submit the same under its key, until the node says an id: the one that it said before, or another."""
        one.id = None
        (node,) = [node for node in self.nodes if node.name == one.sender]
        async with asyncio.timeout(STANDSTILL):
            while one.id is None:
                await self._try(node, one)
        return one

    async def _try(self, node: Process, one: Submitted) -> None:
        try:
            status, answer = await node.ask("POST", "/submit", one.octets, key=one.key, to=self.other(node).name)
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            await self.revive(node)
            return
        if status == 202:
            one.id = answer["id"]
        elif answer.get("retryable") or answer["code"] == "work.time":  # the machine was too slow for the limit
            await asyncio.sleep(0.05)
        else:
            raise AssertionError(f"{one.key} was refused at its own node: {answer}")

    async def some(self, count: int) -> None:
        """Several at once, from both ends."""
        await asyncio.gather(*(self.submit(self.chance.choice(self.nodes)) for _ in range(count)))

    # --- mending

    async def revive(self, node: Process) -> None:
        """Start a node that is dead."""
        if node.alive():
            await asyncio.sleep(0.02)
            return
        node.bury()
        node.start()
        await node.until_up()

    async def drained(self) -> None:
        """Wait until nothing waits any more, in both nodes; dead ones are started.

        However slow a machine is, it is waited for as long as something is done.
        """
        pace, states = Pace(), await self._states()
        while any(state.waits for state in states):
            self.take()
            if (skipped := pace.look(states)) > 0:
                await self.skip(skipped)
            if pace.still > STANDSTILL or pace.commits > CIRCLES:
                raise AssertionError(f"the queues don't drain: {[await n.ask('GET', '/history') for n in self.nodes]}")
            await asyncio.sleep(0.02)
            states = await self._states()

    async def skip(self, seconds: float) -> None:
        """Let time pass at both ends."""
        await asyncio.gather(*(node.skip(seconds) for node in self.nodes))

    async def _states(self) -> list[State]:
        return [await self._state(node) for node in self.nodes]

    async def _state(self, node: Process) -> State:
        try:
            return State(**(await node.ask("GET", "/waits"))[1])
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            await self.revive(node)
            return State()

    def take(self) -> None:
        """Both registries take what was handed over to them."""
        for node in self.nodes:
            node.take()

    async def histories(self) -> dict[str, dict]:
        """What each node knows, after a round of tidying up."""
        self.take()
        for node in self.nodes:
            await node.call("/round")
        return {node.name: (await node.ask("GET", "/history"))[1] for node in self.nodes}


@asynccontextmanager
async def world(
    folder: Path,
    seed: int,
    *,
    rate: float = RATE,
    read_seconds: float = 1.0,
    work_seconds: float = 2.5,
    direct: bool = False,
    more: str = "",
    nursery: Nursery | None = None,
) -> AsyncIterator[World]:
    """Two nodes that run, and lines between them (none, where they are `direct`). Limits are in real seconds.

    `more` are settings of both nodes beside those.
    """
    if sys.platform != "linux":
        pytest.skip("needs Linux: nodes are forked, and looked at through /proc")
    own = nursery is None
    nursery, chance, epoch = nursery or Nursery(), random.Random(seed), time.time()
    participants = [Participant(folder, name) for name in (NORTH, SOUTH)]
    lines = [Line(participant.url) for participant in participants]
    servers = [TestServer(line.app(), host="127.0.0.1") for line in lines]
    nodes: list[Process] = []
    try:
        for server in servers:
            await server.start_server()
        urls = [str(server.make_url("")).rstrip("/") for server in servers]
        if direct:
            urls = [participant.url for participant in participants]
        for at, participant in enumerate(participants):
            participant.peer(participants[1 - at], url=urls[1 - at])
            file = participant.settings_file()
            settings = file.read_text().replace(f'url = "{participant.url}"\nlisten', f'url = "{urls[at]}"\nlisten')
            settings = settings.replace(
                "[delivery]\n",
                f"[delivery]\nread_seconds = {read_seconds}\nconnect_seconds = {min(10.0, read_seconds)}\n",
            )
            settings += f"[work]\nseconds = {work_seconds}\n"  # what was paused is replaced while somebody waits
            file.write_text(f'{settings}[hand_over]\nkind = "folder"\nfolder = "inbox"\npages = ["html"]\n{more}')
            nodes.append(Process(nursery, participant, lines[at], epoch, rate))
        made = World(*nodes, chance)
        for node in nodes:
            node.start()
        for node in nodes:
            await node.until_up()
        yield made
        for node in nodes:
            node.stop()
    finally:
        for node in nodes:
            node.kill()
            node.handle.unlink(missing_ok=True)
        if own:
            nursery.close()
        for server in servers:
            await server.close()
