"""Whether a message is let in: the receiver's rules between the door and the disk, in the order of docs/protocol.md.

Pure: what is known already, the time and the limits are arguments. Each function raises `Stopped` or returns.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from gateway.delivery.envelope import Envelope
from gateway.delivery.message import MEDIA_TYPE, message_size
from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import TransportReceipt
from gateway.delivery.signing import SignedEnvelope
from gateway.delivery.states import Arrival
from gateway.delivery.store import Depth

SKEW = dt.timedelta(seconds=300)
"""How far the clocks of two nodes may stand apart."""
LONGEST_LIFE = dt.timedelta(days=30)
"""From `created` to `expires`: as long as every node remembers a message's id at least."""

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionLimits:
    """What a node takes in. Sizes are in octets.

    queue_depth     arrivals not yet decided or handed over, beyond which nothing more is accepted
    min_free_bytes  of the disk that keeps the messages, beyond the message itself
    max_hops        participants that a document may have passed through before its sender
    peer_share      of the disk's room above `min_free_bytes`, what one peer's messages alone may hold
    """

    message_bytes: int = 1024 * MIB
    queue_depth: int = 10_000
    min_free_bytes: int = 1024 * MIB
    max_hops: int = 3
    peer_share: float = 0.5


DEFAULT_ADMISSION = AdmissionLimits()


class Admission(StrEnum):
    """What a message is: new, or the same as one that was taken in before."""

    NEW = "new"
    SAME = "same"


def check_announced(media_type: str, length: int, limits: AdmissionLimits = DEFAULT_ADMISSION) -> None:
    """What the request says of its body, before any of it is read.

    Raises:
        Stopped: `message.media_type` (415), `message.too_large` (413).
    """
    if media_type != MEDIA_TYPE:
        raise Stopped(
            "message.media_type",
            f"got another media type than {MEDIA_TYPE}",
            status=415,
            stage="message",
            advice=f"send it as {MEDIA_TYPE}, without parameters",
        )
    if length > limits.message_bytes:
        raise Stopped(
            "message.too_large",
            f"got a message of {length} octets, expected at most {limits.message_bytes}",
            status=413,
            stage="message",
            advice="ask the receiver for a higher limit ([delivery] message_bytes), or send less in one message",
        )


def check_capacity(depth: Depth, free_bytes: int, length: int, limits: AdmissionLimits = DEFAULT_ADMISSION) -> None:
    """Whether there is room: refused before anything is accepted, so that what was accepted is never dropped.

    Raises:
        Stopped: `capacity.queue`, `capacity.disk` (503, retryable).
    """
    if depth.undecided + depth.inbox >= limits.queue_depth:
        raise _no_room("capacity.queue", "too many messages wait here to be decided or handed over", 60)
    if free_bytes - length < limits.min_free_bytes:
        raise _no_room("capacity.disk", "there is no room for the message on disk", 300)


def check_share(held: int, depth: Depth, limits: AdmissionLimits = DEFAULT_ADMISSION) -> None:
    """Whether a peer leaves room for the others (attack G10): it may hold as many places as stay free, and no more.

    So one alone gets half of the queue, two a third each; whoever comes later still finds a place. `held` counts the
    peer's arrivals that are being received, undecided, or not handed over; of the outbox, deliveries to it that wait.

    Raises:
        Stopped: `capacity.peer` (429, retryable).
    """
    if held and held >= limits.queue_depth - max(held, depth.undecided + depth.inbox):
        raise _no_room("capacity.peer", "too many messages of this peer, or for it, wait here", 60, status=429)


def check_disk_share(held: int, free_bytes: int, length: int, limits: AdmissionLimits = DEFAULT_ADMISSION) -> None:
    """Whether a peer leaves room on the disk for the others (attack G10): of what it holds and what is free, its share.

    With half for a share, one alone gets half of the room, two a third each. `held` counts the octets of the peer's
    messages that are kept or coming in, also of those that are done with and wait for retention.

    Raises:
        Stopped: `capacity.peer` (429, retryable).
    """
    if held + length > limits.peer_share * (held + free_bytes - limits.min_free_bytes):
        raise _no_room("capacity.peer", "messages of this peer hold their share of the disk here", 300, status=429)


