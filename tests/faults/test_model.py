"""R27: two whole nodes, given documents and troubles in any order by hypothesis, do what a dictionary says.

The model is a dictionary: which submission ends how. Whatever happened meanwhile, each has exactly one end, and it is
the one that the model says: what a node took in is in the other registry's folder, and what is forged is in no row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from gateway.packaged import data_folder
from tests.faults.history import check
from tests.faults.line import FAULTS
from tests.faults.nursery import Nursery
from tests.faults.troubles import HARMLESS
from tests.faults.world import STANDSTILL, Process, World, world
from tests.quick_disk import quick_folder
from tests.toy_node import sealed

FORGED = sealed((data_folder("config") / "demo" / "elmo.xml").read_bytes()).replace(
    b"Bachelor of Oceanography", b"Bachelor of Aeronautics!"
)
NODES = st.integers(0, 1)
SECONDS = st.sampled_from([1, 60, 1000, 6 * 3600])


def machine(nursery: Nursery) -> type[RuleBasedStateMachine]:
    """The state machine; all examples have their nodes from one nursery."""

    class TwoNodes(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.runner = asyncio.Runner()
            self.stack = ExitStack()
            self.world: World
            self.model: dict[str, str] = {}

        def run(self, doing: Coroutine[Any, Any, Any]) -> Any:
            return self.runner.run(doing)

        def at(self, number: int) -> Process:
            return self.world.nodes[number]

        @initialize(seed=st.integers(0, 1000))
        def begin(self, seed: int) -> None:
            self.opened = world(self.stack.enter_context(quick_folder()), seed, nursery=nursery)
            self.world = self.run(self.opened.__aenter__())

        @rule(number=NODES)
        def submit(self, number: int) -> None:
            one = self.run(self.world.submit(self.at(number)))
            self.model[one.key] = "delivered"

        @rule(number=NODES)
        def forge(self, number: int) -> None:
            key = f"forged-{len(self.model)}"
            assert self.run(refusal(self.world, self.at(number), key)) == "document.failed"
            self.model[key] = "refused"

        @rule(number=NODES)
        def kill(self, number: int) -> None:
            self.at(number).kill()

        @rule(number=NODES)
        def revive(self, number: int) -> None:
            self.run(self.world.revive(self.at(number)))

        @rule(number=NODES)
        def stop(self, number: int) -> None:
            assert self.at(number).stop() in {0, -15}

        @rule(faults=st.lists(st.sampled_from(HARMLESS), max_size=3, unique=True), share=st.floats(0.1, 1))
        def line(self, faults: list[str], share: float) -> None:
            self.world.bad_lines(*faults, share=share)

        @rule(seconds=SECONDS)
        def wait(self, seconds: int) -> None:
            self.run(self.world.skip(seconds))

        @rule(number=NODES)
        def drain(self, number: int) -> None:
            """It ends well, in the middle too."""
            del number
            self.world.bad_lines()
            self.run(self.world.drained())
            check(self.world, self.run(self.world.histories()))

        def teardown(self) -> None:
            if not hasattr(self, "world"):
                return
            try:
                self.drain(0)
                ends = found_at_both_ends(self.world, self.run(self.world.histories()))
                assert ends == {key: end for key, end in self.model.items() if end == "delivered"}
            finally:
                self.run(self.opened.__aexit__(None, None, None))
                self.runner.close()
                self.stack.close()

    return TwoNodes


async def refusal(world: World, node: Process, key: str) -> str:
    """The code by which a node refuses a forged document; a node that is dead is started again."""
    async with asyncio.timeout(STANDSTILL):
        while True:
            try:
                status, answer = await node.ask("POST", "/submit", FORGED, key=key, to=world.other(node).name)
            except (aiohttp.ClientError, ConnectionError, TimeoutError):
                await world.revive(node)
                continue
            assert status != 202, "a forged document was taken in"
            if not answer.get("retryable") and answer["code"] != "work.time":  # the machine was too slow for the limit
                return answer["code"]
            await asyncio.sleep(0.05)


def found_at_both_ends(world: World, histories: dict[str, dict]) -> dict[str, str]:
    """What became of each row of a sender: what the other registry's folder was given is delivered."""
    ends = {}
    for sender in world.nodes:
        handed_over = {name[-36:] for name in world.other(sender).taken}
        for row in histories[sender.name]["deliveries"]:
            ends[row["key"]] = "delivered" if row["id"] in handed_over else row["state"]
    return ends


def run(examples: int, steps: int) -> None:
    nursery = Nursery()
    terms = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    make: Callable[[], RuleBasedStateMachine] = machine(nursery)
    try:
        run_state_machine_as_test(make, settings=terms)
    finally:
        nursery.close()


def test_r27_in_any_order_of_documents_and_troubles_each_document_has_its_one_end() -> None:
    run(examples=6, steps=10)
    assert set(HARMLESS) < set(FAULTS)


@pytest.mark.long
def test_r27_at_length() -> None:
    run(examples=150, steps=25)
