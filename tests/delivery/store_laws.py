"""The laws of the store port: every implementation's tests inherit them (`class TestMine(StoreLaws)`)."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm, Arrival, ArrivalState, Delivery, DeliveryState
from gateway.delivery.store import DeliveryStore, Depth, Retry
from tests.delivery.store_makers import HOUR, NOW, OTHER, PEER, after, answer, arrival, delivery

NEVER = Retry(code="envelope.expired", at=None)


def later(hours: float, code: str = "peer.unreachable") -> Retry:
    return Retry(code=code, at=after(hours))


def accepted(one: Arrival, *, refused: bool = False) -> Arrival:
    state = ArrivalState.REFUSED if refused else ArrivalState.ACCEPTED
    problem = "original.failed" if refused else None
    return replace(one, state=state, business_receipt=answer(one).receipt_jws, account=b"{}", problem=problem)


def written(folder: Path) -> list[tuple[int, int]]:
    """What the files of a store show of a write."""
    return sorted((file.stat().st_size, file.stat().st_mtime_ns) for file in folder.iterdir())


async def code_of(awaitable: object) -> str:
    with pytest.raises(Stopped) as caught:
        await awaitable  # type: ignore[misc]
    assert caught.value.advice
    return caught.value.code


class StoreLaws:
    """What an implementation gives: `opened(folder)`, a store that can be closed and opened again on what it wrote."""

    def opened(self, folder: Path) -> AbstractAsyncContextManager[DeliveryStore]:
        raise NotImplementedError

    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[DeliveryStore]:
        async with self.opened(tmp_path / "store") as store:
            yield store

    # --- what is written is there

    async def test_what_was_submitted_comes_back_as_it_was(self, store):
        given = delivery(key="k", asked="ab" * 32)
        assert await store.submit(given) == given
        assert await store.delivery(given.id) == given
        assert await store.delivery(delivery(2).id) is None

    async def test_what_was_admitted_comes_back_as_it_was(self, store):
        given = arrival()
        assert await store.admit(given) == given
        assert await store.arrival(PEER, given.id) == given
        assert await store.arrival(OTHER, given.id) is None

    async def test_everything_is_there_when_it_is_opened_again(self, tmp_path):
        async with self.opened(tmp_path / "again") as store:
            await store.submit(delivery())
            await store.admit(arrival())
            await store.decide(accepted(arrival()), answer(arrival()), after(1))
            await store.alarm(Alarm(at=NOW, code="envelope.conflict", peer=PEER, message=None))
            before = await everything(store)
        async with self.opened(tmp_path / "again") as store:
            assert await everything(store) == before

    async def test_a_probe_writes_and_changes_nothing(self, tmp_path, store):
        await store.submit(delivery())
        before = await everything(store)
        sizes = written(tmp_path / "store")
        await store.probe()
        assert await everything(store) == before
        assert written(tmp_path / "store") != sizes

    async def test_a_row_without_a_time_is_due_at_once(self, store):
        await store.submit(replace(delivery(), next_attempt=None))
        await store.admit(replace(arrival(), next_attempt=None))
        assert await store.due(NOW, limit=9)
        assert await store.undecided(NOW, limit=9)
        await store.decide(accepted(arrival()), replace(answer(arrival()), next_attempt=None), NOW)
        assert await store.receipts_due(NOW, limit=9)
        assert await store.to_hand_over(NOW, limit=9)

    # --- idempotency

    async def test_one_idempotency_key_is_one_delivery(self, store):
        first = await store.submit(delivery(1, key="k", asked="aa" * 32))
        assert await store.submit(delivery(2, key="k", asked="aa" * 32)) == first
        assert len(await store.deliveries()) == 1

    async def test_a_key_is_not_used_for_another_request(self, store):
        await store.submit(delivery(1, key="k", asked="aa" * 32))
        assert await code_of(store.submit(delivery(2, key="k", asked="bb" * 32))) == "request.key_reused"
        assert len(await store.deliveries()) == 1

    async def test_the_same_delivery_again_is_the_same_and_another_of_its_id_is_refused(self, store):
        first = await store.submit(delivery(1))
        assert await store.submit(delivery(1)) == first
        assert await code_of(store.submit(replace(delivery(1), envelope_jws=delivery(2).envelope_jws)))
        assert await store.deliveries() == [first]

    async def test_many_submissions_at_once_under_one_key_are_one(self, store):
        results = await asyncio.gather(*(store.submit(delivery(n, key="k", asked="aa" * 32)) for n in range(20)))
        assert len({one.id for one in results}) == 1
        assert len(await store.due(NOW, limit=99)) == 1

    async def test_g1_the_same_message_again_gives_the_first_arrival(self, store):
        first = await store.admit(arrival())
        again = replace(arrival(), transport_receipt=b"another", envelope_sha256="0" * 64)
        assert await store.admit(again) == first
        assert await store.arrivals() == [first]

    async def test_one_id_from_two_senders_is_two_arrivals(self, store):
        await store.admit(arrival(sender=PEER))
        await store.admit(arrival(sender=OTHER))
        assert len(await store.arrivals()) == 2

    # --- the queue

    async def test_due_is_what_is_due_longest_first_and_not_of_those_left_out(self, store):
        for seed, hours, peer in ((1, 3, PEER), (2, 1, PEER), (3, 2, OTHER), (4, 9, PEER)):
            await store.submit(replace(delivery(seed, peer=peer), next_attempt=after(hours)))
        found = await store.due(after(3), limit=9)
        assert [one.id for one in found] == [delivery(2).id, delivery(3, peer=OTHER).id, delivery(1).id]
        assert [one.peer for one in await store.due(after(3), limit=9, without=[PEER])] == [OTHER]
        assert await store.due(after(3), limit=9, without=[PEER, OTHER]) == ()
        assert len(await store.due(after(3), limit=1)) == 1

    async def test_a_failed_attempt_is_due_again_when_it_says(self, store):
        one = await store.submit(delivery())
        await store.attempted(one.id, NOW, later(1))
        assert not await store.due(after(0.5), limit=9)
        [again] = await store.due(after(1), limit=9)
        assert (again.state, again.attempts, again.problem) == (DeliveryState.QUEUED, 1, "peer.unreachable")

    async def test_what_was_given_up_is_a_dead_letter_with_its_reason(self, store):
        one = await store.submit(delivery())
        await store.attempted(one.id, NOW, NEVER)
        assert not await store.due(after(99), limit=9)
        [dead] = await store.deliveries(state=DeliveryState.DEAD)
        assert (dead.problem, dead.attempts, dead.body) == ("envelope.expired", 1, one.body)

    async def test_a_transport_receipt_is_kept_and_asks_again_later(self, store):
        one = await store.submit(delivery())
        await store.attempted(one.id, NOW, later(0))
        await store.receipted(one.id, b"first", NOW, after(1))
        await store.receipted(one.id, b"second", NOW, after(2))
        [again] = await store.due(after(2), limit=9)
        assert (again.state, again.transport_receipt) == (DeliveryState.RECEIPTED, b"first")
        assert (again.attempts, again.problem) == (1, None)

    @pytest.mark.parametrize("state", [DeliveryState.ACCEPTED, DeliveryState.REFUSED])
    async def test_nothing_leads_back_from_what_the_peer_decided(self, store, state):
        one = await store.submit(delivery())
        decided = await store.decided(one.id, b"business", state, NOW, reason="a.reason")
        await store.attempted(one.id, NOW, later(0))
        await store.attempted(one.id, NOW, NEVER)
        assert await code_of(store.retry(one.id, NOW)) == "delivery.not_dead"
        assert await code_of(store.discard(one.id, NOW, "no")) == "delivery.not_dead"
        assert await store.delivery(one.id) == decided
        await store.receipted(one.id, b"late", NOW, after(1))
        assert await store.delivery(one.id) == replace(decided, transport_receipt=b"late")
        assert not await store.due(after(99), limit=9)

    async def test_the_same_business_receipt_again_changes_nothing(self, store):
        one = await store.submit(delivery())
        first = await store.decided(one.id, b"business", DeliveryState.ACCEPTED, NOW)
        assert await store.decided(one.id, b"business", DeliveryState.ACCEPTED, after(1)) == first
        assert (first.business_receipt, first.finished) == (b"business", NOW)

    async def test_g7_another_business_receipt_is_a_conflict(self, store):
        one = await store.submit(delivery())
        first = await store.decided(one.id, b"business", DeliveryState.ACCEPTED, NOW)
        other = store.decided(one.id, b"forged", DeliveryState.REFUSED, NOW)
        assert await code_of(other) == "receipt.conflict"
        assert await store.delivery(one.id) == first

    async def test_g7_a_receipt_for_what_was_never_sent_is_refused(self, store):
        unknown = store.decided(delivery().id, b"business", DeliveryState.ACCEPTED, NOW)
        assert await code_of(unknown) == "receipt.unknown_message"

    @pytest.mark.parametrize("discarded", [False, True])
    async def test_the_peers_word_is_later_than_our_giving_up(self, store, discarded):
        one = await store.submit(delivery())
        await store.attempted(one.id, NOW, NEVER)
        if discarded:
            await store.discard(one.id, NOW, "lost interest")
        decided = await store.decided(one.id, b"business", DeliveryState.ACCEPTED, after(1))
        assert (decided.state, decided.finished, decided.problem) == (DeliveryState.ACCEPTED, after(1), None)

    async def test_a_dead_letter_is_retried_as_if_it_were_new(self, store):
        one = await store.submit(delivery())
        await store.attempted(one.id, NOW, NEVER)
        again = await store.retry(one.id, after(5))
        assert (again.state, again.attempts, again.problem) == (DeliveryState.QUEUED, 0, None)
        assert await store.due(after(5), limit=9) == (again,)

    async def test_a_dead_letter_is_discarded_for_good(self, store):
        one = await store.submit(delivery())
        await store.attempted(one.id, NOW, NEVER)
        gone = await store.discard(one.id, after(1), "wrong person")
        assert (gone.state, gone.finished) == (DeliveryState.DISCARDED, after(1))
        assert await code_of(store.retry(one.id, NOW)) == "delivery.not_dead"
        assert (await store.timeline(one.id))[-1].code == "wrong person"

    async def test_what_is_unknown_is_said_to_be(self, store):
        nobody = delivery().id
        await store.attempted(nobody, NOW, NEVER)
        await store.receipted(nobody, b"x", NOW, NOW)
        assert await code_of(store.retry(nobody, NOW)) == "delivery.unknown"
        assert await code_of(store.discard(nobody, NOW, "")) == "delivery.unknown"
        assert await code_of(store.handed_over(PEER, nobody, NOW)) == "arrival.unknown"
        assert await code_of(store.decide(accepted(arrival()), answer(arrival()), NOW)) == "arrival.unknown"
        assert await store.timeline(nobody) == []

    # --- the receiver's side

    async def test_a_decision_and_its_receipt_come_together(self, store):
        one = await store.admit(arrival())
        await store.decide(accepted(one), answer(one), after(1))
        [inbox] = await store.to_hand_over(after(1), limit=9)
        [receipt] = await store.receipts_due(after(1), limit=9)
        assert (inbox.state, inbox.business_receipt, inbox.account) == (
            ArrivalState.ACCEPTED, answer(one).receipt_jws, b"{}",
        )  # fmt: skip
        assert (receipt.message, receipt.receipt_jws) == (one.id, answer(one).receipt_jws)
        assert not await store.undecided(after(99), limit=9)

    async def test_what_is_refused_is_never_handed_over(self, store):
        one = await store.admit(arrival())
        await store.decide(accepted(one, refused=True), answer(one), after(1))
        assert not await store.to_hand_over(after(99), limit=9)
        assert await code_of(store.handed_over(PEER, one.id, NOW)) == "arrival.not_accepted"
        held = await store.arrival(PEER, one.id)
        assert (held.state, held.problem, held.finished) == (ArrivalState.REFUSED, "original.failed", after(1))

    async def test_what_is_undecided_is_never_handed_over(self, store):
        one = await store.admit(arrival())
        assert await code_of(store.handed_over(PEER, one.id, NOW)) == "arrival.not_accepted"
        assert await store.arrival(PEER, one.id) == one

    async def test_g10_senders_take_turns_and_the_first_is_the_one_after_the_last_served(self, store):
        flood = [await store.admit(arrival(n, sender=OTHER)) for n in range(5)]
        late = [await store.admit(arrival(n, sender=PEER)) for n in range(5, 7)]
        for last, first, second in (("", late, flood), (PEER, flood, late), (OTHER, late, flood)):
            found = await store.undecided(NOW, limit=4, after=last)
            assert len(await store.undecided(NOW, limit=4, after=last, each=1)) <= len({one.sender for one in found})
            assert [one.id for one in found] == [first[0].id, second[0].id, first[1].id, second[1].id]
        assert len(await store.undecided(NOW, limit=99)) == 7
        for one in (*flood, *late):
            await store.decide(accepted(one), answer(one), NOW)
        assert [one.sender for one in await store.to_hand_over(NOW, limit=3, after=PEER)] == [OTHER, PEER, OTHER]

    async def test_g10_what_a_sender_holds_is_counted_until_it_is_done(self, store):
        one, two, other = [await store.admit(arrival(n, sender=PEER if n < 2 else OTHER)) for n in range(3)]
        assert await store.unfinished(PEER) == 2
        await store.decide(accepted(one), answer(one), NOW)
        assert await store.unfinished(PEER) == 2
        await store.handed_over(PEER, one.id, NOW)
        await store.decide(accepted(two, refused=True), answer(two), NOW)
        assert (await store.unfinished(PEER), await store.unfinished(other.sender)) == (0, 1)

    async def test_deciding_again_changes_nothing(self, store):
        one = await store.admit(arrival())
        await store.decide(accepted(one), answer(one), NOW)
        before = await everything(store)
        other = replace(answer(one), receipt_jws=b"another")
        await store.decide(replace(accepted(one, refused=True), business_receipt=b"another"), other, after(1))
        assert await everything(store) == before

    async def test_deciding_that_failed_is_due_again(self, store):
        one = await store.admit(arrival())
        await store.hand_over_failed(PEER, one.id, NOW, later(1, "worker.crashed"))
        assert not await store.undecided(after(0.5), limit=9)
        [again] = await store.undecided(after(1), limit=9)
        assert (again.attempts, again.problem) == (1, "worker.crashed")
        await store.hand_over_failed(PEER, one.id, NOW, Retry(code="worker.crashed", at=None))
        assert not await store.undecided(after(99), limit=9)
        assert (await store.depth()).undecided == 1

    async def test_hand_over_is_retried_and_ends_once(self, store):
        one = await store.admit(arrival())
        await store.decide(accepted(one), answer(one), NOW)
        await store.hand_over_failed(PEER, one.id, NOW, later(1, "hook.failed"))
        assert not await store.to_hand_over(after(0.5), limit=9)
        assert len(await store.to_hand_over(after(1), limit=9)) == 1
        done = await store.handed_over(PEER, one.id, after(2))
        assert (done.state, done.finished) == (ArrivalState.HANDED_OVER, after(2))
        assert await store.handed_over(PEER, one.id, after(3)) == done
        await store.hand_over_failed(PEER, one.id, after(3), later(4))
        assert await store.arrival(PEER, one.id) == done
        assert not await store.to_hand_over(after(99), limit=9)

    async def test_a_receipt_is_sent_until_it_is_taken(self, store):
        one = await store.admit(arrival())
        await store.decide(accepted(one), answer(one), NOW)
        await store.receipt_attempted(PEER, one.id, NOW, later(1))
        assert not await store.receipts_due(after(0.5), limit=9)
        assert not await store.receipts_due(after(1), limit=9, without=[PEER])
        [again] = await store.receipts_due(after(1), limit=9)
        assert (again.attempts, again.problem) == (1, "peer.unreachable")
        await store.receipt_delivered(PEER, one.id, after(1))
        await store.receipt_attempted(PEER, one.id, after(1), later(2))
        assert not await store.receipts_due(after(99), limit=9)

    @pytest.mark.parametrize("given_up", [False, True])
    async def test_a_receipt_is_sent_again_when_its_message_comes_again(self, store, given_up):
        one = await store.admit(arrival())
        await store.receipt_again(PEER, one.id, NOW)
        assert not await store.receipts_due(after(99), limit=9)
        await store.decide(accepted(one), answer(one), NOW)
        if given_up:
            await store.receipt_attempted(PEER, one.id, NOW, NEVER)
        else:
            await store.receipt_delivered(PEER, one.id, NOW)
        assert not await store.receipts_due(after(99), limit=9)
        await store.receipt_again(PEER, one.id, after(1))
        [again] = await store.receipts_due(after(1), limit=9)
        assert (again.receipt_jws, again.attempts, again.finished) == (answer(one).receipt_jws, 0, None)

    async def test_a_receipt_that_waits_for_a_far_time_is_sent_when_its_peer_asks(self, store):
        one = await store.admit(arrival())
        await store.decide(accepted(one), answer(one), NOW)
        await store.receipt_attempted(PEER, one.id, NOW, later(50))
        await store.receipt_again(PEER, one.id, after(1))
        assert len(await store.receipts_due(after(1), limit=9)) == 1

    # --- looking

    async def test_pages_of_deliveries_are_newest_first_and_leave_none_out(self, store):
        given = [await store.submit(delivery(n)) for n in range(7)]
        await store.attempted(given[3].id, NOW, NEVER)
        seen: list[Delivery] = []
        while page := await store.deliveries(before=seen[-1].id if seen else None, limit=3):
            seen += page
        assert [one.id for one in seen] == [one.id for one in reversed(given)]
        queued = await store.deliveries(state=DeliveryState.QUEUED, before=given[5].id, limit=9)
        assert [one.id for one in queued] == [given[n].id for n in (4, 2, 1, 0)]

    async def test_arrivals_are_oldest_first(self, store):
        given = [await store.admit(arrival(n)) for n in range(3)]
        await store.decide(accepted(given[1]), answer(given[1]), NOW)
        assert [one.id for one in await store.arrivals()] == [one.id for one in given]
        assert [one.id for one in await store.arrivals(state=ArrivalState.ACCEPTED)] == [given[1].id]
        assert len(await store.arrivals(limit=2)) == 2

    async def test_a_timeline_tells_what_happened_in_order(self, store):
        one = await store.submit(delivery())
        await store.attempted(one.id, after(1), later(1))
        await store.receipted(one.id, b"t", after(2), after(3))
        await store.decided(one.id, b"b", DeliveryState.REFUSED, after(4), reason="original.failed")
        told = await store.timeline(one.id)
        assert [(event.what, event.code) for event in told] == [
            ("queued", None), ("attempt_failed", "peer.unreachable"), ("receipted", None), ("refused", "original.failed"),
        ]  # fmt: skip
        assert [event.at for event in told] == [NOW, after(1), after(2), after(4)]
        assert await store.timeline(one.id, sender=PEER) == []

    async def test_a_timeline_of_an_arrival_is_apart_from_a_delivery_of_the_same_id(self, store):
        await store.submit(delivery())
        one = await store.admit(arrival())
        await store.decide(accepted(one), answer(one), after(1))
        await store.receipt_delivered(PEER, one.id, after(2))
        await store.handed_over(PEER, one.id, after(3))
        told = [event.what for event in await store.timeline(one.id, sender=PEER)]
        assert told == ["received", "accepted", "receipt_delivered", "handed_over"]
        assert [event.what for event in await store.timeline(delivery().id)] == ["queued"]

    async def test_depth_counts_what_waits_and_since_when(self, store):
        assert await store.depth() == Depth()
        for n in range(4):
            await store.submit(replace(delivery(n), created=after(n)))
            await store.admit(replace(arrival(n), received=after(10 + n)))
        await store.attempted(delivery(0).id, NOW, NEVER)
        await store.receipted(delivery(1).id, b"t", NOW, after(1))
        await store.decided(delivery(2).id, b"b", DeliveryState.ACCEPTED, NOW)
        await store.decide(accepted(arrival(0)), answer(arrival(0), after(20)), after(20))
        await store.decide(accepted(arrival(1), refused=True), answer(arrival(1), after(21)), after(21))
        await store.receipt_delivered(PEER, arrival(0).id, after(22))
        assert await store.depth() == Depth(
            outbox=2, receipts=1, undecided=2, inbox=1, dead=1,
            oldest_outbox=after(1), oldest_receipt=after(21), oldest_undecided=after(12), oldest_inbox=after(10),
        )  # fmt: skip

    async def test_alarms_are_newest_first(self, store):
        given = [Alarm(at=after(n), code="envelope.conflict", peer=PEER, message=delivery(n).id) for n in range(3)]
        for alarm in given:
            await store.alarm(alarm)
        assert list(await store.alarms(limit=2)) == [given[2], given[1]]

    async def test_an_acknowledged_alarm_is_open_no_more_and_stays_to_be_seen(self, store):
        for n in range(3):
            await store.alarm(Alarm(at=after(n), code="envelope.conflict", peer=PEER, message=delivery(n).id))
        numbers = [alarm.number for alarm in await store.alarms()]
        assert len(set(numbers)) == 3
        seen = await store.acknowledge(numbers[1], after(5))
        assert (seen.at, seen.acknowledged) == (after(1), after(5))
        assert (await store.acknowledge(numbers[1], after(9))).acknowledged == after(5)
        assert [alarm.acknowledged for alarm in await store.alarms()] == [None, after(5), None]
        assert [alarm.at for alarm in await store.alarms_of_each(limit=9)] == [after(2), after(0)]
        assert len(await store.alarms_of_each(limit=1)) == 1

    async def test_an_alarm_that_is_none_is_not_acknowledged(self, store):
        with pytest.raises(Stopped) as caught:
            await store.acknowledge(1, NOW)
        assert (caught.value.code, caught.value.status) == ("alarm.unknown", 404)

    # --- what was set aside

    async def test_what_was_set_aside_is_shown_and_goes_on_when_it_is_asked_to(self, store):
        one, two = [await store.admit(arrival(n)) for n in range(2)]
        await store.hand_over_failed(PEER, one.id, NOW, Retry(code="internal.failed", at=None))
        await store.hand_over_failed(PEER, two.id, NOW, later(1))
        assert [left.id for left in await store.set_aside(limit=9)] == [one.id]
        again = await store.arrival_again(PEER, one.id, after(1))
        assert (again.state, again.attempts, again.next_attempt, again.problem) == ("received", 0, after(1), None)
        assert await store.set_aside(limit=9) == []
        assert one.id in [due.id for due in await store.undecided(after(1), limit=9)]

    async def test_what_was_set_aside_and_is_discarded_is_finished_without_a_word_to_its_sender(self, store):
        one = await store.admit(arrival())
        await store.hand_over_failed(PEER, one.id, NOW, Retry(code="internal.failed", at=None))
        given_up = await store.arrival_discard(PEER, one.id, after(1), "broken")
        assert (given_up.state, given_up.finished, given_up.business_receipt) == ("discarded", after(1), None)
        assert (await store.depth()).undecided == 0
        assert [(event.what, event.code) for event in await store.timeline(one.id, sender=PEER)][-1] == (
            "discarded",
            "broken",
        )
        assert await store.release_bodies(after(3), older_than=HOUR, limit=9) == (one.body,)

    @pytest.mark.parametrize("call", ["again", "discard"])
    async def test_only_what_was_set_aside_is_tried_again_or_discarded(self, store, call):
        async def asked(message: str) -> str:
            with pytest.raises(Stopped) as caught:
                await (
                    store.arrival_again(PEER, message, NOW)
                    if call == "again"
                    else store.arrival_discard(PEER, message, NOW, "why")
                )
            return caught.value.code

        one, two = [await store.admit(arrival(n)) for n in range(2)]
        await store.decide(accepted(two, refused=True), answer(two), NOW)
        assert await asked(one.id) == await asked(two.id) == "arrival.not_set_aside"
        assert await asked(arrival(9).id) == "arrival.unknown"

    # --- retention

    async def test_what_each_sender_holds_of_the_disk_is_told_until_it_is_released(self, store):
        for n in range(3):
            await store.admit(replace(arrival(n, sender=OTHER if n == 2 else PEER), size=100 + n))
        assert await store.held() == {PEER: 201, OTHER: 102}
        await store.decide(accepted(arrival(0), refused=True), answer(arrival(0)), NOW)
        assert await store.held() == {PEER: 201, OTHER: 102}
        await store.release_bodies(after(1), older_than=HOUR, limit=9)
        assert await store.held() == {PEER: 101, OTHER: 102}

    async def test_what_is_noted_is_there_until_it_is_noted_anew(self, store):
        assert await store.noted("one") is None
        for value in ("a", "", "x'; DROP TABLE notes; --"):
            await store.note("one", value)
            assert await store.noted("one") == value
        assert await store.noted("other") is None

    async def test_only_what_is_finished_gives_up_its_body(self, store):
        for n in range(3):
            await store.submit(delivery(n))
            await store.admit(arrival(n + 10))
        await store.attempted(delivery(0).id, NOW, NEVER)
        await store.decided(delivery(1).id, b"b", DeliveryState.ACCEPTED, NOW)
        await store.decide(accepted(arrival(10)), answer(arrival(10)), NOW)
        await store.decide(accepted(arrival(11), refused=True), answer(arrival(11)), NOW)
        assert await store.release_bodies(after(1), older_than=2 * HOUR, limit=99) == ()
        released = await store.release_bodies(after(2), older_than=2 * HOUR, limit=99)
        assert set(released) == {delivery(1).body, arrival(11).body}
        left = {delivery(0).body, delivery(2).body, arrival(10).body, arrival(12).body}
        assert (await store.bodies()).names == left
        refused = await store.arrival(PEER, arrival(11).id)
        assert (refused.body, refused.account, bool(refused.business_receipt)) == (None, None, True)

    async def test_bodies_are_released_a_few_at_a_time(self, store):
        for n in range(5):
            await store.submit(delivery(n))
            await store.decided(delivery(n).id, b"b", DeliveryState.ACCEPTED, NOW)
        sizes = [len(await store.release_bodies(after(9), older_than=HOUR, limit=2)) for _ in range(4)]
        assert sizes == [2, 2, 1, 0]

    async def test_a_row_is_forgotten_only_when_finished_old_and_past_its_envelopes_end(self, store):
        for n in range(3):
            await store.submit(delivery(n))
        await store.decided(delivery(1).id, b"b", DeliveryState.ACCEPTED, NOW)
        await store.decided(delivery(2).id, b"b", DeliveryState.REFUSED, after(90))
        month = 30 * 24 * HOUR
        assert await store.forget(NOW + month - HOUR, older_than=month, limit=99) == 0
        assert await store.forget(after(71), older_than=HOUR, limit=99) == 0
        assert await store.forget(NOW + month, older_than=month, limit=99) == 1
        assert {one.id for one in await store.deliveries()} == {delivery(0).id, delivery(2).id}
        assert await store.timeline(delivery(1).id) == []

    async def test_forgetting_takes_arrivals_and_the_receipts_that_were_taken(self, store):
        for n in range(2):
            await store.admit(arrival(n))
            await store.decide(accepted(arrival(n)), answer(arrival(n)), NOW)
            await store.handed_over(PEER, arrival(n).id, NOW)
        await store.receipt_delivered(PEER, arrival(0).id, NOW)
        assert await store.forget(after(100), older_than=HOUR, limit=1) == 2
        assert await store.forget(after(100), older_than=HOUR, limit=9) == 1
        assert await store.arrivals() == []
        assert [one.message for one in await store.receipts_due(after(99), limit=9)] == [arrival(1).id]

    # --- many at once, and cancelled

    async def test_one_that_fails_fails_alone(self, store):
        """Of operations that run together, a refused one takes nothing of the others with it."""
        await store.submit(delivery(0, key="k", asked="aa" * 32))
        together = [store.submit(delivery(n)) for n in range(1, 5)]
        together.insert(2, store.submit(delivery(9, key="k", asked="bb" * 32)))
        results = await asyncio.gather(*together, return_exceptions=True)
        assert [isinstance(one, Stopped) for one in results] == [False, False, True, False, False]
        assert len(await store.deliveries()) == 5

    async def test_h3_values_that_look_like_sql_are_values(self, store):
        hostile = "x'; DROP TABLE deliveries; --"
        await store.submit(delivery(1, key=hostile, asked=hostile))
        await store.attempted(delivery(1).id, NOW, later(0, hostile))
        assert await store.delivery(hostile) is None
        assert await store.deliveries(before=hostile) == []
        assert await store.timeline(hostile, sender=hostile) == []
        assert len(await store.due(NOW, limit=9, without=[hostile, '"]', "%", PEER[:-1]])) == 1
        assert (await store.delivery(delivery(1).id)).problem == hostile

    async def test_times_come_back_to_the_microsecond_whatever_their_zone(self, store):
        zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
        at = dt.datetime(2026, 3, 29, 1, 30, 0, 123457, tzinfo=zone)
        await store.submit(replace(delivery(), next_attempt=at, created=at))
        held = await store.delivery(delivery().id)
        assert (held.next_attempt, held.created) == (at, at)
        assert await store.due(at, limit=1)
        assert not await store.due(at - dt.timedelta(microseconds=1), limit=1)

    async def test_whoever_is_cancelled_leaves_all_or_nothing_and_can_ask_again(self, store):
        tasks = [asyncio.create_task(store.submit(delivery(n))) for n in range(50)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for n in range(50):
            await store.submit(delivery(n))
        assert len(await store.due(NOW, limit=99)) == 50
        assert [len(await store.timeline(delivery(n).id)) for n in range(50)] == [1] * 50


async def everything(store: DeliveryStore) -> list[object]:
    """All that a store tells."""
    deliveries, arrivals = await store.deliveries(limit=10**6), await store.arrivals(limit=10**6)
    told: list[object] = [deliveries, arrivals, await store.receipts_due(after(10**6), limit=10**6)]
    told += [await store.timeline(one.id) for one in deliveries]
    told += [await store.timeline(one.id, sender=one.sender) for one in arrivals]
    return [*told, await store.alarms(limit=10**6), await store.depth(), await store.bodies()]
