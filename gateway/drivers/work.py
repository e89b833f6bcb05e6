"""Work that needs the processor, in processes of their own: the event loop stays free, and no document holds up others.

A job is a function and values; its first argument is what the processes were made with (of a node: the `Node`). It
runs in a process that a fork server made, within limits. One that goes over them is ended with its process, and a new
one takes its place. Each party (a peer, or the node's own registry) has its turn: one with nothing at work may always
begin something, so that slow jobs of one keep no other waiting.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Concatenate, Generic, Literal, ParamSpec, TypeVar

from gateway.delivery.problem import Stopped
from gateway.drivers.fork_server import Child, ForkServer
from gateway.drivers.logs import say
from gateway.drivers.processes import HEAD, Answer, ProcessLimits, answer_all, frame, unframe

OURS = ""
"""The party of the node's own registry."""

JOBS = 2_000
"""Jobs that a process does before it is replaced: lxml keeps every name that it ever read."""

_C = TypeVar("_C")
_P = ParamSpec("_P")
_T = TypeVar("_T")

Loss = Literal["time", "cpu", "memory", "crashed"]
"""Why a job was lost with its process: over a limit, or the process ended for another reason."""

_FOR_GOOD: frozenset[Loss] = frozenset({"cpu", "memory"})
"""What the job asked for itself. A process that hangs or ends may do so for a reason outside: the job is done again."""
_OVER_CPU = -signal.SIGXCPU
"""The exit code of a process that went over its processor time."""


LOST = frozenset({"work.time", "work.cpu", "work.memory", "work.crashed"})
"""The codes of jobs that were lost."""


class _Lost(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, why: Loss) -> None:
        super().__init__(why)
        self.why = why


@dataclass(slots=True)
class _Process:
    child: Child
    jobs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkState:
    """What health and metrics ask.

    processes  that are here: they begin with the first job that needs them
    waiting    jobs that wait for their turn
    lost       jobs that were lost with their process since the start, by reason; some were done again
    lost_ago   seconds since one was lost last; None: none was
    able       whether new processes can begin
    """

    processes: int
    waiting: int
    lost: Mapping[str, int]
    lost_ago: float | None
    able: bool


