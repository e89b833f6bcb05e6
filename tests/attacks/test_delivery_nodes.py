"""What peers, disks and lines do to a node at work (attacks G1, G5, G7, G10; fault tests R11, R18)."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from gateway.delivery.message import MEDIA_TYPE, message_head
from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm, Arrival, ArrivalState, DeliveryState
from gateway.delivery.store import Retry
from gateway.drivers import bodies as bodies_module
from gateway.drivers.bodies import Bodies, read_part
from gateway.drivers.clock import SystemClock
from gateway.drivers.http_client import PeerClient
from gateway.drivers.store import history
from gateway.drivers.store.sqlite import open_store
from gateway.node import decide, examine_arrival
from gateway.node.demo_nodes import free_port
from gateway.node.examine_arrival import TOGETHER, Message
from gateway.node.settings.delivery import PeerSection
from gateway.node.submit import submit
from gateway.node.watch import look_at
from gateway.web import app, peers_api
from gateway.web.connection import give_way
from tests.attacks.peer import attacked
from tests.delivery.nodes import NORTH, SOUTH, document, pair, submission, until
from tests.delivery.store_makers import NOW, arrival

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(port: int, handler: Handler):
    """Something that answers every request like that."""
    answers = web.Application(client_max_size=2**26)
    answers.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(answers)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def test_g7_a_refusal_that_is_named_like_a_bad_receipt_is_a_refusal(tmp_path: Path):
    """The peer chooses the code of its problem: it raises no alarm here by it, and isn't asked for three days."""

    async def refusing(request: web.Request) -> web.Response:
        await request.read()
        problem = {"type": "x", "title": "x", "status": 400, "code": "receipt.mismatch", "stage": "receipt"}
        return web.json_response({**problem, "retryable": False}, status=400)

    north, south = pair(tmp_path)
    async with answering(south.port, refusing), north.running() as node:
        queued = await submit(node, submission(adapter="original"))

        async def is_dead() -> bool:
            found = await node.store.delivery(queued.id)
            return found is not None and found.state is DeliveryState.DEAD

        await until(is_dead)
        assert await node.store.alarms() == []


async def test_a_peer_with_an_absurd_date_stops_nobody_from_looking_at_the_others():
    async def absurd(_request: web.Request) -> web.Response:
        date = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
        return web.json_response({"id": SOUTH, "protocol": [1]}, headers={"Date": date})

    port = free_port()
    async with answering(port, absurd), PeerClient(connect_seconds=5, read_seconds=5) as client:
        peer = Peer(id=SOUTH, url=f"http://127.0.0.1:{port}")
        seen = await look_at(peer, client, SystemClock(), None)
    assert (seen.problem, seen.skew) == (None, None)


async def test_r11_a_message_that_is_gone_from_our_disk_is_our_fault_and_not_the_peers(tmp_path: Path):
    north, south = pair(tmp_path)
    async with north.running() as node:
        queued = await submit(node, submission(adapter="original"))
        node.bodies.place(queued.body).unlink()
        async with south.running():

            async def is_dead() -> bool:
                node.wake("outbox")
                found = await node.store.delivery(queued.id)
                return found is not None and found.state is DeliveryState.DEAD

            await until(is_dead)
        assert (await node.store.delivery(queued.id)).problem == "body.missing"


async def test_r18_a_message_set_aside_for_want_of_its_octets_goes_on_when_it_comes_again(tmp_path: Path, monkeypatch):
    async with attacked(tmp_path) as peer:
        parts = [("original", "application/xml", document())]
        signed = peer.envelope(parts)
        octets = message_head(signed) + document()
        store, bodies = peer.south.store, peer.south.bodies
        with monkeypatch.context() as patched:
            found = decide.message_of

            def lost(arrival: Arrival, among: Bodies) -> Message:
                bodies.place(arrival.body).unlink(missing_ok=True)
                return found(arrival, among)

            patched.setattr(decide, "message_of", lost)
            await peer.post(octets)

            async def set_aside() -> bool:
                return [alarm.code for alarm in await store.alarms()] == ["body.missing"]

            await until(set_aside)
        assert (await peer.post(octets)).status == 200

        async def accepted() -> bool:
            return (await store.arrival(NORTH, signed.envelope.id)).state is ArrivalState.ACCEPTED

        await until(accepted)


