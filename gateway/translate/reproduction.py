"""Running a translation again from its derivation, and comparing: the receiver's half of "never believe a translation".

Four outcomes:

    reproduced                       every octet compared is equal, page images included
    reproduced, pages not compared   equal without page images; whoever drew them isn't installed here
    differs                          something isn't what the source gives, and where
    cannot be re-run here            another version of an adapter or of its tables, so nothing can be said

The core of a delivered translation is taken from the delivered file itself, never from a digest that the derivation
names: a sender that lies in both is found out here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.errors import TestamurError
from gateway.kit.contract import Adapter, Draft, Form
from gateway.kit.guard import guarded
from gateway.model.noun import Noun
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.translate.derivation import AdapterUsed, Derivation, GatewayUsed, Result, results_of
from gateway.translate.differences import MOST, differing_places
from gateway.translate.engine import Renderer, Translation, core_of, sha256
from gateway.translate.papers import losses_paper


class Outcome(StrEnum):
    """What running it again showed."""

    REPRODUCED = "reproduced"
    PAGES_NOT_COMPARED = "reproduced, pages not compared"
    DIFFERS = "differs"
    NOT_HERE = "cannot be re-run here"


class Difference(Noun):
    """One thing that isn't as the derivation, or the delivered file, says.

    what         derivation | source | verdict | issuer | losses | count | result | core | pages | seal
    explanation  one sentence
    places       where in the documents (at most ten), never what stands there
    """

    what: str
    explanation: str
    places: tuple[str, ...] = ()


class Reproduction(Noun):
    """The outcome, what differs, and why it couldn't be run again."""

    outcome: Outcome
    differences: tuple[Difference, ...] = ()
    obstacles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A delivered translation out of its seal.

    body    what the seal covers; the file itself where it carries none
    seal    the kind of the seal it carries, None where there is none
    holds   whether the seal holds over the body, by its own key
    form    of a credential, how it is packed
    inside  the credentials inside that have a seal of their own: whether it holds, by the same key
    around  what it is packed in besides its seal, from the outside in
    """

    body: bytes
    seal: str | None
    holds: bool
    form: Form | None = None
    inside: Mapping[str, bool] = field(default_factory=dict)
    around: tuple[str, ...] = ()


def obstacles(derivation: Derivation, here: Mapping[str, AdapterUsed], gateway: GatewayUsed) -> tuple[str, ...]:
    """Why the translation can't be run again here; empty where it can."""
    used = dict.fromkeys((derivation.reader, derivation.writer))
    found = [_obstacle(adapter, here.get(adapter.id)) for adapter in used]
    if gateway.tables_sha256 != derivation.gateway.tables_sha256:
        found.append(f"the gateway has other code tables here ({gateway.version}; there {derivation.gateway.version})")
    if derivation.agreements:
        found.append("the translation applied recognition agreements, which this version doesn't know")
    return tuple(obstacle for obstacle in found if obstacle)


def _obstacle(used: AdapterUsed, here: AdapterUsed | None) -> str:
    if here is None:
        return f"the adapter {used.id!r} isn't installed here"
    if here.version != used.version:
        return f"the adapter {used.id!r} is version {here.version} here, the translation was made with {used.version}"
    if here.tables_sha256 != used.tables_sha256:
        return f"the adapter {used.id!r} {used.version} has other code tables here"
    return ""


def same_renderer(derivation: Derivation, renderer: Renderer | None) -> bool:
    """Whether pages drawn here have to be equal to those of the translation."""
    used = derivation.renderer
    if used is None:
        return True
    return renderer is not None and (renderer.name, renderer.version) == (used.name, used.version)


def compare(
    derivation: Derivation,
    again: Translation,
    target: Adapter,
    *,
    pages: bool,
    delivered: Delivered | None,
    limits: Limits = DEFAULT_LIMITS,
) -> Reproduction:
    """Compare a translation run again with the derivation, and with a delivered file where there is one.

    `pages` says that `again` was drawn by the renderer of the derivation, so that whole bodies can be compared.
    """
    comparison = _Comparison(derivation, again, target, pages=pages, limits=limits)
    found = [*comparison.with_derivation(), *(comparison.with_delivered(delivered) if delivered is not None else ())]
    if found:
        return Reproduction(outcome=Outcome.DIFFERS, differences=tuple(found))
    baked = delivered is not None and delivered.form == "png"  # the picture around it is nobody's statement
    return Reproduction(outcome=Outcome.REPRODUCED if pages and not baked else Outcome.PAGES_NOT_COMPARED)


