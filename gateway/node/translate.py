"""The use case: translate one file, seal it where that is allowed, and derive it.

verify ─▶ choose the source ─▶ read ─▶ translate ─▶ may it be sealed? ─▶ seal ─▶ derivation
"""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.drivers.did_keys import DidKey, SealingKey
from gateway.errors import Refused
from gateway.kit.contract import Adapter, Draft, Form, Reading, Source
from gateway.model.losses import Loss
from gateway.model.record import Organisation
from gateway.model.verdict import Indication, Verdict
from gateway.node.pictures import Baked, Baker, baker
from gateway.node.sealing import issuer_of, seal_draft, seal_key_for
from gateway.node.source import Chosen, choose, extension_of, is_derived, media_type_of, source_of
from gateway.node.startup import Node
from gateway.translate.derivation import (
    Derivation,
    Judgement,
    PolicyUsed,
    Tools,
    derivation_paper,
    derive,
    sign_derivation,
)
from gateway.translate.engine import Inputs, Translation, choose_target, require_renderer, sha256, translate
from gateway.translate.forms import choose_form, packed_extension, packed_type
from gateway.translate.issuer import PLACEHOLDER
from gateway.translate.languages import languages_of
from gateway.translate.papers import losses_paper, paper, verdict_paper
from gateway.translate.sealing import Grounds, is_simulated, may_be_sealed, open_questions
from gateway.trust.policies import Policy
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms


@dataclass(frozen=True, kw_only=True, repr=False)
class Order:
    """What is asked for.

    to              the id of the adapter to write with
    unsealed        a marked draft is enough
    terms           what the source is judged by, in place of the node's terms as they stand
    of_caller       whether those terms are the caller's, and never sealed; else they are the node's own, with what
                    the outside answered to its own questions
    form            how a credential is packed; None: as the settings of the seal say
    picture         the PNG that credentials are baked into (form "png"); None: a page is drawn of what each says
    languages       the languages wanted, the first being primary; empty: those of the titles
    require_passed  write nothing unless the source is PASSED
    """

    octets: bytes
    to: str
    unsealed: bool = False
    terms: Terms | None = None
    of_caller: bool = True
    form: Form | None = None
    picture: bytes | None = None
    languages: tuple[str, ...] = ()
    require_passed: bool = False

    @property
    def is_configured(self) -> bool:
        """Whether the source is judged by the node's own trust and policy, at the present time."""
        return self.terms is None or not self.of_caller

    @property
    def sealed(self) -> bool:
        """Whether a seal is asked for; a caller's own terms can't get one."""
        return not self.unsealed and self.is_configured


@dataclass(frozen=True, kw_only=True, repr=False)
class Written:
    """One result: the octets to deliver, what they are, and the ending of their file's name.

    `missing` are characters that the picture around it can't show.
    """

    octets: bytes
    media_type: str
    extension: str
    draft: Draft | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, repr=False)
class Translated:
    """A finished translation.

    given       the file as it was given, judged
    chosen      the document that was translated: the file itself, or the original enclosed in it
    returned    the enclosed original itself is the result: nothing was translated
    sealed      whether the results carry this node's seal
    missing     characters that the page images can't show
    derivation  None where the original was returned
    """

    given: VerifiedDocument
    chosen: Chosen
    target: Adapter
    results: tuple[Written, ...]
    losses: tuple[Loss, ...] = ()
    returned: bool = False
    sealed: bool = False
    reading: Reading | None = None
    missing: tuple[str, ...] = ()
    derivation: Derivation | None = None
    derivation_octets: bytes = b""

    @property
    def source(self) -> VerifiedDocument:
        """The document that was translated."""
        return self.chosen.document

    @property
    def verdict(self) -> Verdict:
        """The verdict of the document that was translated."""
        return self.chosen.document.verdict

    def files(self) -> dict[str, bytes]:
        """The files of an output folder by their names; the original first, byte for byte."""
        many = len(self.results) > 1
        original = "original" + extension_of(media_type_of(self.source))
        files = {original: self.source.original}
        for number, result in enumerate(self.results, 1):
            files[f"translation-{number}{result.extension}" if many else f"translation{result.extension}"] = (
                result.octets
            )
        files["losses.json"] = losses_paper(self.losses)
        files["verdict.json"] = verdict_paper(self.verdict)
        if self.derivation is not None:
            files["derivation.jws" if self.sealed else "derivation.json"] = self.derivation_octets
        return files


