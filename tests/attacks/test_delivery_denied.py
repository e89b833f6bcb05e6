"""Somebody wants a document lost, doubled, believed or denied: a pinned peer, one who keeps what passed, a wrong clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt, Checked
from gateway.delivery.signing import RECEIPT_MEDIA_TYPE, read_transport_receipt, sign_receipt
from gateway.delivery.states import ArrivalState, Delivery, DeliveryState
from gateway.drivers.node_keys import NodeKey
from gateway.drivers.store.backup import back_up_folder
from gateway.model.verdict import Indication
from gateway.node import letters
from gateway.node.decide import _Decide
from gateway.node.retention import forget
from gateway.node.running import Running
from gateway.node.submit import submit
from tests.attacks.peer import attacked
from tests.delivery.nodes import NORTH, SOUTH, Participant, document, forged, node_private_key, pair, submission, until
from tests.delivery.simulators import ManualClock, Sender, Stranger, honest, receipt_for, refusal
from tests.local_api import api_of

EAST = "east.example.org"


async def post_receipt(node: Running, who: str, octets: bytes) -> int:
    """A receipt from a pinned peer, properly signed at the door; the status of the answer."""
    return (await Sender(node, who).post(octets, path="/v1/receipts", media_type=RECEIPT_MEDIA_TYPE))[0]


def decision(sent: Delivery, who: str, at: dt.datetime, **changes: object) -> bytes:
    """A peer's business receipt for a delivery, as `changes` say."""
    envelope = sent.envelope
    says = {
        "message": envelope.id,
        "envelope_sha256": hashlib.sha256(sent.envelope_jws).hexdigest(),
        "sender": who,
        "to": envelope.sender,
        "decided": at,
        "trace": envelope.trace,
        "decision": "accepted",
        "original": Checked(sha256=envelope.parts[0].sha256, verdict=Indication.PASSED),
    }
    return sign_receipt(BusinessReceipt(**{**says, **changes}), NodeKey(node_private_key(who)))


@asynccontextmanager
async def with_strangers(folder: Path, *answers, more: str = "") -> AsyncIterator[tuple[Running, Stranger]]:
    """The northern node, which listens; strangers stand where its southern peer is, and nobody where its eastern is."""
    north, south = pair(folder, wants=None)
    north.peer(Participant(folder, EAST))
    north.delivery = more
    async with Stranger(*answers).at(south.port) as stranger, north.running() as node:
        yield node, stranger


async def has_come(node: Running, message: str, state: DeliveryState) -> Delivery:
    async def there() -> bool:
        found = await node.store.delivery(message)
        return found is not None and found.state is state

    await until(there)
    return await node.store.delivery(message)


# --- lost


async def test_g10_a_peer_that_takes_everything_and_never_decides_leaves_room_for_what_goes_to_others(tmp_path: Path):
    """Transport receipts cost it nothing; what it never decides about waits here for three days."""
    async with with_strangers(tmp_path, honest, more="queue_depth = 8\n") as (node, _):
        for _ in range(4):
            sent = await submit(node, submission())
            await has_come(node, sent.id, DeliveryState.RECEIPTED)
            node._depth = None
        with pytest.raises(Stopped) as refused:
            await submit(node, submission())
        assert refused.value.code == "capacity.peer"
        for _ in range(2):
            assert await submit(node, submission(to=EAST))


async def test_g7_a_third_peer_decides_nothing_about_what_was_sent_to_another(tmp_path: Path):
    """It knows all that the envelope says: perhaps it was forwarded to it."""
    async with with_strangers(tmp_path, honest) as (node, _):
        sent = await has_come(node, (await submit(node, submission())).id, DeliveryState.RECEIPTED)
        for claimed in (EAST, SOUTH):
            octets = decision(sent, claimed, node.stamp(), decision="refused", reason="original.failed")
            assert await post_receipt(node, EAST, octets) in {403, 409}
        assert (await node.store.delivery(sent.id)).state is DeliveryState.RECEIPTED


async def test_g7_a_decision_is_not_taken_back(tmp_path: Path):
    async with with_strangers(tmp_path, honest) as (node, _):
        sent = await has_come(node, (await submit(node, submission())).id, DeliveryState.RECEIPTED)
        octets = decision(sent, SOUTH, node.stamp())
        assert await post_receipt(node, SOUTH, octets) == 204
        other = decision(sent, SOUTH, node.stamp(), decision="refused", reason="original.failed")
        assert await post_receipt(node, SOUTH, other) == 409
        held = await node.store.delivery(sent.id)
        assert (held.state, held.business_receipt) == (DeliveryState.ACCEPTED, octets)
        assert [alarm.code for alarm in await node.store.alarms()] == ["receipt.conflict"]


