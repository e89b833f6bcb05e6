"""What is sent of a document: the original, and beside it the sealed translation with its papers.

Pure but for the time that is given: it runs in a process of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.delivery.envelope import Part, PartRole
from gateway.delivery.problem import Stopped
from gateway.model.losses import Loss
from gateway.model.verdict import Indication, Verdict
from gateway.node.source import media_type_of
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, Withheld, translate_now
from gateway.translate.engine import choose_target
from gateway.translate.papers import losses_paper, verdict_paper
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.gathering import NOTHING, Gathered

ORIGINAL_ALONE = "original"
"""Asked for in the place of an adapter: no translation, whatever the peer wants."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PreparedPart:
    """A part and its octets; None where they are those of the document as it was given, wherever it was spooled."""

    part: Part
    octets: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Prepared:
    """The parts in their order. `verdict` None where the document is too large to be verified."""

    parts: tuple[PreparedPart, ...]
    verdict: Verdict | None
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What translation is wanted: `asked` by the submission, `peer_wants` by the peer's entry in the settings."""

    asked: str | None
    peer_wants: str | None
    languages: tuple[str, ...] = ()


def prepare(node: Node, document: bytes | Path, wish: Wish, now: dt.datetime, gathered: Gathered = NOTHING) -> Prepared:
    """Verify a document (its octets, or the file that holds them), and translate it where that is wanted.

    `gathered` is what the outside answered about it.

    Raises:
        Stopped: `document.failed`, `translation.withheld` (422).
        RequestError, ConfigError: an adapter that isn't known, or can't be sealed with.
    """
    octets = document.read_bytes() if isinstance(document, Path) else document
    terms = node.terms(now, gathered)
    given = verify(octets, adapters=node.adapters, terms=terms)
    target = _target(wish)
    if target is None or (wish.asked is None and _is_at_home(node, given, target)):
        return _without_octets(_alone(given), octets)
    done = translate_now(
        node, Order(octets=octets, to=target, languages=wish.languages, terms=terms, of_caller=False), now, given
    )
    if isinstance(done, Withheld):
        raise _failed(done.verdict) if done.verdict.verdict is Indication.FAILED else _withheld(done)
    return _without_octets(_translated(done), octets)


def too_large(sha256: str, size: int) -> Prepared:
    """A document over the limit is carried as it is, and verified by nobody."""
    part = Part(role="original", sha256=sha256, size=size, media_type="application/octet-stream")
    return Prepared(parts=(PreparedPart(part=part, octets=None),), verdict=None)


def _without_octets(prepared: Prepared, given: bytes) -> Prepared:
    """Whoever gave the document has it: it needn't come back."""
    original, *others = prepared.parts
    if original.octets != given:  # an original that was enclosed in it
        return prepared
    return replace(prepared, parts=(replace(original, octets=None), *others))


def _target(wish: Wish) -> str | None:
    return None if wish.asked == ORIGINAL_ALONE else wish.asked or wish.peer_wants


def _is_at_home(node: Node, given: VerifiedDocument, target: str) -> bool:
    """Whether the document is of the family that the peer wants: then it needs no translation."""
    wanted = choose_target(node.adapters, target).manifest.family
    return given.adapter is not None and given.adapter.manifest.family == wanted


def _alone(given: VerifiedDocument) -> Prepared:
    if given.verdict.verdict is Indication.FAILED:
        raise _failed(given.verdict)
    parts = (_part("original", given.original, media_type_of(given)), _verdict_part(given.verdict))
    return Prepared(parts=parts, verdict=given.verdict)


def _translated(done: Translated) -> Prepared:
    if done.given.verdict.verdict is Indication.FAILED:
        raise _failed(done.given.verdict)
    return Prepared(parts=tuple(_parts(done)), verdict=done.verdict, losses=done.losses)


def _parts(done: Translated) -> Iterator[PreparedPart]:
    """The document that was translated is the original: where a derived file encloses it, that is what was taken.

    Each translation has its papers after it, though several results of one source share them.
    """
    yield _part("original", done.source.original, media_type_of(done.source))
    yield _verdict_part(done.verdict)
    if done.returned:
        return
    for result in done.results:
        yield _part("translation", result.octets, result.media_type)
        yield _part("derivation", done.derivation_octets, "application/jose")
        yield _part("losses", losses_paper(done.losses), "application/json")


def _verdict_part(verdict: Verdict) -> PreparedPart:
    return _part("verdict", verdict_paper(verdict), "application/json")


def _part(role: PartRole, octets: bytes, media_type: str) -> PreparedPart:
    digest = hashlib.sha256(octets).hexdigest()
    return PreparedPart(part=Part(role=role, sha256=digest, size=len(octets), media_type=media_type), octets=octets)


def _failed(verdict: Verdict) -> Stopped:
    reason = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    return Stopped(
        "document.failed",
        f"the document is FAILED{reason}: it isn't sent",
        status=422,
        stage="verify",
        advice="ask its issuer for a genuine file; `testamur verify` shows each check",
    )


def _withheld(done: Withheld) -> Stopped:
    message = f"its translation may not be sealed, and nothing is sent: {done.message} ({done.code})"
    advice = (
        "`testamur verify` shows what is open: trust its sealer in [[trust]], or ask for a file that can be verified; "
        f"`{ORIGINAL_ALONE}` in the place of an adapter (as) sends the original alone"
    )
    return Stopped("translation.withheld", message, status=422, stage="translate", advice=advice)
