"""A worker that does the same again and again, and survives whatever goes wrong in one round."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from gateway.delivery.problem import Stopped
from gateway.drivers.logs import say
from gateway.node.running import Running, WorkerState


async def go_round(running: Running, name: str, every: float, one_round: Callable[[Running], Awaitable[None]]) -> None:
    """Do one round every so many seconds until the node stops; health sees the worker, and the failures in a row."""
    state = running.workers[name] = WorkerState(name=name, alive=True)
    try:
        while not running.stopping.is_set():
            state.busy = running.clock.monotonic()
            try:
                await one_round(running)
                state.failures, state.problem = 0, None
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                code = error.code if isinstance(error, Stopped) else None
                state.failures, state.problem = state.failures + 1, code or type(error).__name__
                say("worker.failed", level=logging.ERROR, worker=name, code=code, error=error)
            state.busy = None
            await running.clock.wait(running.stopping, every)
    finally:
        state.alive = False
