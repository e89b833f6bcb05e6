"""No silent loss, end to end: each leaf of each readable reference document shows in its translation, or in a loss.

A leaf is changed, the document is read and translated anew, and then the translation has changed, or its losses, or a
loss of reading names the leaf, or the document is refused. What says something about the file and not the learner (its
id, its own time) may show in the facts of the document instead.

The control: a translation also depends on the bytes of its source (ids and digests come from them). Two variants that
differ in white space alone show which leaves of the target these are; they are masked, and the mask must be small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import pytest

from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.kit.laws.places import VARIANTS, Place, covers, normal, places
from gateway.kit.laws.trip import document_of, read_with
from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from tests.conformance.reference_documents import name_of, readable
from tests.conformance.trips import adapter_of, content_of, other, translated
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference
SAMPLED = 20
LARGEST_MASK = 3
"""Leaves of one result: the id, the digest in the note that it is derived, the enclosed original."""

Leaves = dict[tuple[int, str], str]  # of all results: (which result, place) to value


@dataclass(frozen=True)
class Outcome:
    """A source read and translated: what was read, the leaves of the results, the losses of writing."""

    reading: Reading
    written: Leaves
    losses: frozenset[Loss]


def outcome(file: Path, octets: bytes) -> Outcome:
    """Read and translate variants of a reference document; `Refused` where that can't be."""
    reading = read_with(adapter_of(file), octets)
    drafts, losses = translated(reading, other(adapter_of(file)), octets)
    written = {(i, p.leaf.place): p.leaf.value for i, d in enumerate(drafts) for p in places(document_of(d.body))}
    return Outcome(reading, written, frozenset(losses))


def changed_places(one: Leaves, two: Leaves) -> set[tuple[int, str]]:
    return {place for place in one.keys() | two.keys() if one.get(place) != two.get(place)}


@cache
def plain(file: Path) -> Outcome:
    """A reference document with nothing changed; skips where the other system can't hold it."""
    try:
        return outcome(file, normal(document_of(content_of(file))))
    except Refused as refused:
        pytest.skip(f"refused: {refused.message}")


@cache
def mask(file: Path) -> frozenset[tuple[int, str]]:
    """The places of the target that change with the bytes of the source alone."""
    plain(file)
    octets = normal(document_of(content_of(file)))
    variants = [outcome(file, octets + blank) for blank in (b"\n", b"\n\n")]
    assert variants[0].reading.record == variants[1].reading.record
    return frozenset(place for variant in variants for place in changed_places(plain(file).written, variant.written))


def is_silent(file: Path, place: Place, variant: int) -> bool:
    """Whether a leaf can change without anybody being told."""
    before = plain(file)
    try:
        after = outcome(file, place.changed(variant))
    except Refused:
        return False
    if changed_places(before.written, after.written) - mask(file) or before.losses != after.losses:
        return False
    if before.reading.document != after.reading.document:
        return False
    read = before.reading.losses + after.reading.losses
    return not (any(covers(loss, place.leaf.place) for loss in read) or is_dropped_on_writing(before, after))


def is_dropped_on_writing(before: Outcome, after: Outcome) -> bool:
    """Whether the record changed, and only where losses say that the target holds nothing of it."""
    one, two = leaves(before.reading.record), leaves(after.reading.record)
    changed = {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)}
    dropped = {loss.path for loss in before.losses | after.losses if loss.kind == "dropped"}
    return bool(changed) and all(any(f"{path}/".startswith(f"{d}/") for d in dropped) for path in changed)


def leaves_of(file: Path) -> Iterator[Place]:
    """The leaves of a document that must not change silently."""
    structural = adapter_of(file).manifest.structural
    return (p for p in places(document_of(content_of(file))) if not structural(p.leaf))


FILES = [file for file in readable() if "xml-bombs" not in name_of(file)] if REFERENCE.is_dir() else []
of_each_document = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


@of_each_document
def test_few_leaves_of_a_translation_change_with_the_bytes_of_the_source_alone(file):
    changing = mask(file)
    assert changing, "digests of the source must change"
    assert len(changing) <= LARGEST_MASK * (1 + max(i for i, _ in plain(file).written)), sorted(changing)[:40]


@of_each_document
def test_a_sample_of_leaves_shows_in_the_translation_or_its_losses(file):
    plain(file)
    found = list(leaves_of(file))
    picked = set(Random(file.stem).sample(range(len(found)), min(SAMPLED, len(found))))
    silent = [
        place.leaf
        for number, place in enumerate(found)
        if number in picked and is_silent(file, place, number % VARIANTS)
    ]
    assert silent == []


@pytest.mark.long
@of_each_document
def test_every_leaf_shows_in_the_translation_or_its_losses(file):
    plain(file)
    silent = [p.leaf for p in leaves_of(file) for variant in range(VARIANTS) if is_silent(file, p, variant)]
    assert silent == []


@of_each_document
def test_a_change_of_white_space_alone_would_be_found_silent(file):
    """Else this test could not fail: what changes with the bytes alone doesn't count as having been told."""
    first = next(leaves_of(file))
    assert is_silent(file, Place(first.leaf, lambda _: normal(document_of(content_of(file))) + b"\n\n\n"), 0)
