"""How many 60-course ELMO a second a core verifies, checks, translates into Europass, seals and derives.

Each document is another learner's, so that no page and no reading is met twice. Time is that of the process, so that
work in threads counts. "Without pages" draws nothing and leaves all else as it is.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace

from gateway.drivers.keys import SealKey
from gateway.node.pages import find_renderer
from gateway.node.startup import Node, adapters
from gateway.node.translate import Order, Translated, translate_file
from gateway.translate.engine import Pages, Renderer
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from scripts.bench_documents import NOW, conforming
from tests import pki
from tests.signing import certificate, elmo, rsa_key, signed

COURSES = 60
SCRIPTS = {
    "Latin": ("nb", ("Innføring i programmering", "Statistikk og sannsynlighet", "Språkfilosofi")),
    "Greek": ("el", ("Εισαγωγή στον προγραμματισμό", "Στατιστική και πιθανότητες", "Φιλοσοφία της γλώσσας")),
    "Cyrillic": ("bg", ("Въведение в програмирането", "Статистика и вероятности", "Философия на езика")),
    "Han": ("zh", ("高等数学", "线性代数与解析几何", "数据结构与算法设计")),
    "Arabic": ("ar", ("مقدمة في البرمجة", "الخوارزميات وهياكل البيانات", "الرياضيات المتقطعة")),
}


def documents(script: str, count: int) -> list[bytes]:
    """Signed ELMO of different learners, every title in one language."""
    language, titles = SCRIPTS[script]
    text = re.sub(r'<title xml:lang="el">[^<]*</title>', "", conforming(elmo(COURSES)).decode())
    text = re.sub(r"Course (\d+) &amp; practice", lambda m: f"{titles[int(m[1]) % len(titles)]} {m[1]}", text)
    text = text.replace("Bachelor of Nothing", titles[0]).replace('xml:lang="en"', f'xml:lang="{language}"')
    return [signed(text.replace("Nemo", f"Nemo {n}").encode()) for n in range(count)]


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


def milliseconds(papers: Sequence[bytes], at: Node) -> float:
    """The median process time of one document; the first two, which load code and tables, don't count."""
    taken: list[float] = []

    async def run() -> None:
        for paper in papers:
            start = time.process_time()
            done = await translate_file(at, Order(octets=paper, to="europass"), now=NOW)
            taken.append(time.process_time() - start)
            if not isinstance(done, Translated) or not done.sealed:
                raise SystemExit(f"not translated: {done.verdict.verdict}")

    asyncio.run(run())
    return statistics.median(taken[2:]) * 1000


def rows(count: int) -> list[tuple[str, float]]:
    """Name and milliseconds of each row."""
    plain = node(nothing_drawn())
    drawing = replace(plain, renderer=find_renderer())
    found = [("without pages", milliseconds(documents("Latin", count), plain))]
    return found + [(f"with a page, {s}", milliseconds(documents(s, count), drawing)) for s in SCRIPTS]


def report(count: int = 22) -> None:
    """Print the table."""
    print(f"verify, translate and seal an ELMO of {COURSES} courses into Europass, conformity on ({count} documents)")
    for name, taken in rows(count):
        print(f"{name:28} {taken:8.1f} ms   {1000 / taken:6.1f} a second a core")


if __name__ == "__main__":
    report()
