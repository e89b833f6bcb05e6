"""Rubrics, scales and pictures of a badge: in the record, and in every translation that can hold them."""

from __future__ import annotations

import json

import pytest

from adapters.europass import ADAPTER as EUROPASS
from adapters.openbadges import ADAPTERS
from gateway.kit.contract import Reading
from gateway.kit.laws.trip import read_with
from gateway.model.record import GradingScheme, Specification
from tests.adapters.openbadges.documents import BADGE, octets
from tests.conformance.trips import translated

CLR, OPENBADGES, LER, _ = ADAPTERS
SCALE, RUBRIC = 0, 1
LINK = {
    "type": ["Alignment"],
    "targetName": "Rope work",
    "targetUrl": "https://case.example/rubrics/1",
    "targetType": "CFRubric",
}
LEVELS = [
    {"id": "urn:uuid:00000000-0000-4000-8000-0000000000cd", "type": ["RubricCriterionLevel"], "name": "Basic", "points": "1"},
    {
        "id": "urn:uuid:00000000-0000-4000-8000-0000000000cc",
        "type": ["RubricCriterionLevel"],
        "name": "Mastered",
        "description": "Ties them all in a storm.",
        "level": "4",
        "points": "4",
        "alignment": [LINK | {"targetType": "CFRubricCriterionLevel"}],
    },
]  # fmt: skip


def badge() -> dict:
    """A badge with a scale of letters, and a rubric of two levels of which the higher is required and was reached."""
    document = json.loads(octets(BADGE))
    subject = document["credentialSubject"]
    scale, rubric = subject["achievement"]["resultDescription"]
    scale |= {"valueMin": "C", "valueMax": "A", "alignment": [LINK]}
    rubric |= {"rubricCriterionLevel": LEVELS, "requiredLevel": LEVELS[1]["id"]}
    subject["result"][0]["alignment"] = [LINK]
    return document


def reading() -> Reading:
    return read_with(OPENBADGES, octets(badge()))


def scales(found: Reading) -> tuple[GradingScheme, ...]:
    return found.record.reports[0].grading_schemes


def specification(found: Reading) -> Specification:
    return found.record.reports[0].achievements[0].specification


def test_a_scale_has_its_values_from_low_to_high_and_the_least_that_passes():
    scale = scales(reading())[SCALE]
    assert (scale.values, scale.required, scale.minimum, scale.maximum) == (("C", "B", "A"), "C", "C", "A")
    assert [one.target for one in scale.alignments] == [LINK["targetUrl"]]


def test_a_rubric_has_its_levels_in_order_and_marks_the_one_that_is_required():
    basic, mastered = scales(reading())[RUBRIC].levels
    assert (basic.title, basic.points, basic.required) == ({"en": "Basic"}, "1", None)
    assert (mastered.title, mastered.rank, mastered.points, mastered.required) == ({"en": "Mastered"}, "4", "4", True)
    assert mastered.alignments[0].kind == "CFRubricCriterionLevel"


def test_a_result_names_the_level_that_was_reached_and_its_word_is_the_grade():
    letter, mastery, _ = reading().record.reports[0].achievements[0].assessments
    assert (mastery.grade, mastery.level) == ({"en": "Mastered"}, "Mastered")
    assert (letter.level, [one.target for one in letter.alignments]) == (None, [LINK["targetUrl"]])


def test_an_achievement_keeps_its_picture():
    image = specification(reading()).image
    assert image is not None
    assert image.url == "https://harbour.example/knots.png"


def test_nothing_of_a_result_or_of_what_describes_it_is_lost_on_reading():
    lost = [loss.source for loss in reading().losses if "result" in loss.source.lower() or "image" in loss.source]
    assert lost == []


@pytest.mark.parametrize("target", [CLR, OPENBADGES, LER], ids=lambda adapter: adapter.manifest.id)
def test_badges_records_and_employment_records_hold_all_of_it(target):
    before = reading()
    drafts, losses = translated(before, target)
    told = [loss for loss in losses if "grading_schemes" in loss.path or "/image" in loss.path or "assess" in loss.path]
    after = read_with(target, drafts[0].body)
    assert told == []
    assert scales(after) == scales(before)
    assert specification(after).image == specification(before).image
    assert [one.level for one in after.record.reports[0].achievements[0].assessments] == [None, "Mastered", None]


def test_a_level_reached_that_is_none_of_the_scale_is_a_loss():
    document = badge()
    document["credentialSubject"]["result"][1]["achievedLevel"] = "urn:uuid:00000000-0000-4000-8000-0000000000ff"
    lost = [loss.source for loss in read_with(OPENBADGES, octets(document)).losses]
    assert "/credentialSubject/result/1/achievedLevel" in lost


def test_europass_holds_the_values_of_a_named_scale_as_one_text():
    drafts, losses = translated(reading(), EUROPASS)
    after = scales(read_with(EUROPASS, drafts[0].body))
    assert [scale.description.get("und") for scale in after if scale.title == {"en": "Grade"}] == ["C, B, A"]
    assert any(loss.kind == "dropped" and loss.path.endswith("/values") for loss in losses)
