"""The envelope: what one node says to another about the parts that it sends. Made and signed once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

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

PartRole = Literal["original", "translation", "derivation", "losses", "verdict"]


class Part(Noun):
    """One part of a message: what it is, and which octets. `size` is in octets."""

    role: PartRole
    sha256: Digest
    size: int = Field(ge=0)
    media_type: str = Field(min_length=3, max_length=100, pattern=r"^[!-~]+/[!-~]+( *;[ -~]*)?$")


class Envelope(Noun):
    """What is sent, by whom, to whom, for what, until when.

    id       of the message; with `sender` it names the delivery at both ends
    expires  from then on nobody accepts it any more; the sender's horizon
    purpose  why it is sent: a word that both registries know, never about a person
    consent  the digest of a consent statement that the two registries keep; None where none is needed
    via      the participants that this document passed through before `sender`: each node that forwards adds itself
    parts    one original first; then for each translation its own; the octets travel in this order
    """

    protocol: Literal[1] = PROTOCOL
    id: MessageId
    sender: ParticipantId = Field(alias="from")
    to: ParticipantId
    created: dt.datetime
    expires: dt.datetime
    purpose: str = Field(min_length=1, max_length=200, pattern=r"^[ -~]+$")
    consent: Digest | None = None
    via: tuple[ParticipantId, ...] = Field(default=(), max_length=8)
    trace: TraceId
    parts: tuple[Part, ...] = Field(min_length=1, max_length=32)