def _no_room(code: str, message: str, retry_after: int, *, status: int = 503) -> Stopped:
    return Stopped(
        code,
        message,
        status=status,
        stage="capacity",
        retryable=True,
        retry_after=retry_after,
        advice="nothing was accepted: send it again later",
    )


def check_parties(envelope: Envelope, *, peer: Peer, here: str) -> None:
    """Whether it is from the peer that stands at the door, and for this node (attacks G1, G2).

    Raises:
        Stopped: `envelope.sender` (403), `envelope.addressee` (421).
    """
    if envelope.sender != peer.id:
        raise Stopped(
            "envelope.sender",
            "the envelope is from another participant than whose key opened the door",
            status=403,
            stage="envelope",
            advice="each participant sends its own messages; a forwarder makes an envelope of its own",
        )
    if envelope.to != here:
        raise Stopped(
            "envelope.addressee",
            f"the envelope is for another participant than {here}",
            status=421,
            stage="envelope",
            advice="compare the peer's id and url in the sender's configuration",
        )


def admit(
    signed: SignedEnvelope,
    known: Arrival | None,
    *,
    here: str,
    now: dt.datetime,
    limits: AdmissionLimits = DEFAULT_ADMISSION,
) -> Admission:
    """New, or the same again; `known` is the arrival of this (sender, id), if there is one.

    A message that was taken in is the same for ever: its receipt is answered again even when it expired meanwhile.

    Raises:
        Stopped: `envelope.conflict` (409: raise an alarm), `envelope.expired` (410), `envelope.not_yet` (425),
            `envelope.life` (422), `envelope.loop`, `envelope.hops` (422), `message.too_large` (413).
    """
    if known is not None:
        check_same(signed, known)
        return Admission.SAME
    envelope = signed.envelope
    _check_times(envelope, now)
    _check_hops(envelope, here, limits)
    check_announced(MEDIA_TYPE, message_size(signed), limits)
    return Admission.NEW


def check_same(signed: SignedEnvelope, known: Arrival) -> None:
    """Whether an arrival with this id is of this very envelope (also asked of what `DeliveryStore.admit` returns).

    Raises:
        Stopped: `envelope.conflict` (409).
    """
    if known.envelope_sha256 != signed.sha256:
        raise Stopped(
            "envelope.conflict",
            "another envelope came before under the same message id",
            status=409,
            stage="envelope",
            advice="an envelope is made once and sent again octet for octet; a new one needs a new id",
        )


def _check_times(envelope: Envelope, now: dt.datetime) -> None:
    if envelope.expires <= now:
        raise Stopped(
            "envelope.expired",
            "the envelope expired before it came here",
            status=410,
            stage="envelope",
            advice="send the document again in a new message, and compare the clocks",
        )
    if envelope.created > now + SKEW:
        raise Stopped(
            "envelope.not_yet",
            f"the envelope was made in the future, by more than {SKEW.seconds} s",
            status=425,
            stage="envelope",
            retryable=True,
            advice="compare the sender's clock with the Date of this answer",
        )
    if envelope.expires - envelope.created > LONGEST_LIFE:
        raise Stopped(
            "envelope.life",
            f"the envelope lives longer than {LONGEST_LIFE.days} days",
            status=422,
            stage="envelope",
            advice="lower [delivery] expires_hours",
        )


def _check_hops(envelope: Envelope, here: str, limits: AdmissionLimits) -> None:
    """Attack G11: a document that goes round and round."""
    if here in (*envelope.via, envelope.sender) or len({*envelope.via, envelope.sender}) != len(envelope.via) + 1:
        raise Stopped(
            "envelope.loop",
            "the document was here, or at another node twice, before",
            status=422,
            stage="envelope",
            advice="a rule for forwarding sends it in a circle",
        )
    if len(envelope.via) > limits.max_hops:
        raise Stopped(
            "envelope.hops",
            f"the document passed through {len(envelope.via)} participants, expected at most {limits.max_hops}",
            status=422,
            stage="envelope",
            advice="send it to this node more directly",
        )


def transport_receipt(signed: SignedEnvelope, now: dt.datetime) -> TransportReceipt:
    """The receipt that says: it is on our disk."""
    envelope = signed.envelope
    return TransportReceipt(
        message=envelope.id,
        envelope_sha256=signed.sha256,
        sender=envelope.to,
        to=envelope.sender,
        received=now,
        trace=envelope.trace,
    )
