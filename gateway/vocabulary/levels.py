"""Levels of the European Qualifications Framework: 1 to 8 (Council Recommendation of 22 May 2017, 2017/C 189/03)."""

from __future__ import annotations

EQF_LEVELS = ("1", "2", "3", "4", "5", "6", "7", "8")


def eqf_label(level: str) -> str | None:
    """The English label ("Level 6"), None when there is no such level."""
    return f"Level {level}" if level in EQF_LEVELS else None