async def test_g7_one_decision_that_comes_many_times_at_once_counts_once(tmp_path: Path):
    async with with_strangers(tmp_path, honest) as (node, _):
        sent = await has_come(node, (await submit(node, submission())).id, DeliveryState.RECEIPTED)
        octets = decision(sent, SOUTH, node.stamp())
        answers = await asyncio.gather(*(post_receipt(node, SOUTH, octets) for _ in range(12)))
        assert set(answers) == {204}
        async with api_of(node) as api:
            metrics = (await api.get("/metrics", token=None)).body.decode()
        told = [line for line in metrics.splitlines() if line.startswith("testamur_deliveries_total{")]
        assert [line.rpartition(" ")[2] for line in told] == ["1.0"], told


# --- doubled


async def test_g1_two_messages_under_one_id_at_one_moment_are_one_arrival_a_conflict_and_an_alarm(tmp_path: Path):
    """Both are looked up before either is there."""
    async with attacked(tmp_path) as peer:
        sender = Sender(peer.south)
        first, octets = sender.signed(document())
        _, others = sender.signed(forged(), id=first.envelope.id)
        answers = await asyncio.gather(*(sender.post(one) for one in [octets, others] * 4))
        assert sorted({status for status, _ in answers}) == [200, 409]
        receipts = {body for status, body in answers if status == 200}
        assert len(receipts) == 1
        (arrival,) = await peer.south.store.arrivals()
        assert receipts == {arrival.transport_receipt}
        assert {alarm.code for alarm in await peer.south.store.alarms()} == {"envelope.conflict"}

        async def done() -> bool:
            return (await peer.south.store.arrival(NORTH, arrival.id)).state is not ArrivalState.RECEIVED

        await until(done)
        await forget(peer.south)
        kept = [file.name for file in peer.south.bodies.folder.glob("??/*")]
        assert kept == [arrival.body]


async def test_one_submission_that_comes_many_times_at_once_is_one_delivery(tmp_path: Path):
    """A registry that asks again before it was answered."""
    async with with_strangers(tmp_path, honest) as (node, stranger):
        sent = await asyncio.gather(*(submit(node, submission(idempotency_key="one")) for _ in range(8)))
        assert len({one.id for one in sent}) == 1
        assert [one.id for one in await node.store.deliveries()] == [sent[0].id]
        await has_come(node, sent[0].id, DeliveryState.RECEIPTED)
        await forget(node)
        assert [file.name for file in node.bodies.folder.glob("??/*")] == [sent[0].body]
        assert len({octets for _, octets in stranger.messages}) == 1


async def test_a_submission_repeated_after_it_was_given_up_is_told_so_and_sent_by_no_back_door(tmp_path: Path):
    """Whoever asks again under the key of a dead letter isn't told that it waits."""
    async with with_strangers(tmp_path, refusal(410)) as (node, stranger), api_of(node) as api:
        asked = {"params": {"to": SOUTH}, "headers": {"Idempotency-Key": "one"}}
        first = await api.post("/v1/deliveries", document(), **asked)
        assert (first.status, first.json["state"]) == (202, "queued")
        await has_come(node, first.json["id"], DeliveryState.DEAD)
        again = await api.post("/v1/deliveries", document(), **asked)
        assert (again.json["id"], again.json["state"]) == (first.json["id"], "dead")
        assert len(stranger.messages) == 1


async def test_r12_g1_a_request_that_was_kept_is_answered_after_a_start_anew_with_the_receipt_of_then(tmp_path: Path):
    """The very octets, door signature and all, while that still holds: the memory of nonces is gone."""
    _, south = pair(tmp_path)
    async with south.running() as node:
        sender = Sender(node)
        sent, octets = sender.signed()
        door = sender.door(octets)
        first = await sender.post(octets, door)
        assert first[0] == 200
    async with south.running() as node:
        assert await Sender(node).post(octets, door) == first
        assert [arrival.id for arrival in await node.store.arrivals()] == [sent.envelope.id]


async def test_r16_g1_a_clock_that_is_set_back_lets_no_forgotten_message_in_again(tmp_path: Path):
    """Its id was forgotten when all of that time had long expired. Who can set the clock back makes it new again."""
    _, south = pair(tmp_path)
    south.extra, clock = "[retention]\nrows_days = 30\n", ManualClock()
    async with south.running(clock) as node:
        sender = Sender(node)
        sent, octets = sender.signed()
        assert (await sender.post(octets))[0] == 200
        await accepted(node, sent.envelope.id)
        await letters.done(node, NORTH, sent.envelope.id)
        await forget(node)
        clock.advance(91 * 86400)
        await forget(node)
        assert await node.store.arrivals() == []
        clock.advance(-91 * 86400)
        await forget(node)
        assert (await sender.post(octets))[0] == 410
    async with south.running(clock) as node:
        assert (await Sender(node).post(octets))[0] == 410
        assert await node.store.arrival(NORTH, sent.envelope.id) is None


async def accepted(node: Running, message: str) -> None:
    async def so() -> bool:
        found = await node.store.arrival(NORTH, message)
        return found is not None and found.state is ArrivalState.ACCEPTED

    await until(so)


