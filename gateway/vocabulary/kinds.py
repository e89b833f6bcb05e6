"""Kinds of what can be learned, as two systems name them: the opportunities of ELMO, the achievements of Open Badges.

The 31 achievement types of Open Badges 3.0 are finer than the four kinds of ELMO 1.7, and most have no place among
them: a type without one is unknown here (None), never a course by default.
"""

from __future__ import annotations

from collections.abc import Mapping

OPPORTUNITY = "elmo-opportunity"
"""The scheme of what was taken by ELMO: Degree Programme, Module, Course, Class, or the issuer's own word."""

ACHIEVEMENT = "achievement-type"
"""The scheme of the achievement types of Open Badges 3.0, or the issuer's own word."""

_PROGRAMMES = (
    "AssociateDegree BachelorDegree Degree Diploma DoctoralDegree LearningProgram MasterDegree ProfessionalDoctorate "
    "ResearchDoctorate"
)
_OPPORTUNITIES: Mapping[str, str] = {
    **dict.fromkeys(_PROGRAMMES.split(), "Degree Programme"),
    "Course": "Course",
    "Module": "Module",
    "Class": "Class",
}
_ACHIEVEMENTS: Mapping[str, str] = {"Degree Programme": "Degree"}


def opportunity_of(scheme: str, value: str) -> str | None:
    """The kind of ELMO for a code of either scheme; None where there is none."""
    if scheme == OPPORTUNITY:
        return value
    return _OPPORTUNITIES.get(value) if scheme == ACHIEVEMENT else None


def achievement_of(scheme: str, value: str) -> str | None:
    """The achievement type for a code of either scheme, which may be a word of no list; None for other schemes."""
    if scheme == OPPORTUNITY:
        return _ACHIEVEMENTS.get(value, value)
    return value if scheme == ACHIEVEMENT else None