class _Comparison:
    def __init__(
        self, derivation: Derivation, again: Translation, target: Adapter, *, pages: bool, limits: Limits
    ) -> None:
        self.derivation = derivation
        self.again = again
        self.target = target
        self.pages = pages
        self.limits = limits

    def with_derivation(self) -> Iterator[Difference]:
        """Are the digests that the derivation states those of the translation run again?"""
        named, ours = self.derivation.results, results_of(self.again, self.derivation.inputs())
        if len(named) != len(ours):
            yield Difference(what="count", explanation=f"the source gives {len(ours)} result(s), not {len(named)}")
            return
        if sha256(losses_paper(self.again.losses)) != self.derivation.losses.sha256:
            yield Difference(what="losses", explanation="the list of losses isn't the one that the source gives")
        for number, (theirs, mine) in enumerate(zip(named, ours, strict=True), 1):
            yield from self._digests(number, theirs, mine)

    def _digests(self, number: int, theirs: Result, mine: Result) -> Iterator[Difference]:
        if theirs.core_sha256 != mine.core_sha256:
            yield Difference(what="core", explanation=f"result {number} isn't what the source gives")
        elif self.pages and theirs.sha256 != mine.sha256:
            yield Difference(what="pages", explanation=f"the page images of result {number} aren't what is drawn here")
        if (theirs.seal, theirs.media_type, theirs.reports) != (mine.seal, mine.media_type, mine.reports):
            yield Difference(what="result", explanation=f"result {number} is described otherwise than it is")

    def with_delivered(self, delivered: Delivered) -> Iterator[Difference]:
        """Is the delivered file one of the results? Where its octets are, no part of it needs to be looked for."""
        drafts = self.again.drafts[: len(self.derivation.results)]
        same = next((number for number, draft in enumerate(drafts) if draft.body == delivered.body), None)
        if same is not None:
            yield from self._seal(delivered, self.derivation.results[same], drafts[same])
            yield from self._named(delivered, self.again.bodies[same], self.derivation.results[same])
        else:
            yield from self._otherwise(delivered, drafts)
        yield from self._packing(delivered)

    def _packing(self, delivered: Delivered) -> Iterator[Difference]:
        """Nothing that this node makes is packed in anything but a picture: whoever opens it would see something else.

        A picture may show other grades than the file inside it, and another reader may not look inside at all.
        """
        expected = ("png",) if self.derivation.form == "png" else ()
        if delivered.around != expected:
            got, made = " of ".join(delivered.around) or "nothing", " of ".join(expected) or "nothing"
            yield Difference(what="result", explanation=f"the delivered file is packed in {got}, it was made in {made}")

    def _otherwise(self, delivered: Delivered, drafts: tuple[Draft, ...]) -> Iterator[Difference]:
        """What differs, where it isn't a result octet by octet; page images that can't be drawn here do no harm."""
        core = self._delivered_core(delivered)
        cores = [self._form(core_of(self.target, draft), delivered) for draft in drafts]
        number = cores.index(core) if core in cores else 0
        theirs, mine = self.derivation.results[number], drafts[number]
        yield from self._seal(delivered, theirs, mine)
        if core != cores[number]:
            yield Difference(
                what="core",
                explanation="the delivered translation says something else than the source gives",
                places=differing_places(cores[number], core, limits=self.limits),
            )
        elif self.pages and self._form(delivered.body, delivered) != self._form(mine.body, delivered):
            yield Difference(what="pages", explanation="the page images delivered aren't what is drawn here")
        else:
            yield from self._named(delivered, sha256(delivered.body), theirs)

    def _named(self, delivered: Delivered, digest: str, theirs: Result) -> Iterator[Difference]:
        """Whether the file delivered, which has this digest, is the one that the derivation names."""
        if not self._is_canonical(delivered) and digest != theirs.sha256:
            what = "pages" if self.target.manifest.pages else "result"
            yield Difference(what=what, explanation="the file delivered isn't the one that the derivation names")

    def _seal(self, delivered: Delivered, theirs: Result, mine: Draft) -> Iterator[Difference]:
        if delivered.seal != theirs.seal:
            got, expected = delivered.seal or "none", theirs.seal or "none"
            yield Difference(
                what="seal", explanation=f"the delivered file's seal is {got}, the derivation says {expected}"
            )
        elif delivered.seal is not None and not delivered.holds:
            yield Difference(what="seal", explanation="the seal of the delivered file doesn't hold: it was altered")
        elif delivered.form != self.derivation.form:
            packed = f"{delivered.form or 'none'}, not {self.derivation.form or 'none'}"
            yield Difference(what="seal", explanation=f"the delivered file's form is {packed}")
        else:
            yield from self._inside(delivered, mine.inner if delivered.seal is not None else ())

    def _inside(self, delivered: Delivered, sealed: tuple[str, ...]) -> Iterator[Difference]:
        """The credentials inside that are sealed apart are those that have to be, each by the key of the whole."""
        missing = set(sealed) - delivered.inside.keys()
        wrong = {place for place, holds in delivered.inside.items() if not holds or place not in sealed}
        if missing or wrong:
            yield Difference(
                what="seal",
                explanation="credentials inside aren't sealed as the whole is, or were altered",
                places=tuple(sorted(missing | wrong)[:MOST]),
            )

    def _core(self, body: bytes, delivered: Delivered) -> bytes:
        return self._form(guarded(self.target, lambda a: a.core(body)), delivered)

    def _delivered_core(self, delivered: Delivered) -> bytes:
        """The core of the delivered body; the body itself where it is nothing that the adapter writes."""
        try:
            return self._core(delivered.body, delivered)
        except TestamurError:
            return delivered.body

    def _is_canonical(self, delivered: Delivered) -> bool:
        return delivered.seal == self.target.manifest.seal == "xmldsig"

    def _form(self, body: bytes, delivered: Delivered) -> bytes:
        """The octets to compare. What an XML seal covers is the canonical form, so that is compared there."""
        if not self._is_canonical(delivered):
            return body
        from lxml import etree

        from gateway.readers.xml import parse_xml

        return etree.tostring(parse_xml(body, self.limits), method="c14n", with_comments=False)
