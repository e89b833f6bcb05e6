"""What a document is judged by."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from gateway.proofs.proof import PublicKey
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.trust.anchors import Anchor
from gateway.trust.policies import Policy


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Who is trusted, under which policy, as of when, within which limits; whether conformity is checked too."""

    now: dt.datetime
    policy: Policy
    anchors: tuple[Anchor, ...] = ()
    limits: Limits = DEFAULT_LIMITS
    conformity: bool = True

    @cached_property
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys of the anchors: tried where a proof names no certificate."""
        return tuple(anchor.key for anchor in self.anchors)
