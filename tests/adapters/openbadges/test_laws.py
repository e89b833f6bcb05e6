"""The laws of no silent loss, held by the adapters for badges and learner records."""

from __future__ import annotations

from adapters.openbadges import ADAPTERS
from gateway.kit.laws import AdapterLaws
from tests.adapters.openbadges.documents import BADGES, RECORDS

CLR, OPENBADGES = ADAPTERS


class TestClr(AdapterLaws):
    """Learner records of ours, and where they are at hand those of the reference."""

    adapter = CLR
    documents = RECORDS
    writes = False


class TestOpenBadges(AdapterLaws):
    """Badges of ours, and where they are at hand those of the reference."""

    adapter = OPENBADGES
    documents = BADGES
    writes = False
