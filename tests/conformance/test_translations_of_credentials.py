"""Genuine documents into every system: what changed is told, and what is written keeps the rules of its own system.

Sources are badges, learner and employment records of others and of ours, and some ELMO and Europass documents; targets
are all five systems. The judges are our differ, the official schemas, and the official shapes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from lxml import etree

from gateway.errors import Refused
from gateway.kit.contract import Adapter, Reading
from gateway.kit.discovery import discover
from gateway.kit.laws.differ import compare
from gateway.kit.laws.places import without
from gateway.kit.laws.trip import Trip, document_of, join, read_with
from gateway.model.losses import Loss
from tests.adapters.openbadges.documents import ASSERTION, BADGE, EMPLOYMENT, RECORD, octets
from tests.conformance.elm_shapes import complaints
from tests.conformance.reference_documents import elmos, name_of, of_1edtech, payload, readable
from tests.conformance.test_elmo_schema import official as official_elmo
from tests.conformance.test_openbadges_schema import official as official_schema
from tests.conformance.trips import content_of, deviations, strange, translated
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference
ADAPTERS: dict[str, Adapter] = {adapter.manifest.id: adapter for adapter in discover().adapters}
SYSTEMS = ("clr", "elmo", "europass", "ler", "openbadges")
LARGEST = 300_000
NOTE = re.compile(r"(/credentialSubject/educationAndLearnings/\d+/verifications/0)?/evidence/0/(id|narrative)")
"""What is ours alone in a credential: the words of the note that it is derived, and the enclosed original."""

Source = tuple[str, bytes]


@cache
def sources() -> dict[str, Source]:
    """Documents by name, with the adapter that reads them: some of each family."""
    found: dict[str, Source] = {
        "our badge": ("openbadges", octets(BADGE)),
        "our assertion": ("openbadges", octets(ASSERTION)),
        "our record": ("clr", octets(RECORD)),
        "our employment": ("ler", octets(EMPLOYMENT)),
    }
    for n, (file, known) in enumerate(of_1edtech().items()):
        value = payload(file)
        enclosed = known != "blockcerts" and isinstance(value, dict) and not isinstance(value.get("badge"), str)
        if enclosed and (known != "openbadges" or n % 4 == 0):
            found[name_of(file)] = known, octets(value)
    others = [file for file in readable() if file.stat().st_size < LARGEST and "xml-bombs" not in name_of(file)]
    for file in others[::3]:
        found[name_of(file)] = "elmo" if file in elmos() else "europass", content_of(file)
    return found


NAMES = list(sources()) if REFERENCE.is_dir() else []
each_pair = pytest.mark.parametrize("target", SYSTEMS)
each_source = pytest.mark.parametrize("name", NAMES)


@cache
def reading_of(name: str) -> Reading:
    """A document, read; skips where there is nothing to read (an endorsement)."""
    adapter, content = sources()[name]
    try:
        return read_with(ADAPTERS[adapter], content)
    except Refused as refused:
        pytest.skip(f"refused: {refused.message}")


@cache
def there(name: str, target: str) -> Trip:
    """A document in another system, as a stranger reads it; skips where that can't hold it, by the adapter's words."""
    reading = reading_of(name)
    try:
        drafts, losses = translated(reading, ADAPTERS[target])
    except Refused as refused:
        assert refused.code == "target.requires"  # noqa: PT017 - few are refused
        pytest.skip(f"refused: {refused.message}")
    bodies = tuple(_bare(target, draft.body) for draft in drafts)
    back = [read_with(ADAPTERS[target], body) for body in bodies]
    blobs = {digest: found for one in back for digest, found in one.blobs.items()}
    told: dict[str, Loss] = {loss.model_dump_json(): loss for loss in losses}  # what drafts share is told with each
    return Trip(drafts, bodies, join([one.record for one in back]), blobs, tuple(told.values()))


def _bare(target: str, body: bytes) -> bytes:
    if target in ("elmo", "europass"):
        return strange(body)
    return without(document_of(body), lambda place: NOTE.fullmatch(place) is not None)


@each_pair
@each_source
def test_only_what_the_losses_name_changed(name, target):
    trip = there(name, target)
    assert compare(reading_of(name).record, trip.record, trip.losses, trip.stands) == []


@each_pair
@each_source
def test_what_is_written_keeps_the_rules_of_its_system(name, target):
    trip = there(name, target)
    family, content = sources()[name]
    source = deviations(ADAPTERS[family], [content]) if family == target else set[str]()
    if target != "elmo":  # which warns of what the record itself decides
        assert deviations(ADAPTERS[target], [draft.body for draft in trip.drafts]) <= source - {"conformity.schema"}
    for draft in trip.drafts[:3]:
        assert list(_official_complaints(target, draft.body)) == []


def _official_complaints(target: str, body: bytes) -> list[Any]:
    if target == "elmo":
        return [] if official_elmo().validate(etree.fromstring(body)) else [official_elmo().error_log.last_error]
    value = json.loads(body)
    if target == "europass":
        return [said] if (said := complaints(value, "elm32", "generic-full")) else []
    schemas = ADAPTERS[target].manifest.schemas
    return [error.message for schema in schemas for error in official_schema(schema).iter_errors(value)]


def test_few_are_refused_and_every_pair_is_tried():
    """Else the tests above would pass on refusals alone."""
    done, refused = Counter[tuple[str, str]](), Counter[str]()
    for name in NAMES:
        for target in SYSTEMS:
            try:
                there(name, target)
            except pytest.skip.Exception:
                refused[target] += 1
            else:
                done[sources()[name][0], target] += 1
    assert all(done[source, target] >= 2 for source in SYSTEMS for target in SYSTEMS), done
    assert max(refused.values()) <= 6, refused


@each_pair
def test_credits_without_a_unit_are_never_called_ects(target):
    """A number of credits of a badge has no unit in any translation."""
    trip = there("our badge", target)
    assert all(b"ects" not in body.lower() and b"6fcec5c5af" not in body for body in trip.bodies)


@pytest.mark.parametrize("target", ["clr", "europass", "ler", "openbadges"])
def test_an_item_of_case_survives_where_there_is_a_place_for_it(target):
    """In all but ELMO, which has none: there it is a loss."""
    outcomes = [
        outcome
        for report in there("our badge", target).record.reports
        for achievement in report.achievements
        for outcome in achievement.specification.outcomes
    ]
    skills = [skill.value for outcome in outcomes for skill in outcome.related_skills]
    assert skills == ["https://case.example/uri/6fa1"]


def test_an_item_of_case_is_a_loss_in_elmo():
    assert any("/outcomes" in loss.path and loss.kind == "dropped" for loss in there("our badge", "elmo").losses)


@pytest.mark.parametrize("target", ["elmo", "europass"])
def test_what_failed_or_is_under_way_is_never_an_achievement(target):
    """Tides were failed, Stars are under way, Winds were interrupted."""
    passed = {
        title
        for report in there("our record", target).record.reports
        for achievement in _whole(report.achievements)
        if achievement.status == "passed"
        for title in achievement.specification.title.values()
    }
    assert passed >= {"Seamanship"}
    assert not passed & {"Tides", "Stars", "Winds"}


def _whole(achievements: Any) -> Any:
    for achievement in achievements:
        yield achievement
        yield from _whole(achievement.parts)
