"""How many Chinese reports a second a core are verified and translated into a learner record, before it is sealed.

Each document is another learner's. By channel: the partner profile as an authenticated peer sends it. By page: held
against the register's page, which a clerk attests (ES256). Processor time, the best of several turns.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import replace

from gateway.kit.discovery import discover
from gateway.kit.laws.trip import request_for
from gateway.node import startup
from gateway.trust.anchors import Anchor
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from tests.adapters.chsi.documents import HEQC, octets, page
from tests.jose_makers import key
from tests.unit.verify.test_online import URL, answered, attested

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
TURNS, EACH = 6, 50
Case = tuple[bytes, Terms]


def report() -> None:
    """Print the table."""
    print(f"reports of China to CLR, a second a core ({EACH} documents a turn, best of {TURNS} turns)")
    for name, cases in (("by channel", by_channel()), ("by an attested page", by_page())):
        print(f"  {name:<22}{rate(cases):8.0f}")


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


def by_channel() -> list[Case]:
    """Reports that a peer's word vouches for."""
    terms = replace(startup.terms(at=NOW), channel=frozenset({"chsi"}))
    return [(octets(_of(n)), terms) for n in range(TURNS * EACH)]


def by_page() -> list[Case]:
    """Reports with the register's page, attested."""
    terms = replace(startup.terms(at=NOW), anchors=(Anchor(key=key("p256").public_key(), key_id="clerk"),))
    several = [_of(n) for n in range(TURNS * EACH)]
    return [(octets(one), replace(terms, evidence={URL: attested(answered(page(one)))})) for one in several]


def _of(n: int) -> dict[str, object]:
    return {**HEQC, "holder": {**HEQC["holder"], "name": f"吕思{chr(0x4E00 + n)}"}}


if __name__ == "__main__":
    report()
