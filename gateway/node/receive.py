"""The use case: take in what a peer sends. Nothing is said to be received before it is on disk.

door (gateway.web) ─▶ announced size ─▶ room ─▶ envelope ─▶ seen before? ─▶ times, hops ─▶ parts ─▶ row ─▶ receipt
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.delivery.admission import (
    Admission,
    admit,
    check_announced,
    check_capacity,
    check_disk_share,
    check_parties,
    check_same,
    check_share,
    transport_receipt,
)
from gateway.delivery.door import Visitor
from gateway.delivery.message import MessageReader
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import SignedEnvelope, read_envelope, sign_receipt
from gateway.delivery.states import Arrival, ArrivalState
from gateway.delivery.store import Retry
from gateway.drivers.bodies import IncomingBody
from gateway.drivers.failpoints import reach
from gateway.drivers.logs import say, tracing
from gateway.node.alarms import alarm
from gateway.node.retention import forgotten_until
from gateway.node.running import Running

_UNFINISHED = frozenset({ArrivalState.RECEIVED, ArrivalState.ACCEPTED})


async def receive(running: Running, visitor: Visitor, chunks: AsyncIterator[bytes]) -> bytes:
    """Take a message in; returns the transport receipt, the original one where the message was here before.

    Raises:
        Stopped: for every reason of docs/protocol.md; nothing was kept then.
    """
    running.nonces.use(visitor.key_id, visitor.nonce, visitor.expires, running.now())
    check_announced(visitor.media_type, visitor.length, running.admission)
    check_capacity(await running.depth(), running.bodies.free_bytes(), visitor.length, running.admission)
    reader = MessageReader(length=visitor.length)
    async with _place(running, visitor.peer.id, visitor.length), running.bodies.incoming() as body:
        signed = read_envelope(await _envelope(reader, body, chunks), visitor.peer)
        with tracing(signed.envelope.trace):
            return await _Reception(running, visitor, signed).of(reader, body, chunks)


@asynccontextmanager
async def _place(running: Running, sender: str, length: int) -> AsyncIterator[None]:
    """A place in the queue and on the disk, taken before the octets come: many at once don't get by the peer's share.

    A node with one peer has nobody else to keep places for.
    """
    if len(running.peers) > 1:
        await _check_shares(running, sender, length)
    running.receiving[sender] += 1
    running.incoming[sender] += length
    try:
        yield
        running.note_held(sender, length)
    finally:
        running.receiving[sender] -= 1
        running.incoming[sender] -= length


async def _check_shares(running: Running, sender: str, length: int) -> None:
    limits = running.admission
    places = await running.store.unfinished(sender)
    depth, held = await running.depth(), await running.held()
    check_share(places + running.receiving[sender], depth, limits)
    check_disk_share(held[sender] + running.incoming[sender], running.bodies.free_bytes(), length, limits)


async def _envelope(reader: MessageReader, body: IncomingBody, chunks: AsyncIterator[bytes]) -> bytes:
    """The octets of the envelope; what came with them of the parts is in the body already."""
    async for chunk in chunks:
        line = reader.feed(chunk)
        await body.write(chunk)
        if line is not None:
            return line
    reader.finish()
    raise AssertionError("a message without an envelope isn't finished")


class _Reception:
    def __init__(self, running: Running, visitor: Visitor, signed: SignedEnvelope) -> None:
        self._running = running
        self._visitor = visitor
        self._signed = signed

    async def of(self, reader: MessageReader, body: IncomingBody, chunks: AsyncIterator[bytes]) -> bytes:
        envelope, running = self._signed.envelope, self._running
        check_parties(envelope, peer=self._visitor.peer, here=running.id)
        known = await running.store.arrival(envelope.sender, envelope.id)
        try:
            now = max(running.now(), await forgotten_until(running))
            admission = admit(self._signed, known, here=running.id, now=now, limits=running.admission)
        except Stopped as stopped:
            await self._alarm(stopped)
            raise
        if known is not None and admission is Admission.SAME and not self._lacks_body(known):
            return await self._again(known)
        reader.expect(self._signed)
        await self._parts(reader, body, chunks)
        return await self._keep(body) if known is None else await self._restore(known, body)

    async def _parts(self, reader: MessageReader, body: IncomingBody, chunks: AsyncIterator[bytes]) -> None:
        async for chunk in chunks:
            reader.feed(chunk)
            await body.write(chunk)
        if reader.finish() != self._visitor.content_sha256:
            raise Stopped(
                "message.digest",
                "the body isn't what Content-Digest says",
                status=400,
                stage="message",
                advice="send what was signed",
            )

    async def _keep(self, body: IncomingBody) -> bytes:
        name = await body.keep()
        arrival = self._arrival(name, body.size)
        reach("receive.kept")
        kept = await self._running.store.admit(arrival)
        reach("receive.admitted")
        try:
            check_same(self._signed, kept)
        except Stopped as stopped:
            await self._alarm(stopped)
            raise
        self._running.metrics.arrival(arrival.sender, "received")
        self._running.wake("undecided")
        say("arrival.received", peer=arrival.sender, message=arrival.id, octets=arrival.size)
        return kept.transport_receipt

    def _arrival(self, name: str, size: int) -> Arrival:
        envelope, now = self._signed.envelope, self._running.stamp()
        receipt = transport_receipt(self._signed, now)
        return Arrival(
            sender=envelope.sender,
            id=envelope.id,
            state=ArrivalState.RECEIVED,
            received=now,
            expires=envelope.expires,
            trace=envelope.trace,
            envelope_jws=self._signed.jws,
            envelope=envelope,
            envelope_sha256=self._signed.sha256,
            body=name,
            size=size,
            transport_receipt=sign_receipt(receipt, self._running.signer),
            next_attempt=now,
        )

    # --- the same again

    def _lacks_body(self, known: Arrival) -> bool:
        """After a restore rows may be older than files: what is still to be done is then taken in once more."""
        if known.state not in _UNFINISHED or known.body is None:
            return False
        return not self._running.bodies.place(known.body).is_file()

    async def _restore(self, known: Arrival, body: IncomingBody) -> bytes:
        """What was set aside because its octets were missing is due again."""
        await body.keep()
        now = self._running.now()
        await self._running.store.hand_over_failed(known.sender, known.id, now, Retry(code="body.missing", at=now))
        self._running.wake("undecided")
        self._running.wake("inbox")
        return known.transport_receipt

    async def _again(self, known: Arrival) -> bytes:
        """The original receipt; and what was decided is told once more, for the sender seems not to know."""
        if known.business_receipt is not None:
            await self._running.store.receipt_again(known.sender, known.id, self._running.now())
            self._running.wake("receipts")
        self._running.metrics.arrival(known.sender, "again")
        say("arrival.again", peer=known.sender, message=known.id)
        return known.transport_receipt

    async def _alarm(self, stopped: Stopped) -> None:
        if stopped.code != "envelope.conflict":
            return
        envelope = self._signed.envelope
        await alarm(self._running, stopped.code, peer=envelope.sender, message=envelope.id)
