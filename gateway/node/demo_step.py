"""One step of the demonstration."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.model.verdict import Indication


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: what it shows, what was seen, and whether that is what must happen. `verdict` colours it."""

    title: str
    told: tuple[str, ...]
    held: bool
    verdict: Indication | None = None
