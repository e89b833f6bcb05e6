"""Receipts: signed answers to an envelope, verifiable offline years later (docs/protocol.md).

A transport receipt says: the octets that the envelope names are on our disk. A business receipt says what became of
them: what the receiver's own verification found, and what running the derivation again showed.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from gateway.delivery.envelope import PROTOCOL, Digest, MessageId, ParticipantId, Time, TraceId
from gateway.model.noun import Noun
from gateway.model.verdict import Caveat, Conformity, Indication, SubIndication
from gateway.translate.reproduction import Outcome


class TransportReceipt(Noun):
    """The receiver holds every part, flushed to disk, and will decide about them.

    `sender` is who signs this receipt: the receiver of the message. `message` and `envelope_sha256` (of the envelope's
    octets, the compact JWS) bind it to one message.
    """

    protocol: Literal[1] = PROTOCOL
    kind: Literal["transport"] = "transport"
    message: MessageId
    envelope_sha256: Digest
    sender: ParticipantId = Field(alias="from")
    to: ParticipantId
    received: Time
    trace: TraceId


class Checked(Noun):
    """What the receiver's own verification of the original found."""

    sha256: Digest
    verdict: Indication
    sub_indication: SubIndication | None = None
    caveats: tuple[Caveat, ...] = ()
    conformity: Conformity = Conformity.NOT_CHECKED


class Rerun(Noun):
    """What running the derivation of one translation again showed. `sha256` is that of the translation delivered."""

    sha256: Digest
    outcome: Outcome


class BusinessReceipt(Noun):
    """The receiver's decision: `accepted` for hand-over to its registry, or `refused` with the code of the reason."""

    protocol: Literal[1] = PROTOCOL
    kind: Literal["business"] = "business"
    message: MessageId
    envelope_sha256: Digest
    sender: ParticipantId = Field(alias="from")
    to: ParticipantId
    decided: Time
    trace: TraceId
    decision: Literal["accepted", "refused"]
    reason: str | None = Field(default=None, pattern=r"^[a-z_]+(\.[a-z_]+)+$", max_length=100)
    original: Checked
    translations: tuple[Rerun, ...] = ()

    @model_validator(mode="after")
    def _with_reason(self) -> Self:
        if (self.reason is None) is (self.decision == "refused"):
            raise ValueError("reason: expected one exactly when refused")
        return self

    @model_validator(mode="after")
    def _of_one_mind(self) -> Self:
        """What no policy lets pass can't have been accepted."""
        differs = any(rerun.outcome is Outcome.DIFFERS for rerun in self.translations)
        if self.decision == "accepted" and (differs or self.original.verdict is Indication.FAILED):
            raise ValueError("decision: expected refused, as what was found says")
        return self
