"""Kinds of what can be learned, between ELMO and Open Badges."""

from __future__ import annotations

import pytest

from adapters.elmo.names import OPPORTUNITY_KINDS
from adapters.openbadges.terms import ACHIEVEMENT_TYPES
from gateway.vocabulary.kinds import ACHIEVEMENT, OPPORTUNITY, achievement_of, opportunity_of


@pytest.mark.parametrize("kind", OPPORTUNITY_KINDS)
def test_each_kind_of_elmo_comes_back_from_an_achievement_type(kind):
    assert opportunity_of(ACHIEVEMENT, achievement_of(OPPORTUNITY, kind) or "") == kind


def test_an_achievement_type_is_one_of_the_four_kinds_or_none():
    found = {opportunity_of(ACHIEVEMENT, kind) for kind in ACHIEVEMENT_TYPES}
    assert found == {"Degree Programme", "Course", None}


def test_a_badge_isnt_a_course():
    assert opportunity_of(ACHIEVEMENT, "Badge") is None


def test_a_code_of_another_scheme_has_no_kind():
    assert opportunity_of("learning-type", "Course") is None
    assert achievement_of("learning-type", "Course") is None
