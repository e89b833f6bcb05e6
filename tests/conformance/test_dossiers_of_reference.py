"""Genuine documents of every system into bilingual dossiers and back: what a dossier holds, and that no leaf is silent.

A dossier holds the record as it is, so what is read back is the record that was written, and from a dossier another
system gets what it gets from the document itself.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest

from gateway.errors import Refused
from gateway.kit.contract import Draft, Reading
from gateway.kit.laws.places import VARIANTS
from gateway.kit.laws.trip import document_of, read_with
from gateway.kit.recognition import head_of
from gateway.model.leaves import leaves
from gateway.model.losses import Loss
from gateway.readers.json import parse_json
from gateway.verify.recognise import recognise
from tests.conformance.leaf_journeys import Journey
from tests.conformance.test_translations_of_credentials import ADAPTERS, NAMES, reading_of, sources
from tests.conformance.trips import deviations, translated
from tests.reference import needs_reference

pytestmark = needs_reference
DOSSIER = ADAPTERS["dossier"]
SYSTEMS = ("clr", "elmo", "europass", "openbadges")
SAMPLED = 12
MOST_LEAVES = 4_000
each_source = pytest.mark.parametrize("name", NAMES)
each_target = pytest.mark.parametrize("target", SYSTEMS)


@cache
def dossier(name: str) -> tuple[Draft, tuple[Loss, ...]]:
    """A document as a dossier, and the losses of writing it."""
    [draft], losses = translated(reading_of(name), DOSSIER)
    return draft, losses


@each_source
def test_a_dossier_holds_the_whole_record_of_a_genuine_document(name):
    draft, losses = dossier(name)
    back = read_with(DOSSIER, draft.body)
    assert losses == ()
    assert back.losses == ()
    assert leaves(back.record) == leaves(reading_of(name).record)
    assert back.blobs == {d: o for d, o in reading_of(name).blobs.items() if f'"sha256":"{d}"'.encode() in draft.body}


@each_source
def test_a_dossier_keeps_its_profile_and_is_claimed_by_nobody_else(name):
    body = dossier(name)[0].body
    assert deviations(DOSSIER, [body]) == set()
    claims = recognise(head_of(document_of(body)), list(ADAPTERS.values()))
    assert [adapter.manifest.id for adapter, _ in claims] == ["dossier"]


@each_source
def test_every_label_of_a_genuine_dossier_is_of_something_in_it(name):
    value = parse_json(dossier(name)[0].body)
    inside = dossier(name)[0].body.partition(b'"record":')[2] + dossier(name)[0].body.partition(b'"issuer":')[2]
    for label in value["labels"]:
        assert f'"{label.partition("=")[0]}":'.encode() in inside


@each_target
@each_source
def test_another_system_gets_from_a_dossier_what_it_gets_from_the_document(name, target):
    """Not through the enclosed original, but by reading the dossier itself: nothing of the record was lost in it."""
    own = reading_of(name)
    back = read_with(DOSSIER, dossier(name)[0].body)
    assert outcome(Reading(record=back.record, blobs=back.blobs), target) == outcome(
        Reading(record=own.record, blobs=own.blobs), target
    )


def outcome(reading: Reading, target: str) -> tuple[object, ...]:
    """What a system makes of a record: bodies and losses, or why it refuses."""
    try:
        drafts, losses = translated(reading, ADAPTERS[target])
    except Refused as refused:
        return refused.code, refused.message
    return tuple(draft.body for draft in drafts), losses


# --- leaf by leaf ----------------------------------------------------------------------------------------------------


@cache
def into(name: str) -> Journey:
    """A document on its way into a dossier; skips what can't be read."""
    reading_of(name)
    family, content = sources()[name]
    return Journey(source=ADAPTERS[family], target=DOSSIER, octets=content)


@cache
def out_of(name: str) -> Journey:
    """A dossier on its way back into the system that its record came from; skips where that can't hold it."""
    target = ADAPTERS[sources()[name][0]]
    found = Journey(source=DOSSIER, target=target, octets=dossier(name)[0].body)
    try:
        assert found.plain.written
    except Refused as refused:
        assert refused.code == "target.requires"  # noqa: PT017 - few are refused
        pytest.skip(f"refused: {refused.message}")
    return found


def silent_leaves(way: Journey, name: str) -> list[object]:
    """Of a sample of leaves, those that can change without anybody being told."""
    found = way.leaves[:MOST_LEAVES]
    picked = sorted(Random(name).sample(range(len(found)), min(SAMPLED, len(found))))
    return [found[n].leaf for n in picked if way.is_silent(found[n], n % VARIANTS)]


@each_source
def test_a_sample_of_leaves_shows_in_the_dossier_or_its_losses(name):
    assert into(name).is_mask_small, sorted(into(name).mask)[:40]
    assert into(name).white_space_is_silent()
    assert silent_leaves(into(name), name) == []


@each_source
def test_a_sample_of_a_dossiers_leaves_shows_in_its_own_system_or_in_losses(name):
    assert out_of(name).white_space_is_silent()
    assert silent_leaves(out_of(name), name) == []


@pytest.mark.long
@each_source
def test_every_leaf_shows_in_the_dossier_or_its_losses(name):
    way = into(name)
    assert [p.leaf for p in way.leaves for variant in range(VARIANTS) if way.is_silent(p, variant)] == []


@pytest.mark.long
@each_source
def test_every_leaf_of_a_dossier_shows_in_its_own_system_or_in_losses(name):
    way = out_of(name)
    assert [p.leaf for p in way.leaves for variant in range(VARIANTS) if way.is_silent(p, variant)] == []


def test_documents_of_every_system_are_among_them():
    of_each = Counter(sources()[name][0] for name in NAMES)
    assert all(of_each[system] >= 3 for system in SYSTEMS), of_each