@dataclass(frozen=True, kw_only=True, repr=False)
class Withheld:
    """Nothing is written: why, and what to do. The verdict is that of the document that would have been translated."""

    chosen: Chosen
    code: str
    message: str
    advice: str

    @property
    def verdict(self) -> Verdict:
        """The verdict of the document that would have been translated."""
        return self.chosen.document.verdict


async def translate_file(node: Node, order: Order, *, now: dt.datetime) -> Translated | Withheld:
    """Translate one file; the work is done in a thread.

    `now` is the real present time. Raises RequestError and ConfigError for what is wrong with the order or settings;
    what is wrong with the document is `Withheld`.
    """
    return await asyncio.to_thread(translate_now, node, order, now)


def translate_now(
    node: Node, order: Order, now: dt.datetime, given: VerifiedDocument | None = None
) -> Translated | Withheld:
    """As `translate_file`, for those who have a thread of their own.

    `given` is the file, where it was verified under the order's terms already.
    """
    target = choose_target(node.adapters, order.to)
    key = seal_key_for(node, target) if order.sealed else None
    usual = key.form if isinstance(key, DidKey) else None
    form = choose_form(target, order.form, usual=usual, draft=key is None)
    issuer = issuer_of(key) if key is not None else PLACEHOLDER
    require_renderer(target, node.renderer)
    terms = order.terms if order.terms is not None else node.terms(now)
    bakes = baker(node, terms, target.manifest.baked_as, order.picture, draft=key is None) if form == "png" else None
    given = given or verify(order.octets, adapters=node.adapters, terms=terms)
    chosen = choose(given)
    if order.require_passed and chosen.document.verdict.verdict is not Indication.PASSED:
        return _not_passed(chosen)
    if _back_home(chosen, target):
        return _returned(given, chosen, target)
    if order.sealed and not may_seal(node, chosen, configured=order.is_configured):
        return not_sealed(chosen, "its translation")
    try:
        reading = chosen.document.read()
        chosen = replace(chosen, derived=is_derived(chosen, reading))
        if order.sealed and not may_seal(node, chosen, configured=order.is_configured):
            return not_sealed(chosen, "its translation")
        job = _Job(
            node=node,
            target=target,
            chosen=chosen,
            reading=reading,
            terms=terms,
            key=key,
            issuer=issuer,
            form=form,
            baker=bakes,
        )
        return job.translated(given, order.languages or languages_of(reading.record))
    except Refused as refused:
        return Withheld(chosen=chosen, code=refused.code, message=refused.message, advice=refused.advice)


def may_seal(node: Node, chosen: Chosen, *, configured: bool) -> bool:
    """Whether this node's seal may stand on what is made from a document.

    `configured`: it was judged by the node's own trust and policy, at the real present time.
    """
    document = chosen.document
    grounds = Grounds(
        adapter=document.adapter.manifest.id if document.adapter is not None else "",
        verdict=document.verdict,
        vouched=document.content is not None and document.content.vouched != "unverified",
        configured=node.configured and configured,
        present=configured,
        derived=chosen.derived,
    )
    return may_be_sealed(grounds, node.sealable, simulated=node.seal_simulated)


def _back_home(chosen: Chosen, target: Adapter) -> bool:
    """Whether an enclosed original is wanted in its own family: then it is the best translation of itself."""
    adapter = chosen.document.adapter
    return bool(chosen.path) and adapter is not None and adapter.manifest.family == target.manifest.family


def _returned(given: VerifiedDocument, chosen: Chosen, target: Adapter) -> Translated:
    media_type = media_type_of(chosen.document)
    result = Written(octets=chosen.document.original, media_type=media_type, extension=extension_of(media_type))
    return Translated(given=given, chosen=chosen, target=target, results=(result,), returned=True)


def _not_passed(chosen: Chosen) -> Withheld:
    return Withheld(
        chosen=chosen,
        code="require.not_passed",
        message=f"the source is {_answer(chosen.document.verdict)}, and --require passed was asked for",
        advice="nothing was written; `testamur verify` with the same options shows each check",
    )


