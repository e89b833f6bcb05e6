"""A worker: takes what is due from one queue, does several items at once, and sleeps until there is more.

It is woken when something is put in, when an item is done, and when the next one is due. An item that fails in a way
nobody foresaw is put back with an account of it, later each time, and in the end set aside: others flow.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from gateway.delivery.problem import Stopped
from gateway.delivery.store import Queue
from gateway.drivers.logs import say
from gateway.node.running import Running, WorkerState

LONGEST_SLEEP = 3600.0
LOOK_AGAIN = 1.0
"""Seconds until a worker looks again while it is at something, or after the store failed it."""

BREAKER_SECONDS = 5.0
"""Seconds until a worker looks whether a peer may be tried again."""

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Task(Generic[_T]):
    """What a worker does.

    take    what is due, at most so many
    name    what an item is known by, while it is being done
    do      one item
    failed  called where `do` raised what it never should
    most    items at once
    """

    queue: Queue
    take: Callable[[int], Awaitable[Sequence[_T]]]
    name: Callable[[_T], Hashable]
    do: Callable[[_T], Awaitable[None]]
    failed: Callable[[_T, Exception], Awaitable[None]]
    most: int


class QueueWorker(Generic[_T]):
    """The loop of one worker."""

    def __init__(self, running: Running, task: Task[_T]) -> None:
        self._running = running
        self._task = task
        self._wake = running.wakes[task.queue]
        self._doing: dict[Hashable, asyncio.Task[None]] = {}
        self._ended: set[Hashable] = set()
        self.state = WorkerState(name=task.queue)

    async def run(self) -> None:
        """Work until the node stops; then finish what was begun."""
        self.state.alive = True
        try:
            while not self._running.stopping.is_set():
                self._wake.clear()
                looked = self._running.now()
                taken = await self._take()
                if not self._running.stopping.is_set():
                    await self._running.clock.wait(self._wake, await self._seconds(looked, taken=taken))
        finally:
            self.state.alive = False
            if self._doing:
                await asyncio.wait(self._doing.values())

    def cancel(self) -> None:
        """Give up what is being done: it is begun again at the next start."""
        for task in self._doing.values():
            task.cancel()

    async def _take(self) -> bool:
        """Begin what is due; False where the store couldn't be asked.

        What ended while the store was asked is left out: the answer may be older than that end.
        """
        room = self._task.most - len(self._doing)
        if room * 2 < self._task.most:
            return True  # whoever finishes wakes us
        self._ended.clear()
        try:
            due = await self._task.take(room + len(self._doing))
        except Stopped as stopped:
            say("worker.failed", level=logging.ERROR, worker=self._task.queue, code=stopped.code)
            return False
        for item in due:
            name = self._task.name(item)
            if name not in self._doing and name not in self._ended and len(self._doing) < self._task.most:
                self._begin(item)
        return True

    def _begin(self, item: _T) -> None:
        name = self._task.name(item)
        task = asyncio.create_task(self._do(item))
        self._doing[name] = task
        self.state.busy = self.state.busy or self._running.clock.monotonic()
        task.add_done_callback(lambda _: self._end(name))

    def _end(self, name: Hashable) -> None:
        del self._doing[name]
        self._ended.add(name)
        self.state.busy = self._running.clock.monotonic() if self._doing else None
        self._wake.set()

    async def _do(self, item: _T) -> None:
        try:
            await self._task.do(item)
            self.state.failures, self.state.problem = 0, None
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not stop the others
            self._tell(error)
            await self._put_back(item, error)

    def _tell(self, error: Exception) -> None:
        self.state.failures += 1
        self.state.problem = error.code if isinstance(error, Stopped) else type(error).__name__
        code = error.code if isinstance(error, Stopped) else None
        say("worker.failed", level=logging.ERROR, worker=self._task.queue, code=code, error=error)

    async def _put_back(self, item: _T, error: Exception) -> None:
        """A store that fails, or a system without processes, is no fault of the item: it stays as it is, and due."""
        try:
            if isinstance(error, Stopped) and error.stage in {"store", "capacity"} and error.retryable:
                await self._running.clock.wait(self._running.stopping, LOOK_AGAIN)
                return
            await self._task.failed(item, error)
        except Exception as second:  # noqa: BLE001 - as above
            say("worker.failed", level=logging.ERROR, worker=self._task.queue, error=second)
            await self._running.clock.wait(self._running.stopping, LOOK_AGAIN)

    async def _seconds(self, looked: dt.datetime, *, taken: bool) -> float:
        """How long to sleep, if nobody wakes us. What falls due while we look counts from before we looked."""
        if self._doing or not taken:
            return LOOK_AGAIN
        try:
            due = await self._running.store.next_due(self._task.queue, looked)
        except Stopped:
            return LOOK_AGAIN
        longest = LONGEST_SLEEP if _all_closed(self._running) else BREAKER_SECONDS
        return longest if due is None else min(max((due - self._running.now()) / dt.timedelta(seconds=1), 0), longest)


def _all_closed(running: Running) -> bool:
    return all(link.breaker.state == "closed" for link in running.links.values())
