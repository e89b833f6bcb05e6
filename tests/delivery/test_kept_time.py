"""R16: deleting goes by a time that somebody vouches for: a clock that is set ahead, and stays there, deletes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.check import Level
from gateway.delivery.kept_time import TOLERANCE, next_kept_time
from gateway.delivery.states import DeliveryState
from gateway.node.retention import forget
from gateway.node.running import KeptTime, Running
from gateway.node.watch import Seen
from tests.delivery.nodes import SOUTH
from tests.delivery.seeing import seen
from tests.delivery.simulators import ManualClock
from tests.delivery.store_makers import delivery
from tests.local_api import lonely_node

START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
MINUTES = st.integers(0, 60 * 24 * 400).map(lambda minutes: dt.timedelta(minutes=minutes))
JUMPS = st.integers(-60 * 24 * 4000, 60 * 24 * 4000).map(lambda minutes: dt.timedelta(minutes=minutes))
ROUNDS = st.lists(st.tuples(MINUTES, JUMPS, st.booleans(), st.booleans()), min_size=1, max_size=12)


@given(ROUNDS)
def test_whatever_the_clock_says_nothing_goes_by_a_time_that_has_not_come(rounds):
    """Rounds: how much time passes, where the clock is set, whether the node was down, whether honest peers answer."""
    kept, true = START, START
    for number, (passed, jump, was_down, asked) in enumerate(rounds, 1):
        true += passed
        kept = next_kept_time(
            true + jump,
            kept=kept,
            passed=dt.timedelta() if was_down else passed,
            peers=[true] * asked,
        )
        assert kept <= true + number * TOLERANCE
        assert kept <= true + jump


@given(MINUTES, st.booleans())
def test_a_clock_that_is_right_is_followed(passed, was_down):
    """At once where this process saw the time pass; after a rest as soon as a peer answers."""
    now = START + passed
    seen = {"passed": dt.timedelta(), "peers": [now]} if was_down else {"passed": passed, "peers": []}
    assert next_kept_time(now, kept=START, **seen) == now


def test_one_peer_of_several_that_is_ahead_is_not_believed():
    ahead = START + dt.timedelta(days=900)
    for peers in ([START, ahead], [START, START, ahead]):
        kept = next_kept_time(ahead, kept=START, passed=dt.timedelta(), peers=peers)
        assert kept <= START + TOLERANCE


def test_the_first_time_there_is_nothing_to_hold_a_clock_against():
    assert next_kept_time(START, kept=None, passed=dt.timedelta(), peers=[]) == START


class SetAhead(ManualClock):
    """A clock that somebody sets, and that the node has come to believe."""

    def __init__(self) -> None:
        super().__init__()
        self.set = dt.timedelta()

    def now(self) -> dt.datetime:
        return super().now() + self.set


async def finished(node: Running) -> Callable:
    """A delivery that is done with; what is left of it."""
    one = replace(delivery(), created=node.now(), expires=node.now() + dt.timedelta(hours=1))
    await node.store.submit(one)
    await node.store.decided(one.id, b"receipt", DeliveryState.ACCEPTED, node.now())

    async def left() -> tuple[bool, bool]:
        row = await node.store.delivery(one.id)
        return row is not None, row is not None and row.body is not None

    return left


async def test_r16_a_clock_that_is_set_ahead_and_stays_there_deletes_nothing_and_health_says_so(tmp_path: Path):
    clock = SetAhead()
    async with lonely_node(tmp_path, clock=clock) as node:
        left = await finished(node)
        await forget(node)
        clock.set = dt.timedelta(days=2000)
        for _ in range(50):
            await forget(node)
        assert await left() == (True, True)
        await seen(node, "retention", Level.WARN, reason="ahead of what this node saw pass")
        node.kept = KeptTime()  # a start anew: the time that was kept is in the store
        await forget(node)
        assert await left() == (True, True)
        clock.advance(25 * 3600)
        await forget(node)
        assert await left() == (True, False)


async def test_after_a_rest_a_peers_clock_is_enough_to_delete_in_time(tmp_path: Path):
    clock = SetAhead()
    async with lonely_node(tmp_path, clock=clock) as node:
        left = await finished(node)
        await forget(node)
        clock.set = dt.timedelta(days=200)
        node.kept = KeptTime()
        await forget(node)
        assert await left() == (True, True)
        node.seen[SOUTH] = Seen(at=node.now(), skew=dt.timedelta(seconds=-3))
        await forget(node)
        assert await left() == (False, False)
