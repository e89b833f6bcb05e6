"""The second half of the demonstration: nodes exchange documents, one is killed, and a rogue is found out."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import permutations
from typing import Any

from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt
from gateway.delivery.signing import (
    SignedEnvelope,
    check_business_receipt,
    read_business_receipt,
    read_envelope,
    read_transport_receipt,
)
from gateway.drivers.files import write_file
from gateway.model.verdict import Indication
from gateway.node.demo_clerk import ATTESTED, clerk
from gateway.node.demo_forgeries import altered_grade
from gateway.node.demo_nodes import DemoNode, free_port, make_nodes
from gateway.node.demo_rogue import Rogue, make_rogue_keys, rogue
from gateway.node.demo_step import Step
from gateway.node.demo_world import World
from gateway.node.startup import right_now


@asynccontextmanager
async def exchange(world: World, *, keep: bool) -> AsyncIterator[Exchange]:
    """Make the nodes and the rogue. With `keep` the nodes go on running afterwards."""
    port = free_port()
    make_rogue_keys(world.folder)
    nodes = make_nodes(world.folder, f"http://127.0.0.1:{port}")
    async with rogue(world.folder, port) as lone:
        try:
            yield Exchange(world, nodes, lone)
        finally:
            if not keep:
                for node in nodes:
                    node.stop()


class Exchange:
    """The steps, in order."""

    def __init__(self, world: World, nodes: Sequence[DemoNode], rogue: Rogue) -> None:
        self.world = world
        self.nodes = nodes
        self.shore, self.river = nodes[:2]
        self.rogue = rogue
        self.deliveries: list[tuple[str, DemoNode, DemoNode, dict[str, Any]]] = []

    async def steps(self) -> AsyncIterator[Step]:
        """The steps, as they happen."""
        yield await self._attested()
        yield await self._started()
        for sender, receiver in permutations(self.nodes, 2):
            yield await self._sent(sender, receiver)
        yield await self._killed()
        yield await self._refused_at_home()
        async for step in self._rogue():
            yield step
        yield self._evidence()

    async def _attested(self) -> Step:
        """For every node by its own secret: each verifies what comes from China by the register's answer."""
        report = self.world.documents["chsi"].read_bytes()
        async with clerk(self.world.folder, self.world.node.adapters) as named:
            for node in self.nodes:
                await named.look_for(node.folder, report, right_now())
        kept = [len(list((node.folder / ATTESTED).glob("*.json"))) for node in self.nodes]
        told = ("its answer lies in a folder of each node, under a name that tells nothing of the code",)
        title = "A clerk asks the register (simulated) about a Chinese report, and attests its answer for each node"
        return Step(title=title, told=told, held=kept == [1] * len(self.nodes))

    async def _started(self) -> Step:
        """A process each."""
        for node in self.nodes:
            node.start()
        ready = [await node.ready() for node in self.nodes]
        told = [
            f"{node.id}: peers at {node.url}, its own registry at http://{node.local_listen}, wants {node.wants}"
            for node in self.nodes
        ]
        title = "Four registries' nodes start, each a process of its own with its own keys"
        return Step(title=title, told=tuple(told), held=all(ready))

    async def _sent(self, sender: DemoNode, receiver: DemoNode) -> Step:
        """A document of the sender's own registry."""
        began = dt.datetime.now(dt.UTC)
        message = await sender.submit(self.world.documents[sender.sends], receiver)
        answer = await sender.reaches(message, "accepted", "refused", "dead")
        seconds = (dt.datetime.now(dt.UTC) - began).total_seconds()
        self._keep(f"{sender.sends}-to-{receiver.wants}", sender, receiver, answer)
        outcome = _outcome(answer)
        told = (
            f"{answer['state']} after {seconds:.1f} s; the receiver verified the original itself: {outcome[0]}",
            f"it ran the translation again from the original: {outcome[1]}",
        )
        title = f"A document goes from {sender.id} to {receiver.id}, translated into {receiver.wants}"
        held = answer["state"] == "accepted" and outcome == ("PASSED", "reproduced")
        return Step(title=title, told=told, held=held, verdict=Indication.PASSED if held else None)

    async def _killed(self) -> Step:
        """The receiver is gone when the document is given, and comes back."""
        self.river.kill()
        message = await self.shore.submit(self.world.documents["elmo"], self.river)
        waiting = await self.shore.tried(message)
        self.river.start()
        back = await self.river.ready()
        answer = await self.shore.reaches(message, "accepted", "refused", "dead")
        inbox = [arrival for arrival in await self.river.inbox() if arrival["id"] == message]
        self._keep("after-a-crash", self.shore, self.river, answer)
        told = (
            f"while it was gone: {waiting['state']}, last problem {waiting['problem']}",
            f"once it was back: {answer['state']}, by itself; in its inbox {len(inbox)} time(s)",
        )
        held = back and waiting["state"] == "queued" and answer["state"] == "accepted" and len(inbox) == 1
        return Step(title=f"{self.river.id} is killed, and comes back", told=told, held=held)

    async def _refused_at_home(self) -> Step:
        """An honest node lets no forgery go."""
        forged = self.world.folder / "forged" / "altered.xml"
        write_file(forged, altered_grade(self.world.documents["elmo"].read_bytes()))
        title = "An honest node is given a document with an altered grade to send"
        try:
            await self.shore.submit(forged, self.river)
        except Stopped as stopped:
            told = (f"{stopped.code}: {stopped.message}",)
            return Step(title=title, told=told, held=stopped.code == "document.failed", verdict=Indication.FAILED)
        return Step(title=title, told=("it was taken",), held=False)

    async def _rogue(self) -> AsyncIterator[Step]:
        genuine = self.world.documents["elmo"].read_bytes()
        forged = altered_grade(genuine)
        cases = (
            ("A peer sends an original with an altered grade", self.rogue.forged(forged), "original.failed"),
            (
                "A peer alters one grade in the translation, and seals that properly",
                self.rogue.with_other_grade(genuine, b"7,5", b"9,5"),
                "translation.differs",
            ),
            (
                "A peer alters the grade in the translation's page image alone",
                self.rogue.with_other_page(genuine, forged),
                "translation.differs",
            ),
        )
        for title, parts, reason in cases:
            receipt = await self.rogue.send(parts, self.river)
            yield _found_out(title, receipt, reason)

    def left_running(self) -> tuple[str, ...]:
        """How to look at the nodes that go on running, and how to stop them."""
        pids = " ".join(str(node.process) for node in self.nodes if node.process is not None)
        looks = (f"testamur deliveries list --config {node.folder / 'node.toml'}" for node in self.nodes)
        return (*looks, f"kill {pids}")

    # --- evidence

    def _keep(self, name: str, sender: DemoNode, receiver: DemoNode, answer: dict[str, Any]) -> None:
        sender.keep(name, answer)
        self.deliveries.append((name, sender, receiver, answer))

    def _evidence(self) -> Step:
        """With the pinned keys alone, as one would years later."""
        told = [
            f"{name}: {_verified(answer, sender.peer, receiver.peer)}"
            for name, sender, receiver, answer in self.deliveries
        ]
        held = len(told) == len(self.deliveries) and all(line.endswith("accepted") for line in told)
        return Step(title="The receipts are verified offline, with the pinned keys alone", told=tuple(told), held=held)