async def test_a_packed_body_is_not_let_in_and_not_unpacked(tmp_path: Path):
    """64 KiB of gzip can be 64 MiB: what is said of the body is said of what comes over the line."""
    async with attacked(tmp_path) as peer:
        send = peer.own.client.send

        async def packed(outgoing):
            return await send(replace(outgoing, headers={**outgoing.headers, "Content-Encoding": "gzip"}))

        peer.own.client.send = packed
        for path, kind in (("/v1/messages", MEDIA_TYPE), ("/v1/receipts", "application/jose")):
            answer = await peer.post(b"\x1f\x8b" + bytes(100), path, kind)
            assert (answer.status, b"door.form" in answer.body) == (401, True)
            assert answer.headers["www-authenticate"] == "Signature"


async def test_a_damaged_row_stops_no_start_and_hides_no_other(tmp_path: Path):
    north, _ = pair(tmp_path)
    async with north.running() as node:
        queued = [await submit(node, submission(adapter="original")) for _ in range(2)]
        row = queued[0].id
        await node.store._writer.write(
            "alarm", lambda db: db.execute("UPDATE deliveries SET size = 1 WHERE id = ?", (row,))
        )
    async with north.running() as node:
        assert [one.id for one in await node.store.deliveries()] == [queued[1].id]
        assert node.bodies.place(queued[0].body).is_file()


async def test_g10_a_peer_that_repeats_itself_fills_no_timeline(tmp_path: Path):
    store = open_store(tmp_path / "store")
    one = await store.admit(arrival())
    for _ in range(history.MOST_OF_A_KIND + 20):
        await store.hand_over_failed(one.sender, one.id, NOW, Retry(code="internal.failed", at=NOW))
    told = [event.what for event in await store.timeline(one.id, sender=one.sender)]
    assert told[0] == "received"
    assert len(told) == history.MOST_OF_A_KIND + 1
    await store.close()


