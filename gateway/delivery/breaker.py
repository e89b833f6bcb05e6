"""The breaker of one peer: when it seems to be down, one request at a time asks whether it is back.

    closed ── 5 failures in a row ──▶ open ── 60 s ──▶ one probe ── success ──▶ closed
                                       ▲──────────────── failure ──┘

Times are seconds of a monotonic clock: a jump of the wall clock opens nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FAILURES = 5
PAUSE = 60.0
"""Seconds that an open breaker waits before a probe."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave for one request. Whoever has it tells its outcome, whatever it is: `succeeded`, `failed` or `abandoned`."""

    probe: bool


class Breaker:
    """Whether requests to one peer may go out now."""

    def __init__(self) -> None:
        self._failures = 0
        self._opened: float | None = None
        self._probing = False

    @property
    def state(self) -> Literal["closed", "open", "probing"]:
        """`closed` lets all through, `open` none, `probing` waits for the one that asks."""
        if self._opened is None:
            return "closed"
        return "probing" if self._probing else "open"

    def ask(self, now: float) -> Leave | None:
        """Leave for one request, or None; an open breaker gives leave for one probe after its pause."""
        if self._opened is None:
            return Leave(probe=False)
        if self._probing or now - self._opened < PAUSE:
            return None
        self._probing = True
        return Leave(probe=True)

    def succeeded(self, leave: Leave) -> None:
        """The peer answered: with a receipt, or with a refusal that is its own."""
        if self._counts(leave):
            self._failures, self._opened, self._probing = 0, None, False

    def failed(self, leave: Leave, now: float) -> None:
        """No answer, or a failure of the peer's (5xx)."""
        if not self._counts(leave):
            return
        self._failures += 1
        if leave.probe or self._failures >= FAILURES:
            self._opened, self._probing = now, False

    def abandoned(self, leave: Leave) -> None:
        """The request was given up before it said anything of the peer: a stop, a cancellation."""
        if leave.probe:
            self._probing = False

    def _counts(self, leave: Leave) -> bool:
        """While it is open, only the probe says anything new: others went out before."""
        return leave.probe or self._opened is None
