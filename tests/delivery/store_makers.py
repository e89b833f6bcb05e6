"""Deliveries, arrivals and receipts for tests of stores. The envelopes say what they should; nobody signed them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid

from gateway.delivery.envelope import Envelope
from gateway.delivery.states import Arrival, ArrivalState, Delivery, DeliveryState, OutgoingReceipt
from gateway.readers.base64 import encode_base64url

NOW = dt.datetime(2026, 6, 1, 12, 0, 0, 250, tzinfo=dt.UTC)
US, PEER, OTHER = "north.example", "south.example", "west.example"
HOUR = dt.timedelta(hours=1)


def after(hours: float) -> dt.datetime:
    return NOW + hours * HOUR


def message_id(seed: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, repr(seed)))


def digest(seed: object) -> str:
    return hashlib.sha256(repr(seed).encode()).hexdigest()


def envelope(seed: object, *, sender: str = US, to: str = PEER, hours: float = 72) -> tuple[bytes, Envelope]:
    """An envelope as JWS (with a signature that is none), and what it says."""
    said = Envelope(
        id=message_id(seed),
        sender=sender,
        to=to,
        created=NOW,
        expires=after(hours),
        purpose="enrolment",
        trace=digest(seed)[:32],
        parts=({"role": "original", "sha256": digest((seed, "part")), "size": 3, "media_type": "text/xml"},),  # type: ignore[arg-type]
    )
    header = encode_base64url(json.dumps({"alg": "EdDSA", "typ": "testamur-envelope+jws"}).encode())
    payload = encode_base64url(said.model_dump_json(by_alias=True).encode())
    return f"{header}.{payload}.{encode_base64url(digest(seed).encode())}".encode(), said


def delivery(seed: object = 1, *, peer: str = PEER, key: str | None = None, asked: str | None = None) -> Delivery:
    jws, said = envelope(seed, to=peer)
    return Delivery(
        id=said.id,
        peer=peer,
        state=DeliveryState.QUEUED,
        created=NOW,
        expires=said.expires,
        trace=said.trace,
        envelope_jws=jws,
        envelope=said,
        body=digest((seed, "body")),
        size=2000,
        next_attempt=NOW,
        idempotency_key=key,
        request_sha256=asked,
    )


def arrival(seed: object = 1, *, sender: str = PEER) -> Arrival:
    jws, said = envelope(seed, sender=sender, to=US)
    return Arrival(
        sender=sender,
        id=said.id,
        state=ArrivalState.RECEIVED,
        received=NOW,
        expires=said.expires,
        trace=said.trace,
        envelope_jws=jws,
        envelope=said,
        envelope_sha256=hashlib.sha256(jws).hexdigest(),
        body=digest((seed, "body")),
        size=2000,
        transport_receipt=b"transport " + said.id.encode(),
        next_attempt=NOW,
    )


def answer(to: Arrival, when: dt.datetime = NOW) -> OutgoingReceipt:
    """The business receipt for an arrival."""
    return OutgoingReceipt(
        peer=to.sender,
        message=to.id,
        receipt_jws=b"business " + to.id.encode(),
        created=when,
        expires=when + 72 * HOUR,
        trace=to.trace,
        next_attempt=when,
    )
