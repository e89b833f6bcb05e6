"""The life of a store, step by step, in a process that can be killed: every kind of commit, in one order.

Each step is a call that was acknowledged when it returns. `live` tells each acknowledgement to whoever watches; what
should stand after so many steps is what `live` writes elsewhere, undisturbed, in so many steps.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.forkserver import ensure_running
from pathlib import Path

import pytest

from gateway.delivery.states import Alarm, ArrivalState, DeliveryState
from gateway.delivery.store import DeliveryStore, Retry
from gateway.drivers import failpoints
from gateway.drivers.store.sqlite import open_store
from tests.delivery.store_makers import HOUR, NOW, PEER, after, answer, arrival, delivery
from tests.reference import ROOT

Step = Callable[[DeliveryStore], Awaitable[object]]

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.faults.store_life", "gateway.drivers.bodies"])


def _start_forks() -> None:
    """The server that forks imports before it does, once; where from, only its environment tells it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        ensure_running()


def steps() -> list[Step]:
    """Every kind of commit, most of them twice."""
    told: list[Step] = []
    for n in (1, 2):
        told += _sent(n)
        told += _received(n)
    return told


def _sent(n: int) -> list[Step]:
    one, two, three = (delivery((n, m)) for m in range(3))
    later, never = Retry(code="peer.unreachable", at=after(1)), Retry(code="envelope.expired", at=None)
    return [
        lambda store: store.submit(one),
        lambda store: store.submit(two),
        lambda store: store.submit(three),
        lambda store: store.attempted(one.id, NOW, later),
        lambda store: store.receipted(one.id, b"transport", NOW, after(2)),
        lambda store: store.decided(one.id, b"business", DeliveryState.ACCEPTED, after(3)),
        lambda store: store.attempted(two.id, NOW, never),
        lambda store: store.retry(two.id, after(1)),
        lambda store: store.attempted(three.id, NOW, never),
        lambda store: store.discard(three.id, after(4), "why"),
        lambda store: store.release_bodies(after(9), older_than=HOUR, limit=1),
        lambda store: store.forget(after(1000), older_than=HOUR, limit=1),
    ]


def _received(n: int) -> list[Step]:
    one, two = arrival((n, "in")), arrival((n, "aside"))
    accepted = replace(one, state=ArrivalState.ACCEPTED, business_receipt=b"business", account=b"{}")
    later, never = Retry(code="hook.failed", at=after(1)), Retry(code="internal.failed", at=None)
    return [
        lambda store: store.admit(one),
        lambda store: store.decide(accepted, answer(one), NOW),
        lambda store: store.receipt_attempted(PEER, one.id, NOW, later),
        lambda store: store.receipt_delivered(PEER, one.id, after(1)),
        lambda store: store.receipt_again(PEER, one.id, after(2)),
        lambda store: store.hand_over_failed(PEER, one.id, NOW, later),
        lambda store: store.handed_over(PEER, one.id, after(2)),
        lambda store: store.alarm(Alarm(at=NOW, code="envelope.conflict", peer=PEER, message=one.id)),
        lambda store: store.acknowledge(n, after(1)),
        lambda store: store.admit(two),
        lambda store: store.hand_over_failed(PEER, two.id, NOW, never),
        lambda store: store.arrival_again(PEER, two.id, after(1)),
        lambda store: store.hand_over_failed(PEER, two.id, after(1), never),
        lambda store: store.arrival_discard(PEER, two.id, after(2), "why"),
        lambda store: store.note("time", str(n)),
    ]


async def live(folder: Path, count: int, told: Callable[[int], None] = lambda _: None) -> None:
    """Open the store, and take the first `count` steps."""
    store = open_store(folder)
    for number, step in enumerate(steps()[:count], 1):
        await step(store)
        told(number)
    await store.close()


def _child(work: Callable[..., Awaitable[None]], setting: str, pipe: Connection, parts: tuple[object, ...]) -> None:
    failpoints._ARMED = failpoints._Armed(setting)
    asyncio.run(work(*parts, pipe.send))  # type: ignore[arg-type]
    pipe.send("ended")


def killed_after(work: Callable[..., Awaitable[None]], seconds: float, *parts: object) -> list[object]:
    """Run `work(*parts, told)` in a process that is killed so long after it told the first thing; what it told."""
    _start_forks()
    here, there = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_unarmed, args=(work, there, parts))
    process.start()
    there.close()
    told = [here.recv()]
    threading.Timer(seconds, process.kill).start()
    try:
        while True:
            told.append(here.recv())
    except EOFError:
        process.join(30)
    assert process.exitcode == -signal.SIGKILL, (process.exitcode, told[-1:])
    return told


def _unarmed(work: Callable[..., Awaitable[None]], pipe: Connection, parts: tuple[object, ...]) -> None:
    asyncio.run(work(*parts, pipe.send))  # type: ignore[arg-type]


def until_killed(work: Callable[..., Awaitable[None]], setting: str, *parts: object) -> list[object]:
    """Run `work(*parts, told)` in a process that dies at the kill point; what it told until then."""
    _start_forks()
    here, there = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_child, args=(work, setting, there, parts))
    process.start()
    there.close()
    told = []
    try:
        while True:
            told.append(here.recv())
    except EOFError:
        process.join(30)
    assert process.exitcode == -signal.SIGKILL, (setting, process.exitcode, told[-1:])
    assert process.pid != os.getpid()
    return told
