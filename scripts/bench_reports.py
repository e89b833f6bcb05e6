"""How many Chinese reports a second a core are verified and translated into a learner record, before it is sealed.

Each document is another learner's. By channel: the partner profile as an authenticated peer sends it. By page: held
against the register's page, which a clerk attests (ES256). Processor time, the best of several turns.

And how long a report as PDF takes to be read and judged, by the clock, in a process that is there already: unsigned
against the register's page, and sealed (P-256).
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from gateway.kit.discovery import discover
from gateway.kit.laws.trip import request_for
from gateway.node import startup
from gateway.trust.anchors import Anchor
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from tests import pki
from tests.adapters.chsi.documents import HEQC, octets, page
from tests.adapters.chsi.sheets import sheet
from tests.jose_makers import key
from tests.pdf_makers import sealed
from tests.unit.verify.test_online import URL, answered, attested

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
TURNS, EACH = 6, 50
CLERK = Anchor(key=key("p256").public_key(), key_id="clerk")
Case = tuple[bytes, Terms]


def report() -> None:
    """Print the table."""
    print(f"reports of China to CLR, a second a core ({EACH} documents a turn, best of {TURNS} turns)")
    for name, cases in (("by channel", by_channel()), ("by an attested page", by_page())):
        print(f"  {name:<22}{rate(cases):8.0f}")
    print(f"reports of China as PDF, milliseconds each in a warm process (median and slowest of {EACH})")
    for name, document, terms in as_pdf():
        median, slowest = seconds(document, terms)
        print(f"  {name:<22}{median * 1000:8.0f}{slowest * 1000:8.0f}")


def rate(cases: Sequence[Case]) -> float:
    """Documents a second: each verified, read, and written as a learner record."""
    adapters = discover().adapters
    clr = next(adapter for adapter in adapters if adapter.manifest.id == "clr")
    best = float("inf")
    for turn in range(TURNS):
        begin = time.process_time()
        for document, terms in cases[turn * EACH : (turn + 1) * EACH]:
            record = verify(document, adapters=adapters, terms=terms).read().record
            clr.write(record, request_for(record, document, "application/json", clr))
        best = min(best, time.process_time() - begin)
    return EACH / best


def seconds(document: bytes, terms: Terms) -> tuple[float, float]:
    """The median and the slowest time by the clock to verify and read a document, once all that reads it is there."""
    adapters = discover().adapters
    taken = []
    for _ in range(EACH + 1):
        begin = time.perf_counter()
        verify(document, adapters=adapters, terms=terms).read()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken[1:]), max(taken[1:])


def as_pdf() -> Iterator[tuple[str, bytes, Terms]]:
    """A report as PDF with the register's page, and one that is sealed."""
    terms = replace(startup.terms(at=NOW), witnesses=(CLERK,))
    yield "unsigned, by a page", sheet(), replace(terms, evidence={URL: attested(answered(page()))})
    certificate = pki.seal().certificate
    anchor = Anchor(key=certificate.public_key(), certificate=certificate)
    yield "sealed", sealed(sheet()), replace(startup.terms(at=pki.NOW), anchors=(anchor,))


def by_channel() -> list[Case]:
    """Reports that a peer's word vouches for."""
    terms = replace(startup.terms(at=NOW), channel=frozenset({"chsi"}))
    return [(octets(_of(n)), terms) for n in range(TURNS * EACH)]


def by_page() -> list[Case]:
    """Reports with the register's page, attested."""
    terms = replace(startup.terms(at=NOW), witnesses=(CLERK,))
    several = [_of(n) for n in range(TURNS * EACH)]
    return [(octets(one), replace(terms, evidence={URL: attested(answered(page(one)))})) for one in several]


def _of(n: int) -> dict[str, object]:
    return {**HEQC, "holder": {**HEQC["holder"], "name": f"吕思{chr(0x4E00 + n)}"}}


if __name__ == "__main__":
    report()
