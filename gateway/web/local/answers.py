"""What the local API answers: JSON for registries' own programs. New members may be added, none is taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from pydantic import Field, ValidationError

from gateway.delivery.envelope import Digest, MessageId, Part, ParticipantId, TraceId
from gateway.delivery.receipt import BusinessReceipt, TransportReceipt
from gateway.delivery.states import Alarm, Arrival, ArrivalState, Delivery, DeliveryState, Event
from gateway.errors import Refused
from gateway.model.losses import Loss
from gateway.model.noun import Noun
from gateway.model.verdict import Verdict
from gateway.readers.jws import parse_compact

_Receipt = TypeVar("_Receipt", TransportReceipt, BusinessReceipt)


class Happening(Noun):
    """One line of a timeline: `code` says why, where something was wrong."""

    at: dt.datetime
    what: str
    code: str | None = None


class TransportReceiptHeld(Noun):
    """The receiver has every part: its receipt as it was signed (`jws`, to be kept as evidence), and what it says."""

    jws: str
    says: TransportReceipt | None


class BusinessReceiptHeld(Noun):
    """The receiver's decision: its receipt as it was signed (`jws`, to be kept as evidence), and what it says."""

    jws: str
    says: BusinessReceipt | None


class DeliveryBrief(Noun):
    """A delivery in a list. `problem` is the code of the last failure, or of why it is refused or dead."""

    id: MessageId
    to: ParticipantId
    state: DeliveryState
    purpose: str
    created: dt.datetime
    expires: dt.datetime
    attempts: int
    next_attempt: dt.datetime | None
    problem: str | None
    trace: TraceId


class DeliveryAnswer(DeliveryBrief):
    """A delivery with all that is known of it. `envelope` is the signed envelope, a compact JWS."""

    parts: tuple[Part, ...]
    envelope: str
    timeline: tuple[Happening, ...]
    transport_receipt: TransportReceiptHeld | None
    business_receipt: BusinessReceiptHeld | None


class DeliveriesAnswer(Noun):
    """A page of deliveries, newest first. `next` is what `before` has to be for the next page; null on the last."""

    deliveries: tuple[DeliveryBrief, ...]
    next: MessageId | None


class RehearsalAnswer(Noun):
    """What would be sent; nothing of it was kept or sent. `verdict` is null where the document is too large for one."""

    verdict: Verdict | None
    losses: tuple[Loss, ...]
    parts: tuple[Part, ...]
    message_bytes: int


class ArrivalBrief(Noun):
    """A document in the inbox. Its parts of role `verdict` and `losses` are the sender's words, not this node's.

    `problem` is the code of the last failure to decide about it, or to hand it over; where `next_attempt` is null, and
    it is received or accepted, it was set aside for a person.
    """

    id: MessageId
    sender: ParticipantId = Field(alias="from")
    state: ArrivalState
    purpose: str
    received: dt.datetime
    attempts: int
    next_attempt: dt.datetime | None
    problem: str | None
    trace: TraceId
    parts: tuple[Part, ...]


class ArrivalAnswer(ArrivalBrief):
    """A document in the inbox with all that is known of it: `receipt` is the decision that its sender was given."""

    envelope: str
    timeline: tuple[Happening, ...]
    receipt: BusinessReceiptHeld | None


class InboxAnswer(Noun):
    """What waits to be fetched, oldest first. After `done` a document is in no list any more."""

    arrivals: tuple[ArrivalBrief, ...]


class AlarmAnswer(Noun):
    """Something that a person must look at; `acknowledged` is since when somebody has. docs/how-to/watch-a-node.md"""

    number: int
    at: dt.datetime
    code: str
    peer: str | None
    message: str | None
    acknowledged: dt.datetime | None


class AlarmsAnswer(Noun):
    """Alarms, newest first."""

    alarms: tuple[AlarmAnswer, ...]


class WithheldAnswer(Noun):
    """Why nothing was translated."""

    code: str
    message: str
    advice: str


class TranslationAnswer(Noun):
    """One translated document: its octets in base64."""

    media_type: str
    sha256: Digest
    octets: str = Field(json_schema_extra={"contentEncoding": "base64"})


class TranslateAnswer(Noun):
    """A translation, its losses and its derivation; or, where `withheld` says why, none.

    `derivation` is a compact JWS where `sealed`, else JSON; null where nothing was translated, or where the original
    itself was given back.
    """

    verdict: Verdict
    withheld: WithheldAnswer | None = None
    sealed: bool = False
    translations: tuple[TranslationAnswer, ...] = ()
    losses: tuple[Loss, ...] = ()
    derivation: str | None = None


def brief_of(delivery: Delivery) -> DeliveryBrief:
    """A delivery as a list shows it."""
    return DeliveryBrief(
        id=delivery.id,
        to=delivery.peer,
        state=delivery.state,
        purpose=delivery.envelope.purpose,
        created=delivery.created,
        expires=delivery.expires,
        attempts=delivery.attempts,
        next_attempt=delivery.next_attempt,
        problem=delivery.problem,
        trace=delivery.trace,
    )


def delivery_answer(delivery: Delivery, timeline: Sequence[Event]) -> DeliveryAnswer:
    """A delivery with its timeline and both receipts."""
    transport, business = delivery.transport_receipt, delivery.business_receipt
    return DeliveryAnswer(
        **dict(brief_of(delivery)),
        parts=delivery.envelope.parts,
        envelope=delivery.envelope_jws.decode("ascii"),
        timeline=_happenings(timeline),
        transport_receipt=None
        if transport is None
        else TransportReceiptHeld(jws=transport.decode("ascii"), says=_says(transport, TransportReceipt)),
        business_receipt=_business(business),
    )


def waiting_of(arrival: Arrival) -> ArrivalBrief:
    """An arrival as a list shows it."""
    return ArrivalBrief(
        id=arrival.id,
        sender=arrival.sender,
        state=arrival.state,
        purpose=arrival.envelope.purpose,
        received=arrival.received,
        attempts=arrival.attempts,
        next_attempt=arrival.next_attempt,
        problem=arrival.problem,
        trace=arrival.trace,
        parts=arrival.envelope.parts,
    )


def arrival_answer(arrival: Arrival, timeline: Sequence[Event]) -> ArrivalAnswer:
    """An arrival with its timeline and our receipt."""
    return ArrivalAnswer(
        **dict(waiting_of(arrival)),
        envelope=arrival.envelope_jws.decode("ascii"),
        timeline=_happenings(timeline),
        receipt=_business(arrival.business_receipt),
    )


def alarm_answer(alarm: Alarm) -> AlarmAnswer:
    """An alarm that was kept."""
    return AlarmAnswer(
        number=alarm.number or 0,
        at=alarm.at,
        code=alarm.code,
        peer=alarm.peer,
        message=alarm.message,
        acknowledged=alarm.acknowledged,
    )


def _business(receipt: bytes | None) -> BusinessReceiptHeld | None:
    if receipt is None:
        return None
    return BusinessReceiptHeld(jws=receipt.decode("ascii"), says=_says(receipt, BusinessReceipt))


def _says(receipt: bytes, kind: type[_Receipt]) -> _Receipt | None:
    """What a receipt says; its signature was checked when it came. None where a later version wrote it."""
    try:
        return kind.model_validate_json(parse_compact(receipt).payload or b"")
    except (Refused, ValidationError):
        return None


def _happenings(timeline: Sequence[Event]) -> tuple[Happening, ...]:
    return tuple(Happening(at=event.at, what=event.what, code=event.code) for event in timeline)
