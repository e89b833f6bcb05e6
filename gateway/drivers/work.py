"""One thread for the work that needs a processor: the event loop stays free to answer.

More threads would not make it faster (they share one interpreter). The thread is replaced now and then, because lxml
keeps what it read by thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

JOBS = 2_000
"""Jobs that a thread does before it is replaced."""

_P = ParamSpec("_P")
_T = TypeVar("_T")


class WorkThread:
    """Jobs in the order in which they come, one at a time."""

    def __init__(self) -> None:
        self._thread = _new()
        self._left = JOBS

    async def __call__(self, job: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Do a job in the thread."""
        self._left -= 1
        if self._left < 0:
            self._thread.shutdown(wait=False)  # what it was given is still done
            self._thread, self._left = _new(), JOBS
        future = self._thread.submit(job, *args, **kwargs)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Finish the job at hand; what waits is dropped."""
        self._thread.shutdown(wait=True, cancel_futures=True)


def _new() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="testamur-work")
