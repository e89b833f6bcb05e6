"""Gathering what the outside knows of a document: questions, answers, and the questions that answers raise.

Async and outside judging: whoever gathers looks which questions are open, puts them to an `Asker`, and looks again with
what came of them. Then the document is judged once, purely, with all that was gathered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from gateway.kit.contract import EvidenceRequest
from gateway.verify.asking import OF_THIS_PROCESS, Asker, NoAnswer, Unanswered, name_of
from gateway.verify.evidence import Answer, Answers, methods_in
from gateway.verify.terms import Terms

ROUNDS = 4
"""A status list, its key's DID document, and one more for what an adapter asks of an answer; then it is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What came of the questions about one document, apart from by whom it is judged; goes to another process."""

    answers: Answers = field(default_factory=dict)
    unanswered: Unanswered = field(default_factory=dict)


NOTHING = Gathered()


async def ask_in_rounds(
    open_questions: Callable[[Gathered], Awaitable[Sequence[EvidenceRequest]]],
    asker: Asker,
    secret: bytes = OF_THIS_PROCESS,
    known: Gathered = NOTHING,
) -> Gathered:
    """What was answered, and why the rest wasn't; each question is asked once, and what is `known` not at all.

    `open_questions` says what is open yet with what was gathered: that needs the processor, and so is the caller's to
    put where such work is done. No answer is read here.
    """
    gathered = known
    for _ in range(ROUNDS):
        named = {name_of(question, secret): question for question in await open_questions(gathered)}
        asked = {name: question for name, question in named.items() if name not in gathered.unanswered}
        if not asked:
            break
        came = await asyncio.gather(*[asker.ask(question) for question in asked.values()])
        gathered = with_answers(gathered, dict(zip(asked, came, strict=True)))
    return gathered


def with_answers(gathered: Gathered, came: dict[str, Answer | NoAnswer]) -> Gathered:
    """What was gathered, and what came of some questions, by their names (`gateway.verify.asking.name_of`)."""
    answers = {name: one for name, one in came.items() if isinstance(one, Answer)}
    nothing = {name: one for name, one in came.items() if isinstance(one, NoAnswer)}
    return Gathered(answers={**gathered.answers, **answers}, unanswered={**gathered.unanswered, **nothing})


def told(terms: Terms, gathered: Gathered) -> Terms:
    """The terms with what was gathered, and the keys in it."""
    evidence = {**terms.evidence, **gathered.answers}
    return replace(
        terms,
        evidence=evidence,
        unanswered={**terms.unanswered, **gathered.unanswered},
        methods={**terms.methods, **methods_in(evidence.values())},
    )