def not_sealed(chosen: Chosen, made: str) -> Withheld:
    """Why what is made from a document may carry no seal, and what to do."""
    verdict = chosen.document.verdict
    if chosen.derived:
        message = "the source is itself a translation, and no original that is PASSED is enclosed in it"
        advice = "translate the original; or add --unsealed for a marked draft"
    elif verdict.verdict is Indication.FAILED:
        message = f"the source is {_answer(verdict)}: {made} may never be sealed"
        advice = "ask its issuer for a genuine file; --unsealed writes a marked draft, which proves nothing"
    elif verdict.verdict is Indication.PASSED and is_simulated(verdict):
        message = f"the source rests on a simulator: this node's settings don't let {made} be sealed"
        advice = "ask the register itself; [policy] seal_simulated is for trials, and --unsealed writes a marked draft"
    else:
        questions = ", ".join(sorted(sub.value for sub in open_questions(verdict) if sub is not None))
        message = f"the source is {_answer(verdict)}: this node's settings don't let {made} be sealed"
        advice = (
            f"open: {questions or 'nothing vouches for it'}; trust its sealer in [[trust]], or add --unsealed for a "
            "marked draft"
        )
    return Withheld(chosen=chosen, code="seal.withheld", message=message, advice=advice)


def _answer(verdict: Verdict) -> str:
    return verdict.verdict.value + (f" ({verdict.sub_indication.value})" if verdict.sub_indication else "")


@dataclass(frozen=True, kw_only=True)
class _Job:
    """A translation that may be made: everything is decided. `key` None makes a draft."""

    node: Node
    target: Adapter
    chosen: Chosen
    reading: Reading
    terms: Terms
    key: SealingKey | None
    issuer: Organisation
    form: Form | None
    baker: Baker | None

    def translated(self, given: VerifiedDocument, languages: tuple[str, ...]) -> Translated:
        source = source_of(self.chosen.document)
        inputs = Inputs(
            issuer=self.issuer,
            now=self.terms.now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            languages=languages,
            node=self.node.id,
            draft=self.key is None,
            limits=self.node.limits,
            form=self.form,
        )
        translation = translate(
            self.reading, source=source, target=self.target, inputs=inputs, renderer=self.node.renderer
        )
        derivation = self._derive(translation, source, inputs)
        payload = derivation_paper(derivation)
        results = tuple(self._written(draft, source, inputs) for draft in translation.drafts)
        return Translated(
            given=given,
            chosen=self.chosen,
            target=self.target,
            results=results,
            losses=translation.losses,
            sealed=self.key is not None,
            reading=self.reading,
            missing=(*translation.missing, *(one for result in results for one in result.missing)),
            derivation=derivation,
            derivation_octets=payload if self.key is None else sign_derivation(payload, self.key),
        )

    def _written(self, draft: Draft, source: Source, inputs: Inputs) -> Written:
        octets = draft.body
        if self.key is not None:
            octets = seal_draft(draft, self.key, self.form, now=self.terms.now, limits=self.node.limits)
        made = Baked(octets=octets) if self.baker is None else self.baker.baked(octets, source, inputs)
        return Written(
            octets=made.octets,
            media_type=packed_type(draft, self.form),
            extension=packed_extension(draft, self.form),
            draft=draft,
            missing=made.missing,
        )

    def _derive(self, translation: Translation, source: Source, inputs: Inputs) -> Derivation:
        document = self.chosen.document
        reader = document.adapter if document.adapter is not None else self.target
        judgement = Judgement(
            verdict=document.verdict.verdict,
            sub_indication=document.verdict.sub_indication,
            caveats=document.verdict.caveats,
            policies=_policies(self.terms),
            sha256=sha256(verdict_paper(document.verdict)),
        )
        tools = Tools(gateway=self.node.gateway, reader=self.node.used(reader), writer=self.node.used(self.target))
        return derive(
            translation,
            source=source,
            judgement=judgement,
            inputs=inputs,
            tools=tools,
            losses=losses_paper(translation.losses),
        )


def _policies(terms: Terms) -> tuple[PolicyUsed, ...]:
    in_force = (terms.policy, *(anchor.policy for anchor in terms.anchors if anchor.policy is not None))
    return tuple(dict.fromkeys(map(_policy_used, in_force)))


@lru_cache(maxsize=64)
def _policy_used(policy: Policy) -> PolicyUsed:
    return PolicyUsed(name=policy.name, sha256=sha256(paper(policy.model_dump(mode="json"))))
