"""When to try again, and when a peer is left alone."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.delivery.breaker import FAILURES, PAUSE, Breaker, Leave
from gateway.delivery.schedule import (
    ASK_CAP,
    ASK_FIRST,
    CAP,
    FIRST,
    HORIZON,
    ask_again,
    end_of,
    next_attempt,
    read_retry_after,
)
from tests.delivery.makers import NOW
from tests.delivery.strategies import fractions

FAR = NOW + timedelta(days=400)
waits = st.timedeltas(timedelta(0), timedelta(days=3))


@given(failed=st.integers(1, 10**6), fraction=fractions)
def test_a_wait_is_never_longer_than_the_doubled_first_one_nor_than_the_cap(failed, fraction) -> None:
    at = next_attempt(failed, NOW, fraction, until=FAR)
    assert at is not None
    assert timedelta(0) <= at - NOW <= min(FIRST * 2 ** min(failed - 1, 30), CAP)


@given(failed=st.integers(1, 20))
def test_the_jitter_is_full(failed) -> None:
    """A peer that comes back isn't met by everybody at once."""
    low, high = (next_attempt(failed, NOW, fraction, until=FAR) for fraction in (0.0, 0.999))
    assert low == NOW
    assert high is not None
    assert high - NOW >= 0.99 * min(FIRST * 2 ** (failed - 1), CAP)


@given(failed=st.integers(1, 50), fraction=fractions, asked=waits)
def test_a_peer_that_asks_for_time_is_given_it_up_to_the_cap(failed, fraction, asked) -> None:
    at = next_attempt(failed, NOW, fraction, until=FAR, retry_after=asked)
    assert at is not None
    assert min(asked, CAP) <= at - NOW <= CAP


@given(failed=st.integers(1, 50), fraction=fractions, left=waits, asked=st.none() | waits)
def test_nothing_is_planned_for_after_the_end(failed, fraction, left, asked) -> None:
    at = next_attempt(failed, NOW, fraction, until=NOW + left, retry_after=asked)
    free = next_attempt(failed, NOW, fraction, until=FAR, retry_after=asked)
    assert free is not None
    assert at == (free if free < NOW + left else None)


@given(asked=st.integers(0, 10**6))
def test_a_receipted_message_is_asked_about_after_15_minutes_doubling_to_6_hours(asked) -> None:
    at = ask_again(asked, NOW, until=FAR)
    assert at == NOW + (ASK_FIRST * 2**asked if asked < 5 else ASK_CAP)
    assert ask_again(asked, NOW, until=NOW + ASK_FIRST) is None


def test_the_end_is_the_horizon_or_the_envelopes_expiry() -> None:
    assert end_of(NOW, NOW + timedelta(hours=1)) == NOW + timedelta(hours=1)
    assert end_of(NOW, NOW + timedelta(days=30)) == NOW + HORIZON


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 50, None),
        ("0", timedelta(0)),
        ("120", timedelta(minutes=2)),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), timedelta(minutes=2)),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), timedelta(0)),
        ("Sun, 99 Nov 2026 99:99:99 GMT", None),
    ],
)
def test_a_retry_after_that_says_nothing_usable_is_none(value, wait) -> None:
    assert read_retry_after(value, NOW) == wait


# --- the breaker ------------------------------------------------------------------------------------------------------


class BreakerLaws(RuleBasedStateMachine):
    """Requests come and go in any order, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker, self.now, self.opened = Breaker(), 0.0, 0.0
        self.out: list[Leave] = []
        self.in_a_row = 0

    @rule(seconds=st.floats(0, 100))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def ask(self) -> None:
        state = self.breaker.state
        leave = self.breaker.ask(self.now)
        if state == "closed":
            assert leave == Leave(probe=False)
        elif state == "probing" or self.now - self.opened < PAUSE:
            assert leave is None
        else:
            assert leave == Leave(probe=True)
        if leave is not None:
            self.out.append(leave)

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        leave = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before = self.breaker.state
        self.breaker.failed(leave, self.now)
        if before == "closed":
            self.in_a_row += 1
            assert (self.breaker.state == "open") is (self.in_a_row >= FAILURES)
        if leave.probe or (before == "closed" and self.breaker.state == "open"):
            assert self.breaker.state == "open"
            self.opened = self.now

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def succeed(self, data: st.DataObject) -> None:
        leave = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before = self.breaker.state
        self.breaker.succeeded(leave)
        if leave.probe or before == "closed":
            assert self.breaker.state == "closed"
            self.in_a_row = 0
        else:
            assert self.breaker.state == before

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def abandon(self, data: st.DataObject) -> None:
        leave = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        self.breaker.abandoned(leave)

    @invariant()
    def there_are_never_two_probes(self) -> None:
        probes = sum(leave.probe for leave in self.out)
        assert probes <= 1
        assert (self.breaker.state == "probing") is (probes == 1)


TestBreakerLaws = BreakerLaws.TestCase
TestBreakerLaws.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
