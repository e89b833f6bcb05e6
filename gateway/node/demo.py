"""The demonstration: registries, translations, forgeries, and nodes that exchange documents.

Each step checks itself.

It uses what everybody uses: the settings file, the seals, the use cases. Only the people and institutions are made up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.drivers.files import write_file, write_folder
from gateway.model.verdict import Indication, Verdict
from gateway.node.account import page_of
from gateway.node.demo_china import china
from gateway.node.demo_exchange import Exchange, exchange
from gateway.node.demo_forgeries import altered_badge, altered_grade, altered_name, wrapped
from gateway.node.demo_step import Step
from gateway.node.demo_world import MINISTRY, REGISTRIES, Registry, World, make_world
from gateway.node.reproduce import Claim, reproduce
from gateway.node.startup import right_now, terms
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.rendering import words
from gateway.rendering.telling.names import name_of
from gateway.translate.reproduction import Outcome
from gateway.verify.engine import VerifiedDocument, verify


@asynccontextmanager
async def demonstration(folder: Path, *, keep: bool = False) -> AsyncIterator[Demonstration]:
    """A world in an empty folder, and in it the steps. With `keep` its nodes go on running afterwards."""
    world = make_world(folder)
    async with exchange(world, keep=keep) as nodes:
        yield Demonstration(world, nodes)


class Demonstration:
    """The steps, and what is left when they are done."""

    def __init__(self, world: World, nodes: Exchange) -> None:
        self._world = world
        self._nodes = nodes

    async def steps(self) -> AsyncIterator[Step]:
        """All steps, as they happen; files are left in the folder."""
        async for step in self.alone():
            yield step
        async for step in self._nodes.steps():
            yield step

    async def alone(self) -> AsyncIterator[Step]:
        """The steps for which no node has to run."""
        stage = _Stage(self._world, right_now())
        yield stage.set_up()
        for step in (*stage.verified(), stage.without_trust()):
            yield step
        for source, target in (("elmo", "europass"), ("europass", "elmo"), ("elmo", "clr"), ("clr", "europass")):
            async for step in stage.translated(source, target):
                yield step
        async for step in stage.forgeries():
            yield step
        async for step in china(self._world, right_now()):
            yield step

    def left_running(self) -> tuple[str, ...]:
        """How to look at the nodes that go on running, and how to stop them."""
        return self._nodes.left_running()


class _Stage:
    def __init__(self, world: World, now: dt.datetime) -> None:
        self.world = world
        self.now = now

    # --- genuine documents

    def set_up(self) -> Step:
        """Who takes part."""
        told = [f"{one.university}, {_vouched(one)}" for one in REGISTRIES]
        told.append(f"a node of the {MINISTRY} that trusts them and seals translations")
        return Step(title="Fictional registries make their keys, and a node is set up", told=tuple(told), held=True)

    def verified(self) -> Iterator[Step]:
        """Each registry's document is authentic."""
        for registry in REGISTRIES:
            document = self._verify(self.world.documents[registry.adapter].read_bytes())
            learner = name_of(document.read().record.learner)
            yield _judged(
                f"Verify the sealed document of {learner} ({document.verdict.format})",
                document.verdict,
                Indication.PASSED,
                ("be careful: " + "; ".join(words.CAVEATS[caveat] for caveat in document.verdict.caveats),),
            )

    def without_trust(self) -> Step:
        """The same document, judged by somebody who trusts nobody."""
        octets = self.world.documents["elmo"].read_bytes()
        verdict = verify(octets, adapters=self.world.node.adapters, terms=terms(at=self.now)).verdict
        title = "Verify the first one again, trusting nobody: neither yes nor no"
        return _judged(title, verdict, Indication.INDETERMINATE, (f"what to do: {words.advice_in_words(verdict)}",))

    # --- translations

    async def translated(self, source: str, target: str) -> AsyncIterator[Step]:
        """Translate, seal, verify as a receiver does, run again."""
        folder = self.world.folder / f"{source}-to-{target}"
        original = self.world.documents[source].read_bytes()
        done = await translate_file(self.world.node, Order(octets=original, to=target), now=self.now)
        title = f"Translate it from {source} to {target}, and seal the translation"
        if isinstance(done, Withheld):
            yield Step(title=title, told=(f"nothing was written: {done.message}",), held=False)
            return
        yield self._written(title, done, folder)
        yield self._received(done)
        yield await self._reproduced(done, original)

    def _written(self, title: str, done: Translated, folder: Path) -> Step:
        write_folder(folder, done.files())
        write_file(folder / "page.html", page_of(done, self.world.node, self.world.node.terms(self.now)))
        kinds = {words.KINDS[loss.kind]: 0 for loss in done.losses}
        for loss in done.losses:
            kinds[words.KINDS[loss.kind]] += 1
        lost = ", ".join(f"{count} {kind}" for kind, count in kinds.items()) or "nothing"
        told = (f"lost or changed: {lost} (each listed in losses.json)", f"in {folder.name}/, page.html for people")
        return Step(title=title, told=told, held=done.sealed and bool(done.results))

    def _received(self, done: Translated) -> Step:
        """A receiver trusts the node's seal for translations; the original inside is judged by itself."""
        there = terms(self.world.seals, at=self.now)
        document = verify(done.results[0].octets, adapters=self.world.node.adapters, terms=there)
        derived = document.read().document.derived
        told = (f"it says of itself that it is a translation: {'yes' if derived else 'no'}",)
        step = _judged("A receiver verifies the translation's seal", document.verdict, Indication.PASSED, told)
        return step if derived is not None else Step(title=step.title, told=told, held=False)

    async def _reproduced(self, done: Translated, original: bytes) -> Step:
        claim = Claim(derivation=done.derivation_octets, source=original, result=done.results[0].octets)
        answer = await reproduce(self.world.node, claim, now=self.now)
        outcome = answer.reproduction.outcome
        told = [f"{outcome.value}: the same source gives the same translation, octet for octet"]
        if outcome is not Outcome.REPRODUCED:
            told = [outcome.value, *(d.explanation for d in answer.reproduction.differences)]
        title = "The receiver runs the translation again from the original"
        return Step(title=title, told=tuple(told), held=outcome is Outcome.REPRODUCED)

    # --- forgeries

    async def forgeries(self) -> AsyncIterator[Step]:
        """Documents that were tampered with: each is refused, and its translation is never sealed."""
        elmo = self.world.documents["elmo"].read_bytes()
        europass = self.world.documents["europass"].read_bytes()
        yield await self._refused("A grade is altered after sealing", "altered.xml", altered_grade(elmo), "europass")
        yield await self._refused(
            "A genuine seal is wrapped into another document", "wrapped.xml", wrapped(elmo), "europass"
        )
        yield await self._refused(
            "A grade is altered in one badge of a learner record",
            "altered-badge.json",
            altered_badge(self.world.documents["clr"].read_bytes()),
            "elmo",
        )
        yield await self._refused(
            "A name is altered under the JAdES seal", "altered.json", altered_name(europass), "elmo"
        )

    async def _refused(self, title: str, name: str, octets: bytes, target: str) -> Step:
        folder = self.world.folder / "forged"
        write_file(folder / name, octets)
        verdict = self._verify(octets).verdict
        sealed = await translate_file(self.world.node, Order(octets=octets, to=target), now=self.now)
        draft = await translate_file(self.world.node, Order(octets=octets, to=target, unsealed=True), now=self.now)
        if isinstance(draft, Translated):
            page = page_of(draft, self.world.node, self.world.node.terms(self.now))
            write_file(folder / f"{name}.html", page)
        withheld = isinstance(sealed, Withheld)
        told = (
            words.reason_in_words(verdict),
            "no seal for its translation" if withheld else "its translation was sealed",
        )
        step = _judged(f"{title}: refused", verdict, Indication.FAILED, told)
        return step if withheld else Step(title=step.title, told=told, held=False, verdict=step.verdict)

    def _verify(self, octets: bytes) -> VerifiedDocument:
        return verify(octets, adapters=self.world.node.adapters, terms=self.world.node.terms(self.now))


def _vouched(registry: Registry) -> str:
    return f"vouched for by the {registry.authority}" if registry.authority is not None else "with a DID of its own"


def _judged(title: str, verdict: Verdict, expected: Indication, told: tuple[str, ...]) -> Step:
    reason = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    answer = f"{verdict.verdict.value}{reason}: {words.meaning(verdict)}"
    return Step(title=title, told=(answer, *told), held=verdict.verdict is expected, verdict=verdict.verdict)
