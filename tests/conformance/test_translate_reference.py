"""Genuine documents of others, both ways: each is translated or refused with a reason, and each translation is
reproduced by a node that trusts nobody. Seals of others aren't judged here: all is unsealed.
"""

from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

import pytest

from gateway.node import startup
from gateway.node.reproduce import Claim, reproduce
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.translate.reproduction import Outcome
from tests.reference import REFERENCE, needs_reference
from tests.toy_node import NOW, node
from tests.toy_systems import renderer

pytestmark = needs_reference

LARGEST = 1024 * 1024


def _documents() -> list[str]:
    found = [*REFERENCE.glob("elmo/**/*.xml"), *REFERENCE.glob("europass/**/*.json*")]
    return sorted(str(f.relative_to(REFERENCE)) for f in found if f.stat().st_size <= LARGEST)


@cache
def _node():
    return node(adapters=startup.adapters(), renderer=renderer(), anchors=())


def _translate(path: str, to: str) -> Translated | Withheld:
    octets = Path(REFERENCE / path).read_bytes()
    return asyncio.run(translate_file(_node(), Order(octets=octets, to=to, unsealed=True), now=NOW))


@pytest.mark.parametrize("to", ["elmo", "europass"])
@pytest.mark.parametrize("path", _documents())
def test_it_is_refused_with_a_reason_or_translated_and_reproduced(path: str, to: str):
    outcome = _translate(path, to)
    if isinstance(outcome, Withheld):
        assert outcome.code
        assert outcome.message
        return
    for result in outcome.results:
        claim = Claim(derivation=outcome.derivation_octets, source=outcome.source.original, result=result.octets)
        answer = asyncio.run(reproduce(_node(), claim, now=NOW.replace(year=2027)))
        assert answer.reproduction.outcome is Outcome.REPRODUCED, answer.reproduction


def test_enough_of_them_are_translated_for_this_to_mean_something():
    """Of both families, into both: else the test above would pass on refusals alone."""
    done = [
        (path.split("/")[0], to)
        for path in _documents()
        for to in ("elmo", "europass")
        if isinstance(_translate(path, to), Translated)
    ]
    for family in ("elmo", "europass"):
        for to in ("elmo", "europass"):
            assert done.count((family, to)) >= 5, (family, to, len(done))
