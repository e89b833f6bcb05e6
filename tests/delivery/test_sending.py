"""The sender: nothing is believed but the peer's signature, nothing is given up before its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.delivery.states import Delivery, DeliveryState
from gateway.drivers.node_keys import NodeKey
from gateway.node.running import Running
from gateway.node.submit import submit
from tests.delivery.nodes import NORTH, SOUTH, node_private_key, pair, submission, until
from tests.delivery.simulators import Answer, ManualClock, Stranger, honest, lost, receipt_for, refusal, status


@asynccontextmanager
async def facing(folder: Path, *answers: Answer) -> AsyncIterator[tuple[Running, Stranger, ManualClock]]:
    """A node of ours, and a stranger in the place of its peer."""
    north, south = pair(folder, wants=None)
    clock, stranger = ManualClock(), Stranger(*answers)
    async with stranger.at(south.port), north.running(clock) as running:
        yield running, stranger, clock


async def reaches(node: Running, message: str, what: str) -> Delivery:
    """The delivery, once its timeline has that."""

    async def there() -> bool:
        return what in [event.what for event in await node.store.timeline(message)]

    await until(there)
    return await node.store.delivery(message)


async def seen(stranger: Stranger, clock: ManualClock, times: int) -> None:
    """Wait until it was sent so often; time is moved on meanwhile."""

    async def enough() -> bool:
        clock.advance(1)
        return len(stranger.messages) >= times

    await until(enough)


async def test_a_lost_answer_is_asked_for_again_with_the_same_octets_through_a_new_door(tmp_path: Path):
    async with facing(tmp_path, lost, lost, honest) as (node, stranger, clock):
        queued = await submit(node, submission())
        await seen(stranger, clock, 3)
        assert (await reaches(node, queued.id, "receipted")).state is DeliveryState.RECEIPTED
    assert len({octets for _, octets in stranger.messages}) == 1
    assert len({headers["Signature-Input"] for headers, _ in stranger.messages}) == 3


@pytest.mark.parametrize(
    "lie",
    [
        {"message": "00000000-0000-4000-8000-000000000000"},
        {"envelope_sha256": "0" * 64},
        {"to": "somebody.example.org"},
        {"trace": "0" * 32},
    ],
    ids=str,
)
async def test_g7_a_receipt_for_something_else_is_never_kept_and_a_person_is_told(tmp_path: Path, lie: dict[str, str]):
    async def lying(stranger: Stranger, _request, octets: bytes):
        response = await honest(stranger, _request, octets)
        response.body = receipt_for(octets, stranger.key, **lie)
        return response

    async with facing(tmp_path, lying) as (node, _, _):
        queued = await submit(node, submission())
        failed = await reaches(node, queued.id, "attempt_failed")
        assert failed.state is DeliveryState.QUEUED
        assert failed.transport_receipt is None
        assert [(alarm.code, alarm.peer) for alarm in await node.store.alarms()] == [("receipt.mismatch", SOUTH)]


async def test_g7_a_receipt_by_another_key_than_the_pinned_one_is_never_kept(tmp_path: Path):
    async def forging(stranger: Stranger, _request, octets: bytes):
        response = await honest(stranger, _request, octets)
        response.body = receipt_for(octets, NodeKey(node_private_key("a forger")))
        return response

    async with facing(tmp_path, forging) as (node, _, _):
        queued = await submit(node, submission())
        failed = await reaches(node, queued.id, "attempt_failed")
        assert (failed.state, failed.problem) == (DeliveryState.QUEUED, "receipt.key")


async def test_the_peer_is_given_the_time_that_it_asks_for(tmp_path: Path):
    async with facing(tmp_path, status(503, Retry_After="120")) as (node, _, clock):
        queued = await submit(node, submission())
        failed = await reaches(node, queued.id, "attempt_failed")
        assert failed.next_attempt - clock.now() > dt.timedelta(seconds=110)


@pytest.mark.parametrize("code", [400, 401, 403, 409, 413, 422])
async def test_what_the_peer_will_never_take_is_a_dead_letter_at_once_and_can_be_retried(tmp_path: Path, code: int):
    async with facing(tmp_path, refusal(code), honest) as (node, stranger, _):
        queued = await submit(node, submission())
        dead = await reaches(node, queued.id, "dead")
        assert (dead.state, len(stranger.messages)) == (DeliveryState.DEAD, 1)
        await node.store.retry(queued.id, node.now())
        node.wake("outbox")
        await reaches(node, queued.id, "receipted")


@pytest.mark.parametrize("code", [403, 404, 413])
async def test_what_a_proxy_refuses_in_its_own_words_is_no_nodes_answer_and_is_tried_again(tmp_path: Path, code: int):
    async with facing(tmp_path, status(code), honest) as (node, stranger, clock):
        queued = await submit(node, submission())
        assert (await reaches(node, queued.id, "attempt_failed")).problem == "peer.answer"
        await seen(stranger, clock, 2)
        assert (await reaches(node, queued.id, "receipted")).state is DeliveryState.RECEIPTED


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504])
async def test_what_may_go_better_later_is_tried_again(tmp_path: Path, code: int):
    async with facing(tmp_path, status(code), honest) as (node, stranger, clock):
        queued = await submit(node, submission())
        await seen(stranger, clock, 2)
        assert (await reaches(node, queued.id, "receipted")).state is DeliveryState.RECEIPTED


async def test_g8_a_redirect_is_not_followed(tmp_path: Path):
    elsewhere = Stranger(honest)
    async with facing(tmp_path, status(307, Location="http://127.0.0.1:1/v1/messages")) as (node, _, _):
        queued = await submit(node, submission())
        failed = await reaches(node, queued.id, "attempt_failed")
        assert failed.problem == "peer.answer"
    assert elsewhere.messages == []


async def test_an_expired_message_is_a_dead_letter_that_one_sees(tmp_path: Path):
    async with facing(tmp_path, status(503)) as (node, _, clock):
        queued = await submit(node, submission())
        await reaches(node, queued.id, "attempt_failed")
        clock.advance(73 * 3600)
        dead = await reaches(node, queued.id, "dead")
        assert (dead.state, dead.problem) == (DeliveryState.DEAD, "delivery.expired")
        assert (await node.store.depth()).dead == 1


async def test_a_receipted_message_whose_decision_does_not_come_is_sent_again_after_a_quarter_of_an_hour(
    tmp_path: Path,
):
    async with facing(tmp_path, honest) as (node, stranger, clock):
        queued = await submit(node, submission())
        first = await reaches(node, queued.id, "receipted")
        assert dt.timedelta(minutes=14) < first.next_attempt - clock.now() <= dt.timedelta(minutes=15)
        clock.advance(16 * 60)

        async def again() -> bool:
            return len(stranger.messages) == 2 and (await node.store.delivery(queued.id)).attempts == 1

        await until(again)
        second = await node.store.delivery(queued.id)
        assert second.transport_receipt == first.transport_receipt
        assert second.next_attempt - clock.now() > dt.timedelta(minutes=29)


async def test_after_five_failures_in_a_row_one_request_a_minute_asks_whether_the_peer_is_back(tmp_path: Path):
    async with facing(tmp_path, *[status(500)] * 6, honest) as (node, stranger, clock):
        queued = [await submit(node, submission()) for _ in range(8)]

        async def opened() -> bool:
            return node.links[SOUTH].breaker.state == "open"

        await until(opened)
        failures = len(stranger.messages)
        clock.advance(61)
        node.wake("outbox")

        async def probed() -> bool:
            clock.advance(7)
            return len(stranger.messages) > failures

        await until(probed)
        for delivery in queued:
            clock.advance(61)
            node.wake("outbox")
            await reaches(node, delivery.id, "receipted")
        assert node.links[SOUTH].breaker.state == "closed"


@pytest.mark.parametrize(("harm", "code"), [(b"altered", "store.damaged"), (None, "body.missing")])
async def test_r20_a_message_that_our_own_disk_lost_or_altered_is_told_and_is_no_fault_of_the_peer(
    tmp_path, harm, code
):
    async with facing(tmp_path, status(503), honest) as (node, stranger, clock):
        queued = await submit(node, submission())
        await reaches(node, queued.id, "attempt_failed")
        file = node.bodies.place(queued.body)
        if harm is None:
            file.unlink()
        else:
            file.write_bytes(harm + file.read_bytes()[len(harm) :])
        clock.advance(10)
        node.wake("outbox")
        dead = await reaches(node, queued.id, "dead")
        assert (dead.state, dead.problem) == (DeliveryState.DEAD, code)
        assert [alarm.code for alarm in await node.store.alarms()] == [code]
        assert node.links[SOUTH].breaker.state == "closed"
        assert len([octets for _, octets in stranger.messages if octets]) == 1


async def test_a_peer_that_is_down_keeps_nobody_else_waiting(tmp_path: Path):
    """R26: the way to one peer is cut, the others are served."""
    north, south = pair(tmp_path, wants=None)
    east = type(south)(tmp_path, "east.example.org")
    north.peer(east)
    stranger = Stranger(status(500))
    async with stranger.at(east.port), south.running(), north.running() as node:
        for _ in range(20):
            await submit(node, submission(to=east.name))
        queued = await submit(node, submission())
        await reaches(node, queued.id, "accepted")
    assert node.id == NORTH
