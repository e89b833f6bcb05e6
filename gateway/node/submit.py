"""The use case: a registry gives this node a document to deliver.

spool ─▶ verify ─▶ translate, where asked for ─▶ compose one message ─▶ outbox
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.delivery.envelope import Part
from gateway.delivery.states import Delivery
from gateway.model.losses import Loss
from gateway.model.verdict import Verdict
from gateway.node.running import Running

UNSTATED = "unstated"
"""The purpose where whoever sends doesn't state one."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Submission:
    """What is to be delivered.

    to               the participant that gets it
    octets           the document, as it streams in
    adapter          whose format a translation is wanted in; None: what the peer wants
    purpose          a word that both registries know
    consent          the digest of a consent statement
    languages        of the translation, the first being primary; empty: those of the titles
    idempotency_key  the same submission again under the same key is the same delivery
    forwarded        (sender, message id) of the arrival that the document came in; its way is continued
    """

    to: str
    octets: AsyncIterator[bytes]
    adapter: str | None = None
    purpose: str = UNSTATED
    consent: str | None = None
    languages: tuple[str, ...] = ()
    idempotency_key: str | None = None
    forwarded: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True, repr=False)
class Rehearsal:
    """What would be sent: nothing of it was kept. `verdict` None where the document is too large to be verified."""

    verdict: Verdict | None
    losses: tuple[Loss, ...]
    parts: tuple[Part, ...]
    message_bytes: int


async def submit(running: Running, submission: Submission) -> Delivery:
    """Put a document into the outbox: when this returns, it is on disk and will be sent.

    Raises:
        Stopped: `peer.unknown` (404), `request.key_reused` (409), `document.failed` (422), `translation.withheld`
            (422), `message.too_large` (413), `capacity.queue`, `capacity.disk` (503), and what the store raises.
        RequestError: an adapter that isn't known here.
    """
    raise NotImplementedError


async def rehearse(running: Running, submission: Submission) -> Rehearsal:
    """Everything that `submit` does, and nothing kept. Raises as `submit`."""
    raise NotImplementedError
