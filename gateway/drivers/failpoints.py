"""Named points at which a test can have this process killed, as a power cut would: without a word, without clean-up.

`TESTAMUR_KILL_AT=name` kills at the first time the point is reached, `name:n` at the n-th. Unset, a point costs one
comparison.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable

from gateway.errors import ConfigError

VARIABLE = "TESTAMUR_KILL_AT"

COMMITS = (
    "submit",
    "attempted",
    "receipted",
    "decided",
    "retry",
    "discard",
    "admit",
    "decide",
    "receipt_delivered",
    "receipt_attempted",
    "receipt_again",
    "handed_over",
    "hand_over_failed",
    "alarm",
    "release_bodies",
    "forget",
    "acknowledge",
    "arrival_again",
    "arrival_discard",
    "note",
)
"""What the store commits: each has a point just before it is on disk, and one just after."""

POINTS = (
    "body.begun",
    "body.written",
    "body.flushed",
    "body.renamed",
    "body.kept",
    "body.deleting",
    "migration.statement",
    "migration.committed",
    "store.checkpoint",
    "dispatch.sending",
    "dispatch.sent",
    "receive.kept",
    "receive.admitted",
    "decide.found",
    "decide.decided",
    "receipt.sending",
    "receipt.sent",
    "hand_over.begun",
    "hand_over.drawn",
    "hand_over.done",
    *(f"{commit}.committing" for commit in COMMITS),
    *(f"{commit}.committed" for commit in COMMITS),
)


class _Armed:
    """The point that kills, and how often it must still be reached."""

    def __init__(self, setting: str) -> None:
        self.name, _, times = setting.partition(":")
        self.left = int(times) if times.isdecimal() else 1
        if self.name not in POINTS:
            raise ConfigError(
                "config.kill_point",
                f"{VARIABLE} names the point {self.name!r}, and there is none of that name",
                advice=f"unset {VARIABLE}: it is for tests alone",
            )


def _armed() -> _Armed | None:
    setting = os.environ.get(VARIABLE)
    return _Armed(setting) if setting else None


_ARMED = _armed()


def reach(name: str) -> None:
    """Die here, if this is the point and the time."""
    if _ARMED is not None and name == _ARMED.name:
        _ARMED.left -= 1
        if _ARMED.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def reach_each(kinds: Iterable[str], when: str) -> None:
    """Reach the point `kind.when` of each kind of a group."""
    if _ARMED is not None:
        for kind in kinds:
            reach(f"{kind}.{when}")
