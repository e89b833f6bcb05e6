"""What a check of a node says: pass, warn or fail, why, and what to do.

fail   this node can't do its work: a load balancer should send nobody here
warn   a person should look: it works, but something is late, ends soon, or was given up
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

from gateway.model.noun import Noun


class Level(StrEnum):
    """The answer of a check, and of a node: the worst of its checks."""

    PASS = "pass"  # noqa: S105 - a word, no secret
    WARN = "warn"
    FAIL = "fail"

    @property
    def severity(self) -> int:
        """0 for pass, 1 for warn, 2 for fail."""
        return (Level.PASS, Level.WARN, Level.FAIL).index(self)


class Check(Noun):
    """One thing that was looked at. `about` tells several of one name apart: a key, a peer, a worker."""

    name: str
    status: Level
    about: str = ""
    reason: str
    advice: str = ""


def worst_level(levels: Iterable[Level]) -> Level:
    """The most severe of several; pass where there is none."""
    return max(levels, key=lambda level: level.severity, default=Level.PASS)


def span(age: dt.timedelta) -> str:
    """How long, in words."""
    seconds = int(age.total_seconds())
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
