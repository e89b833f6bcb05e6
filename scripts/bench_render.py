"""How long a report takes, and whether a thousand of them leave anything behind: a two-page bilingual PDF, and HTML."""

from __future__ import annotations

import datetime as dt
import hashlib
import resource
import time
from collections.abc import Callable
from pathlib import Path

from gateway.drivers.keys import SealKey
from gateway.model.losses import Loss
from gateway.model.record import (
    Achievement,
    Assessment,
    Code,
    Credit,
    Identifier,
    Learner,
    Name,
    Organisation,
    Record,
    Report,
    Specification,
)
from gateway.model.verdict import Finding, Status, conclude
from gateway.node.sealing import seal
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.rendering.account import Account, Paper
from gateway.rendering.html import html_page
from gateway.rendering.pdf import Enclosed, draw_pdf
from gateway.rendering.telling.account import describe_account
from tests import pki

ROUNDS = 30
MANY = 1000
MADE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
TITLES = (("Språkfilosofi", "Philosophy of language"), ("Statistikk", "Statistics"), ("Havets lære", "Lore of the sea"))


def account(number: int) -> Account:
    """A fictional transcript of twelve courses; two pages in Norwegian and English. No two are alike."""
    courses = tuple(_course(number, place) for place in range(12))
    record = Record(
        learner=Learner(names=(Name(full=f"Ada Nemo {number}"),), born="2001-03-14"),
        reports=(
            Report(
                issuer=Organisation(legal_name={"nb": "Universitetet ved Kysten", "en": "University of the Shore"}),
                title={"nb": "Karakterutskrift", "en": "Transcript"},
                achievements=courses,
            ),
        ),
    )
    original = f"<elmo>{number}</elmo>".encode()
    return Account(
        original=Paper(
            name="original.xml",
            media_type="application/xml",
            size=len(original),
            sha256=hashlib.sha256(original).hexdigest(),
        ),
        verdict=conclude([Finding(check="signature.value", status=Status.PASSED)], format="ELMO 1.7"),
        judged_at="2026-06-01T00:00:00Z",
        policy="strict",
        languages=("nb", "en"),
        gateway="bench",
        record=record,
        losses=(Loss(stage="read", kind="dropped", source="/elmo/note", **{"from": f"a remark {number}"}),),
    )


def _course(number: int, place: int) -> Achievement:
    norwegian, english = TITLES[place % 3]
    return Achievement(
        specification=Specification(
            title={"nb": f"{norwegian} {place}", "en": f"{english} {place}"},
            identifiers=(Identifier(value=f"C-{number}-{place}"),),
        ),
        credits_earned=(Credit(scheme=Code(value="ects"), value="7.5"),),
        assessments=(Assessment(grade={"und": "B"}),),
        awarded_on="2025-06-15",
    )


def pdf(told: Account) -> bytes:
    original = Enclosed(
        name="original.xml",
        media_type="application/xml",
        relationship="source",
        description="The original",
        octets=b"<elmo/>" * 3000,
    )
    return draw_pdf(describe_account(told), enclosed=[original], made=MADE, digest=told.original.sha256).octets


def sealing() -> Callable[[Account], bytes]:
    """The same PDF with a seal (PAdES baseline B, ECDSA P-256)."""
    key = pki.private_key("node")
    name = pki.name("Node of Examplia", country="NO", identifier="NTRNO-123456785")
    seal_key = SealKey(key, (pki.self_signed(name, key).certificate,))
    return lambda told: seal(pdf(told), "pades", seal_key, now=MADE, limits=DEFAULT_LIMITS)


def timed(draw: Callable[[Account], bytes], told: list[Account]) -> str:
    """Wall and processor time, in milliseconds."""
    walls, works = [], []
    for one in told:
        wall, work = time.perf_counter(), time.process_time()
        draw(one)
        walls.append((time.perf_counter() - wall) * 1000)
        works.append((time.process_time() - work) * 1000)
    return f"least {min(walls):.1f} ms, median {sorted(walls)[len(walls) // 2]:.1f} ms; processor {min(works):.1f} ms"


def resident() -> float:
    """The memory of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


def report() -> None:
    """Print the figures."""
    start = time.perf_counter()
    first = pdf(account(0))
    print(f"the first PDF of a process: {(time.perf_counter() - start) * 1000:.0f} ms")
    fresh = [account(number) for number in range(1, ROUNDS + 1)]
    sealed = sealing()
    sealed(account(0))
    for name, draw in (("PDF, nb and en", pdf), ("PDF, sealed", sealed), ("HTML, nb and en", html_page)):
        print(f"{name}: {timed(draw, fresh)}")
    print(f"size {len(first) // 1024} KiB")
    grown = []
    for number in range(MANY):
        pdf(account(1000 + number))
        if number % 200 == 199:
            grown.append(f"{resident():.0f}")
    print(f"memory after each 200 of {MANY} PDFs: {', '.join(grown)} MiB")


if __name__ == "__main__":
    report()