async def test_h10_r18_what_came_before_a_backup_has_its_receipt_of_then_after_it_is_put_back(tmp_path: Path):
    """What came since has no row, and is taken in as new: once, under its id, by which the registry knows it."""
    _, south = pair(tmp_path)
    async with south.running() as node:
        sender = Sender(node)
        before, octets_before = sender.signed()
        receipt = await sender.post(octets_before)
        await accepted(node, before.envelope.id)
        await letters.done(node, NORTH, before.envelope.id)
        await asyncio.to_thread(back_up_folder, node.settings.node.store, tmp_path / "copy")
        since, octets_since = sender.signed()
        receipt_since = await sender.post(octets_since)
        await accepted(node, since.envelope.id)
        store = node.settings.node.store
    store.rename(tmp_path / "lost")
    (tmp_path / "copy").rename(store)
    async with south.running() as node:
        sender = Sender(node)
        assert [await sender.post(octets_before) for _ in range(2)] == [receipt, receipt]
        assert (await node.store.arrival(NORTH, before.envelope.id)).state is ArrivalState.HANDED_OVER
        assert await node.store.arrival(NORTH, since.envelope.id) is None
        again = [await sender.post(octets_since) for _ in range(2)]
        assert again[0] == again[1]
        assert (again[0][0], len(await node.store.arrivals())) == (200, 2)
        ours = replace(node.peers[NORTH], id=SOUTH, keys={node.signer.key_id: node.signer.public_key})
        for _, jws in (receipt_since, again[0]):
            assert read_transport_receipt(jws, ours, since).message == since.envelope.id
        conflict = sender.signed(forged(), id=before.envelope.id)[1]
        assert (await sender.post(conflict))[0] == 409


# --- believed


@pytest.mark.parametrize("years", [-30, 30])
async def test_g7_a_receipt_of_a_time_at_which_it_cannot_have_been_made_is_told_to_a_person(tmp_path: Path, years: int):
    """So that nobody takes the peer's word for a document having been there before, or after, some day that counts."""
    apart = dt.timedelta(days=365 * years)

    async def misdated(stranger: Stranger, request, octets: bytes):
        answer = await honest(stranger, request, octets)
        answer.body = receipt_for(octets, stranger.key, received=dt.datetime.now(dt.UTC) + apart)
        return answer

    async with with_strangers(tmp_path, misdated) as (node, _):
        sent = await has_come(node, (await submit(node, submission())).id, DeliveryState.RECEIPTED)
        octets = decision(sent, SOUTH, node.stamp() + apart)
        assert await post_receipt(node, SOUTH, octets) == 204
        told = [(alarm.code, alarm.peer, alarm.message) for alarm in await node.store.alarms()]
        assert told == [("receipt.time", SOUTH, sent.id)] * 2
        timeline = await node.store.timeline(sent.id)
        assert all(abs(event.at - node.now()) < dt.timedelta(minutes=5) for event in timeline)


async def test_what_was_refused_is_not_listed_not_fetched_not_drawn_and_not_done(tmp_path: Path):
    async with attacked(tmp_path) as peer:
        arrival = await peer.decided([("original", "application/xml", forged())])
        assert arrival.state is ArrivalState.REFUSED
        place = f"/v1/inbox/{NORTH}/{arrival.id}"
        async with api_of(peer.south) as api:
            assert (await api.get("/v1/inbox")).json == {"arrivals": []}
            for path in (f"{place}/parts/0", f"{place}/page?form=html"):
                assert (await api.get(path)).code == "arrival.not_accepted"
            assert (await api.post(f"/v1/inbox/{arrival.id}/done")).code == "arrival.not_accepted"
            assert (await api.post(f"/v1/inbox/{arrival.id}/retry")).code == "arrival.not_set_aside"
        assert (await peer.south.store.arrival(NORTH, arrival.id)).state is ArrivalState.REFUSED


# --- denied


async def test_what_was_receipted_cannot_be_denied_when_the_node_is_killed_before_it_decides(
    tmp_path: Path, monkeypatch
):
    """The receipt names what is on the disk: after any end the same node decides about it, and says the same again."""
    _, south = pair(tmp_path)
    with monkeypatch.context() as patched:

        async def nothing(_: object, _limit: int) -> list[object]:
            return []

        patched.setattr(_Decide, "take", nothing)
        async with south.running() as node:
            sent, octets = Sender(node).signed()
            receipt = await Sender(node).post(octets)
    async with south.running() as node:
        assert await Sender(node).post(octets) == receipt
        await accepted(node, sent.envelope.id)
        assert await Sender(node).post(octets) == receipt


async def test_a_peer_that_refuses_at_the_door_what_it_keeps_is_a_dead_letter_until_its_own_word_comes(tmp_path: Path):
    """It says 410 and keeps the document. Its operator's signed word ends the delivery, however late."""
    async with with_strangers(tmp_path, refusal(410)) as (node, _):
        sent = await has_come(node, (await submit(node, submission())).id, DeliveryState.DEAD)
        octets = decision(sent, SOUTH, node.stamp())
        assert await post_receipt(node, SOUTH, octets) == 204
        assert (await node.store.delivery(sent.id)).state is DeliveryState.ACCEPTED
