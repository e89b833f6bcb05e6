"""What is let in, and what becomes of it."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.admission import (
    Admission,
    AdmissionLimits,
    admit,
    check_announced,
    check_capacity,
    check_disk_share,
    check_parties,
    check_share,
    transport_receipt,
)
from gateway.delivery.decision import ReceivePolicy, TranslationFound, business_receipt, decide
from gateway.delivery.message import MEDIA_TYPE
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import Checked
from gateway.delivery.signing import SignedEnvelope, sign_receipt
from gateway.delivery.states import Arrival, ArrivalState
from gateway.delivery.store import Depth
from gateway.model.verdict import Indication
from gateway.translate.reproduction import Outcome
from tests.delivery.makers import NOW, A, B, C, node_key, peer, signed

SIZES = st.integers(0, 10**12)
LIMITS = AdmissionLimits(queue_depth=10, min_free_bytes=1000, message_bytes=5000)


def arrival(sent: SignedEnvelope) -> Arrival:
    return Arrival(
        sender=sent.envelope.sender,
        id=sent.envelope.id,
        state=ArrivalState.RECEIVED,
        received=NOW,
        expires=sent.envelope.expires,
        trace=sent.envelope.trace,
        envelope_jws=sent.jws,
        envelope=sent.envelope,
        envelope_sha256=sent.sha256,
        body="0" * 64,
        size=1,
        transport_receipt=sign_receipt(transport_receipt(sent, NOW), node_key(B)),
    )


def stopped(call) -> Stopped:
    with pytest.raises(Stopped) as caught:
        call()
    return caught.value


def let_in(sent: SignedEnvelope, known: Arrival | None = None, *, now=NOW, here=B) -> Admission:
    return admit(sent, known, here=here, now=now)


def test_a_message_in_time_is_new() -> None:
    assert let_in(signed()) is Admission.NEW


def test_g1_the_same_message_again_is_the_same_even_when_it_expired_meanwhile() -> None:
    sent = signed()
    assert let_in(sent, arrival(sent)) is Admission.SAME
    assert let_in(sent, arrival(sent), now=NOW + timedelta(days=400)) is Admission.SAME


def test_g1_another_envelope_under_the_same_id_is_a_conflict() -> None:
    first, second = signed((b"one",)), signed((b"two",))
    problem = stopped(lambda: let_in(second, arrival(first)))
    assert (problem.code, problem.status, problem.retryable) == ("envelope.conflict", 409, False)


def test_g1_a_captured_envelope_is_refused_once_it_expired() -> None:
    """Forgotten rows can't be replayed: they are kept longer than any envelope lives."""
    problem = stopped(lambda: let_in(signed(), now=NOW + timedelta(hours=72)))
    assert (problem.code, problem.status) == ("envelope.expired", 410)
    endless = signed(expires=NOW + timedelta(days=30, seconds=1))
    assert stopped(lambda: let_in(endless)).code == "envelope.life"


def test_g2_an_envelope_for_another_participant_is_refused() -> None:
    """Confused deputy: A's envelope to B, carried to C by B, or by A itself."""
    sent = signed()
    problem = stopped(lambda: check_parties(sent.envelope, peer=peer(A), here=C))
    assert (problem.code, problem.status) == ("envelope.addressee", 421)
    assert stopped(lambda: check_parties(sent.envelope, peer=peer(B), here=C)).code == "envelope.sender"
    check_parties(sent.envelope, peer=peer(A), here=B)


@given(shift=st.integers(-400, 400))
def test_g3_an_envelope_may_be_made_300_seconds_in_the_future(shift) -> None:
    sent = signed(created=NOW + timedelta(seconds=shift))
    if shift <= 300:
        assert let_in(sent) is Admission.NEW
    else:
        problem = stopped(lambda: let_in(sent))
        assert (problem.code, problem.status, problem.retryable) == ("envelope.not_yet", 425, True)


@pytest.mark.parametrize(
    ("via", "code"),
    [
        ((), None),
        ((C,), None),
        ((C, "d", "e"), None),
        ((C, "d", "e", "f"), "envelope.hops"),
        ((B,), "envelope.loop"),
        ((C, B), "envelope.loop"),
        ((A,), "envelope.loop"),
        ((C, C), "envelope.loop"),
    ],
)
def test_g11_a_document_that_goes_round_is_stopped(via, code) -> None:
    sent = signed(via=via)
    if code is None:
        assert let_in(sent) is Admission.NEW
    else:
        assert stopped(lambda: let_in(sent)).code == code


@given(undecided=st.integers(0, 20), inbox=st.integers(0, 20), free=st.integers(0, 3000), length=st.integers(0, 3000))
def test_what_there_is_no_room_for_is_refused_before_it_is_accepted(undecided, inbox, free, length) -> None:
    depth = Depth(undecided=undecided, inbox=inbox)
    if undecided + inbox < 10 and free - length >= 1000:
        check_capacity(depth, free, length, LIMITS)
        return
    problem = stopped(lambda: check_capacity(depth, free, length, LIMITS))
    assert problem.code == ("capacity.queue" if undecided + inbox >= 10 else "capacity.disk")
    assert (problem.status, problem.retryable) == (503, True)
    assert problem.retry_after is not None


