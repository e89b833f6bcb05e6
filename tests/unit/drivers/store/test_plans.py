"""Questions of queues read what waits, and nothing that is finished: each goes through the index made for it."""

from __future__ import annotations

import re
import sqlite3

import pytest

from gateway.drivers.store import backup, depth, dues, history, inbox, outbox, receipts, retention
from gateway.drivers.store.database import connect, create, migrate, migrations
from tests.reference import ROOT

PLANS = {
    outbox.BY_ID: "deliveries_1",
    outbox.BY_KEY: "deliveries_idempotency",
    outbox.DUE: "deliveries_due",
    outbox.WAITING_FOR: "deliveries_due",
    outbox.NEWEST: "PRIMARY KEY",
    outbox.NEWEST_BEFORE: "PRIMARY KEY",
    outbox.NEWEST_OF_STATE: "deliveries_state",
    outbox.NEWEST_OF_STATE_BEFORE: "deliveries_state",
    inbox.BY_ID: "arrivals_1",
    inbox.UNFINISHED_OF: "arrivals_sender",
    inbox.NEXT_SENDER: "arrivals_sender",
    inbox.WAITING_OF: "arrivals_sender",
    inbox.SET_ASIDE: "arrivals_sender",
    inbox.HELD: "arrivals_held",
    inbox.OLDEST: "PRIMARY KEY",
    inbox.OLDEST_OF_STATE: "arrivals_state",
    receipts.BY_MESSAGE: "receipts_1",
    receipts.DUE: "receipts_due",
    history.TIMELINE: "events_owner",
    history.SENT_OWNER: "deliveries_1",
    history.RECEIVED_OWNER: "arrivals_1",
    history.NEWEST_ALARMS: "PRIMARY KEY",
    history.OPEN_ALARMS_ABOUT: "alarms_peer",
    history.ALARM: "INTEGER PRIMARY KEY",
    history.ACKNOWLEDGED: "acknowledgements_1",
    history.TOO_MANY_ACKNOWLEDGEMENTS: "INTEGER PRIMARY KEY",
    history.NEXT_PEER: "alarms_peer",
    history.TOO_MANY_OF_A_KIND: "events_owner",
    history.TOO_MANY_ALARMS: "alarms_peer",
    retention.SENT_BODIES: "deliveries_body",
    retention.RECEIVED_BODIES: "arrivals_body",
    retention.SENT_RELEASABLE: "deliveries_body",
    retention.RECEIVED_RELEASABLE: "arrivals_body",
    retention.SENT_OLD: "deliveries_finished",
    retention.RECEIVED_OLD: "arrivals_finished",
    retention.RECEIPTS_OLD: "receipts_finished",
    history.NOTE: "notes_1",
    backup.NEEDED_BODIES: "deliveries_body",
    backup.KEPT_BODIES: "deliveries_body",
    dues.NEXT["outbox"]: "deliveries_due",
    dues.NEXT["receipts"]: "receipts_due",
    dues.NEXT["undecided"]: "arrivals_undecided",
    dues.NEXT["inbox"]: "arrivals_inbox",
}


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> sqlite3.Connection:
    file = tmp_path_factory.mktemp("plans") / "messages.db"
    create(file)
    made = connect(file)
    migrate(made, migrations())
    yield made
    made.close()


def plan(database: sqlite3.Connection, query: str) -> list[str]:
    given = (1,) * query.count("?")
    return [row["detail"] for row in database.execute(f"EXPLAIN QUERY PLAN {query}", given)]


def scanned(told: list[str]) -> list[str]:
    """What is read from end to end, and not by an index of what waits."""
    whole = re.compile(r"SCAN (deliveries|arrivals|receipts|events|alarms)(?! USING)")
    return [line for line in told if whole.search(line) or "TEMP B-TREE" in line]


@pytest.mark.parametrize("query", PLANS, ids=lambda query: " ".join(query.split())[:70])
def test_a_question_goes_through_its_index(database, query):
    told = plan(database, query)
    index = PLANS[query]
    if index == "PRIMARY KEY":  # in the order of rows, and no further than the page is long
        assert query.rstrip().endswith("LIMIT ?")
        assert not any("TEMP B-TREE" in line for line in told)
    else:
        assert any(index in line for line in told), told
        assert not scanned(told)


def test_depth_reads_what_waits_alone(database):
    told = plan(database, depth.DEPTH)
    assert not scanned(told)
    indexes = {found[1] for line in told if (found := re.search(r"INDEX (\w+)", line))}
    assert indexes == {"deliveries_state", "arrivals_state", "receipts_due"}


def test_a_question_without_its_index_would_be_seen(database):
    """The checks above can fail."""
    assert scanned(plan(database, "SELECT * FROM deliveries WHERE trace = ?"))
    assert scanned(plan(database, "SELECT * FROM deliveries ORDER BY size LIMIT ?"))


def test_every_query_of_the_store_is_here():
    known = {" ".join(query.split()) for query in (*PLANS, depth.DEPTH)}
    for module in (backup, depth, dues, history, inbox, outbox, receipts, retention):
        for name, value in vars(module).items():
            if name.isupper() and isinstance(value, str) and "SELECT" in value:
                assert " ".join(value.split()) in known, (module.__name__, name)


def test_h3_no_statement_of_the_store_is_put_together_from_values():
    """f-strings with SQL stand in rows.py, of names of its own, and in pragmas with constants; nowhere else."""
    for file in (ROOT / "gateway" / "drivers" / "store").glob("*.py"):
        found = re.findall(r'f"[^"]*\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA)\b[^"]*\{(\w+)', file.read_text("utf-8"))
        allowed = {
            "rows.py": {"name", "given", "pairs"},
            "database.py": {"_CACHE_KIB", "WAL_KEPT_BYTES", "number", "version"},
        }
        assert {inside for _, inside in found} <= allowed.get(file.name, set()), file.name
