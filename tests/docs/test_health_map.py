"""What health can say is what the page says, and a test causes each of it on a node that runs."""

from __future__ import annotations

import ast
import datetime as dt
import re
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from gateway.delivery import node_checks, traffic_checks
from gateway.delivery.check import Level
from gateway.delivery.health import Vitals, judge
from gateway.delivery.node_checks import KeyVitals, WorkerVitals, WorkVitals
from gateway.delivery.states import Alarm
from gateway.delivery.store import Depth
from gateway.delivery.traffic_checks import PeerVitals
from tests.reference import ROOT

PAGE = ROOT / "docs" / "how-to" / "watch-a-node.md"
NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
_ROW = re.compile(r"^\| `([a-z ]+)` \| ([^|]*)\| ([^|]*)\| [^|]*\|$", re.MULTILINE)
REASONS = {
    "database": (*(words.partition(":")[0] for words in node_checks._DATABASE_REASON.values()), "("),
    "peer": (*(f"({code})" for code in traffic_checks._PEER_REASON), "suspended"),
    "worker": ("it ended", "minutes", ""),
    "clock": ("-3600", "behind", "ahead of"),
    "retention": ("store.damaged", "ahead of what this node saw pass"),
}
"""Words of each reason, where a check has several."""


def told() -> set[tuple[str, Level]]:
    """What the page says that checks can be."""
    table = PAGE.read_text("utf-8").partition("## What each check means")[2].partition("\n## ")[0]
    rows = [(name, {Level.FAIL: fails, Level.WARN: warns}) for name, fails, warns in _ROW.findall(table)]
    return {(name, level) for name, cells in rows for level, cell in cells.items() if cell.strip()}


@cache
def caused() -> dict[tuple[str, Level], set[str]]:
    """What tests see of nodes that run, and for which reasons: each call of `seen` with a name."""
    found: dict[tuple[str, Level], set[str]] = {}
    for file in (ROOT / "tests").rglob("test_*.py"):
        text = file.read_text("utf-8")
        if "tests.delivery.seeing import" not in text:
            continue
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "seen":
                level = Level[call.args[2].attr] if len(call.args) > 2 else Level.FAIL
                reasons = [word.value.value for word in call.keywords if word.arg == "reason"]
                found.setdefault((call.args[1].value, level), set()).update(reasons or [""])
    return found


ago = st.none() | st.integers(0, 100 * 86400).map(lambda seconds: NOW - dt.timedelta(seconds=seconds))
few = st.integers(0, 120)
depths = st.builds(
    Depth,
    outbox=few, receipts=few, undecided=few, inbox=few, dead=few,
    oldest_outbox=ago, oldest_receipt=ago, oldest_undecided=ago, oldest_inbox=ago,
)  # fmt: skip
peers = st.builds(
    PeerVitals,
    id=st.sampled_from(["a.example", "b.example"]),
    asked=ago,
    problem=st.none() | st.sampled_from([*traffic_checks._PEER_REASON, "capacity.queue"]),
    skew=st.none() | st.integers(-9000, 9000).map(lambda seconds: dt.timedelta(seconds=seconds)),
    waiting=st.booleans(),
)
vitals = st.builds(
    Vitals,
    now=st.just(NOW),
    database=st.none() | st.sampled_from([*node_checks._DATABASE_REASON, "store.failed"]),
    depth=st.none() | depths,
    alarms=st.lists(st.builds(Alarm, at=ago.filter(bool), code=st.just("x.y"), peer=st.none(), message=st.none())),
    disk_free=few,
    disk_watermark=few,
    queue_limit=st.integers(1, 120),
    keys=st.lists(
        st.builds(
            KeyVitals,
            name=st.just("seal"),
            expires=st.none() | st.integers(-99, 99).map(lambda days: NOW + dt.timedelta(days=days)),
            own=st.booleans(),
        )
    ),
    peers=st.lists(peers),
    workers=st.lists(
        st.builds(
            WorkerVitals, name=st.just("w"), ended=st.booleans(), busy=st.floats(0, 9000), failures=st.integers(0, 9)
        )
    ),
    work=st.builds(WorkVitals, able=st.booleans(), lost=st.just({"cpu": 1}), lost_ago=st.none() | st.floats(0, 90_000)),
    retention=st.none() | st.sampled_from(["store.damaged", "store.full"]),
    behind=st.integers(0, 9000).map(lambda seconds: dt.timedelta(seconds=seconds)),
    clock_jump=st.integers(-9000, 9000).map(lambda seconds: dt.timedelta(seconds=seconds)),
    stopping=st.booleans(),
)


@given(vitals)
def test_health_says_nothing_that_the_page_does_not_and_each_with_a_reason_and_advice(measured: Vitals) -> None:
    wrong = [check for check in judge(measured).checks if check.status is not Level.PASS]
    assert {(check.name, check.status) for check in wrong} <= told()
    assert all(check.reason and check.advice for check in wrong)


def test_whatever_the_page_says_of_health_a_test_causes_on_a_node_that_runs() -> None:
    assert len(told()) >= 20
    assert told() - set(caused()) == set()
    assert set(caused()) - told() == set()


def test_each_reason_of_a_check_that_has_several_is_caused() -> None:
    for name, wanted in REASONS.items():
        reasons = set().union(*(words for (check, _), words in caused().items() if check == name))
        missing = {want for want in wanted if not any(want in reason for reason in reasons)}
        assert not missing, (name, missing)
