"""Asking as a command does it, in one process: a look at what is open, answers, and another look."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from gateway.kit.contract import EvidenceRequest
from gateway.verify.asking import Asker
from gateway.verify.gathering import Gathered, ask_in_rounds, told
from gateway.verify.terms import Terms


async def gather(
    terms: Terms, open_questions: Callable[[Terms], Awaitable[Sequence[EvidenceRequest]]], asker: Asker
) -> Terms:
    """The terms with what was answered, and why the rest wasn't."""

    async def still_open(gathered: Gathered) -> Sequence[EvidenceRequest]:
        return await open_questions(told(terms, gathered))

    return told(terms, await ask_in_rounds(still_open, asker, terms.secret))