def _outcome(answer: dict[str, Any]) -> tuple[str, str]:
    """The receiver's verdict on the original, and what running the translation again showed."""
    receipt = (answer["business_receipt"] or {}).get("says") or {}
    original = (receipt.get("original") or {}).get("verdict", "none")
    translations = receipt.get("translations") or [{"outcome": "none"}]
    return original, translations[0]["outcome"]


def _found_out(title: str, receipt: BusinessReceipt, reason: str) -> Step:
    told = [f"{receipt.decision} ({receipt.reason}); the original: {receipt.original.verdict.value}"]
    told += [f"its translation: {one.outcome.value}" for one in receipt.translations]
    held = receipt.decision == "refused" and receipt.reason == reason
    return Step(title=f"{title}: found out", told=tuple(told), held=held, verdict=Indication.FAILED)


def _verified(answer: dict[str, Any], sender: Peer, receiver: Peer) -> str:
    """Envelope and both receipts, from what was kept."""
    try:
        sent: SignedEnvelope = read_envelope(answer["envelope"].encode(), sender)
        read_transport_receipt(answer["transport_receipt"]["jws"].encode(), receiver, sent)
        receipt = read_business_receipt(answer["business_receipt"]["jws"].encode(), receiver)
        check_business_receipt(receipt, receiver, sent)
    except Stopped as stopped:
        return f"{stopped.code}: {stopped.message}"
    return f"envelope, transport receipt and business receipt hold: {receipt.decision}"
