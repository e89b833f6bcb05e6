"""R27: a store, killed and opened again and restored at will, does what forty lines of dictionaries do."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gateway.delivery.problem import Stopped
from gateway.delivery.states import ArrivalState, DeliveryState
from gateway.delivery.store import Retry
from gateway.drivers.store.sqlite import open_store
from tests.delivery.store_makers import HOUR, PEER, after, answer, arrival, delivery
from tests.quick_disk import quick_folder

WAITING = ("queued", "receipted")
SEEDS = st.integers(0, 3)
TIMES = st.integers(0, 6)


@dataclass
class Model:
    """What a store should hold: of each message its state, when it is due, its receipt, whether its body is there."""

    out: dict[int, dict[str, Any]] = field(default_factory=dict)
    inn: dict[int, dict[str, Any]] = field(default_factory=dict)
    receipts: dict[int, int | None] = field(default_factory=dict)

    def submit(self, n: int, t: int) -> None:
        self.out.setdefault(n, {"state": "queued", "due": t, "receipt": None, "done": None, "body": True})

    def attempted(self, n: int, due: int | None) -> None:
        if n in self.out and self.out[n]["state"] in WAITING:
            self.out[n] |= {"due": due} | ({"state": "dead"} if due is None else {})

    def receipted(self, n: int, due: int) -> None:
        if n in self.out and self.out[n]["state"] in WAITING:
            self.out[n] |= {"state": "receipted", "due": due}

    def decided(self, n: int, receipt: bytes, state: str, t: int) -> str:
        if n not in self.out:
            return "receipt.unknown_message"
        if self.out[n]["receipt"] is None:
            self.out[n] |= {"state": state, "due": None, "receipt": receipt, "done": t}
        return "" if self.out[n]["receipt"] == receipt else "receipt.conflict"

    def bury(self, n: int, state: str, t: int) -> str:
        if n not in self.out:
            return "delivery.unknown"
        if self.out[n]["state"] != "dead":
            return "delivery.not_dead"
        self.out[n] |= {"state": state, "due": t} if state == "queued" else {"state": state, "done": t}
        return ""

    def admit(self, n: int, t: int) -> None:
        self.inn.setdefault(n, {"state": "received", "due": t, "done": None, "body": True})

    def decide(self, n: int, state: str, t: int) -> None:
        if n in self.inn and self.inn[n]["state"] == "received":
            refused = state == "refused"
            self.inn[n] |= {"state": state, "due": None if refused else t, "done": t if refused else None}
            self.receipts[n] = t

    def handed_over(self, n: int, t: int) -> str:
        if n not in self.inn:
            return "arrival.unknown"
        if self.inn[n]["state"] == "accepted":
            self.inn[n] |= {"state": "handed_over", "due": None, "done": t}
        return "" if self.inn[n]["state"] == "handed_over" else "arrival.not_accepted"

    def failed(self, n: int, due: int | None) -> None:
        if n in self.inn and self.inn[n]["state"] in ("received", "accepted"):
            self.inn[n]["due"] = due

    def release(self, t: int) -> None:
        for row in (*self.out.values(), *self.inn.values()):
            row["body"] = row["body"] and (row["done"] is None or row["done"] > t)


class StoreMachine(RuleBasedStateMachine):
    """Runs both, and compares what they tell after each step."""

    def __init__(self) -> None:
        super().__init__()
        self.disk = ExitStack()
        self.folder = self.disk.enter_context(quick_folder())
        self.runner = asyncio.Runner()
        self.model, self.saved, self.lives = Model(), None, 0
        self.store = open_store(self.folder / "0")

    def run(self, awaitable: Any) -> str:
        async def code() -> str:
            try:
                await awaitable
            except Stopped as error:
                return error.code
            return ""

        return self.runner.run(code())

    def live_on(self, source: Path) -> None:
        """Go on with a copy of these files, as they stand."""
        self.lives += 1
        shutil.copytree(source, self.folder / str(self.lives), ignore=shutil.ignore_patterns("lock", "*-shm"))
        self.runner.run(self.store.close())
        self.store = open_store(self.folder / str(self.lives))

    @initialize()
    def nothing_is_there(self) -> None:
        assert self.runner.run(self.store.deliveries()) == []

    @rule(n=SEEDS, t=TIMES)
    def submit(self, n: int, t: int) -> None:
        self.run(self.store.submit(replace(delivery(n), next_attempt=after(t))))
        self.model.submit(n, t)

    @rule(n=SEEDS, due=st.none() | TIMES)
    def attempted(self, n: int, due: int | None) -> None:
        at = None if due is None else after(due)
        self.run(self.store.attempted(delivery(n).id, after(0), Retry(code="a.code", at=at)))
        self.model.attempted(n, due)

    @rule(n=SEEDS, due=TIMES)
    def receipted(self, n: int, due: int) -> None:
        self.run(self.store.receipted(delivery(n).id, b"t", after(0), after(due)))
        self.model.receipted(n, due)

    @rule(n=SEEDS, receipt=st.sampled_from([b"a", b"b"]), state=st.sampled_from(["accepted", "refused"]), t=TIMES)
    def decided(self, n: int, receipt: bytes, state: str, t: int) -> None:
        asked = self.store.decided(delivery(n).id, receipt, DeliveryState(state), after(t))
        assert self.run(asked) == self.model.decided(n, receipt, state, t)

    @rule(n=SEEDS, t=TIMES)
    def retry(self, n: int, t: int) -> None:
        assert self.run(self.store.retry(delivery(n).id, after(t))) == self.model.bury(n, "queued", t)

    @rule(n=SEEDS, t=TIMES)
    def discard(self, n: int, t: int) -> None:
        assert self.run(self.store.discard(delivery(n).id, after(t), "why")) == self.model.bury(n, "discarded", t)

    @rule(n=SEEDS, t=TIMES)
    def admit(self, n: int, t: int) -> None:
        self.run(self.store.admit(replace(arrival(n), next_attempt=after(t))))
        self.model.admit(n, t)

    @rule(n=SEEDS, state=st.sampled_from(["accepted", "refused"]), t=TIMES)
    def decide(self, n: int, state: str, t: int) -> None:
        one = replace(arrival(n), state=ArrivalState(state), business_receipt=b"b", account=b"{}")
        self.run(self.store.decide(one, answer(one, after(t)), after(t)))
        self.model.decide(n, state, t)

    @rule(n=SEEDS, due=st.none() | TIMES)
    def hand_over_failed(self, n: int, due: int | None) -> None:
        at = None if due is None else after(due)
        self.run(self.store.hand_over_failed(PEER, arrival(n).id, after(0), Retry(code="a.code", at=at)))
        self.model.failed(n, due)

    @rule(n=SEEDS, t=TIMES)
    def handed_over(self, n: int, t: int) -> None:
        assert self.run(self.store.handed_over(PEER, arrival(n).id, after(t))) == self.model.handed_over(n, t)

    @rule(n=SEEDS, t=TIMES, what=st.sampled_from(["taken", "failed", "again"]))
    def receipt(self, n: int, t: int, what: str) -> None:
        message, there = arrival(n).id, n in self.model.receipts
        waits = there and self.model.receipts[n] is not None
        if what == "taken":
            self.run(self.store.receipt_delivered(PEER, message, after(0)))
            self.model.receipts |= {n: None} if there else {}
        elif what == "failed":
            self.run(self.store.receipt_attempted(PEER, message, after(0), Retry(code="a.code", at=after(t))))
            self.model.receipts |= {n: t} if waits else {}
        else:
            self.run(self.store.receipt_again(PEER, message, after(t)))
            self.model.receipts |= {n: min(t, self.model.receipts[n]) if waits else t} if there else {}

    @rule(t=TIMES)
    def release_bodies(self, t: int) -> None:
        self.run(self.store.release_bodies(after(t + 1), older_than=HOUR, limit=99))
        self.model.release(t)

    @rule(t=TIMES)
    def forget(self, t: int) -> None:
        """A month later: what was finished until then goes, and may come as new."""
        self.run(self.store.forget(after(1000 + t), older_than=1000 * HOUR, limit=99))
        for rows in (self.model.out, self.model.inn):
            gone = [n for n, row in rows.items() if row["done"] is not None and row["done"] <= t]
            for n in gone:
                del rows[n]
        self.model.receipts = {n: due for n, due in self.model.receipts.items() if due is not None}

    @rule()
    def crash(self) -> None:
        """What stands in the files at this moment is all that is left."""
        self.live_on(self.folder / str(self.lives))

    @rule()
    def back_up(self) -> None:
        shutil.rmtree(self.folder / "saved", ignore_errors=True)
        (self.folder / "saved").mkdir(mode=0o700)
        self.runner.run(self.store.back_up(self.folder / "saved" / "messages.db"))
        self.saved = _copy(self.model)

    @rule()
    def restore(self) -> None:
        if self.saved is not None:
            self.live_on(self.folder / "saved")
            self.model = _copy(self.saved)

    @invariant()
    def both_tell_the_same(self) -> None:
        self.runner.run(self.compare())

    async def compare(self) -> None:
        out = {one.id: one for one in await self.store.deliveries(limit=99)}
        assert {delivery(n).id: told(row) for n, row in self.model.out.items()} == {
            name: seen(one) for name, one in out.items()
        }
        inn = {one.id: one for one in await self.store.arrivals(limit=99)}
        assert {arrival(n).id: told(row) for n, row in self.model.inn.items()} == {
            name: seen(one) for name, one in inn.items()
        }
        for t in (0, 3, 99):
            assert {one.id for one in await self.store.due(after(t), limit=99)} == {
                delivery(n).id for n, row in self.model.out.items() if row["due"] is not None and row["due"] <= t
            }
            assert {one.message for one in await self.store.receipts_due(after(t), limit=99)} == {
                arrival(n).id for n, due in self.model.receipts.items() if due is not None and due <= t
            }
            waiting = [
                await self.store.undecided(after(t), limit=99),
                await self.store.to_hand_over(after(t), limit=99),
            ]
            assert [{one.id for one in found} for found in waiting] == [
                {arrival(n).id for n, row in self.model.inn.items() if row["state"] == state and _due(row, t)}
                for state in ("received", "accepted")
            ]
        bodies = {delivery(n).body for n, row in self.model.out.items() if row["body"]}
        assert (await self.store.bodies()).names == bodies | {
            arrival(n).body for n, row in self.model.inn.items() if row["body"]
        }
        depth = await self.store.depth()
        assert depth.outbox == sum(row["state"] in WAITING for row in self.model.out.values())
        assert depth.dead == sum(row["state"] == "dead" for row in self.model.out.values())

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        self.disk.close()


def told(row: dict[str, Any]) -> tuple[Any, ...]:
    hours = [None if row[name] is None else after(row[name]) for name in ("due", "done")]
    return (row["state"], *hours, row["body"])


def seen(one: Any) -> tuple[Any, ...]:
    return (one.state, one.next_attempt, one.finished, one.body is not None)


def _due(row: dict[str, Any], t: int) -> bool:
    return row["due"] is not None and row["due"] <= t


def _copy(model: Model) -> Model:
    rows = [{n: dict(row) for n, row in side.items()} for side in (model.out, model.inn)]
    return Model(rows[0], rows[1], dict(model.receipts))


def run(examples: int) -> None:
    chosen = settings(
        max_examples=examples, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(StoreMachine, settings=chosen)


def test_r27_a_store_does_what_its_model_does():
    run(15)


@pytest.mark.long
def test_r27_a_store_does_what_its_model_does_a_hundred_thousand_times():
    run(2000)
