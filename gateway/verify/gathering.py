"""Gathering what the outside knows of a document: questions, answers, and the questions that answers raise.

Async and outside judging: whoever gathers looks which questions are open, puts them to an `Asker`, and looks again with
what came of them. Then the document is judged once, purely, with all that was gathered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from gateway.kit.contract import EvidenceRequest
from gateway.verify.asking import Asker, NoAnswer, Unanswered, name_of
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

OpenQuestions = Callable[[Terms], Awaitable[Sequence[EvidenceRequest]]]
"""What is open under some terms; needs the processor, and so is the caller's to put where that work is done."""


async def gather(terms: Terms, open_questions: OpenQuestions, asker: Asker) -> Terms:
    """The terms with what was answered, and why the rest wasn't; each question is asked once."""
    for _ in range(ROUNDS):
        named = {name_of(question, terms.secret): question for question in await open_questions(terms)}
        asked = {name: question for name, question in named.items() if name not in terms.unanswered}
        if not asked:
            break
        came = await asyncio.gather(*[asker.ask(question) for question in asked.values()])
        terms = told(terms, dict(zip(asked, came, strict=True)))
    return terms


def gathered_in(terms: Terms) -> Gathered:
    """What was gathered into some terms."""
    return Gathered(answers=dict(terms.evidence), unanswered=dict(terms.unanswered))


def told(terms: Terms, came: dict[str, Answer | NoAnswer]) -> Terms:
    """The terms with what came of some questions, by their names (`gateway.verify.asking.name_of`)."""
    answers = {url: one for url, one in came.items() if isinstance(one, Answer)}
    nothing = {url: one for url, one in came.items() if isinstance(one, NoAnswer)}
    evidence = {**terms.evidence, **answers}
    return replace(
        terms,
        evidence=evidence,
        unanswered={**terms.unanswered, **nothing},
        methods={**terms.methods, **methods_in(evidence.values())},
    )
