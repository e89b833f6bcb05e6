"""A node's whole process, as the fault tests run it: the real node, with time that runs faster and a handle to hold it by.

The handle is HTTP on a Unix socket, for tests alone: submit a document, arm a point that kills, let time pass, tell
everything that the node knows.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import resource
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from gateway.delivery.problem import Stopped
from gateway.delivery.states import DeliveryState
from gateway.drivers import failpoints
from gateway.drivers.clock import SystemClock
from gateway.drivers.store.writer import Operation, T
from gateway.node.retention import forget
from gateway.node.running import Running
from gateway.node.serving import run
from gateway.node.settings import load_settings
from gateway.node.submit import Submission, submit
from gateway.web.app import listening

_REAL_TIME = time.time
OF_THE_ROUNDS = frozenset({"note", "probe", "forget", "release_bodies"})


@dataclass(frozen=True, kw_only=True)
class Life:
    """How a node lives: its settings, its handle, and how fast time runs since `epoch` (of the real clock)."""

    config: Path
    handle: Path
    rate: float
    epoch: float
    skipped: float = 0.0
    jump: float = 0.0
    kill_at: str | None = None


class FastClock(SystemClock):
    """The node's own clock, over a machine's whose time runs faster, and whose wall clock can be set."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self.skipped, self.jump = life.skipped, life.jump
        time.time = lambda: life.epoch + self.monotonic() + self.jump  # this process has no other time
        super().__init__()
        if life.jump == 0:
            self._offset = life.epoch

    def monotonic(self) -> float:
        return (_REAL_TIME() - self._life.epoch) * self._life.rate + self.skipped

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        await super().wait(event, None if seconds is None else seconds / self._life.rate)


