"""Badges and learner records of 1EdTech: Open Badges 3.0 and Comprehensive Learner Record 2.0."""

from adapters.openbadges.adapter import ADAPTERS

__all__ = ["ADAPTERS"]
