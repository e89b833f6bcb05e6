"""Each failure that health names is caused here, and seen."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import os
import resource
import shutil
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from gateway.delivery.breaker import FAILURES
from gateway.delivery.check import Level
from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm
from gateway.delivery.store import Retry
from gateway.drivers.clock import SystemClock
from gateway.drivers.store import sqlite
from gateway.drivers.store.database import NAME
from gateway.drivers.work import OURS
from gateway.node import decide, watch_peers
from gateway.node.health import health_of
from gateway.node.running import Running
from gateway.node.serving import run
from gateway.node.settings import load_settings
from gateway.node.settings.delivery import TlsSection
from gateway.node.submit import submit
from tests.delivery.nodes import NORTH, SOUTH, Participant, document, ended, pair, submission, two_nodes, until
from tests.delivery.seeing import seen
from tests.delivery.test_tls import Served
from tests.local_api import api_of, lonely_node


class Elsewhere(SystemClock):
    """A clock that stands elsewhere, and whose machine's clock may have been set."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = dt.timedelta()
        self.set_by = 0.0
        self.passed = 0.0

    def now(self) -> dt.datetime:
        return super().now() + self.ahead

    def monotonic(self) -> float:
        return super().monotonic() + getattr(self, "passed", 0.0)

    @property
    def jumped(self) -> float:
        return self.set_by


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Running]:
    """A node whose one peer is silent."""
    async with lonely_node(tmp_path, clock=Elsewhere()) as running:
        yield running


async def ready(running: Running) -> int:
    """What a load balancer is answered."""
    running.health.good_until = 0.0
    async with api_of(running) as api:
        return (await api.get("/readyz", token=None)).status


async def test_a_sound_node_is_ready_though_its_peer_is_silent(node: Running):
    await seen(node, "peer", Level.WARN, SOUTH, reason="(peer.unreachable)")
    assert (await health_of(node)).status is Level.WARN
    assert await ready(node) == 200