class WorkProcesses(Generic[_C]):
    """So many processes at work at once, and as many again for parties that have nothing at work.

    Make it before any other thread runs: it forks. `context` is what every job is given first. `again` is whether a job
    that hung or crashed is done once more. Use it by calling it; `close` ends all processes.
    """

    def __init__(self, context: _C, *, size: int, limits: ProcessLimits, again: bool = True) -> None:
        self._server = ForkServer.fork(lambda line: answer_all(line, partial(_do, context), limits))
        self._limits = limits
        self._again_if_lost = again
        self._size = size
        self._turns = _Turns(size)
        self._idle: list[_Process] = []
        self._processes = 0
        self._losses: Counter[str] = Counter()
        self._lost_at: float | None = None

    async def __call__(
        self, party: str, job: Callable[Concatenate[_C, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Do a job, which is a function of a module. What it raises, this raises.

        Raises:
            Stopped: `work.time`, `work.cpu`, `work.memory` (422) where it went over a limit; `work.crashed`,
                `work.no_process` (503, retryable).
            Broke: the job failed in a way that nobody foresaw.
        """
        question = frame((job, args, kwargs))
        async with self._turns.of(party):
            try:
                answer = await self._answer(question)
            except _Lost as lost:
                answer = await self._again(question, lost)
        value: _T = answer.given()
        return value

    @property
    def state(self) -> WorkState:
        """How the processes are."""
        return WorkState(
            processes=self._processes,
            waiting=self._turns.waiting,
            lost=dict(self._losses),
            lost_ago=None if self._lost_at is None else time.monotonic() - self._lost_at,
            able=self._server.alive,
        )

    async def close(self) -> None:
        """End all processes; nobody waits for a job any more."""
        for process in self._idle:
            process.child.line.close()
        await self._server.close()

    async def _again(self, question: bytes, lost: _Lost) -> Answer:
        """Once more, unless it would be lost again by its own fault."""
        if lost.why in _FOR_GOOD or not self._again_if_lost:
            raise self._stopped(lost.why)
        try:
            return await self._answer(question)
        except _Lost as second:
            raise self._stopped(second.why) from None

    async def _answer(self, question: bytes) -> Answer:
        process = self._idle.pop() if self._idle else await self._begin()
        try:
            async with asyncio.timeout(self._limits.wall_seconds):
                answer = await _ask(process.child, question)
        except TimeoutError:
            raise await self._lost(process, "time") from None
        except OSError:
            raise await self._lost(process, "crashed") from None
        except BaseException:  # nobody waits for its answer any more
            await self._end(process)
            raise
        if answer.short:
            raise await self._lost(process, "memory")
        await self._put_back(process)
        return answer

    async def _begin(self) -> _Process:
        child = await self._server.begin()
        self._processes += 1
        return _Process(child)

    async def _put_back(self, process: _Process) -> None:
        process.jobs += 1
        if process.jobs >= JOBS or len(self._idle) >= self._size:
            await self._end(process)
        else:
            self._idle.append(process)

    async def _end(self, process: _Process) -> int | None:
        self._processes -= 1
        return await self._server.end(process.child)

    async def _lost(self, process: _Process, why: Loss) -> _Lost:
        if await self._end(process) == _OVER_CPU:
            why = "cpu"
        self._losses[why] += 1
        self._lost_at = time.monotonic()
        say("work.lost", level=logging.WARNING, code=f"work.{why}")
        return _Lost(why)

    def _stopped(self, why: Loss) -> Stopped:
        twice = ", twice" if self._again_if_lost else ""
        told = {
            "time": f"the work wasn't done after {self._limits.wall_seconds:g} s{twice}",
            "cpu": f"the work needs more than {self._limits.cpu_seconds} s of processor time",
            "memory": f"the work needs more than {self._limits.memory_bytes} octets of memory",
            "crashed": f"the process that did the work ended{twice}",
        }[why]
        over = why != "crashed"
        return Stopped(
            f"work.{why}",
            told,
            status=422 if over else 503,
            stage="verify",
            retryable=not over,
            advice="raise the limit in [work], if you expect such documents"
            if over
            else "see the log (`work.lost`), and whether the machine has enough memory; please report it",
        )


def _do(context: Any, question: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]) -> Any:
    job, args, kwargs = question
    return job(context, *args, **kwargs)


async def _ask(child: Child, question: bytes) -> Answer:
    """The answer to a question. Raises OSError where the process ends instead."""
    await asyncio.get_running_loop().sock_sendall(child.line, question)
    head = await _exactly(child, HEAD.size)
    answer: Answer = unframe(await _exactly(child, HEAD.unpack(head)[0]))
    return answer


async def _exactly(child: Child, size: int) -> bytearray:
    loop, octets = asyncio.get_running_loop(), bytearray(size)
    view, got = memoryview(octets), 0
    while got < size:
        count = await loop.sock_recv_into(child.line, view[got:])
        if not count:
            raise ConnectionResetError
        got += count
    return octets


class _Turns:
    """Who works next: the parties in turn, so many jobs at once.

    Beyond that a party with nothing at work begins all the same, until twice as many are at work.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._total = 0
        self._working: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn."""
        return sum(map(len, self._waiting.values()))

    @asynccontextmanager
    async def of(self, party: str) -> AsyncIterator[None]:
        """A turn of a party's."""
        if party in self._waiting or not self._has_room(party):
            await self._wait(party)
        else:
            self._take(party)
        try:
            yield
        finally:
            self._give_back(party)

    def _has_room(self, party: str) -> bool:
        return self._total < self._size or (not self._working[party] and self._total < 2 * self._size)

    def _take(self, party: str) -> None:
        self._total += 1
        self._working[party] += 1

    def _give_back(self, party: str) -> None:
        self._total -= 1
        self._working[party] -= 1
        self._working += Counter()  # forgets who has nothing at work
        while self._call_next():
            pass

    async def _wait(self, party: str) -> None:
        called = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(party, deque()).append(called)
        try:
            await called
        except asyncio.CancelledError:
            if called.cancelled():
                self._leave(party, called)
            else:
                self._give_back(party)
            raise

    def _leave(self, party: str, called: asyncio.Future[None]) -> None:
        line = self._waiting.get(party, deque())
        if called in line:
            line.remove(called)
        if not line:
            self._waiting.pop(party, None)

    def _call_next(self) -> bool:
        """Call the first party in the round that may begin, and put it at the end of the round."""
        party = next(filter(self._has_room, self._waiting), None)
        if party is None:
            return False
        line = self._waiting.pop(party)
        called = line.popleft()
        if line:
            self._waiting[party] = line
        if not called.done():  # else whoever waited was cancelled
            self._take(party)
            called.set_result(None)
        return True
