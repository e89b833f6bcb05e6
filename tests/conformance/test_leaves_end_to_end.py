"""No silent loss, end to end: each leaf of each readable reference document shows in its translation, or in a loss."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest

from gateway.errors import Refused
from gateway.kit.laws.places import VARIANTS
from tests.conformance.leaf_journeys import Journey
from tests.conformance.reference_documents import name_of, readable
from tests.conformance.trips import adapter_of, content_of, other
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference
SAMPLED = 20
FILES = [file for file in readable() if "xml-bombs" not in name_of(file)] if REFERENCE.is_dir() else []
of_each_document = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@cache
def journey(file: Path) -> Journey:
    """A reference document on its way to the other system; skips where that can't hold it."""
    found = Journey(source=adapter_of(file), target=other(adapter_of(file)), octets=content_of(file))
    try:
        assert found.plain.written
    except Refused as refused:
        pytest.skip(f"refused: {refused.message}")
    return found


@of_each_document
def test_few_leaves_of_a_translation_change_with_the_bytes_of_the_source_alone(file):
    assert journey(file).is_mask_small, sorted(journey(file).mask)[:40]


@of_each_document
def test_a_sample_of_leaves_shows_in_the_translation_or_its_losses(file):
    found = journey(file).leaves
    picked = set(Random(file.stem).sample(range(len(found)), min(SAMPLED, len(found))))
    silent = [
        place.leaf
        for number, place in enumerate(found)
        if number in picked and journey(file).is_silent(place, number % VARIANTS)
    ]
    assert silent == []


@pytest.mark.long
@of_each_document
def test_every_leaf_shows_in_the_translation_or_its_losses(file):
    way = journey(file)
    silent = [p.leaf for p in way.leaves for variant in range(VARIANTS) if way.is_silent(p, variant)]
    assert silent == []


@of_each_document
def test_a_change_of_white_space_alone_would_be_found_silent(file):
    """Else this test could not fail: what changes with the bytes alone doesn't count as having been told."""
    assert journey(file).white_space_is_silent()
