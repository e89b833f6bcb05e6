"""What the options of `verify` say a document is judged by, with what the outside was asked where that is allowed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.drivers.evidence_files import keep_evidence, load_evidence
from gateway.drivers.reach import Reach
from gateway.errors import RequestError
from gateway.kit.contract import Adapter
from gateway.node import startup
from gateway.node.startup import Node
from gateway.proofs.budget import Budget
from gateway.verify.evidence import Answers
from gateway.verify.gathering import Gathered
from gateway.verify.online import stands
from gateway.verify.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Judging:
    """The options of `verify` as they were given."""

    trust: tuple[str, ...] = ()
    policy: str | None = None
    at: dt.datetime | None = None
    evidence: Path | None = None
    online: bool = False
    keep_evidence: Path | None = None

    @property
    def is_callers(self) -> bool:
        """Whether a caller's own terms are given, so that a node's don't hold."""
        return bool(self.trust or self.policy or self.at or self.evidence)

    def terms(self, octets: bytes, adapters: Sequence[Adapter]) -> Terms:
        """The terms for one document, by these options alone."""
        return self.ask(octets, adapters, self._made) if self.online else self.offline()

    def offline(self) -> Terms:
        """The terms for any document, where nobody is asked."""
        return self._made(self.given())

    def given(self) -> Answers:
        """The answers in the folder that was named.

        Raises:
            RequestError: `request.keep_needs_online`.
        """
        if self.keep_evidence is not None and not self.online:
            raise RequestError(
                "request.keep_needs_online",
                "--keep-evidence keeps what was answered, and nothing is asked without --online",
                advice="add --online, or leave --keep-evidence out",
            )
        return load_evidence(self.evidence) if self.evidence is not None else {}

    def ask(
        self,
        octets: bytes,
        adapters: Sequence[Adapter],
        make_terms: Callable[[Answers], Terms],
        reach: Reach | None = None,
    ) -> Terms:
        """The terms with what the outside answered, kept where that was asked for; by default any public host."""
        from gateway.node.online import ask_about

        given = self.given()
        reach = reach or Reach()
        asking = ask_about(octets, reach, adapters, make_terms, trust=self.trust, given=given, now=startup.right_now)
        terms = asyncio.run(asking)
        if self.keep_evidence is not None:
            keep_evidence(self.keep_evidence, [a for url, a in terms.evidence.items() if url not in given])
        return terms

    def _made(self, answers: Answers) -> Terms:
        return startup.terms(self.trust, policy=self.policy, at=self.at, answers=answers)


@dataclass(frozen=True, kw_only=True)
class InPlace:
    """What the source is judged by, in place of the node's own terms; None where those hold as they are.

    `of_caller`: it is a caller's judgement, by which nothing is sealed.
    """

    terms: Terms | None
    of_caller: bool


def terms_in_place(node: Node, judging: Judging, octets: bytes, now: dt.datetime) -> InPlace:
    """The terms that the options ask for. Answers are the node's own where each is attested by one of its witnesses."""
    given = judging.given()
    attested = judging.evidence is None or _attested_for(node, given, now)
    own = attested and not (judging.trust or judging.policy or judging.at)

    def made(answers: Answers) -> Terms:
        present = startup.right_now()  # it goes on while others are asked
        if own:
            return node.terms(present, Gathered(answers=answers))
        return node.terms_of_caller(judging.trust, judging.policy, judging.at, present, answers)

    if judging.online:
        asked = judging.ask(octets, node.adapters, made, node.reach if own else None)
        return InPlace(terms=asked, of_caller=not own or node.reach is None)
    return InPlace(terms=made(given) if judging.is_callers else None, of_caller=not own)


def _attested_for(node: Node, given: Answers, now: dt.datetime) -> bool:
    """Whether there are answers, each attested by a witness of the node: nobody attests an empty folder."""
    terms = node.terms(now)
    return bool(given) and all(stands(answer, terms, Budget()) for answer in given.values())
