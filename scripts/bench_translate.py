"""How many 60-course ELMO a second a core verifies, checks, translates into Europass, seals and derives.

Each document is another learner's, so that no page and no reading is met twice. Time is that of the process, so that
work in threads counts. "Without pages" draws nothing and leaves all else as it is. One language has one page; the row
of two languages tells what the second page costs. Medians; the shares say where a document's time goes.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from gateway.cli.main import search_cycles_seldom
from gateway.drivers.keys import SealKey
from gateway.node import translate as use_case
from gateway.node.pages import find_renderer
from gateway.node.startup import Node, adapters
from gateway.node.translate import Order, Translated, translate_file
from gateway.translate.engine import Pages, Renderer
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from gateway.verify.engine import VerifiedDocument
from scripts.bench_documents import NOW, conforming
from tests import pki
from tests.signing import certificate, elmo, rsa_key, signed

COURSES = 60
SCRIPTS = {
    "Latin": ("nb", ("Innføring i programmering", "Statistikk og sannsynlighet", "Språkfilosofi")),
    "Greek": ("el", ("Εισαγωγή στον προγραμματισμό", "Στατιστική και πιθανότητες", "Φιλοσοφία της γλώσσας")),
    "Cyrillic": ("bg", ("Въведение в програмирането", "Статистика и вероятности", "Философия на езика")),
    "Han": ("zh", ("高等数学", "线性代数与解析几何", "数据结构与算法设计")),
    "Arabic, shaped": ("ar", ("مقدمة في البرمجة", "الخوارزميات وهياكل البيانات", "الرياضيات المتقطعة")),
}


def documents(script: str, count: int, courses: int = COURSES, begin: int = 0) -> list[bytes]:
    """Signed ELMO of different learners, every title in one language; learners are numbered from `begin`."""
    language, titles = SCRIPTS[script]
    text = re.sub(r'<title xml:lang="el">[^<]*</title>', "", conforming(elmo(courses)).decode())
    text = re.sub(r"Course (\d+) &amp; practice", lambda m: f"{titles[int(m[1]) % len(titles)]} {m[1]}", text)
    text = text.replace("Bachelor of Nothing", titles[0]).replace('xml:lang="en"', f'xml:lang="{language}"')
    return [signed(text.replace("Nemo", f"Nemo {n}").encode()) for n in range(begin, begin + count)]


def node(renderer: Renderer | None) -> Node:
    """A node that trusts the fictional registry's certificate and seals with a key of its own."""
    key = pki.private_key("node")
    subject = pki.name("Node of Examplia", country="NO", identifier="NTRNO-123456785")
    return Node(
        id="bench",
        configured=True,
        adapters=adapters(),
        policy=load_policy("strict"),
        anchors=(Anchor(key=rsa_key().public_key(), certificate=certificate(rsa_key())),),
        seals={"jades": SealKey(key, (pki.self_signed(subject, key).certificate,))},
        renderer=renderer,
    )


def nothing_drawn() -> Renderer:
    """A renderer that draws nothing: what is measured is all the rest."""
    return Renderer(name="none", version="0", draw=lambda _record, _source, _inputs: Pages(images=()))


STEPS: dict[str, tuple[tuple[Any, str], ...]] = {
    "verify": ((use_case, "verify"),),
    "read": ((VerifiedDocument, "read"),),
    "write": ((use_case, "translate"),),
    "seal": ((use_case, "seal_draft"),),
    "derive": (
        (use_case, "verdict_paper"),
        (use_case, "losses_paper"),
        (use_case, "derive"),
        (use_case, "derivation_paper"),
        (use_case, "sign_derivation"),
    ),
}
"""The calls of each step; "pages" are drawn inside "write" and taken from it, what no step has is "other"."""

Taken = dict[str, float]
"""Milliseconds by step, "all" among them."""


class Clock:
    """The process time of the steps of one document."""

    def __init__(self) -> None:
        self.taken: Taken = {}

    def timed(self, step: str, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, its time counted for a step."""

        def run(*args: Any, **named: Any) -> Any:
            start = time.process_time()
            try:
                return call(*args, **named)
            finally:
                self.taken[step] = self.taken.get(step, 0.0) + (time.process_time() - start) * 1000

        return run

    @contextmanager
    def steps(self) -> Iterator[None]:
        """Inside, every step is timed."""
        with ExitStack() as stack:
            for step, calls in STEPS.items():
                for owner, name in calls:
                    stack.enter_context(patch.object(owner, name, self.timed(step, getattr(owner, name))))
            yield

    def document(self, whole: float) -> Taken:
        """What one document took, and begin anew."""
        taken, self.taken = self.taken, {}
        taken["write"] -= taken.setdefault("pages", 0.0)
        return {**taken, "other": whole - sum(taken.values()), "all": whole}


def measured(papers: Sequence[bytes], at: Node, languages: tuple[str, ...]) -> Taken:
    """The median process time of one document, by step; the first two, which load code and tables, don't count."""
    clock, taken = Clock(), list[Taken]()
    renderer = at.renderer or nothing_drawn()
    at = replace(at, renderer=replace(renderer, draw=clock.timed("pages", renderer.draw)))

    async def run() -> None:
        for paper in papers:
            start = time.process_time()
            done = await translate_file(at, Order(octets=paper, to="europass", languages=languages), now=NOW)
            taken.append(clock.document((time.process_time() - start) * 1000))
            if not isinstance(done, Translated) or not done.sealed:
                raise SystemExit(f"not translated: {done.verdict.verdict}")

    with clock.steps():
        asyncio.run(run())
    return {step: statistics.median(one[step] for one in taken[2:]) for step in taken[0]}


def rows(count: int) -> Iterator[tuple[str, Taken]]:
    """Name and milliseconds of each row."""
    plain = node(nothing_drawn())
    drawing = replace(plain, renderer=find_renderer())
    yield "without pages", measured(documents("Latin", count), plain, ())
    for script in SCRIPTS:
        yield f"one page, {script}", measured(documents(script, count), drawing, ())
    yield "two pages, Latin (nb, en)", measured(documents("Latin", count), drawing, ("nb", "en"))


def report(count: int = 22) -> None:
    """Print the table."""
    search_cycles_seldom()  # as every run of the command does
    print(f"verify, translate and seal an ELMO of {COURSES} courses into Europass, conformity on ({count} documents)")
    steps = ("verify", "read", "pages", "write", "seal", "derive", "other")
    print(f"{'':26} {'ms':>6} {'a second':>9}   " + " ".join(f"{step:>7}" for step in steps))
    for name, taken in rows(count):
        shares = " ".join(f"{taken[step] / taken['all']:7.0%}" for step in steps)
        print(f"{name:26} {taken['all']:6.1f} {1000 / taken['all']:9.1f}   {shares}")


if __name__ == "__main__":
    report()
