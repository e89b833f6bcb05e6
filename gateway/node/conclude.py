"""The use case: a peer's business receipt comes, and one of our deliveries has its end."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

from gateway.delivery.door import Visitor
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt
from gateway.delivery.signing import (
    RECEIPT_MEDIA_TYPE,
    STATEMENT_BYTES,
    SignedEnvelope,
    check_business_receipt,
    read_business_receipt,
)
from gateway.delivery.states import Delivery, DeliveryState
from gateway.drivers.logs import say, tracing
from gateway.node.alarms import alarm, check_date
from gateway.node.running import Running

_ALARMING = frozenset({"receipt.conflict", "receipt.mismatch", "receipt.unknown_message"})


async def conclude(running: Running, visitor: Visitor, chunks: AsyncIterator[bytes]) -> None:
    """Keep the peer's decision; the same one again changes nothing.

    Raises:
        Stopped: for every reason of docs/protocol.md; nothing was kept then.
    """
    running.nonces.use(visitor.key_id, visitor.nonce, visitor.expires, running.now())
    octets = await _octets(visitor, chunks)
    receipt = read_business_receipt(octets, visitor.peer)
    with tracing(receipt.trace):
        try:
            await _keep(running, visitor, octets, receipt)
        except Stopped as stopped:
            if stopped.code in _ALARMING:
                await alarm(running, stopped.code, peer=visitor.peer.id, message=receipt.message)
            raise


async def _octets(visitor: Visitor, chunks: AsyncIterator[bytes]) -> bytes:
    if visitor.media_type != RECEIPT_MEDIA_TYPE:
        raise _stopped("receipt.media_type", f"got another media type than {RECEIPT_MEDIA_TYPE}", 415)
    if visitor.length > STATEMENT_BYTES:
        raise _stopped("receipt.too_large", f"got a receipt of more than {STATEMENT_BYTES} octets", 413)
    octets = b"".join([chunk async for chunk in chunks])
    if hashlib.sha256(octets).hexdigest() != visitor.content_sha256:
        raise _stopped("receipt.digest", "the body isn't what Content-Digest says", 400)
    return octets


def _stopped(code: str, message: str, status: int) -> Stopped:
    return Stopped(code, message, status=status, stage="receipt", advice="send it as docs/protocol.md says")


async def _keep(running: Running, visitor: Visitor, octets: bytes, receipt: BusinessReceipt) -> None:
    known = await running.store.delivery(receipt.message)
    if known is not None:
        sent = SignedEnvelope(jws=known.envelope_jws, envelope=known.envelope)
        check_business_receipt(receipt, visitor.peer, sent)
    state = DeliveryState.ACCEPTED if receipt.decision == "accepted" else DeliveryState.REFUSED
    now = running.now()
    delivery = await running.store.decided(receipt.message, octets, state, now, reason=receipt.reason)
    if delivery.finished == now:  # by this receipt; of several at once one is the first
        await check_date(
            running, receipt.decided, SignedEnvelope(jws=delivery.envelope_jws, envelope=delivery.envelope)
        )
        _tell(running, delivery, receipt)


def _tell(running: Running, delivery: Delivery, receipt: BusinessReceipt) -> None:
    seconds = (running.now() - delivery.created).total_seconds()
    running.metrics.delivery_ended(delivery.peer, receipt.decision, seconds)
    say(
        "delivery.decided",
        peer=delivery.peer,
        message=delivery.id,
        state=receipt.decision,
        code=receipt.reason,
        seconds=seconds,
    )
