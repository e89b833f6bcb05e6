"""The vector families of others: what ought not to pass doesn't, and every difference has its reason."""

from __future__ import annotations

import functools

import pytest

from scripts.conformance import PAGE, page
from tests.conformance.families import Case, all_cases, reason
from tests.reference import needs_reference

pytestmark = needs_reference


@functools.cache
def cases() -> list[Case]:
    return all_cases()


NO_WORD_ON_THE_PROOF = {"ob20/assertion-with-extension-node-invalid.json"}
"""Faults of a schema: conformity, never the verdict (rulings of the project, 1.6)."""


def test_nothing_passes_that_its_source_says_must_not() -> None:
    assert {case.name for case in cases() if not case.good and not case.agrees} == NO_WORD_ON_THE_PROOF


@pytest.mark.parametrize(
    ("family", "at_least"),
    [
        ("1EdTech validator clr20", 4), ("1EdTech validator ob30", 27), ("1EdTech validator ob20", 25), ("DCC fixtures", 60),
        ("Blockcerts", 25), ("W3C vc-di-eddsa", 5), ("W3C vc-di-ecdsa", 5), ("W3C vc-jose-cose", 16),
        ("W3C rdf-canon", 64), ("JSONTestSuite", 100), ("Wycheproof JWS", 401),
        ("DSS PDF", 22), ("pyHanko PDF", 12),
    ],
)  # fmt: skip
def test_every_family_runs(family: str, at_least: int) -> None:
    assert sum(case.family == family for case in cases()) >= at_least


def test_every_difference_has_its_reason() -> None:
    assert all(reason(case) for case in cases() if not case.agrees)


def test_the_page_is_what_the_vectors_give() -> None:
    assert PAGE.read_text("utf-8") == page(cases()), "run: python -m scripts.conformance"
