"""The receiver's decision about a message: from what its own verification found, and what it may hand over.

Pure. It never believes the sender: the original's verdict is the receiver's, each translation was derived again from
that original. What is refused, and why, is told in the business receipt; so is what couldn't be checked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.delivery.receipt import BusinessReceipt, Checked, Rerun
from gateway.delivery.signing import SignedEnvelope
from gateway.model.verdict import Indication
from gateway.translate.reproduction import Outcome

Unproven = Literal["hand_over", "refuse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePolicy:
    """What the registry takes that isn't proven: an original that is INDETERMINATE, a translation not run again."""

    indeterminate: Unproven = "hand_over"
    not_rerun: Unproven = "hand_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationFound:
    """What was found of one translation.

    seal     whose seal it carries: `peer`, one of those pinned for the sender; `other`, another's or broken; `none`
    outcome  of running its derivation again; None where it came without a signed derivation or its list of losses
    """

    sha256: str
    seal: Literal["peer", "other", "none"]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`accepted` for hand-over, or `refused` with the code of the first reason; and what it rests on."""

    decision: Literal["accepted", "refused"]
    reason: str | None
    original: Checked
    translations: tuple[Rerun, ...]


def decide(
    original: Checked, translations: Sequence[TranslationFound], policy: ReceivePolicy | None = None
) -> Decision:
    """The decision. One bad translation refuses the message: it says of its sender what can't be sorted out here.

    Reasons, the gravest first: `original.failed`, `translation.differs`, `translation.seal` (none, or not one pinned
    for the sender), `translation.derivation` (none), `original.indeterminate` and `translation.not_rerun` (by policy).
    """
    policy = policy or ReceivePolicy()
    outcomes = [found.outcome for found in translations]
    refusals = {
        "original.failed": original.verdict is Indication.FAILED,
        "translation.differs": Outcome.DIFFERS in outcomes,
        "translation.seal": any(found.seal != "peer" for found in translations),
        "translation.derivation": None in outcomes,
        "original.indeterminate": policy.indeterminate == "refuse" and original.verdict is Indication.INDETERMINATE,
        "translation.not_rerun": policy.not_rerun == "refuse" and Outcome.NOT_HERE in outcomes,
    }
    reason = next((code for code, holds in refusals.items() if holds), None)
    return Decision(
        decision="accepted" if reason is None else "refused",
        reason=reason,
        original=original,
        translations=tuple(Rerun(sha256=f.sha256, outcome=f.outcome or Outcome.NOT_HERE) for f in translations),
    )


def business_receipt(signed: SignedEnvelope, decision: Decision, now: dt.datetime) -> BusinessReceipt:
    """The receipt that tells the sender of the decision."""
    envelope = signed.envelope
    return BusinessReceipt(
        message=envelope.id,
        envelope_sha256=signed.sha256,
        sender=envelope.to,
        to=envelope.sender,
        decided=now,
        trace=envelope.trace,
        decision=decision.decision,
        reason=decision.reason,
        original=decision.original,
        translations=decision.translations,
    )
