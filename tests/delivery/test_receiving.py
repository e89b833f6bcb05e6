"""The receiver: what is let in, what is answered, and what is never there twice. Attacks carry their names."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.delivery.problem import Problem
from gateway.delivery.signing import read_business_receipt, read_transport_receipt
from gateway.delivery.states import Arrival, ArrivalState
from gateway.node import decide, examine
from gateway.node.running import Running
from gateway.node.serving import run
from gateway.node.settings import load_settings
from gateway.web import peers_api
from gateway.web.app import listening
from tests.delivery.nodes import NORTH, SOUTH, document, forged, pair, until
from tests.delivery.simulators import ManualClock, Sender

EAST = "east.example.org"


@asynccontextmanager
async def receiving(folder: Path, extra: str = "") -> AsyncIterator[tuple[Running, Sender, ManualClock]]:
    """The southern node, and a sender with the key of its northern peer, that listens to nobody."""
    _, south = pair(folder)
    south.extra, clock = extra, ManualClock()
    async with south.running(clock) as node:
        yield node, Sender(node), clock


async def decided(node: Running, message: str) -> Arrival:
    async def there() -> bool:
        arrival = await node.store.arrival(NORTH, message)
        return arrival is not None and arrival.state is not ArrivalState.RECEIVED

    await until(there)
    return await node.store.arrival(NORTH, message)


def code(answer: tuple[int, bytes]) -> tuple[int, str]:
    return answer[0], json.loads(answer[1])["code"]


async def nothing_is_kept(node: Running) -> bool:
    bodies = [path for path in (node.settings.node.store / "bodies").rglob("*") if path.is_file()]
    return bodies == [] and await node.store.arrivals() == []


async def test_the_receipt_is_signed_and_names_the_envelope(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        sent, octets = sender.signed()
        status, receipt = await sender.post(octets)
        assert status == 200
        ours = type(node.peers[NORTH])(id=SOUTH, url="", keys={node.signer.key_id: node.signer.public_key})
        read_transport_receipt(receipt, ours, sent)
        arrival = await decided(node, sent.envelope.id)
        assert read_business_receipt(arrival.business_receipt, ours).original.verdict == "PASSED"


async def test_g1_the_same_message_again_gets_the_original_receipt_octet_for_octet_and_is_there_once(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, clock):
        sent, octets = sender.signed()
        first = await sender.post(octets)
        await decided(node, sent.envelope.id)
        clock.advance(7200)  # it has expired meanwhile
        assert [await sender.post(octets) for _ in range(3)] == [first] * 3
        assert len(await node.store.arrivals()) == 1


async def test_g1_many_at_once_are_one_arrival_with_one_receipt(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        _, octets = sender.signed()
        answers = await asyncio.gather(*[sender.post(octets) for _ in range(8)])
        assert {status for status, _ in answers} == {200}
        assert len(await node.store.arrivals()) == 1
        kept = (await node.store.arrivals())[0].transport_receipt
        assert {receipt for _, receipt in answers} == {kept}


async def test_g1_a_request_that_was_recorded_opens_the_door_once(tmp_path: Path):
    async with receiving(tmp_path) as (_, sender, _):
        _, octets = sender.signed()
        headers = sender.door(octets)
        assert (await sender.post(octets, headers))[0] == 200
        assert code(await sender.post(octets, headers)) == (425, "door.replay")


async def test_another_message_under_the_same_id_is_a_conflict_and_an_alarm(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        sent, octets = sender.signed()
        await sender.post(octets)
        _, other = sender.signed(b"<other/>", id=sent.envelope.id)
        assert code(await sender.post(other)) == (409, "envelope.conflict")
        assert [(alarm.code, alarm.message) for alarm in await node.store.alarms()] == [
            ("envelope.conflict", sent.envelope.id)
        ]
        assert (await node.store.arrival(NORTH, sent.envelope.id)).envelope_sha256 == sent.sha256


async def test_a_stranger_is_not_let_in(tmp_path: Path):
    async with receiving(tmp_path) as (node, _, _):
        stranger = Sender(node, "stranger.example.org")
        assert code(await stranger.post(stranger.signed()[1])) == (401, "door.key")
        assert await nothing_is_kept(node)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"to": EAST}, (421, "envelope.addressee")),
        ({"sender": EAST}, (403, "envelope.sender")),
        ({"via": (SOUTH,)}, (422, "envelope.loop")),
        ({"via": (NORTH,)}, (422, "envelope.loop")),
        ({"via": ("a", "b", "c", "d")}, (422, "envelope.hops")),
    ],
    ids=["g2-addressee", "g2-sender", "g11-loop", "g11-loop-of-the-sender", "g11-hops"],
)
async def test_a_message_that_is_not_for_this_node_or_goes_in_circles_is_refused(tmp_path: Path, changes, answer):
    async with receiving(tmp_path) as (node, sender, _):
        assert code(await sender.post(sender.signed(**changes)[1])) == answer
        assert await nothing_is_kept(node)


@pytest.mark.parametrize(
    ("created", "expires", "answer"),
    [(-7200, -3600, (410, "envelope.expired")), (900, 3600, (425, "envelope.not_yet"))],
    ids=["expired", "g3-future"],
)
async def test_a_message_out_of_its_time_is_refused(tmp_path: Path, created: int, expires: int, answer):
    async with receiving(tmp_path) as (node, sender, _):
        now = node.stamp()
        times = {"created": now + timedelta(seconds=created), "expires": now + timedelta(seconds=expires)}
        assert code(await sender.post(sender.signed(**times)[1])) == answer


async def test_octets_that_were_altered_on_the_way_are_refused_and_nothing_is_kept(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        _, octets = sender.signed()
        headers = sender.door(octets)
        assert code(await sender.post(octets[:-1] + b"!", headers)) == (400, "message.part")
        assert await nothing_is_kept(node)


async def test_no_more_is_accepted_than_the_queue_holds_and_the_sender_is_told_when_to_come_again(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(decide._Decide, "take", nothing_to_do)
    _, south = pair(tmp_path)
    south.delivery, clock = "queue_depth = 1\n", ManualClock()
    async with south.running(clock) as node:
        sender = Sender(node)
        assert (await sender.post(sender.signed()[1]))[0] == 200
        clock.advance(2)  # the depth is looked at once a second
        assert code(await sender.post(sender.signed()[1])) == (503, "capacity.queue")
        assert len(await node.store.arrivals()) == 1


async def test_g5_a_body_that_hardly_comes_is_given_up(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(peers_api, "PATIENCE_SECONDS", 0.2)
    async with receiving(tmp_path) as (node, sender, _):
        _, octets = sender.signed()
        headers = "".join(f"{name}: {value}\r\n" for name, value in sender.door(octets).items())
        reader, writer = await asyncio.open_connection("127.0.0.1", int(node.url.rpartition(":")[2]))
        writer.write(f"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode() + octets[:100])
        answer = await asyncio.wait_for(reader.read(4096), 10)
        writer.close()
        assert b" 408 " in answer.splitlines()[0]
        assert b"transport.slow" in answer
        assert await nothing_is_kept(node)


async def test_g4_two_lengths_or_a_length_and_chunks_are_no_request(tmp_path: Path):
    async with receiving(tmp_path) as (node, _, _):
        for headers in ("Content-Length: 4\r\nContent-Length: 5", "Content-Length: 4\r\nTransfer-Encoding: chunked"):
            with socket.create_connection(("127.0.0.1", int(node.url.rpartition(":")[2])), timeout=10) as line:
                line.sendall(f"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\nabcd".encode())
                answer = await asyncio.to_thread(line.recv, 4096)
            assert b" 400 " in answer.splitlines()[0]


@pytest.mark.parametrize(
    "octets",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
        b"GET /v1/about HTTP/9.9\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /v1/about HTTP/1.1\r\nHost: x\r\nname-of-a-person: " + b"a" * 20_000 + b"\r\n\r\n",
        b"GET /v1/about HTTP/1.1\r\nHost: x\r\nname of a person: x\r\n\r\n",
    ],
    ids=["tls", "version", "long path", "long field", "bad field"],
)
@pytest.mark.parametrize("door", ["peers", "local"])
async def test_h13_what_is_no_http_is_answered_as_a_problem_that_repeats_nothing(
    tmp_path: Path, octets: bytes, door: str
):
    _, south = pair(tmp_path)
    async with run(load_settings(south.settings_file())) as node, listening(node) as ports:
        reader, writer = await asyncio.open_connection("127.0.0.1", getattr(ports, door))
        writer.write(octets)
        answer = await asyncio.wait_for(reader.read(), 10)
        writer.close()
        assert [labels["route"] for labels in counted(node)] == ["other"]
    head, _, body = answer.partition(b"\r\n\r\n")
    problem = Problem.model_validate_json(body)
    assert (problem.code, problem.status) == ("request.unreadable", 400)
    assert b"application/problem+json" in head
    assert b"Server: testamur\r\n" in head
    assert not any(word in answer.lower() for word in (b"aiohttp", b"python", b"person", b"aaaa"))


def counted(node: Running) -> list[dict[str, str]]:
    """The labels of what was counted of requests."""
    metrics = node.metrics.registry.collect()
    return [
        sample.labels
        for metric in metrics
        for sample in metric.samples
        if sample.name == "testamur_http_requests_total" and sample.value
    ]


async def test_a_forged_original_is_refused_with_the_reason_in_the_receipt(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        sent, octets = sender.signed(forged())
        await sender.post(octets)
        arrival = await decided(node, sent.envelope.id)
        assert (arrival.state, arrival.problem) == (ArrivalState.REFUSED, "original.failed")


async def test_a_translation_without_derivation_or_seal_is_refused(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        sent, octets = sender.signed(document(), b'{"made": "up"}')
        await sender.post(octets)
        arrival = await decided(node, sent.envelope.id)
        assert (arrival.state, arrival.problem) == (ArrivalState.REFUSED, "translation.seal")


@pytest.mark.parametrize(("policy", "state"), [("hand_over", ArrivalState.ACCEPTED), ("refuse", ArrivalState.REFUSED)])
async def test_what_nobody_can_prove_is_handed_over_as_such_or_refused_by_policy(tmp_path: Path, policy: str, state):
    async with receiving(tmp_path, f'[receive]\nindeterminate = "{policy}"\n') as (node, sender, _):
        sent, octets = sender.signed(b"nobody knows what this is")
        await sender.post(octets)
        arrival = await decided(node, sent.envelope.id)
        assert arrival.state is state
        assert json.loads(arrival.account)["original"]["verdict"] == "INDETERMINATE"


async def test_a_document_over_the_limit_is_carried_and_never_said_to_be_verified(tmp_path: Path):
    async with receiving(tmp_path, "[limits]\ndocument_bytes = 1000\n") as (node, sender, _):
        sent, octets = sender.signed()
        await sender.post(octets)
        arrival = await decided(node, sent.envelope.id)
        original = json.loads(arrival.account)["original"]
        assert (original["verdict"], original["sub_indication"]) == ("INDETERMINATE", "TOO_LARGE")


def poisoned(monkeypatch, harm: Callable[[], object]) -> None:
    """From now on the verifier of nodes that start comes to harm where a document is poison."""
    genuine = examine.verify

    def breaking(octets, **terms):
        return harm() if octets == b"poison" else genuine(octets, **terms)

    monkeypatch.setattr(examine, "verify", breaking)


def broken() -> None:
    raise RuntimeError


def hanging() -> None:
    time.sleep(10_000)


def eating() -> None:
    bytearray(2**31)


def spinning() -> None:
    while True:
        pass


async def test_r21_a_message_that_breaks_the_verifier_is_set_aside_and_others_flow(tmp_path: Path, monkeypatch):
    poisoned(monkeypatch, broken)
    async with receiving(tmp_path) as (node, sender, clock):
        bad, poison = sender.signed(b"poison")
        await sender.post(poison)
        good, octets = sender.signed()
        await sender.post(octets)
        assert (await decided(node, good.envelope.id)).state is ArrivalState.ACCEPTED

        async def set_aside() -> bool:
            clock.advance(1)
            return (await node.store.arrival(NORTH, bad.envelope.id)).next_attempt is None

        await until(set_aside)
        arrival = await node.store.arrival(NORTH, bad.envelope.id)
        assert (arrival.state, arrival.attempts) == (ArrivalState.RECEIVED, decide.TRIES)
        assert [alarm.message for alarm in await node.store.alarms()] == [bad.envelope.id]
        assert node.workers["undecided"].alive


@pytest.mark.parametrize(
    ("harm", "seconds", "code"),
    [(hanging, 1.5, "work.time"), (spinning, 60, "work.cpu"), (eating, 60, "work.memory")],
)
async def test_r21_a_message_over_the_limits_of_work_is_decided_as_too_large_and_others_flow(
    tmp_path: Path, monkeypatch, harm: Callable[[], object], seconds: float, code: str
):
    """It is tried so often, each time less closely: the sender has its answer, and nothing goes on for ever."""
    poisoned(monkeypatch, harm)
    limits = f"[work]\nseconds = {seconds}\ncpu_seconds = 1\nprocesses = 2\nmemory_bytes = 268435456\n"
    async with receiving(tmp_path, limits) as (node, sender, clock):
        bad, poison = sender.signed(b"poison")
        await sender.post(poison)
        good, octets = sender.signed()
        await sender.post(octets)
        assert (await decided(node, good.envelope.id)).state is ArrivalState.ACCEPTED

        async with asyncio.timeout(120):
            while (arrival := await node.store.arrival(NORTH, bad.envelope.id)).state is ArrivalState.RECEIVED:
                clock.advance(1)
                await asyncio.sleep(0.02)
        assert json.loads(arrival.account)["original"]["sub_indication"] == "TOO_LARGE"
        failures = [event.code for event in await node.store.timeline(bad.envelope.id, sender=NORTH) if event.code]
        assert failures == [code] * 3


async def test_a_start_goes_on_with_what_was_received_and_not_decided(tmp_path: Path, monkeypatch):
    _, south = pair(tmp_path)
    with monkeypatch.context() as stopped:
        stopped.setattr(decide._Decide, "take", nothing_to_do)
        async with south.running() as node:
            sender = Sender(node)
            sent, octets = sender.signed()
            _, receipt = await sender.post(octets)
    async with south.running() as node:
        arrival = await decided(node, sent.envelope.id)
        assert (arrival.state, arrival.transport_receipt) == (ArrivalState.ACCEPTED, receipt)


async def nothing_to_do(self, limit: int) -> list[Arrival]:
    return []


async def test_r25_a_node_that_is_stopped_takes_nothing_in_any_more_and_says_so(tmp_path: Path):
    async with receiving(tmp_path) as (node, sender, _):
        node.stop()
        assert code(await sender.post(sender.signed()[1])) == (503, "capacity.stopping")


async def test_r18_a_body_that_a_restored_backup_lacks_is_taken_in_again(tmp_path: Path, monkeypatch):
    _, south = pair(tmp_path)
    with monkeypatch.context() as stopped:
        stopped.setattr(decide._Decide, "take", nothing_to_do)
        async with south.running() as node:
            sender = Sender(node)
            sent, octets = sender.signed()
            _, receipt = await sender.post(octets)
            node.bodies.place((await node.store.arrival(NORTH, sent.envelope.id)).body).unlink()
            assert await sender.post(octets) == (200, receipt)
    async with south.running() as node:
        assert (await decided(node, sent.envelope.id)).state is ArrivalState.ACCEPTED
