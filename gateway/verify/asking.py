"""The port by which a question is put to the outside, and what comes of it: an answer, or why none came.

Judging asks nobody: it says which questions are open, and is given what came of them (`Terms.evidence`,
`Terms.unanswered`). Between two judgements whoever gathers puts each open question to an `Asker`. Answers can raise
further questions (a status list is signed by a key whose DID document must be looked up), so that is done in rounds, of
a bounded number.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from gateway.kit.contract import EvidenceRequest
from gateway.model.verdict import Finding, Status, SubIndication
from gateway.verify.evidence import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """Why none came: a stable code (docs/reference/errors.md, `online.*`) and half a sentence, without personal data.

    The address isn't in it: the address of a hosted badge tells whose it is.
    """

    code: str
    why: str


Unanswered = Mapping[str, NoAnswer]
"""By the address that was asked in vain."""


OF_THIS_PROCESS = secrets.token_bytes(32)
"""A secret for names of answers that only this process has to know again."""


def name_of(question: EvidenceRequest, secret: bytes = OF_THIS_PROCESS) -> str:
    """The name under which what comes of a question is kept: its address; where something is posted, with its HMAC.

    What is posted may be a secret that opens a document, and a plain digest of a short one falls to whoever tries all.
    """
    if not question.form:
        return question.url
    asked = "\n".join(question.identity).encode()
    return f"{question.url}#{hmac.new(secret, asked, hashlib.sha256).hexdigest()}"


class Asker(Protocol):
    """Asks for one document, within one budget of time, octets and questions.

    May be called for several questions at the same time: it bounds by itself how many are under way. A question that
    was asked before isn't put again: the answer, or the want of one, is the same as before.
    """

    async def ask(self, question: EvidenceRequest) -> Answer | NoAnswer:
        """What was answered at the question's address; never raises for what the outside does.

        An answer with another status than success is an answer too: a revoked hosted badge may be 410 Gone.
        """
        ...


def open_question(why: str, nothing: NoAnswer | None = None) -> Finding:
    """What only an answer from outside could tell stays open, and is never taken for a good one.

    `why` is the question's; `nothing` is why asking was in vain, None where nobody was asked.
    """
    reason = "and none was given (--evidence, --online)" if nothing is None else f"and none came: {nothing.why}"
    return Finding(
        check="evidence.asked",
        status=Status.INDETERMINATE,
        about="" if nothing is None else nothing.code,
        explanation=f"{why}: only an answer from outside could tell, {reason}",
        sub_indication=SubIndication.TRY_LATER,
    )
