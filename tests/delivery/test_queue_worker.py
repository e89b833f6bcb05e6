"""A worker does each item once, however old the store's answer is by the time it comes."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from gateway.drivers.clock import SystemClock
from gateway.node.queue_worker import QueueWorker, Task
from tests.delivery.makers import NOW


async def test_what_ended_while_the_store_was_asked_isnt_begun_again_on_an_old_answer() -> None:
    """Found by killing nodes under load: a hand-over was done twice, because its row was read before it was done."""
    done: list[str] = []
    asked, ended, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
    answers = 0

    async def take(_: int) -> list[str]:
        nonlocal answers
        answers += 1
        if answers == 1:
            return ["first"]
        if answers == 2:  # read while the first is being done, answered when it has ended
            asked.set()
            await ended.wait()
            await asyncio.sleep(0)
            return ["first"]
        stop.set()
        return []

    async def do(item: str) -> None:
        done.append(item)
        wake.set()
        await asked.wait()
        ended.set()

    async def failed(item: str, error: Exception) -> None:
        raise AssertionError((item, error))

    async def next_due(*_: object) -> None:
        return None

    wake = asyncio.Event()
    running = SimpleNamespace(
        wakes={"inbox": wake},
        stopping=stop,
        clock=SystemClock(),
        now=lambda: NOW,
        links={},
        store=SimpleNamespace(next_due=next_due),
    )
    worker = QueueWorker(running, Task(queue="inbox", take=take, name=str, do=do, failed=failed, most=4))
    async with asyncio.timeout(10):
        await worker.run()
    assert done == ["first"]
