"""The use case: a registry gives this node a document to deliver.

spool ─▶ verify ─▶ translate, where that is wanted ─▶ one message, signed once ─▶ outbox
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from gateway.delivery.admission import check_capacity, check_share
from gateway.delivery.envelope import Envelope, Part, message_id
from gateway.delivery.message import message_head, message_size
from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import SignedEnvelope, sign_envelope
from gateway.delivery.states import Arrival, Delivery, DeliveryState
from gateway.drivers.bodies import IncomingBody
from gateway.drivers.logs import say, trace_now, tracing
from gateway.drivers.work import OURS
from gateway.model.losses import Loss
from gateway.model.verdict import Verdict
from gateway.node.online import gather_about
from gateway.node.prepare import Prepared, Wish, prepare, too_large
from gateway.node.running import Running

UNSTATED = "unstated"
"""The purpose where whoever sends doesn't state one."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Submission:
    """What is to be delivered.

    to               the participant that gets it
    octets           the document, as it streams in
    adapter          whose format a translation is wanted in; None: what the peer wants; "original": no translation
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
        Stopped: `peer.unknown` (404), `request.key_reused` (409), `document.failed`, `translation.withheld`,
            `arrival.other_document` (422), `message.too_large` (413), `capacity.queue`, `capacity.disk` (503),
            `capacity.peer` (429), and what the store raises.
        RequestError, ConfigError: an adapter that isn't known, or can't be sealed with.
    """
    desk = _Desk(running, submission)
    async with running.bodies.incoming() as spool:
        composed = await desk.compose(spool)
        with tracing(composed.signed.envelope.trace):
            async with running.bodies.incoming() as body:
                await _write(body, composed, spool)
                return await desk.commit(composed, await body.keep(), body.size)


async def rehearse(running: Running, submission: Submission) -> Rehearsal:
    """Everything that `submit` does, and nothing kept. Raises as `submit`."""
    async with running.bodies.incoming() as spool:
        composed = await _Desk(running, submission).compose(spool)
    return Rehearsal(
        verdict=composed.prepared.verdict,
        losses=composed.prepared.losses,
        parts=composed.signed.envelope.parts,
        message_bytes=message_size(composed.signed),
    )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Composed:
    signed: SignedEnvelope
    prepared: Prepared
    document_sha256: str


class _Desk:
    def __init__(self, running: Running, submission: Submission) -> None:
        self._running = running
        self._submission = submission

    async def compose(self, spool: IncomingBody) -> _Composed:
        peer = self._peer()
        await self._check_room(peer)
        sha256 = await self._spool(spool)
        origin = await self._origin(sha256)
        prepared = await self._prepare(spool, sha256, peer)
        signed = sign_envelope(self._envelope(prepared, origin), self._running.signer)
        if message_size(signed) > self._running.admission.message_bytes:
            raise self._too_large()
        return _Composed(signed=signed, prepared=prepared, document_sha256=sha256)

    def _peer(self) -> Peer:
        peer = self._running.peers.get(self._submission.to)
        if peer is None:
            raise Stopped(
                "peer.unknown",
                "the participant isn't a peer of this node",
                status=404,
                stage="local",
                advice="name one of the peers in the settings, or add it there as [[peer]]",
            )
        return peer

    async def _check_room(self, peer: Peer) -> None:
        """Our own queue counts here. A peer that is down, or never decides, leaves room in it for the others."""
        running, limits = self._running, self._running.admission
        depth = await running.depth()
        ours = replace(depth, undecided=depth.outbox, inbox=0)
        check_capacity(ours, running.bodies.free_bytes(), 0, limits)
        if len(running.peers) > 1 and 2 * depth.outbox >= limits.queue_depth:
            check_share(await running.store.waiting_for(peer.id), ours, limits)

    async def _spool(self, spool: IncomingBody) -> str:
        digest = hashlib.sha256()
        async for chunk in self._submission.octets:
            digest.update(chunk)
            await spool.write(chunk)
            if spool.size > self._running.admission.message_bytes:
                raise self._too_large()
        return digest.hexdigest()

    def _too_large(self) -> Stopped:
        return Stopped(
            "message.too_large",
            f"the message would be over {self._running.admission.message_bytes} octets",
            status=413,
            stage="local",
            advice="raise [delivery] message_bytes here and at the peer, if you expect such documents",
        )

    async def _origin(self, sha256: str) -> Arrival | None:
        """The arrival that this document came in, if it is forwarded: only what came in it continues its way."""
        if self._submission.forwarded is None:
            return None
        arrival = await self._running.store.arrival(*self._submission.forwarded)
        if arrival is None or sha256 not in {part.sha256 for part in arrival.envelope.parts}:
            raise Stopped(
                "arrival.other_document",
                "the document isn't one that came in the message named as its origin",
                status=422,
                stage="local",
                advice="name the message that it came in, or none",
            )
        return arrival

    async def _prepare(self, spool: IncomingBody, sha256: str, peer: Peer) -> Prepared:
        running, wanted = self._running, self._submission
        if spool.size > running.node.limits.document_bytes:
            return too_large(sha256, spool.size)
        wish = Wish(asked=wanted.adapter, peer_wants=peer.wants, languages=wanted.languages)
        document = await spool.so_far()
        gathered = await gather_about(running, document)
        prepared = await running.work(OURS, prepare, document, wish, running.stamp(), gathered)
        if prepared.verdict is not None:
            running.metrics.verdict(prepared.verdict.verdict)
        running.metrics.losses(prepared.losses)
        return prepared

    def _envelope(self, prepared: Prepared, origin: Arrival | None) -> Envelope:
        now, wanted = self._running.stamp(), self._submission
        return Envelope(
            id=message_id(now, secrets.token_bytes(10)),
            sender=self._running.id,
            to=wanted.to,
            created=now,
            expires=now + dt.timedelta(hours=self._running.settings.delivery.expires_hours),
            purpose=wanted.purpose,
            consent=wanted.consent,
            via=() if origin is None else (*origin.envelope.via, origin.sender),
            trace=origin.trace if origin is not None else trace_now() or secrets.token_hex(16),
            parts=tuple(one.part for one in prepared.parts),
        )

    async def commit(self, composed: _Composed, name: str, size: int) -> Delivery:
        """The row, once the body is on disk."""
        envelope = composed.signed.envelope
        delivery = Delivery(
            id=envelope.id,
            peer=envelope.to,
            state=DeliveryState.QUEUED,
            created=envelope.created,
            expires=envelope.expires,
            trace=envelope.trace,
            envelope_jws=composed.signed.jws,
            envelope=envelope,
            body=name,
            size=size,
            next_attempt=envelope.created,
            idempotency_key=self._submission.idempotency_key,
            request_sha256=self._request_sha256(composed.document_sha256),
        )
        kept = await self._running.store.submit(delivery)
        self._running.wake("outbox")
        say("delivery.queued", peer=kept.peer, message=kept.id, octets=size)
        return kept

    def _request_sha256(self, document_sha256: str) -> str:
        wanted = self._submission
        asked = [wanted.to, wanted.adapter, wanted.purpose, wanted.consent, wanted.languages, wanted.forwarded]
        return hashlib.sha256(json.dumps([document_sha256, *asked]).encode()).hexdigest()


async def _write(body: IncomingBody, composed: _Composed, spool: IncomingBody) -> None:
    await body.write(message_head(composed.signed))
    for one in composed.prepared.parts:
        if one.octets is not None:
            await body.write(one.octets)
            continue
        async for chunk in spool.again():
            await body.write(chunk)
