"""The use case: run a translation again from its derivation and its source, and compare.

Nothing that the derivation says is believed but the inputs: what comes out has to be what it says, and what was
delivered. Whether source and derivation come from somebody trusted is another question: `verify` answers it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cryptography.x509 import Certificate

from gateway.errors import Refused
from gateway.kit.contract import Adapter, Reading
from gateway.model.record import Organisation
from gateway.model.verdict import Caveat, Indication
from gateway.node.source import source_of
from gateway.node.startup import Node
from gateway.translate.derivation import Derivation, DerivationRead, read_derivation
from gateway.translate.engine import Translation, translate
from gateway.translate.issuer import PLACEHOLDER, issuer_by_certificate, issuer_by_did
from gateway.translate.reproduction import (
    Delivered,
    Difference,
    Outcome,
    Reproduction,
    compare,
    obstacles,
    same_renderer,
)
from gateway.trust.anchors import key_sha256
from gateway.trust.issuers import Sealer
from gateway.verify.covered import Unsealed, unseal
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What is to be reproduced: the derivation, the source, and the delivered translation where there is one."""

    derivation: bytes
    source: bytes
    result: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What running it again showed.

    derivation  None where its signature doesn't hold: then nothing in it is looked at
    signer      the organisation that the certificate of its signature names, or the DID; None where it is unsigned
    source      the verdict on the source under this node's terms; None where the source isn't there
    """

    reproduction: Reproduction
    derivation: Derivation | None = None
    signer: str | None = None
    source: VerifiedDocument | None = None


async def reproduce(node: Node, claim: Claim, *, now: dt.datetime) -> Answer:
    """Run a translation again; the work is done in a thread.

    Raises:
        Refused: the derivation is none: `derivation.form`, `derivation.type`, `derivation.invalid`.
    """
    return await asyncio.to_thread(_reproduce, node, claim, now)


def _reproduce(node: Node, claim: Claim, now: dt.datetime) -> Answer:
    terms = node.terms(now)
    source = verify(claim.source, adapters=node.adapters, terms=terms)
    delivered = None if claim.result is None else unseal(claim.result, with_key_of(terms, claim.derivation))
    return run_again(node, claim.derivation, source, (delivered,))[0]


def with_key_of(terms: Terms, derivation: bytes | None) -> Terms:
    """The terms by which a translation is taken out of its seal: one key has to vouch for it and for its derivation.

    What a proof calls that key may be the DID of somebody whose document isn't at hand; whose it is, others say.
    """
    try:
        methods = {} if derivation is None else read_derivation(derivation).methods
    except Refused:
        return terms
    return replace(terms, methods={**methods, **terms.methods})


def run_again(
    node: Node, derivation: bytes, given: VerifiedDocument, delivered: Sequence[Unsealed | None]
) -> tuple[Answer, ...]:
    """Run a translation again from a source that was verified, once, and hold each delivered result against it.

    Raises as `reproduce`.
    """
    try:
        read = read_derivation(derivation)
    except Refused as refused:
        if refused.code != "derivation.signature":
            raise
        forged = Answer(reproduction=_differs(Difference(what="derivation", explanation=refused.message)))
        return (forged,) * len(delivered)
    source = _find(given, read.derivation.source.sha256)
    answer = Answer(
        reproduction=Reproduction(outcome=Outcome.NOT_HERE),
        derivation=read.derivation,
        signer=_signer(read),
        source=source,
    )
    if source is None:
        found = Difference(what="source", explanation="the file given isn't the document that was translated")
        return (replace(answer, reproduction=_differs(found)),) * len(delivered)
    rerun = _Rerun(node, read, source)
    return tuple(replace(answer, reproduction=rerun.reproduction(result)) for result in delivered)


def _find(document: VerifiedDocument, digest: str) -> VerifiedDocument | None:
    """The document with that digest: the file given, or an original enclosed in it."""
    if document.sha256 == digest:
        return document
    found = (_find(inner, digest) for inner in document.inner.values() if inner.role == "original")
    return next((inner for inner in found if inner is not None), None)


def _signer(read: DerivationRead) -> str | None:
    certificate = _certificate(read)
    if certificate is None:
        return read.did
    return next(iter(Sealer.of(certificate).names), "an organisation that its certificate doesn't name")


def _certificate(read: DerivationRead) -> Certificate | None:
    return next(iter(read.proof.certificates), None) if read.proof is not None else None


def _differs(*differences: Difference) -> Reproduction:
    return Reproduction(outcome=Outcome.DIFFERS, differences=differences)


_ANOTHER_ANSWER = (
    "the translation was made of the answer of an online check, which doesn't travel with it; from the answer that is "
    "known here another translation comes"
)


@dataclass(frozen=True)
class _Rerun:
    node: Node
    read: DerivationRead
    source: VerifiedDocument

    @property
    def derivation(self) -> Derivation:
        return self.read.derivation

    def reproduction(self, delivered: Unsealed | None) -> Reproduction:
        """What is the same for every result is looked at once: the statements, and the translation itself."""
        statements = (*self._statements, *self._sealer(delivered))
        if statements:
            return _differs(*statements)
        if isinstance(self._translation, Reproduction):
            return self._translation
        again, target = self._translation
        found = compare(
            self.derivation,
            again,
            target,
            pages=same_renderer(self.derivation, self.node.renderer),
            delivered=None if delivered is None else _delivered(delivered),
            limits=self.node.limits,
        )
        if found.outcome is Outcome.DIFFERS and self._is_of_answer:
            return Reproduction(outcome=Outcome.NOT_HERE, obstacles=(_ANOTHER_ANSWER,))
        return found

    @cached_property
    def _translation(self) -> tuple[Translation, Adapter] | Reproduction:
        here = {adapter.manifest.id: self.node.used(adapter) for adapter in self.node.adapters}
        found = obstacles(self.derivation, here, self.node.gateway) or self._other_reader() or self._other_answer()
        if found:
            return Reproduction(outcome=Outcome.NOT_HERE, obstacles=found)
        target = next(a for a in self.node.adapters if a.manifest.id == self.derivation.writer.id)
        try:
            return self._again(self.source.read(), target), target
        except Refused as refused:
            explanation = f"the source can't be translated so: {refused.message} ({refused.code})"
            return _differs(Difference(what="result", explanation=explanation))

    def _again(self, reading: Reading, target: Adapter) -> Translation:
        """The translation, with the verdict that the derivation states: what it says of itself is an input."""
        judgement = self.derivation.judgement
        source = replace(source_of(self.source), verdict=judgement.verdict, caveats=judgement.caveats)
        drawn = self.derivation.renderer is not None and same_renderer(self.derivation, self.node.renderer)
        return translate(
            reading,
            source=source,
            target=target,
            inputs=self.derivation.inputs(),
            renderer=self.node.renderer if drawn else None,
        )

    def _other_reader(self) -> tuple[str, ...]:
        adapter = self.source.adapter
        if adapter is not None and adapter.manifest.id == self.derivation.reader.id:
            return ()
        name = "no adapter" if adapter is None else f"the adapter {adapter.manifest.id!r}"
        return (f"here {name} reads the source, the translation was made with {self.derivation.reader.id!r}",)

    def _other_answer(self) -> tuple[str, ...]:
        """What was read was the answer of an online check, which doesn't travel, and may be another one today.

        Where one is known here too, it is tried: what is equal is reproduced.
        """
        content = self.source.content
        if not self._is_of_answer or (content is not None and content.vouched == "online"):
            return ()
        return ("the translation was made of the answer of an online check, which doesn't travel with it",)

    @property
    def _is_of_answer(self) -> bool:
        """Whether it says that of a source for which no proof vouches; of another it isn't so, whoever says it."""
        content = self.source.content
        proven = content is not None and content.vouched == "proof"
        return not proven and Caveat.CHECKED_ONLINE in self.derivation.judgement.caveats

    @cached_property
    def _statements(self) -> tuple[Difference, ...]:
        return tuple(self._state())

    def _state(self) -> Iterator[Difference]:
        """What the derivation states of source, verdict and issuer, held against what is seen here."""
        source, stated = source_of(self.source), self.derivation.source
        if (stated.size, stated.media_type) != (len(source.original), source.media_type):
            yield Difference(what="source", explanation="the source is described otherwise than it is")
        verdict = self.derivation.judgement.verdict
        if self.source.verdict.verdict is Indication.FAILED and verdict is not Indication.FAILED:
            yield Difference(
                what="verdict", explanation=f"the source is FAILED here, the derivation says {verdict.value}"
            )
        if verdict is Indication.FAILED and not self.derivation.draft:
            yield Difference(what="verdict", explanation="a translation was sealed over a source that is FAILED")
        yield from self._issuer()

    def _issuer(self) -> Iterator[Difference]:
        """A draft has the placeholder for its issuer, a sealed translation whoever sealed it."""
        stated = self._signing()
        if self.derivation.draft:
            if self.derivation.issuer != PLACEHOLDER:
                yield Difference(what="issuer", explanation="an unsealed draft names an issuer")
            return
        if stated is None:
            yield Difference(what="derivation", explanation="the derivation of a sealed translation isn't signed")
            return
        if self.derivation.issuer != stated:
            yield Difference(what="issuer", explanation="the issuer isn't the organisation that signed the derivation")

    def _signing(self) -> Organisation | None:
        """The issuer as whoever signed the derivation may state it; None where nobody did.

        A certificate says it all; beside a DID the node itself says what it is called.
        """
        certificate = _certificate(self.read)
        if certificate is not None:
            sealer = Sealer.of(certificate)
            name, identifier = next(iter(sealer.names), ""), next(iter(sealer.identifiers), None)
            return issuer_by_certificate(name, sealer.country, identifier)
        if self.read.did is None:
            return None
        issuer = self.derivation.issuer
        legal = issuer.eidas_identifier.value if issuer.eidas_identifier is not None else None
        return issuer_by_did(self.read.did, issuer.legal_name.get("und", ""), issuer.country, legal)

    def _sealer(self, delivered: Unsealed | None) -> Iterator[Difference]:
        """One key vouches for translation and derivation."""
        keys = {key_sha256(p.key) for p in delivered.proofs if p.key} if delivered is not None else set()
        if not keys or self.read.proof is None or self.read.proof.key is None:
            return
        if key_sha256(self.read.proof.key) not in keys:
            yield Difference(what="seal", explanation="the translation is sealed with another key than its derivation")


def _delivered(file: Unsealed) -> Delivered:
    own = [proof for proof in file.proofs if proof.role == "document"]
    return Delivered(
        body=file.body,
        seal=_PROFILES.get(own[-1].kind, own[-1].kind) if own else None,
        holds=file.holds,
        form=file.form,
        inside={
            place: bool(own and proofs) and all(one.covered is not None and one.key == own[-1].key for one in proofs)
            for place, proofs in file.inside.items()
        },
        around=file.around,
    )


_PROFILES = {"dataintegrity": "vc", "jws": "vc"}
"""The profiles of seals whose proofs are called otherwise."""