async def live(life: Life) -> None:
    """Be a node until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    failpoints._ARMED = failpoints._Armed(life.kill_at) if life.kill_at else None
    clock = FastClock(life)
    async with run(load_settings(life.config), clock=clock) as running, listening(running):
        runner = web.AppRunner(Handle(running, clock).app(), access_log=None, handle_signals=False)
        await runner.setup()
        life.handle.unlink(missing_ok=True)
        await web.UnixSite(runner, str(life.handle)).start()
        await stop.wait()
        running.stop()
        await runner.cleanup()


class Handle:
    """What a test may ask of a node."""

    def __init__(self, running: Running, clock: FastClock) -> None:
        self._running = running
        self._clock = clock
        self._commits = 0
        self._count()

    def _count(self) -> None:
        """Count what is committed on behalf of documents; not what a node notes by itself, round after round."""
        writer = self._running.store._writer
        write = writer.write

        async def counted(kind: str, operation: Operation[T]) -> T:
            made = await write(kind, operation)
            self._commits += kind not in OF_THE_ROUNDS
            return made

        writer.write = counted

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/submit", self._submit)
        app.router.add_post("/arm", self._arm)
        app.router.add_post("/skip", self._skip)
        app.router.add_post("/jump", self._jump)
        app.router.add_post("/limit", self._limit)
        app.router.add_post("/call/{name}", self._call)
        app.router.add_post("/round", self._round)
        app.router.add_get("/history", self._history)
        app.router.add_get("/waits", self._waits)
        app.router.add_get("/ends", self._ends)
        return app

    async def _submit(self, request: web.Request) -> web.Response:
        octets = await request.read()

        async def stream() -> AsyncIterator[bytes]:
            yield octets

        wanted = Submission(to=request.query["to"], octets=stream(), idempotency_key=request.query["key"])
        try:
            delivery = await submit(self._running, wanted)
        except Stopped as stopped:
            return web.json_response({"code": stopped.code, "retryable": stopped.retryable}, status=stopped.status)
        return web.json_response({"id": delivery.id}, status=202)

    async def _arm(self, request: web.Request) -> web.Response:
        point = request.query.get("point")
        failpoints._ARMED = failpoints._Armed(point) if point else None
        return web.json_response({})

    async def _skip(self, request: web.Request) -> web.Response:
        """Time passes: for both clocks of the machine."""
        self._clock.skipped += float(request.query["seconds"])
        for wake in self._running.wakes.values():
            wake.set()
        return web.json_response({})

    async def _jump(self, request: web.Request) -> web.Response:
        """Somebody sets the wall clock."""
        self._clock.jump += float(request.query["seconds"])
        return web.json_response({"jumped": self._clock.jumped})

    async def _limit(self, request: web.Request) -> web.Response:
        """No file may grow beyond so many octets: a disk that is full. 0 takes the limit away."""
        octets = int(request.query["octets"]) or resource.RLIM_INFINITY
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))
        return web.json_response({})

    async def _call(self, request: web.Request) -> web.Response:
        """One of the store's calls that the flow of documents doesn't make by itself."""
        store, now, query = self._running.store, self._running.now(), request.query
        calls = {
            "release_bodies": lambda: store.release_bodies(now, older_than=dt.timedelta(0), limit=1000),
            "forget": lambda: store.forget(now, older_than=dt.timedelta(0), limit=1000),
            "retry": lambda: store.retry(query["id"], now),
            "discard": lambda: store.discard(query["id"], now, "test"),
        }
        try:
            found = await calls[request.match_info["name"]]()
        except Stopped as stopped:
            return web.json_response({"code": stopped.code}, status=stopped.status)
        if request.match_info["name"] == "release_bodies":
            await self._running.bodies.delete(found, self._running.store.bodies)
        self._running.wake("outbox")
        return web.json_response({})

    async def _waits(self, _: web.Request) -> web.Response:
        """How much isn't finished, and what is done about it."""
        running = self._running
        depth = await running.store.depth()
        waits = depth.outbox + depth.receipts + depth.undecided + depth.inbox
        busy = any(running.workers[queue].busy is not None for queue in running.wakes)
        return web.json_response({"waits": waits, "dead": depth.dead, "commits": self._commits, "busy": busy})

    async def _round(self, _: web.Request) -> web.Response:
        """What a node does every ten minutes."""
        await forget(self._running)
        return web.json_response({})

    async def _ends(self, _: web.Request) -> web.Response:
        """When each delivery that was accepted came to its end, in seconds since 1970; and where this process is."""
        running = self._running
        done = await running.store.deliveries(state=DeliveryState.ACCEPTED, limit=100_000)
        ends = {one.id: (await running.store.timeline(one.id))[-1].at.timestamp() for one in done}
        return web.json_response(ends)

    async def _history(self, _: web.Request) -> web.Response:
        """Everything that this node knows, and what is in its folders."""
        running = self._running
        deliveries = await running.store.deliveries(limit=100_000)
        arrivals = await running.store.arrivals(limit=100_000)
        folder = running.bodies.folder
        return web.json_response(
            {
                "deliveries": [
                    {
                        "id": one.id,
                        "key": one.idempotency_key,
                        "state": one.state,
                        "problem": one.problem,
                        "envelope": one.envelope_jws.decode(),
                        "transport": _text(one.transport_receipt),
                        "business": _text(one.business_receipt),
                    }
                    for one in deliveries
                ],
                "arrivals": [
                    {
                        "id": one.id,
                        "state": one.state,
                        "problem": one.problem,
                        "original": one.envelope.parts[0].sha256,
                        "envelope": one.envelope_jws.decode(),
                        "transport": _text(one.transport_receipt),
                        "business": _text(one.business_receipt),
                    }
                    for one in arrivals
                ],
                "files": sorted(path.name for path in folder.glob("??/*")),
                "incoming": len(list((folder / "incoming").iterdir())),
                "begun": [place.name for place in (running.settings.hand_over.folder / ".testamur").iterdir()],
                "named": sorted((await running.store.bodies()).names),
                "tries": [
                    event.code
                    for one in deliveries
                    for event in await running.store.timeline(one.id)
                    if event.what == "attempt_failed"
                ],
                "lost": dict(running.processes.state.lost),
                "alarms": [alarm.code for alarm in await running.store.alarms(limit=1000)],
            }
        )


def _text(octets: bytes | None) -> str | None:
    return None if octets is None else octets.decode()


def main(life: Life) -> None:
    """The process."""
    with suppress(asyncio.CancelledError):
        asyncio.run(live(life))