async def test_a_database_that_another_process_holds_is_seen_and_recovers(node: Running):
    other = sqlite3.connect(node.settings.node.store / NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await seen(node, "database", reason="another process holds the database")
    assert await ready(node) == 503
    other.execute("ROLLBACK")
    other.close()
    assert await ready(node) == 200


async def test_a_damaged_database_is_seen(node: Running):
    file = node.settings.node.store / NAME
    with sqlite3.connect(file) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.close()
    file.write_bytes(b"\xff" * file.stat().st_size)
    await seen(node, "database", reason="the database is damaged")
    assert await ready(node) == 503


async def test_a_file_that_cannot_grow_is_seen_and_recovers(node: Running):
    await submit(node, submission())
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (node.settings.node.store / f"{NAME}-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        await seen(node, "database", reason="it can't be used (store.failed)")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert await ready(node) == 200


async def test_a_database_without_room_is_seen_and_recovers(node: Running, monkeypatch):
    await submit(node, submission())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sqlite, "touch", growing)
        await node.store._writer.write("probe", lambda database: database.execute("PRAGMA max_page_count = 1"))
        await seen(node, "database", reason="nothing more can be written")
        assert await ready(node) == 503
    assert await ready(node) == 200


def growing(database: sqlite3.Connection) -> None:
    """A write that takes a new page."""
    database.execute("CREATE TABLE growing AS SELECT zeroblob(100000)")


async def test_a_disk_below_the_watermark_is_seen_and_nothing_is_taken_in(tmp_path: Path):
    async with lonely_node(tmp_path, watermark=2**60) as node:
        await seen(node, "disk", reason="free")
        assert await ready(node) == 503
        async with api_of(node) as api:
            answer = await api.post("/v1/deliveries", document(), params={"to": SOUTH})
            assert (answer.status, answer.code) == (503, "capacity.disk")
            assert int(answer.headers["Retry-After"]) > 0


async def test_a_disk_that_is_nearly_full_is_seen_and_takes_in_what_comes(tmp_path: Path):
    free = shutil.disk_usage(tmp_path).free
    async with lonely_node(tmp_path, watermark=free * 3 // 4) as node:
        await seen(node, "disk", Level.WARN, reason="free")
        assert await submit(node, submission())


async def test_a_queue_that_is_nearly_full_is_seen_and_takes_in_what_comes(tmp_path: Path):
    async with lonely_node(tmp_path, more="queue_depth = 5\n") as node:
        for _ in range(4):
            await submit(node, submission())
        await seen(node, "capacity", Level.WARN, reason="4 of 5 places taken")
        assert await submit(node, submission())


async def test_a_full_queue_is_seen_and_nothing_more_is_taken_in(tmp_path: Path):
    async with lonely_node(tmp_path, more="queue_depth = 1\n") as node:
        await submit(node, submission())
        await seen(node, "capacity")
        node._depth = None
        async with api_of(node) as api:
            answer = await api.post("/v1/deliveries", document(), params={"to": SOUTH})
            assert (answer.status, answer.code) == (503, "capacity.queue")


async def test_a_key_that_expired_is_seen_and_one_that_soon_will(node: Running):
    clock = node.clock
    assert isinstance(clock, Elsewhere)
    end = node.node.seals["jades"].certificates[0].not_valid_after_utc
    clock.ahead = end - dt.timedelta(days=10) - SystemClock().now()
    await seen(node, "key", Level.WARN, "seal", reason="days left")
    clock.ahead = end + dt.timedelta(days=1) - SystemClock().now()
    await seen(node, "key", Level.FAIL, "seal", reason="expired")
    await seen(node, "key", Level.WARN, "trust", reason="expired")


async def test_a_certificate_for_tls_that_soon_expires_is_seen(node: Running):
    assert isinstance(node.clock, Elsewhere)
    file = node.settings.node.store.parent / "seal.pem"
    tls = TlsSection(certificate=file, key=file)
    node.settings = node.settings.model_copy(update={"node": node.settings.node.model_copy(update={"tls": tls})})
    end = node.node.seals["jades"].certificates[0].not_valid_after_utc
    node.clock.ahead = end - dt.timedelta(days=3, hours=1) - SystemClock().now()
    await seen(node, "key", Level.WARN, "tls", reason="3 days left")


async def test_a_clock_that_was_set_is_seen(node: Running):
    assert isinstance(node.clock, Elsewhere)
    node.clock.set_by = -3600.0
    await seen(node, "clock", Level.WARN, reason="-3600 seconds")


async def test_a_dead_letter_is_seen_until_somebody_mends_it(node: Running):
    delivery = await submit(node, submission())
    await node.store.attempted(delivery.id, node.now(), Retry(code="delivery.expired", at=None))
    await seen(node, "dead letters", Level.WARN, reason="1 deliveries")
    await node.store.discard(delivery.id, node.now(), "operator")
    node.health.good_until = 0.0
    (check,) = [one for one in (await health_of(node)).checks if one.name == "dead letters"]
    assert check.status is Level.PASS


async def test_an_old_item_of_the_outbox_is_seen(node: Running):
    await submit(node, submission())
    assert isinstance(node.clock, Elsewhere)
    node.clock.ahead = dt.timedelta(hours=5)
    await seen(node, "outbox", Level.WARN, reason="5 hours")


async def test_an_alarm_is_seen(node: Running):
    await node.store.alarm(Alarm(at=node.now(), code="envelope.conflict", peer=SOUTH, message=None))
    await seen(node, "alarms", Level.WARN, reason="envelope.conflict")


async def test_a_worker_that_ended_is_seen(node: Running):
    (task,) = [task for task in asyncio.all_tasks() if task.get_name() == "undecided"]
    task.cancel()
    await seen(node, "worker", Level.FAIL, "undecided", reason="it ended")


def hanging(*_: object) -> None:
    time.sleep(10_000)


async def test_a_worker_that_is_stuck_is_seen(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(decide, "examine_arrival", hanging)
    async with two_nodes(tmp_path) as (north, south):
        await submit(north, submission())

        async def begun() -> bool:
            return south.workers["undecided"].busy is not None

        await until(begun)
        south.clock = later = Elsewhere()
        later.passed = 1000.0
        await seen(south, "worker", Level.FAIL, "undecided", reason="16 minutes")


async def test_a_process_that_was_replaced_is_seen(node: Running):
    with pytest.raises(Stopped):
        await node.work(OURS, dying)
    await seen(node, "work", Level.WARN, reason="crashed 2")


def dying(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def test_that_no_process_can_begin_any_more_is_seen(node: Running):
    os.kill(node.processes._server.pid, signal.SIGKILL)

    async def ended() -> bool:
        return not node.processes.state.able

    await until(ended)
    await seen(node, "work", Level.FAIL, reason="no new process")


async def test_a_node_that_is_being_stopped_is_not_ready(node: Running):
    node.stop()
    await seen(node, "stopping")
    assert await ready(node) == 503


async def test_what_waits_for_the_registry_too_long_is_seen(tmp_path: Path):
    async with two_nodes(tmp_path) as (north, south):
        await ended(north, (await submit(north, submission())).id)
        (arrival,) = await south.store.arrivals()
        later = arrival.received + dt.timedelta(hours=30)
        south.clock = replace_now(south, lambda: later)
        await seen(south, "inbox", Level.WARN, reason="30 hours")


def replace_now(running: Running, now: Callable[[], dt.datetime]) -> SystemClock:
    clock = Elsewhere()
    clock.ahead = now() - SystemClock().now()
    return clock


async def test_a_decision_that_does_not_reach_its_sender_is_seen(tmp_path: Path):
    sender, receiver = pair(tmp_path)
    async with sender.running() as north:
        others = asyncio.all_tasks()
        async with receiver.running() as south:
            (task,) = [t for t in asyncio.all_tasks() - others if t.get_name() == "receipts"]
            task.cancel()
            await submit(north, submission())

            async def decided() -> bool:
                return (await south.store.depth()).receipts == 1

            await until(decided)
            south.clock = replace_now(south, lambda: SystemClock().now() + dt.timedelta(hours=2))
            await seen(south, "receipts", Level.WARN, reason="1 waiting")


async def test_what_nobody_decides_is_seen(tmp_path: Path):
    sender, receiver = pair(tmp_path)
    async with sender.running() as north:
        others = asyncio.all_tasks()
        async with receiver.running() as south:
            (task,) = [t for t in asyncio.all_tasks() - others if t.get_name() == "undecided"]
            task.cancel()
            await submit(north, submission())

            async def arrived() -> bool:
                return bool(await south.store.arrivals())

            await until(arrived)
            south.clock = replace_now(south, lambda: SystemClock().now() + dt.timedelta(minutes=10))
            await seen(south, "undecided", Level.WARN)
            south.clock = replace_now(south, lambda: SystemClock().now() + dt.timedelta(hours=2))
            await seen(south, "undecided", Level.FAIL)


# --- peers that aren't as they should be -----------------------------------------------------------------------------


@asynccontextmanager
async def peers_that_say(folder: Path, *abouts: dict) -> AsyncIterator[Running]:
    """A node whose peers answer /v1/about so; `skew` sets their clocks."""
    us = Participant(folder, NORTH)
    runners = []
    for number, about in enumerate(abouts):
        other = Participant(folder, f"p{number}.example.org")
        us.peer(other)
        app = web.Application()
        app.router.add_get("/v1/about", answering({"id": other.name, "protocol": [1]} | about))
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", other.port).start()
        runners.append(runner)
    try:
        async with run(load_settings(us.settings_file())) as running:
            yield running
    finally:
        for runner in runners:
            await runner.cleanup()


def answering(about: dict):
    skew = dt.timedelta(seconds=about.pop("skew", 0))

    async def answer(_request: web.Request) -> web.Response:
        date = (dt.datetime.now(dt.UTC) + skew).strftime("%a, %d %b %Y %H:%M:%S GMT")
        return web.json_response(about, headers={"Date": date})

    return answer


async def test_two_peers_whose_dates_agree_show_that_our_clock_is_wrong(tmp_path: Path):
    async with peers_that_say(tmp_path, {"skew": 900}, {"skew": 905}) as node:
        await seen(node, "clock", reason="behind the clocks of 2 peer(s)")
        assert await ready(node) == 503


async def test_one_peer_alone_is_a_warning_for_it_may_be_wrong_itself(tmp_path: Path):
    async with peers_that_say(tmp_path, {"skew": -900}) as node:
        await seen(node, "clock", Level.WARN, reason="ahead of")


async def test_another_participant_at_a_peers_address_is_seen(tmp_path: Path):
    async with peers_that_say(tmp_path, {"id": "attacker.example"}) as node:
        await seen(node, "peer", Level.WARN, reason="(peer.other_id)")


async def test_a_peer_of_another_protocol_is_seen(tmp_path: Path):
    async with peers_that_say(tmp_path, {"protocol": [2]}) as node:
        await seen(node, "peer", Level.WARN, reason="(peer.protocol)")


async def test_what_is_no_node_at_a_peers_address_is_seen(tmp_path: Path):
    async with peers_that_say(tmp_path, {"protocol": "none"}) as node:
        await seen(node, "peer", Level.WARN, reason="(peer.answer)")


async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Somebody who takes a request, and says nothing; until who asks has had enough."""
    with contextlib.suppress(ConnectionError):
        await _reader.read()
    writer.close()


async def breaking_off(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Somebody who begins an answer."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")
    await writer.drain()
    writer.close()


@asynccontextmanager
async def peer_that_does(folder: Path, doing, **url: str) -> AsyncIterator[Running]:
    """A node whose peer does this with each line that is opened to it."""
    us, other = Participant(folder, NORTH), Participant(folder, SOUTH)
    us.peer(other, **url)
    us.delivery = "read_seconds = 0.5\n"
    server = await asyncio.start_server(doing, "127.0.0.1", other.port)
    async with server, run(load_settings(us.settings_file())) as running:
        yield running


async def test_a_peer_that_says_nothing_is_seen(tmp_path: Path):
    async with peer_that_does(tmp_path, silent) as node:
        await seen(node, "peer", Level.WARN, reason="(peer.timeout)")


async def test_a_peer_that_breaks_off_is_seen(tmp_path: Path):
    async with peer_that_does(tmp_path, breaking_off) as node:
        await seen(node, "peer", Level.WARN, reason="(peer.broke_off)")


async def test_a_peer_whose_certificate_nobody_pinned_is_seen(tmp_path: Path):
    served = Served(tmp_path)
    us = Participant(tmp_path, NORTH)
    us.peer(served.participant, url=f"https://127.0.0.1:{served.participant.port}")
    async with served.participant.running(), run(load_settings(us.settings_file())) as node:
        await seen(node, "peer", Level.WARN, reason="(peer.tls)")


async def test_peers_that_are_well_are_said_to_be(tmp_path: Path):
    async with two_nodes(tmp_path) as (north, _):

        async def answers() -> bool:
            await watch_peers._look_at_all(north)  # when it was asked first, it may not have been there yet
            north.health.good_until = 0.0
            return "answers" in {check.reason for check in (await health_of(north)).checks}

        await until(answers)
        assert (await health_of(north)).status is Level.PASS


async def test_a_peer_that_failed_five_times_is_left_alone_and_that_is_seen(tmp_path: Path):
    async with peers_that_say(tmp_path, {}) as node:
        (link,) = node.links.values()
        for _ in range(FAILURES):
            leave = link.breaker.ask(node.clock.monotonic())
            assert leave is not None
            link.breaker.failed(leave, node.clock.monotonic())
        await seen(node, "peer", Level.WARN, reason="suspended")


async def test_what_was_found_is_kept_for_a_moment_so_that_many_who_ask_cost_as_much_as_one(node: Running):
    first = await health_of(node)
    assert all(found is first for found in await asyncio.gather(*(health_of(node) for _ in range(50))))
