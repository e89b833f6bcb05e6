"""Things that live on an event loop, for tests that don't: the loop runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import TypeVar

T = TypeVar("T")
_PATIENCE = 60


@contextmanager
def in_thread(make: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[T]:
    """Enter a context on a loop in another thread, and leave it there."""
    entered: Future[tuple[T, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def live() -> None:
        stop = asyncio.Event()
        try:
            async with make() as value:
                entered.set_result((value, asyncio.get_running_loop(), stop))
                await stop.wait()
        except BaseException as error:
            if not entered.done():
                entered.set_exception(error)
                return
            raise

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    value, loop, stop = entered.result(_PATIENCE)
    try:
        yield value
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(_PATIENCE)
