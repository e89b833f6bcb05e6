"""Looking at what a peer sent, as if nothing it says were true: the original by our own trust, each translation anew.

Pure but for the clock's time that is given: it runs in a process of its own. The original is verified once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from gateway.delivery.decision import TranslationFound
from gateway.delivery.receipt import Checked
from gateway.delivery.states import Arrival
from gateway.errors import Refused
from gateway.model.verdict import Indication, SubIndication, Verdict
from gateway.node.reproduce import Answer, run_again, with_key_of
from gateway.node.source import media_type_of
from gateway.node.startup import Node
from gateway.translate.papers import paper
from gateway.translate.reproduction import Difference, Outcome, Reproduction
from gateway.trust.anchors import key_sha256
from gateway.verify.covered import Unsealed, unseal
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms

UNKNOWN = "application/octet-stream"
"""The media type of what nobody looked at."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReceivedPart:
    """A part of a message. `octets` None where it is over the limit of documents: carried, and not looked at."""

    sha256: str
    octets: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReceivedTranslation:
    """A translation, what its sender calls its media type, and the papers: the derivation, the digest of the losses."""

    part: ReceivedPart
    media_type: str
    derivation: bytes | None = None
    losses_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Received:
    """The parts that are looked at; a sender's verdict is not among them, and of its losses the digest alone."""

    original: ReceivedPart
    translations: tuple[ReceivedTranslation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Examined:
    """What was found. `verdict` None where the original is too large; `reruns` None where nothing could be run.

    `media_type` is the original's as it was read: what the sender calls it could make others see what nobody verified.
    """

    original: Checked
    media_type: str
    verdict: Verdict | None
    translations: tuple[TranslationFound, ...]
    reruns: tuple[Reproduction | None, ...]

    def account(self) -> bytes:
        """The account for the registry: the verdict, and what running the derivation again showed."""
        pairs = zip(self.translations, self.reruns, strict=True)
        return paper(
            {
                "original": {"media_type": self.media_type, **_verdict_of(self.original, self.verdict)},
                "translations": [_rerun_of(found, rerun) for found, rerun in pairs],
            }
        )


def examine(node: Node, received: Received, terms: Terms, seals: frozenset[str], *, rerun: bool = True) -> Examined:
    """Verify the original, and run the derivation again, unless `rerun` says not to.

    `seals` are the keys that the sender seals with.
    """
    part = received.original
    if part.octets is None:
        return unseen(received)
    document = verify(part.octets, adapters=node.adapters, terms=terms)
    found, reruns = _translations(node, received, document, terms, seals, rerun=rerun)
    return Examined(
        original=_checked(part, document.verdict),
        media_type=media_type_of(document),
        verdict=document.verdict,
        translations=found,
        reruns=reruns,
    )


def unseen(received: Received) -> Examined:
    """What is found where nothing was looked at: the original is INDETERMINATE, and no translation can be taken."""
    sha256 = received.original.sha256
    checked = Checked(sha256=sha256, verdict=Indication.INDETERMINATE, sub_indication=SubIndication.TOO_LARGE)
    found = tuple(TranslationFound(sha256=t.part.sha256, seal="none", outcome=None) for t in received.translations)
    return Examined(original=checked, media_type=UNKNOWN, verdict=None, translations=found, reruns=(None,) * len(found))


def found_type(arrival: Arrival) -> str:
    """The media type of an arrival's original as this node found it."""
    account = json.loads(arrival.account) if arrival.account is not None else {}
    return str(account.get("original", {}).get("media_type", UNKNOWN))


def _checked(part: ReceivedPart, verdict: Verdict) -> Checked:
    return Checked(
        sha256=part.sha256,
        verdict=verdict.verdict,
        sub_indication=verdict.sub_indication,
        caveats=verdict.caveats,
        conformity=verdict.conformity,
    )


def _translations(
    node: Node, received: Received, source: VerifiedDocument, terms: Terms, seals: frozenset[str], *, rerun: bool
) -> tuple[tuple[TranslationFound, ...], tuple[Reproduction | None, ...]]:
    """Results of one derivation are run again together."""
    found: list[TranslationFound] = []
    reruns: list[Reproduction | None] = []
    for derivation, grouped in groupby(received.translations, key=lambda one: one.derivation):
        group = tuple(grouped)
        keyed = with_key_of(terms, derivation)
        delivered = tuple(_delivered(one.part, keyed) for one in group)
        again = _run_again(node, derivation, source, group, delivered) if rerun else _not_run(group)
        for one, document, result in zip(group, delivered, again, strict=True):
            outcome = None if result is None else result.outcome
            found.append(TranslationFound(sha256=one.part.sha256, seal=_seal(document, seals), outcome=outcome))
            reruns.append(result)
    return tuple(found), tuple(reruns)


def _delivered(part: ReceivedPart, terms: Terms) -> Unsealed | None:
    """Out of its seal, and no more: what it says is compared with what the source gives, not read."""
    return None if part.octets is None else unseal(part.octets, terms)


def _not_run(group: Sequence[ReceivedTranslation]) -> tuple[Reproduction | None, ...]:
    """It was tried, and took too much: nothing can be said, unless papers are missing."""
    obstacle = "running it again goes over this node's limits for work"
    return tuple(
        Reproduction(outcome=Outcome.NOT_HERE, obstacles=(obstacle,)) if one.derivation and one.losses_sha256 else None
        for one in group
    )


def _run_again(
    node: Node,
    derivation: bytes | None,
    source: VerifiedDocument,
    group: Sequence[ReceivedTranslation],
    delivered: Sequence[Unsealed | None],
) -> tuple[Reproduction | None, ...]:
    """None for each translation without its papers: a derivation that can be read and is signed, and its losses."""
    if derivation is None:
        return (None,) * len(delivered)
    try:
        answers = run_again(node, derivation, source, delivered)
    except Refused:
        return (None,) * len(delivered)
    if answers[0].derivation is not None and (answers[0].signer is None or answers[0].derivation.draft):
        return (None,) * len(delivered)  # no seal key vouches for it, or it says itself that nothing was sealed
    complete = _is_complete(answers[0], delivered)
    return tuple(
        _reproduction(answer, one, document, source, complete=complete) if one.losses_sha256 is not None else None
        for answer, one, document in zip(answers, group, delivered, strict=True)
    )


def _is_complete(answer: Answer, delivered: Sequence[Unsealed | None]) -> bool:
    """Whether every result that the derivation names is there: one left out would be a loss that nobody lists."""
    bodies = {document.body for document in delivered if document is not None}
    too_large = sum(document is None for document in delivered)
    return answer.derivation is None or len(bodies) + too_large == len(answer.derivation.results)


def _reproduction(
    answer: Answer,
    one: ReceivedTranslation,
    document: Unsealed | None,
    source: VerifiedDocument,
    *,
    complete: bool,
) -> Reproduction:
    """What running it again showed, and what it doesn't look at: the papers beside the translation."""
    found = answer.reproduction if document is not None else Reproduction(outcome=Outcome.NOT_HERE)
    differences = list(found.differences)
    if answer.source is not None and answer.source is not source:
        differences.append(Difference(what="source", explanation="it was made from a document inside the original"))
    if answer.derivation is not None and one.losses_sha256 != answer.derivation.losses.sha256:
        differences.append(Difference(what="losses", explanation="the list of losses isn't the one it was made with"))
    if answer.derivation is not None and one.media_type not in {each.media_type for each in answer.derivation.results}:
        differences.append(
            Difference(what="result", explanation="it is sent as of another media type than it was made")
        )
    if not complete:
        differences.append(Difference(what="count", explanation="some of its results are missing, or stand twice"))
    if not differences:
        return found
    return Reproduction(outcome=Outcome.DIFFERS, differences=tuple(differences), obstacles=found.obstacles)


def _seal(document: Unsealed | None, seals: frozenset[str]) -> Literal["peer", "other", "none"]:
    """Whose seal a translation carries; one that doesn't hold is nobody's."""
    own = [proof for proof in document.proofs if proof.role == "document"] if document is not None else []
    if not own:
        return "none"
    held = [proof.key for proof in own if proof.covered is not None and proof.key is not None]
    return "peer" if len(held) == len(own) and all(key_sha256(key) in seals for key in held) else "other"


def _verdict_of(checked: Checked, verdict: Verdict | None) -> Mapping[str, Any]:
    told = checked.model_dump(mode="json") if verdict is None else verdict.model_dump(mode="json", by_alias=True)
    return {"sha256": checked.sha256, **told}


def _rerun_of(found: TranslationFound, rerun: Reproduction | None) -> Mapping[str, Any]:
    told = rerun.model_dump(mode="json") if rerun is not None else {"outcome": None}
    return {"sha256": found.sha256, "seal": found.seal, **told}
