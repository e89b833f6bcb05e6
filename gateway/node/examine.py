"""Looking at what a peer sent, as if nothing it says were true: the original by our own trust, each translation anew.

Pure but for the clock's time that is given: it runs in the work thread. The original is verified once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from gateway.delivery.decision import TranslationFound
from gateway.delivery.receipt import Checked
from gateway.errors import Refused
from gateway.model.verdict import Indication, SubIndication, Verdict
from gateway.node.reproduce import run_again
from gateway.node.startup import Node
from gateway.translate.papers import paper
from gateway.translate.reproduction import Outcome, Reproduction
from gateway.trust.anchors import key_sha256
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReceivedPart:
    """A part of a message. `octets` None where it is over the limit of documents: carried, and not looked at."""

    sha256: str
    octets: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReceivedTranslation:
    """A translation, and the derivation that came with it."""

    part: ReceivedPart
    derivation: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Received:
    """The parts that are looked at; a sender's losses and verdict are not among them."""

    original: ReceivedPart
    translations: tuple[ReceivedTranslation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Examined:
    """What was found. `verdict` None where the original is too large; `reruns` None where nothing could be run."""

    original: Checked
    verdict: Verdict | None
    translations: tuple[TranslationFound, ...]
    reruns: tuple[Reproduction | None, ...]

    def account(self) -> bytes:
        """The account for the registry: the verdict, and what running the derivation again showed."""
        pairs = zip(self.translations, self.reruns, strict=True)
        return paper(
            {
                "original": _verdict_of(self.original, self.verdict),
                "translations": [_rerun_of(found, rerun) for found, rerun in pairs],
            }
        )


def examine(node: Node, received: Received, terms: Terms, seals: frozenset[str]) -> Examined:
    """Verify the original, and run the derivation again; `seals` are the keys that the sender seals with."""
    part = received.original
    if part.octets is None:
        checked = Checked(sha256=part.sha256, verdict=Indication.INDETERMINATE, sub_indication=SubIndication.TOO_LARGE)
        found = tuple(TranslationFound(sha256=t.part.sha256, seal="none", outcome=None) for t in received.translations)
        return Examined(original=checked, verdict=None, translations=found, reruns=(None,) * len(found))
    document = verify(part.octets, adapters=node.adapters, terms=terms)
    found, reruns = _translations(node, received, document, replace(terms, conformity=False), seals)
    return Examined(
        original=_checked(part, document.verdict), verdict=document.verdict, translations=found, reruns=reruns
    )


def _checked(part: ReceivedPart, verdict: Verdict) -> Checked:
    return Checked(
        sha256=part.sha256,
        verdict=verdict.verdict,
        sub_indication=verdict.sub_indication,
        caveats=verdict.caveats,
        conformity=verdict.conformity,
    )


def _translations(
    node: Node, received: Received, source: VerifiedDocument, terms: Terms, seals: frozenset[str]
) -> tuple[tuple[TranslationFound, ...], tuple[Reproduction | None, ...]]:
    """Results of one derivation are run again together."""
    found: list[TranslationFound] = []
    reruns: list[Reproduction | None] = []
    for derivation, group in groupby(received.translations, key=lambda one: one.derivation):
        parts = [one.part for one in group]
        delivered = [_delivered(node, part, terms) for part in parts]
        for part, document, rerun in zip(
            parts, delivered, _run_again(node, derivation, source, delivered), strict=True
        ):
            outcome = None if rerun is None else rerun.outcome
            found.append(TranslationFound(sha256=part.sha256, seal=_seal(document, seals), outcome=outcome))
            reruns.append(rerun)
    return tuple(found), tuple(reruns)


def _delivered(node: Node, part: ReceivedPart, terms: Terms) -> VerifiedDocument | None:
    return None if part.octets is None else verify(part.octets, adapters=node.adapters, terms=terms)


def _run_again(
    node: Node, derivation: bytes | None, source: VerifiedDocument, delivered: Sequence[VerifiedDocument | None]
) -> tuple[Reproduction | None, ...]:
    """None for each translation that has no derivation, or none that can be read."""
    if derivation is None:
        return (None,) * len(delivered)
    try:
        answers = run_again(node, derivation, source, delivered)
    except Refused:
        return (None,) * len(delivered)
    return tuple(
        answer.reproduction if document is not None else Reproduction(outcome=Outcome.NOT_HERE)
        for answer, document in zip(answers, delivered, strict=True)
    )


def _seal(document: VerifiedDocument | None, seals: frozenset[str]) -> Literal["peer", "other", "none"]:
    """Whose seal a translation carries; whether it holds is found when it is compared."""
    own = [proof for proof in document.proofs if proof.role == "document"] if document is not None else []
    if not own:
        return "none"
    return "peer" if all(p.key is not None and key_sha256(p.key) in seals for p in own) else "other"


def _verdict_of(checked: Checked, verdict: Verdict | None) -> Mapping[str, Any]:
    told = checked.model_dump(mode="json") if verdict is None else verdict.model_dump(mode="json", by_alias=True)
    return {"sha256": checked.sha256, **told}


def _rerun_of(found: TranslationFound, rerun: Reproduction | None) -> Mapping[str, Any]:
    told = rerun.model_dump(mode="json") if rerun is not None else {"outcome": None}
    return {"sha256": found.sha256, "seal": found.seal, **told}
