"""The rules of health: what was measured goes in, checks come out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery.check import Check, Level, worst_level
from gateway.delivery.health import Vitals, judge
from gateway.delivery.node_checks import KeyVitals, WorkerVitals
from gateway.delivery.states import Alarm
from gateway.delivery.store import Depth
from gateway.delivery.traffic_checks import PeerVitals

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
WELL = Vitals(now=NOW, depth=Depth(), disk_free=10_000, disk_watermark=1_000, queue_limit=100)


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


def level(name: str, **vitals: object) -> Level:
    """The worst answer of a check."""
    checks = judge(replace(WELL, **vitals)).checks
    return worst_level(check.status for check in checks if check.name == name)


def test_a_node_without_anything_to_complain_of_passes():
    assert judge(WELL).status is Level.PASS


def test_a_node_is_as_its_worst_check():
    found = judge(replace(WELL, disk_free=1, depth=Depth(dead=1)))
    assert found.status is Level.FAIL
    assert judge(replace(WELL, depth=Depth(dead=1))).status is Level.WARN


@pytest.mark.parametrize(
    ("vitals", "name", "expected"),
    [
        ({"database": "store.busy"}, "database", Level.FAIL),
        ({"disk_free": 999}, "disk", Level.FAIL),
        ({"disk_free": 1_999}, "disk", Level.WARN),
        ({"disk_free": 2_000}, "disk", Level.PASS),
        ({"depth": Depth(outbox=79)}, "capacity", Level.PASS),
        ({"depth": Depth(outbox=80)}, "capacity", Level.WARN),
        ({"depth": Depth(undecided=60, inbox=40)}, "capacity", Level.FAIL),
        ({"depth": Depth(outbox=1, oldest_outbox=ago(minutes=59))}, "outbox", Level.PASS),
        ({"depth": Depth(outbox=1, oldest_outbox=ago(hours=71))}, "outbox", Level.WARN),
        ({"depth": Depth(receipts=1, oldest_receipt=ago(hours=1))}, "receipts", Level.WARN),
        ({"depth": Depth(undecided=1, oldest_undecided=ago(minutes=5))}, "undecided", Level.WARN),
        ({"depth": Depth(undecided=1, oldest_undecided=ago(hours=1))}, "undecided", Level.FAIL),
        ({"depth": Depth(inbox=1, oldest_inbox=ago(hours=24))}, "inbox", Level.WARN),
        ({"depth": Depth(dead=1)}, "dead letters", Level.WARN),
        ({"keys": (KeyVitals(name="seal", expires=NOW),)}, "key", Level.FAIL),
        ({"keys": (KeyVitals(name="seal", expires=NOW + dt.timedelta(days=29)),)}, "key", Level.WARN),
        ({"keys": (KeyVitals(name="seal", expires=NOW + dt.timedelta(days=30)),)}, "key", Level.PASS),
        ({"keys": (KeyVitals(name="trust", expires=NOW, own=False),)}, "key", Level.WARN),
        ({"alarms": (Alarm(at=ago(days=6), code="envelope.conflict", peer="b", message=None),)}, "alarms", Level.WARN),
        ({"alarms": (Alarm(at=ago(days=7), code="envelope.conflict", peer="b", message=None),)}, "alarms", Level.PASS),
        ({"workers": (WorkerVitals(name="outbox", ended=True),)}, "worker", Level.FAIL),
        ({"workers": (WorkerVitals(name="undecided", busy=900),)}, "worker", Level.FAIL),
        ({"workers": (WorkerVitals(name="undecided", failures=3),)}, "worker", Level.WARN),
        ({"clock_jump": dt.timedelta(hours=1)}, "clock", Level.WARN),
        ({"retention": "store.damaged"}, "retention", Level.WARN),
        ({"stopping": True}, "stopping", Level.FAIL),
    ],
)
def test_each_measure_has_its_level(vitals, name, expected):
    assert level(name, **vitals) is expected


def skewed(*seconds: float) -> tuple[PeerVitals, ...]:
    return tuple(PeerVitals(id=str(at), asked=NOW, skew=dt.timedelta(seconds=s)) for at, s in enumerate(seconds))


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((), Level.PASS),
        ((59,), Level.PASS),
        ((-60,), Level.WARN),
        ((86_400,), Level.WARN),
        ((300, 301), Level.FAIL),
        ((-4000, -3600, 0), Level.FAIL),
        ((4000, 0, 0), Level.PASS),
    ],
)
def test_the_clock_is_held_against_the_middle_of_what_peers_show_and_one_peer_alone_proves_nothing(seconds, expected):
    assert level("clock", peers=skewed(*seconds)) is expected


codes = st.sampled_from(["peer.unreachable", "peer.tls", "peer.other_id", "peer.protocol", "peer.answer"])
peers = st.builds(
    PeerVitals, id=st.just("b"), asked=st.none() | st.just(NOW), problem=st.none() | codes, waiting=st.booleans()
)


@given(st.lists(peers, max_size=9))
def test_a_peer_that_is_down_is_never_more_than_a_warning(found):
    assert level("peer", peers=found) is not Level.FAIL
    assert level("peer", peers=found) is (
        Level.WARN if any(peer.problem or peer.waiting for peer in found) else Level.PASS
    )


def every_check() -> list[Check]:
    worst = replace(
        WELL,
        database=None,
        depth=Depth(outbox=100, dead=1, oldest_outbox=ago(days=9), oldest_receipt=ago(days=9),
                    oldest_undecided=ago(days=9), oldest_inbox=ago(days=9)),
        disk_free=0,
        keys=(KeyVitals(name="seal", expires=ago(days=1)), KeyVitals(name="trust", expires=ago(days=1), own=False)),
        alarms=(Alarm(at=NOW, code="envelope.conflict", peer="b", message=None),),
        peers=(*skewed(900, 900), PeerVitals(id="b", problem="peer.tls"), PeerVitals(id="c", waiting=True)),
        workers=(WorkerVitals(name="outbox", ended=True), WorkerVitals(name="inbox", failures=9)),
    )  # fmt: skip
    return [*judge(worst).checks, *judge(replace(WELL, database="store.full")).checks]


def test_whatever_is_not_well_says_why_and_what_to_do():
    wrong = [check for check in every_check() if check.status is not Level.PASS]
    assert len({check.name for check in wrong}) >= 12
    for check in wrong:
        assert check.reason, check
        assert check.advice, check
