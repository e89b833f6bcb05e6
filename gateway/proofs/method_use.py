"""What the controller of a key lets it do, and until when."""

from __future__ import annotations

import datetime as dt

from gateway.model.verdict import SubIndication
from gateway.proofs.dids import VerificationMethod
from gateway.proofs.jose.steps import Steps

PURPOSE = "assertionMethod"
"""The only purpose for which a credential is vouched: a login is no statement."""


def check_use(method: VerificationMethod, now: dt.datetime, steps: Steps) -> None:
    """Whether the controller of a key lets it state anything now; nothing is said where he does."""
    if method.purposes is not None and PURPOSE not in method.purposes:
        message = (
            f"The key's controller doesn't list it under {PURPOSE}: it may not state anything in its name. "
            "Don't rely on it as it is: ask the issuer for it."
        )
        steps.open("signature.purpose", SubIndication.SIG_CONSTRAINTS_FAILURE, message)
    ended = [moment for text in (method.expires, method.revoked) if (moment := zoned(text)) is not None]
    if any(moment <= now for moment in ended):
        message = (
            "The key has expired or was revoked since, and nothing proves that the proof is older: ask for a new one."
        )
        steps.open("signature.key_life", SubIndication.OUT_OF_BOUNDS_NO_POE, message)


def zoned(text: str | None) -> dt.datetime | None:
    """A time with a zone (RFC 3339); None where it is none."""
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
