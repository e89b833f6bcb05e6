"""The clock of a running node: one time that doesn't jump, and waits that don't care what time it is.

Times that stand in rows and envelopes are those of the wall clock. A wall clock can be set by an hour or a day, by a
fault or to mend one; a node that followed at once would let messages expire that have days left. So the time goes on
by the monotonic clock, and follows the wall clock only where that moves a little (as time services do), or stays
elsewhere for a quarter of an hour (somebody put it right). Health says meanwhile that it jumped.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from typing import Protocol

STEP = 5.0
"""Seconds between the two clocks that are followed at once."""
BELIEVED = 900.0
"""Seconds that a jump lasts before it is believed."""


class Clock(Protocol):
    """The port to time."""

    def now(self) -> dt.datetime:
        """The time, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow."""
        ...

    @property
    def jumped(self) -> float:
        """Seconds by which the wall clock stands elsewhere since it jumped; 0 where it didn't."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """Wait until something happens, or so many seconds have passed (None: however long it takes)."""
        ...


class SystemClock:
    """The clock of this machine."""

    def __init__(self) -> None:
        self._offset = time.time() - self.monotonic()
        self._jumped_since: float | None = None
        self._jump = 0.0

    def now(self) -> dt.datetime:
        """See `Clock.now`."""
        monotonic = self.monotonic()
        self._follow(time.time() - monotonic, monotonic)
        return dt.datetime.fromtimestamp(monotonic + self._offset, dt.UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`. Goes on while the machine sleeps, where the system has such a clock."""
        kind = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime(kind)

    @property
    def jumped(self) -> float:
        """See `Clock.jumped`."""
        self.now()
        return self._jump

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        """See `Clock.wait`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    def _follow(self, offset: float, monotonic: float) -> None:
        jump = offset - self._offset
        if abs(jump) <= STEP:
            self._offset, self._jumped_since, self._jump = offset, None, 0.0
            return
        if self._jumped_since is None or abs(jump - self._jump) > STEP:
            self._jumped_since = monotonic
        self._jump = jump
        if monotonic - self._jumped_since >= BELIEVED:
            self._offset, self._jumped_since, self._jump = offset, None, 0.0