async def test_g10_a_peer_that_makes_alarms_pushes_out_nobody_elses(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(history, "MOST_ALARMS", 5)
    store = open_store(tmp_path / "store")
    await store.alarm(Alarm(at=NOW, code="store.damaged", peer=None, message=None))
    for number in range(30):
        await store.alarm(
            Alarm(at=NOW + dt.timedelta(seconds=number), code="envelope.conflict", peer=NORTH, message=None)
        )
    told = await store.alarms()
    assert [alarm.code for alarm in told] == ["envelope.conflict"] * 5 + ["store.damaged"]
    await store.close()


async def test_r10_many_messages_at_once_cannot_take_the_room_that_must_stay_free(tmp_path: Path, monkeypatch):
    """Each was let in while there was room for one: the watermark is looked at while they are written, too."""
    bodies = Bodies(tmp_path / "bodies", min_free_bytes=1000)
    free = [10_000_000]
    monkeypatch.setattr(Bodies, "free_bytes", lambda _: free[0])
    async with bodies.incoming() as body:
        await body.write(bytes(bodies_module.CHUNK_BYTES))
        free[0] = 1000
        with pytest.raises(Stopped) as caught:
            await body.write(bytes(bodies_module.CHUNK_BYTES))
    assert caught.value.code == "store.full"
    await bodies.close()


async def test_g5_somebody_who_holds_lines_open_is_not_let_in_without_end_and_keeps_nobody_out(
    tmp_path: Path, monkeypatch
):
    """Every line is an open file: a node without any more can't write what it receives."""
    monkeypatch.setattr(app, "MOST_CONNECTIONS", 3)
    _, south = pair(tmp_path)
    async with south.running():
        lines = [await half_open(south.port) for _ in range(3)]
        late, asking = await asyncio.open_connection("127.0.0.1", south.port)
        asking.write(b"GET /v1/about HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in await asyncio.wait_for(late.read(), 10)
        ended = [asyncio.create_task(line.read()) for line, _ in lines]
        done, _ = await asyncio.wait(ended, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        assert done == {ended[0]}, "whoever has waited longest gives way, and nobody else"
        lines[1][1].write(b"Host: x\r\nConnection: close\r\n\r\n")
        assert b"200 OK" in await asyncio.wait_for(ended[1], 10)
        for idle in (asking, *(writer for _, writer in lines)):
            idle.close()
        await asyncio.gather(*ended, return_exceptions=True)


class Waiting:
    """A line, as far as it is asked."""

    def __init__(self, caller: str, since: float | None) -> None:
        self.caller, self.waiting_since, self.hung_up, self.ended = caller, since, False, False

    def hang_up(self) -> None:
        self.hung_up = True


async def half_open(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A line on which a request is begun, and never finished."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/about HTTP/1.1\r\n")
    await writer.drain()
    return reader, writer


async def test_g5_a_request_that_is_being_answered_gives_way_to_nobody(tmp_path: Path, monkeypatch):
    go_on, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def at_work(_self: object, _request: web.Request) -> web.Response:
        begun.release()
        await go_on.wait()
        return web.Response()

    monkeypatch.setattr(app, "MOST_CONNECTIONS", 2)
    monkeypatch.setattr(peers_api._PeersApi, "about", at_work)
    _, south = pair(tmp_path)
    async with south.running():
        lines = [await half_open(south.port) for _ in range(2)]
        for _, asking in lines:
            asking.write(b"Host: x\r\nConnection: close\r\n\r\n")

        await asyncio.wait_for(begun.acquire(), 10)
        await asyncio.wait_for(begun.acquire(), 10)
        late, refused = await asyncio.open_connection("127.0.0.1", south.port)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(late.read(), 10) == b""
        refused.close()
        go_on.set()
        for line, asking in lines:
            assert b"200 OK" in await asyncio.wait_for(line.read(), 10)
            asking.close()


def test_g5_of_lines_that_wait_one_of_whoever_holds_most_gives_way():
    made = [Waiting("a", 5), Waiting("b", 1), Waiting("a", 3), Waiting("c", None), Waiting("a", 4)]
    assert give_way(made)
    assert [line.hung_up for line in made] == [False, False, True, False, False]
    assert not give_way([Waiting("a", None)])


async def test_g6_a_message_of_many_large_translations_is_not_held_in_memory(tmp_path: Path, monkeypatch):
    """A message may be a gibibyte; what is looked at of it at once is bounded by what a document may be."""
    limit, noted = 100_000, tmp_path / "sizes"

    def counted(file: Path, sha256: str, *, offset: int, size: int) -> bytes:
        with noted.open("a") as sizes:
            print(size, file=sizes)
        return read_part(file, sha256, offset=offset, size=size)

    monkeypatch.setattr(examine_arrival, "read_part", counted)
    async with attacked(tmp_path, f"[limits]\ndocument_bytes = {limit}\n") as peer:
        lies = [("translation", "application/json", bytes([48 + n]) * (limit - 1)) for n in range(9)]
        arrival = await peer.decided([("original", "application/xml", document()), *lies])
        assert (arrival.state, arrival.problem) == (ArrivalState.REFUSED, "translation.seal")
        assert sum(map(int, noted.read_text().split())) <= len(document()) + TOGETHER * limit


@pytest.mark.parametrize("url", ["HTTPS://node.example.org", "https://Node.example.org", "https://node.exa\nmple.org"])
def test_g9_an_address_has_one_spelling(url: str):
    """`HTTPS:` isn't `https:` to whoever looks for the peer's own authority; the door signs the address as written."""
    PeerSection.model_validate({"id": SOUTH, "url": "https://node.example.org/a", "keys": ["k.pem"]}, context={})
    with pytest.raises(ValueError, match="small letters"):
        PeerSection.model_validate({"id": SOUTH, "url": url, "keys": ["k.pem"]}, context={})
