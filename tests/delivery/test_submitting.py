"""Giving a node a document to deliver: what is refused at home, what is said of it beforehand, what is done once."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.delivery.states import ArrivalState, DeliveryState
from gateway.node.running import Running
from gateway.node.submit import Submission, rehearse, submit
from tests.delivery.nodes import NORTH, SOUTH, Participant, document, ended, forged, pair, submission, two_nodes, until

EAST = "east.example.org"


async def refusal(node: Running, wanted: Submission) -> tuple[int, str]:
    with pytest.raises(Stopped) as caught:
        await submit(node, wanted)
    return caught.value.status, caught.value.code


async def nothing_is_kept(node: Running) -> bool:
    bodies = [path for path in (node.settings.node.store / "bodies").rglob("*") if path.is_file()]
    return bodies == [] and await node.store.deliveries() == []


@pytest.fixture
async def north(tmp_path: Path):
    """The northern node; nobody answers in the south."""
    northern, _ = pair(tmp_path)
    async with northern.running() as node:
        yield node


async def test_a_failed_document_is_refused_at_the_sender(north: Running):
    assert await refusal(north, submission(forged())) == (422, "document.failed")
    assert await nothing_is_kept(north)


async def test_a_translation_that_may_not_be_sealed_is_refused_with_the_reason(north: Running):
    assert await refusal(north, submission(b"nobody knows what this is")) == (422, "translation.withheld")


async def test_the_advice_is_one_that_can_be_followed_where_documents_are_sent(north: Running):
    """There is no unsealed translation between nodes."""
    with pytest.raises(Stopped) as withheld:
        await submit(north, submission(b"nobody knows what this is"))
    assert "--unsealed" not in withheld.value.advice
    assert "`original`" in withheld.value.advice


async def test_the_original_alone_goes_where_no_translation_is_asked_for(north: Running):
    queued = await submit(north, submission(b"nobody knows what this is", adapter="original"))
    assert [part.role for part in queued.envelope.parts] == ["original", "verdict"]


async def test_a_document_in_the_form_that_the_peer_wants_is_not_translated(tmp_path: Path):
    northern, _ = pair(tmp_path, wants="elmo")
    async with northern.running() as node:
        queued = await submit(node, submission())
        assert [part.role for part in queued.envelope.parts] == ["original", "verdict"]


async def test_a_participant_that_is_no_peer_gets_nothing(north: Running):
    assert await refusal(north, submission(to="nobody.example.org")) == (404, "peer.unknown")


async def test_the_same_submission_under_the_same_key_is_one_delivery(north: Running):
    first = await submit(north, submission(idempotency_key="k1"))
    again = await submit(north, submission(idempotency_key="k1"))
    assert again.id == first.id
    assert len(await north.store.deliveries()) == 1
    assert await refusal(north, submission(idempotency_key="k1", purpose="other")) == (409, "request.key_reused")


async def test_a_rehearsal_tells_verdict_losses_and_sizes_and_keeps_nothing(north: Running):
    told = await rehearse(north, submission())
    assert told.verdict.verdict == "PASSED"
    assert told.losses
    assert [part.role for part in told.parts] == ["original", "verdict", "translation", "derivation", "losses"]
    assert told.message_bytes > sum(part.size for part in told.parts)
    assert await nothing_is_kept(north)
    sent = await submit(north, submission())
    assert sent.size == told.message_bytes


async def test_no_more_is_taken_in_than_the_queue_holds(tmp_path: Path):
    northern, _ = pair(tmp_path)
    northern.delivery = "queue_depth = 1\n"
    async with northern.running() as node:
        await submit(node, submission())
        node._depth = None  # it is looked at once a second
        assert await refusal(node, submission()) == (503, "capacity.queue")


async def test_a_message_over_the_limit_is_refused_while_it_streams_in(tmp_path: Path):
    northern, _ = pair(tmp_path)
    northern.delivery = "message_bytes = 6000\n"
    async with northern.running() as node:
        assert await refusal(node, submission(adapter="original")) == (413, "message.too_large")
        assert await nothing_is_kept(node)


async def test_a_document_over_the_limit_is_carried_untranslated(tmp_path: Path):
    northern, southern = pair(tmp_path)
    northern.extra = southern.extra = "[limits]\ndocument_bytes = 1000\n"
    async with southern.running() as south, northern.running() as north:
        queued = await submit(north, submission())
        done = await ended(north, queued.id)
        assert done.state is DeliveryState.ACCEPTED
        assert [(part.role, part.size) for part in done.envelope.parts] == [("original", len(document()))]
        arrival = await south.store.arrival(NORTH, queued.id)
        assert b"TOO_LARGE" in arrival.account


async def test_what_is_forwarded_names_whom_it_came_through_and_keeps_its_trace(tmp_path: Path):
    northern, southern = pair(tmp_path, wants=None)
    eastern = Participant(tmp_path, EAST)
    southern.peer(eastern)
    eastern.peer(southern)
    async with northern.running() as north, southern.running() as south, eastern.running() as east:
        first = await submit(north, submission())
        await ended(north, first.id)
        second = await submit(south, submission(to=EAST, forwarded=(NORTH, first.id)))
        assert (await ended(south, second.id)).state is DeliveryState.ACCEPTED
        arrival = await east.store.arrival(SOUTH, second.id)
        assert (arrival.envelope.via, arrival.trace) == ((NORTH,), first.trace)
        other = submission(b"another document", to=EAST, adapter="original", forwarded=(NORTH, first.id))
        assert await refusal(south, other) == (422, "arrival.other_document")


async def test_g11_a_document_does_not_come_back_to_a_node_that_it_was_at(tmp_path: Path):
    async with two_nodes(tmp_path, wants=None) as (north, south):
        first = await submit(north, submission())
        await ended(north, first.id)
        back = await submit(south, submission(to=NORTH, forwarded=(NORTH, first.id)))
        dead = await ended(south, back.id)
        assert (dead.state, dead.problem) == (DeliveryState.DEAD, "envelope.loop")


async def test_documents_are_forgotten_in_time_and_receipts_stay(tmp_path: Path):
    from gateway.node.retention import forget
    from tests.delivery.simulators import ManualClock

    northern, southern = pair(tmp_path)
    clock = ManualClock()
    async with southern.running(clock) as south, northern.running(clock) as north:
        queued = await submit(north, submission())
        await ended(north, queued.id)
        await south.store.handed_over(NORTH, queued.id, south.now())
        clock.advance(25 * 3600)

        async def gone() -> bool:
            await forget(north)
            await forget(south)
            return (await south.store.arrival(NORTH, queued.id)).body is None

        await until(gone)
        kept = await north.store.delivery(queued.id)
        assert kept.body is None
        assert kept.business_receipt is not None
        arrival = await south.store.arrival(NORTH, queued.id)
        assert (arrival.state, arrival.account) == (ArrivalState.HANDED_OVER, None)
        for node in (north, south):
            assert [p for p in (node.settings.node.store / "bodies").rglob("*") if p.is_file()] == []
