"""The same work on many things, over all processors.

Processes cost something to begin, and with every question whoever asks and whoever answers wait for each other. So work
begins here; only where much is left is it given out, in portions, to processes that are forked from this one and know
what it learned. A process gives its portion back after half a second, done or not: what one thing costs is bounded by
the limits of `WorkProcesses`, and one that goes over them is lost alone. What was lost with a portion is tried by
itself, once: a file that hangs holds up a folder for that long and no longer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from gateway.delivery.problem import Stopped
from gateway.drivers.processes import ProcessLimits, processors

if TYPE_CHECKING:
    from gateway.drivers.work import WorkProcesses

WORTH_PROCESSES = 0.1
"""Seconds of work that is left: less is done here."""
LEARNING = 0.04
"""Seconds that are worked here in any case, after the first thing: it loads tables that all processes then have."""
PORTION = 50
PORTION_SECONDS = 0.5
LIMITS = ProcessLimits()

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True, kw_only=True)
class Work(Generic[_T, _R]):
    """What is done with each thing.

    one   does it, and raises nothing of its own
    lost  what is answered instead where the process was ended: over a limit, or it crashed
    """

    one: Callable[[_T], _R]
    lost: Callable[[_T, Stopped], _R]
    limits: ProcessLimits = LIMITS


def do_each(
    work: Work[_T, _R], things: Sequence[_T], tell: Callable[[_R], None], *, processes: int | None = None
) -> None:
    """Do the work on each thing and tell what came of it, in the order of the things.

    No other thread may run: it forks. Raises what `tell` raises.
    """
    size = processes or processors()
    begun = _begin(work, things, tell, alone=size == 1)
    if begun < len(things):
        import asyncio

        asyncio.run(_give_out(work, things[begun:], tell, size))


def _begin(work: Work[_T, _R], things: Sequence[_T], tell: Callable[[_R], None], *, alone: bool) -> int:
    """Work here until it is known that much is left; the number of things done."""
    start = 0.0
    for n, thing in enumerate(things):
        if n > 1 and not alone and _is_worth_processes(time.monotonic() - start, n - 1, len(things) - n):
            return n
        tell(work.one(thing))
        if n == 0:
            start = time.monotonic()  # the first one loads code and tables: it says nothing of the others
    return len(things)


def _is_worth_processes(spent: float, done: int, left: int) -> bool:
    return spent > LEARNING and spent / done * left > WORTH_PROCESSES


async def _give_out(work: Work[_T, _R], things: Sequence[_T], tell: Callable[[_R], None], size: int) -> None:
    import asyncio

    from gateway.drivers.work import WorkProcesses

    processes = WorkProcesses(work.one, size=size, limits=work.limits, again=False)
    portion = max(1, min(PORTION, len(things) // (4 * size)))
    parts = [things[n : n + portion] for n in range(0, len(things), portion)]
    tasks = [asyncio.ensure_future(_portion(processes, work, part)) for part in parts]
    try:
        for task in tasks:
            for result in await task:
                tell(result)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await processes.close()


async def _portion(processes: WorkProcesses[Callable[[_T], _R]], work: Work[_T, _R], things: Sequence[_T]) -> list[_R]:
    """What came of each of some things; where a process is lost, each that is left is tried by itself."""
    from gateway.drivers.work import LOST, OURS

    done: list[_R] = []
    while left := things[len(done) :]:
        try:
            done += await processes(OURS, do_some, left)
        except Stopped as stopped:
            if stopped.code not in LOST:
                raise
            if len(left) == 1:
                return [*done, work.lost(left[0], stopped)]
            for thing in left:
                done += await _portion(processes, work, [thing])
    return done


def do_some(one: Callable[[_T], _R], things: Sequence[_T]) -> list[_R]:
    """The job of a process: as many as can be done in half a second, and one at least."""
    until, done = time.monotonic() + PORTION_SECONDS, []
    for thing in things:
        done.append(one(thing))
        if time.monotonic() > until:
            break
    return done