@given(depth=st.integers(1, 60), arrivals=st.lists(st.integers(0, 4), max_size=200))
def test_g10_however_many_flood_a_peer_that_holds_nothing_finds_a_place_until_the_queue_is_full(
    depth, arrivals
) -> None:
    """And a single flood never takes more than half, rounded up."""
    limits, held = AdmissionLimits(queue_depth=depth, min_free_bytes=0), [0] * 6
    for who in arrivals:
        waits = Depth(undecided=sum(held))
        if sum(held) < depth:
            check_share(held[5], waits, limits)
            with contextlib.suppress(Stopped):
                check_share(held[who], waits, limits)
                held[who] += 1
    assert max(held) <= (depth + 1) // 2
    if len(set(arrivals)) == 1:
        assert max(held) == min(len(arrivals), (depth + 1) // 2)
    refused = stopped(lambda: check_share(depth, Depth(undecided=depth), limits))
    assert (refused.code, refused.status, refused.retryable, refused.retry_after) == ("capacity.peer", 429, True, 60)


@given(held=SIZES, free=SIZES, length=SIZES, share=st.floats(0.1, 0.9))
def test_g10_a_peer_never_holds_more_than_its_share_of_the_room_on_the_disk(held, free, length, share):
    limits = AdmissionLimits(min_free_bytes=1000, peer_share=share)
    room = held + free - 1000
    if held + length <= share * room:
        check_disk_share(held, free, length, limits)
    else:
        with pytest.raises(Stopped) as caught:
            check_disk_share(held, free, length, limits)
        assert (caught.value.code, caught.value.status, caught.value.retryable) == ("capacity.peer", 429, True)
        assert caught.value.retry_after


@given(room=st.integers(2, 60), arrivals=st.lists(st.integers(0, 4), max_size=200))
def test_g10_however_many_fill_the_disk_a_peer_that_holds_nothing_finds_room_while_there_is_for_two(room, arrivals):
    """Messages of one octet; and a single flood never takes more than half."""
    limits, held = AdmissionLimits(min_free_bytes=0), [0] * 5
    for who in arrivals:
        free = room - sum(held)
        if free >= 2:
            check_disk_share(0, free, 1, limits)
        with contextlib.suppress(Stopped):
            check_disk_share(held[who], free, 1, limits)
            held[who] += 1
    assert max(held) <= room // 2
    if len(set(arrivals)) == 1:
        assert max(held) == min(len(arrivals), room // 2)


def test_g6_a_message_over_the_limit_or_of_another_type_is_refused_by_what_it_announces() -> None:
    check_announced(MEDIA_TYPE, 5000, LIMITS)
    assert stopped(lambda: check_announced(MEDIA_TYPE, 5001, LIMITS)).status == 413
    for media_type in ("application/json", MEDIA_TYPE.upper(), f"{MEDIA_TYPE}; charset=utf-8", ""):
        assert stopped(lambda m=media_type: check_announced(m, 1, LIMITS)).status == 415


# --- the decision -----------------------------------------------------------------------------------------------------

found = st.builds(
    TranslationFound,
    sha256=st.just("1" * 64),
    seal=st.sampled_from(["peer", "peer", "other", "none"]),
    outcome=st.none() | st.sampled_from(Outcome),
)
policies = st.builds(
    ReceivePolicy,
    indeterminate=st.sampled_from(["hand_over", "refuse"]),
    not_rerun=st.sampled_from(["hand_over", "refuse"]),
)


def checked(verdict: Indication) -> Checked:
    return Checked(sha256="0" * 64, verdict=verdict)


@given(verdict=st.sampled_from(Indication), translations=st.lists(found, max_size=4), policy=policies)
def test_what_is_accepted_is_neither_failed_nor_differs_nor_sealed_by_a_stranger(verdict, translations, policy) -> None:
    decision = decide(checked(verdict), translations, policy)
    good = {Outcome.REPRODUCED, Outcome.PAGES_NOT_COMPARED}
    if policy.not_rerun == "hand_over":
        good |= {Outcome.NOT_HERE}
    acceptable = verdict is Indication.PASSED or (
        verdict is Indication.INDETERMINATE and policy.indeterminate == "hand_over"
    )
    acceptable = acceptable and all(one.seal == "peer" and one.outcome in good for one in translations)
    assert (decision.decision == "accepted") is acceptable
    assert (decision.reason is None) is acceptable
    assert [one.outcome for one in decision.translations] == [one.outcome or Outcome.NOT_HERE for one in translations]


@pytest.mark.parametrize("policy", [ReceivePolicy(), ReceivePolicy(indeterminate="refuse", not_rerun="refuse")])
def test_a_failed_original_and_a_translation_that_differs_are_refused_by_every_policy(policy) -> None:
    bad = TranslationFound(sha256="1" * 64, seal="peer", outcome=Outcome.DIFFERS)
    assert decide(checked(Indication.FAILED), [bad], policy).reason == "original.failed"
    assert decide(checked(Indication.PASSED), [bad], policy).reason == "translation.differs"


def test_pages_that_werent_compared_are_said_to_be_so() -> None:
    one = TranslationFound(sha256="1" * 64, seal="peer", outcome=Outcome.PAGES_NOT_COMPARED)
    sent = signed((b"original", b"translation"))
    receipt = business_receipt(sent, decide(checked(Indication.PASSED), [one]), NOW)
    assert receipt.decision == "accepted"
    assert receipt.translations[0].outcome == "reproduced, pages not compared"
    assert (receipt.sender, receipt.to, receipt.envelope_sha256) == (B, A, sent.sha256)
