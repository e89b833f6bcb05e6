"""What can become of a delivery at the sender, of an arrival at the receiver, and the rows that tell it.

    delivery   queued ─▶ receipted ─▶ accepted            arrival   received ─▶ accepted ─▶ handed_over
                 │          │   └────▶ refused                          ├─────▶ refused
                 └──────────┴────────▶ dead ─▶ queued (retry) | discarded    └─────▶ discarded

`accepted` and `refused` come from a signed business receipt alone. A dead letter is one that this node gave up: it
expired, or the peer answered that trying again is of no use. An arrival is discarded only by an operator, where this
node couldn't decide about it, or hand it over: the sender is told nothing, and its delivery ends undecided.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.delivery.envelope import Envelope


class DeliveryState(StrEnum):
    """Where a delivery of ours stands."""

    QUEUED = "queued"
    RECEIPTED = "receipted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEAD = "dead"
    DISCARDED = "discarded"


class ArrivalState(StrEnum):
    """Where a message that we received stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Delivery:
    """One row of the outbox.

    envelope_jws       the signed envelope, made once
    envelope           what it says
    body               SHA-256 of the message's octets: the name of its file; None once that was deleted
    size               octets of the message
    attempts           how often it was tried since it came into its state; `next_attempt` when it is due again
                       (None: not by itself)
    finished           since when nothing more is to be done: accepted, refused or discarded
    problem            code of the last failure, or of why it is dead
    transport_receipt, business_receipt    the peer's signed answers, as they came
    idempotency_key    under which it was submitted here, and `request_sha256` of what was asked with it
    """

    id: str
    peer: str
    state: DeliveryState
    created: dt.datetime
    expires: dt.datetime
    trace: str
    envelope_jws: bytes
    envelope: Envelope
    body: str | None
    size: int
    attempts: int = 0
    next_attempt: dt.datetime | None = None
    finished: dt.datetime | None = None
    problem: str | None = None
    transport_receipt: bytes | None = None
    business_receipt: bytes | None = None
    idempotency_key: str | None = None
    request_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Arrival:
    """One row of the inbox: there is one for each (sender, message id).

    transport_receipt  ours, made once, and answered again byte for byte whenever the same message comes again
    business_receipt   ours, once it was decided
    account            JSON: the verdicts of ours on the parts, and what running derivations again showed; None until
                       it was decided, and once the body was deleted (a finding may name whom the document names)
    attempts           how often deciding or handing over failed since it came into its state
    next_attempt       when deciding or handing over is due; None in an unfinished one: it was set aside
    finished           since when nothing more is to be done: handed over, refused or discarded
    """

    sender: str
    id: str
    state: ArrivalState
    received: dt.datetime
    expires: dt.datetime
    trace: str
    envelope_jws: bytes
    envelope: Envelope
    envelope_sha256: str
    body: str | None
    size: int
    transport_receipt: bytes
    business_receipt: bytes | None = None
    account: bytes | None = None
    attempts: int = 0
    next_attempt: dt.datetime | None = None
    finished: dt.datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingReceipt:
    """A business receipt of ours on its way back to a sender: a message of its own, retried like any other.

    `finished` is when the sender took it, or when it was given up (then `problem` says why).
    """

    peer: str
    message: str
    receipt_jws: bytes
    created: dt.datetime
    expires: dt.datetime
    trace: str
    attempts: int = 0
    next_attempt: dt.datetime | None = None
    finished: dt.datetime | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a timeline: when, what happened, and the code where something was wrong."""

    at: dt.datetime
    what: str
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that a person must look at: a conflict, a receipt that doesn't fit, a gap after a restore.

    number        by which the store knows it; None until it was kept
    acknowledged  since when somebody has looked at it
    """

    at: dt.datetime
    code: str
    peer: str | None
    message: str | None
    number: int | None = field(default=None, compare=False)
    acknowledged: dt.datetime | None = None
