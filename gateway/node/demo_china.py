"""The demonstration's Chinese report: checked with a simulator of the register by a clerk, who attests what came."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace

from gateway.drivers.files import write_file, write_folder
from gateway.model.verdict import Indication
from gateway.node.account import page_of
from gateway.node.demo_clerk import Clerk, clerk
from gateway.node.demo_report import EXPIRED, octets
from gateway.node.demo_step import Step
from gateway.node.demo_world import World
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, translate_file
from gateway.rendering import words
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer
from gateway.verify.terms import Terms

FOLDER = "report-from-china"
_ADAPTER = "chsi"
_TARGETS = ("elmo", "europass", "clr")


async def china(world: World, now: dt.datetime) -> AsyncIterator[Step]:
    """The steps: without an answer, with one, with another one, and out to three systems."""
    (world.folder / FOLDER).mkdir(exist_ok=True)
    genuine, late = octets(), octets(vcode=EXPIRED)
    forged = octets(level="博士研究生")
    write_file(world.folder / FOLDER / "report.json", genuine)
    write_file(world.folder / FOLDER / "altered.json", forged)
    async with clerk(world.folder, world.node.adapters) as named:
        node = _trusting(world.node, named)
        good, expired = [_with(node, await named.look(one, now), now) for one in (genuine, late)]
    yield _judged(node, "A report from China, unsealed as they are", genuine, node.terms(now), Indication.INDETERMINATE)
    yield _judged(node, "A clerk fetches the register's page (simulated) and attests it", genuine, good,
                  Indication.PASSED)  # fmt: skip
    yield _judged(node, "The same page for a report whose level was altered: refused", forged, good, Indication.FAILED)
    yield _judged(node, "An expired code says nothing of the degree: neither yes nor no", late, expired,
                  Indication.INDETERMINATE)  # fmt: skip
    for target in _TARGETS:
        yield await _translated(world, node, Order(octets=genuine, to=target, terms=good, of_caller=False), now)


async def attested_report(world: World, now: dt.datetime) -> tuple[bytes, Terms]:
    """The report, and the node's terms with what the simulator said and a clerk attested: for whoever shows it."""
    async with clerk(world.folder, world.node.adapters) as named:
        return octets(), _with(_trusting(world.node, named), await named.look(octets(), now), now)


def _trusting(node: Node, named: Clerk) -> Node:
    """The node, trusting a clerk who attests what the register showed."""
    return replace(node, witnesses=(named.anchor,), seal_simulated=True)


def _with(node: Node, found: Answer, now: dt.datetime) -> Terms:
    return replace(node.terms(now), evidence={found.url: found})


def _judged(node: Node, title: str, octets: bytes, terms: Terms, expected: Indication) -> Step:
    verdict = verify(octets, adapters=node.adapters, terms=terms).verdict
    reason = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    told = [f"{verdict.verdict.value}{reason}: {words.meaning(verdict)}"]
    told += [f"be careful: {words.CAVEATS[caveat]}" for caveat in verdict.caveats]
    return Step(title=title, told=tuple(told), held=verdict.verdict is expected, verdict=verdict.verdict)


async def _translated(world: World, node: Node, order: Order, now: dt.datetime) -> Step:
    title = f"Translate it from {_ADAPTER} to {order.to}, and seal the translation"
    done = await translate_file(node, order, now=now)
    if not isinstance(done, Translated):
        return Step(title=title, told=(f"nothing was written: {done.message}",), held=False)
    folder = world.folder / f"{_ADAPTER}-to-{order.to}"
    write_folder(folder, done.files())
    write_file(folder / "page.html", page_of(done, node, order.terms or node.terms(now)))
    told = (f"{len(done.losses)} losses, each listed in losses.json", f"in {folder.name}/, page.html for people")
    return Step(title=title, told=told, held=done.sealed)
