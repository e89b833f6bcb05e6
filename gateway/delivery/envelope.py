"""The envelope: what one node says to another about the parts that it sends. Made and signed once."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from gateway.model.noun import Noun

PROTOCOL: Literal[1] = 1

ParticipantId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$")]
"""The name of a member organisation: a domain name, or an address of its own."""

MessageId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
"""A UUID in lower case (RFC 9562). Chosen by the sender, the same over all attempts."""

TraceId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""Random; follows a document through the logs of both nodes. Derived from nothing."""

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""

PartRole = Literal["original", "verdict", "translation", "derivation", "losses"]

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


def _time(value: Any) -> Any:
    """A time as it is printed: one spelling for each (RFC 3339 with `Z`, no fraction)."""
    if isinstance(value, dt.datetime):
        if value.utcoffset() is None:
            raise ValueError("expected a time with a zone")
        return value.astimezone(dt.UTC).replace(microsecond=0)
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError("expected YYYY-MM-DDTHH:MM:SSZ")
    return dt.datetime.fromisoformat(value)


Time = Annotated[
    dt.datetime,
    BeforeValidator(_time),
    PlainSerializer(lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ"), when_used="json"),
]
"""A moment in UTC, in whole seconds; written `2026-03-01T09:30:00Z` and in no other way."""


class Part(Noun):
    """One part of a message: what it is, and which octets. `size` is in octets."""

    role: PartRole
    sha256: Digest
    size: int = Field(ge=0, lt=2**53)
    media_type: str = Field(min_length=3, max_length=100, pattern=r"^[!-~]+/[!-~]+( *;[ -~]*)?$")


class Envelope(Noun):
    """What is sent, by whom, to whom, for what, until when.

    id       of the message; with `sender` it names the delivery at both ends
    expires  from then on nobody accepts it any more; the sender's horizon
    purpose  why it is sent: a word that both registries know, never about a person
    consent  the digest of a consent statement that the two registries keep; None where none is needed
    via      the participants that this document passed through before `sender`: each node that forwards adds itself
    parts    the original; then perhaps the sender's verdict on it; then each translation, followed by its derivation
             and its losses. The octets travel in this order
    """

    protocol: Literal[1] = PROTOCOL
    id: MessageId
    sender: ParticipantId = Field(alias="from")
    to: ParticipantId
    created: Time
    expires: Time
    purpose: str = Field(min_length=1, max_length=200, pattern=r"^[ -~]+$")
    consent: Digest | None = None
    via: tuple[ParticipantId, ...] = Field(default=(), max_length=8)
    trace: TraceId
    parts: tuple[Part, ...] = Field(min_length=1, max_length=32)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.expires <= self.created:
            raise ValueError("expires: expected a time after created")
        if self.sender == self.to:
            raise ValueError("to: expected another participant than from")
        if _ORDER.fullmatch("".join(_LETTERS[part.role] for part in self.parts)) is None:
            raise ValueError("parts: expected original, verdict?, (translation, derivation?, losses?)*")
        return self


_LETTERS: dict[str, str] = {"original": "o", "verdict": "v", "translation": "t", "derivation": "d", "losses": "l"}
_ORDER = re.compile("ov?(td?l?)*")


def message_id(now: dt.datetime, random: bytes) -> str:
    """A new id, of the time and ten random octets: a UUID of version 7 (RFC 9562, section 5.7).

    Ids of one time stand together in an index, so that old messages don't slow down new ones.
    """
    milliseconds = int(now.timestamp() * 1000)
    value = (milliseconds << 80) | int.from_bytes(random[:10], "big")
    value = (value & ~(0xF << 76)) | (7 << 76)
    return str(uuid.UUID(int=(value & ~(0b11 << 62)) | (0b10 << 62)))
