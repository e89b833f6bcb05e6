"""Verifying one document: from bytes to a verdict and the content that may be read.

 1. containers come off (base64, gzip, JWS …), whole, by core
 2. the document inside is parsed, once
 3. exactly one adapter recognises it
 4. its proofs are checked: a JWS around it, XML signatures under its root; without any, the answer of an online check
 5. the adapter opens it: what it states, what is inside
 6. each proof is judged: trust, policy, time, issuer
 7. the credential's own life is looked at
 8. inner documents go the same way; only the role "part" lowers the answer
 9. conformity is checked, apart from the verdict
10. the verdict follows from the findings

Pure: bytes, adapters and terms in, a value out. `VerifiedDocument` is made here and nowhere else (a test over the
syntax tree holds this), and it alone carries content to a reader: what was verified is what is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from gateway.errors import Refused, TestamurError
from gateway.kit.contract import (
    Adapter,
    Content,
    EvidenceRequest,
    InnerDocument,
    Opened,
    Reading,
    Recognition,
    Stated,
    Vouched,
)
from gateway.kit.guard import guarded
from gateway.kit.recognition import head_of
from gateway.model.losses import Loss
from gateway.model.verdict import (
    Conformity,
    Finding,
    Indication,
    InnerVerdict,
    Role,
    Status,
    SubIndication,
    Verdict,
    answer,
    conclude,
)
from gateway.proofs.budget import Budget
from gateway.proofs.pdf.verify import proofs_of
from gateway.proofs.proof import Proof
from gateway.proofs.xmldsig import reduce_to_covered
from gateway.readers.containers import Unpacked, unpack
from gateway.readers.document import Document
from gateway.verify.covered import covered_by, document_of
from gateway.verify.keys import key_findings, key_questions
from gateway.verify.life import life_findings
from gateway.verify.linked import enclose
from gateway.verify.online import Checked, beside_unsupported, by_channel, check_online, is_unsupported, vouching
from gateway.verify.proofs import (
    examined_pdf,
    proof_findings,
    proofs_around,
    proofs_inside,
    supplement_verdicts,
    with_text,
)
from gateway.verify.recognise import recognise
from gateway.verify.status import Outside, ask_of_credential, ask_outside
from gateway.verify.terms import Terms

INNER_DEPTH = 4
"""How deep documents inside documents are followed."""

INNER_DOCUMENTS = 200
"""How many inner documents one document may have."""

_INSIDE, _OCTETS = 500, 100
"""Steps for a document inside; octets of it in a step (an XML document of 18 kB takes 300 µs and has 360)."""


@dataclass(frozen=True, kw_only=True, repr=False)
class VerifiedDocument:
    """A document with its verdict, and the content that a reader may be given.

    `content` is None where nothing can be read; its `vouched` says by what it is covered. `inner` holds the documents
    inside by their path; `unreadable` says why the bytes are no document; `asks` are its own questions to the outside
    that the terms don't answer. Where the content is the answer of an online check, `claim` is the document itself, and
    `uncovered` what of it the answer doesn't show. Only `gateway.verify` makes these.
    """

    original: bytes
    verdict: Verdict
    role: Role = "part"
    containers: tuple[str, ...] = ()
    adapter: Adapter | None = None
    content: Content | None = None
    claim: Content | None = None
    uncovered: tuple[Loss, ...] = ()
    stated: Stated = field(default_factory=Stated)
    proofs: tuple[Proof, ...] = ()
    inner: Mapping[str, VerifiedDocument] = field(default_factory=dict)
    unreadable: Refused | None = None
    asks: tuple[EvidenceRequest, ...] = ()

    @property
    def questions(self) -> tuple[EvidenceRequest, ...]:
        """What the outside would have to be asked about it and what is inside it; each question once."""
        every = (*self.asks, *[question for document in self.inner.values() for question in document.questions])
        return tuple({question.identity: question for question in every}.values())

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the original bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.original).hexdigest()

    def read(self) -> Reading:
        """Read the content into a record; `Refused` says why it can't be.

        Inner documents of the role "part" are read first and handed to the reader, those that can be read; an enclosed
        original is not.
        """
        if self.unreadable is not None:
            raise self.unreadable
        adapter, content = self.adapter, self.content
        if adapter is None or content is None:
            raise Refused(
                "document.unknown",
                "no adapter knows this document, so there is nothing to read",
                advice="`testamur adapters list` shows the formats that can be read",
            )
        parts = {path: read for path, document in self.inner.items() if (read := document.read_as_part()) is not None}
        reading = guarded(adapter, lambda a: a.read(content, parts))
        return replace(reading, losses=(*reading.losses, *self.uncovered)) if self.uncovered else reading

    def read_as_part(self) -> Reading | None:
        """What it says as a part of another; None where it is none, or can't be read: the rest still can."""
        try:
            return self.read() if self.role == "part" else None
        except Refused:
            return None


def verify(octets: bytes, *, adapters: Sequence[Adapter], terms: Terms) -> VerifiedDocument:
    """Verify a document under `terms`, with every adapter that may recognise it."""
    return _Examination(tuple(adapters), terms, Budget()).of(octets)


class _Case(NamedTuple):
    """A document out of its containers, with its checked proofs.

    `covered` is what is read: the covered octets, parsed again. `seen` is what recognition, opening and the check of
    the format's rules are given: the same, so that who issues a document, when, and what is inside is never taken from
    the signature, from comments or from what else travels beside what is covered.
    """

    octets: bytes
    role: Role
    containers: tuple[str, ...]
    covered: Document
    vouched: Vouched
    seen: Document
    proofs: tuple[Proof, ...]
    vouched_outside: bool
    sources: tuple[bytes, ...]

    @property
    def originals(self) -> tuple[InnerDocument, ...]:
        """The files that a PDF was made from and encloses; of other documents an adapter knows them."""
        return tuple(InnerDocument(path=f"/AF/{at}", role="original", octets=o) for at, o in enumerate(self.sources))

    def container_findings(self) -> list[Finding]:
        names = " of ".join(self.containers)
        return [Finding(check="format.container", status=Status.PASSED, explanation=names)] if names else []

    def proof_findings(self, stated: Stated | None, terms: Terms) -> tuple[Finding, ...]:
        return proof_findings(self.proofs, stated, terms, vouched_outside=self.vouched_outside)


def _seen(document: Document, covered: Document) -> Document:
    """The content for those who only look: of XML, what is left of the tree of the one parse, without the signature."""
    if covered is document or document.media != "xml":
        return covered
    tree = reduce_to_covered(document.tree)
    document.forget()  # the tree is another document's now
    return Document.with_tree(covered.octets, tree, limits=document.limits)


@dataclass(frozen=True, slots=True)
class _Examination:
    """One examination of a document and of the documents inside it, `depth` levels down, on one account."""

    adapters: tuple[Adapter, ...]
    terms: Terms
    budget: Budget
    depth: int = 0

    def of(self, octets: bytes, role: Role = "part", *, vouched_outside: bool = False) -> VerifiedDocument:
        try:
            unpacked = self._unpacked(octets)
            document = document_of(unpacked, self.terms)
            proofs = proofs_around(unpacked, self.terms, self.budget)
            proofs += proofs_inside(document, self.terms, self.budget)
            examined = examined_pdf(document, self.terms)
            proofs += proofs_of(document.octets, examined)
            document = with_text(document, examined, self.terms)
            covered, vouched = covered_by(document, proofs, vouched_outside=vouched_outside)
            seen = _seen(document, covered)
            head = head_of(seen)
        except Refused as refused:
            verdict = conclude([_unreadable(refused)])
            return VerifiedDocument(original=octets, verdict=verdict, role=role, unreadable=refused)
        containers = tuple([layer.kind for layer in unpacked.layers])
        case = _Case(octets, role, containers, covered, vouched, seen, proofs, vouched_outside, examined.sources)
        claims = recognise(head, self.adapters)
        return self._known(case, *claims[0]) if len(claims) == 1 else self._unknown(case, claims)

    def _unpacked(self, octets: bytes) -> Unpacked:
        """Out of its containers; a document inside is paid for by its size, the outermost has limits of its own."""
        if not self.depth:
            return unpack(octets, self.terms.limits)
        self.budget.spend(_INSIDE + len(octets) // _OCTETS)
        unpacked = unpack(octets, self.terms.limits)
        values = sum(map(unpacked.octets.count, (b",", b"[", b"{"))) if unpacked.kind == "json" else 0
        self.budget.spend(2 * values + len(unpacked.octets) // _OCTETS)
        return unpacked

    def _unknown(self, case: _Case, claims: list[tuple[Adapter, Recognition]]) -> VerifiedDocument:
        """A proof whose content no adapter knows is still verified; the verdict stands for the proof (rulings, 1.3)."""
        findings = [_what_is_unknown(case, claims)]
        inner, not_followed = self._inner(case.originals, vouched=False)
        keys = key_questions(case.proofs, self.terms)
        outside = Outside()
        if case.proofs or case.sources:
            outside = ask_of_credential(case.seen, self.terms, self.budget)
            findings += key_findings(case.proofs, keys, self.terms)
            findings += [_place_unknown(finding) for finding in case.proof_findings(None, self.terms)]
            findings += outside.findings
        return VerifiedDocument(
            original=case.octets,
            verdict=conclude([*case.container_findings(), *findings, *not_followed], inner=_verdicts(inner)),
            role=case.role,
            containers=case.containers,
            proofs=case.proofs,
            inner=inner,
            unreadable=_textless(case.seen),
            asks=(*keys, *outside.questions),
        )

    def _known(self, case: _Case, adapter: Adapter, recognition: Recognition) -> VerifiedDocument:
        content = Content(document=case.covered, format=recognition.format, vouched=case.vouched)
        linked = enclose(adapter, case.seen, self.terms, self.budget)
        opened, opening = _open(adapter, linked.document)
        standing = self._standing(case, adapter, content, opened)
        inner, inner_findings = self._inner((*opened.inner, *case.originals), vouched=case.vouched != "unverified")
        conformity, rules = self._conformity(adapter, case, recognition.format)
        keys = key_questions(case.proofs, self.terms)
        asked = (*linked.questions, *(question for question in opened.questions if not question.vouches))
        outside = ask_outside(case.seen, asked, opened.stated, self.terms, self.budget)
        if case.seen is not case.covered:
            case.seen.forget()  # who looked at it is done, and of a large document it is as large again
        findings = (
            *case.container_findings(),
            _recognised(recognition.why),
            *opening,
            *linked.findings,
            *key_findings(case.proofs, keys, self.terms),
            *standing.findings,
            *life_findings(opened.stated, self.terms.now),
            *opened.findings,
            *outside.findings,
            *inner_findings,
            *rules,
        )
        verdicts = (*_verdicts(inner), *supplement_verdicts(case.proofs, opened.stated, self.terms))
        return VerifiedDocument(
            original=case.octets,
            verdict=conclude(findings, conformity=conformity, format=recognition.format, inner=verdicts),
            role=case.role,
            containers=case.containers,
            adapter=adapter,
            content=self._whole(adapter, standing.content or content),
            claim=content if standing.content is not None and standing.content.vouched == "online" else None,
            uncovered=standing.losses,
            stated=opened.stated,
            proofs=case.proofs,
            inner=inner,
            asks=(*keys, *standing.questions, *outside.questions),
        )

    def _whole(self, adapter: Adapter, content: Content) -> Content:
        """What is read, with the parts in place that it names by address."""
        linked = enclose(adapter, content.document, self.terms, self.budget)
        return content if linked.document is content.document else replace(content, document=linked.document)

    def _standing(self, case: _Case, adapter: Adapter, content: Content, opened: Opened) -> Checked:
        """What vouches for the document: its proofs, or those around it; else an online check, or who sent it."""
        question = vouching(opened.questions)
        if case.vouched_outside or (case.proofs and (question is None or not is_unsupported(case.proofs))):
            return Checked(findings=case.proof_findings(opened.stated, self.terms))
        checked = None if question is None else check_online(adapter, content, question, self.terms, self.budget)
        if case.proofs and checked is not None:
            return beside_unsupported(checked, case.proofs, case.proof_findings(opened.stated, self.terms))
        if checked is not None and (checked.content is not None or answer(checked.findings) is Indication.FAILED):
            return checked
        if adapter.manifest.id in self.terms.channel:
            return by_channel(content, checked)
        return checked or Checked(findings=case.proof_findings(opened.stated, self.terms))

    def _inner(
        self, documents: tuple[InnerDocument, ...], *, vouched: bool
    ) -> tuple[dict[str, VerifiedDocument], list[Finding]]:
        """Documents inside go the same way; what isn't followed is said, and a part not followed is no pass."""
        if not documents:
            return {}, []
        most = INNER_DOCUMENTS if self.depth < INNER_DEPTH else 0
        followed, left = documents[:most], documents[most:]
        deeper = _Examination(self.adapters, self.terms, self.budget, self.depth + 1)
        inner = {d.path: deeper.of(d.octets, d.role, vouched_outside=vouched and d.role == "part") for d in followed}
        return inner, [_not_followed(d) for d in left]

    def _conformity(self, adapter: Adapter, case: _Case, of: str) -> tuple[Conformity, tuple[Finding, ...]]:
        if not self.terms.conformity:
            return Conformity.NOT_CHECKED, ()
        if self.budget.is_spent:
            return Conformity.NOT_CHECKED, (_TOO_DEAR,)
        content = Content(document=case.seen, format=of, vouched=case.vouched)
        try:
            findings = guarded(adapter, lambda a: a.conform(content))
        except TestamurError as error:
            return Conformity.NOT_CHECKED, (_failed_step("conformity", error, Status.NOT_CHECKED),)
        return _conformity_of(findings), findings


def _conformity_of(findings: Sequence[Finding]) -> Conformity:
    """The answer that follows from the checks; where one couldn't be made (no schema for a version), none is given."""
    statuses = {finding.status for finding in findings}
    if Status.WARNING in statuses:
        return Conformity.DEVIATES
    return Conformity.NOT_CHECKED if Status.NOT_CHECKED in statuses else Conformity.CONFORMS


def _open(adapter: Adapter, document: Document) -> tuple[Opened, list[Finding]]:
    try:
        return guarded(adapter, lambda a: a.open(document)), []
    except Refused as refused:
        return Opened(), [_unreadable(refused)]
    except TestamurError as error:
        return Opened(), [_failed_step("format.opened", error, Status.INDETERMINATE)]


def _unreadable(refused: Refused) -> Finding:
    """Bytes that can't be parsed are FAILED; a document over the size limit can't be judged here."""
    too_large = refused.code in ("limit.bytes", "limit.work")
    return Finding(
        check="format.readable",
        status=Status.INDETERMINATE if too_large else Status.FAILED,
        about=refused.code,
        explanation=f"{refused.message}. {refused.advice}".removesuffix(". "),
        sub_indication=SubIndication.TOO_LARGE if too_large else SubIndication.FORMAT_FAILURE,
    )


@lru_cache(maxsize=256)
def _recognised(why: str) -> Finding:
    return Finding(check="format.recognised", status=Status.PASSED, explanation=why)


def _verdicts(inner: Mapping[str, VerifiedDocument]) -> tuple[InnerVerdict, ...]:
    return tuple(InnerVerdict(path=path, role=d.role, verdict=d.verdict) for path, d in inner.items())


def _what_is_unknown(case: _Case, claims: list[tuple[Adapter, Recognition]]) -> Finding:
    """Why nobody reads it."""
    if claims:
        return _unrecognised(claims)
    if case.sources:
        return _MADE_FROM_ANOTHER
    if (refused := _textless(case.seen)) is not None:
        return _without_text(refused, is_signed=bool(case.proofs))
    return _UNKNOWN_CONTENT if case.proofs else _unrecognised(claims)


def _textless(document: Document) -> Refused | None:
    """Why nobody can say what a PDF says; None of every other document."""
    if document.media != "pdf":
        return None
    try:
        document.text  # noqa: B018 - whether there is one
    except Refused as refused:
        return refused
    return None


def _without_text(refused: Refused, *, is_signed: bool) -> Finding:
    """A PDF is told apart from others by its text: without any that can be read, the verdict is on its proof alone."""
    return Finding(
        check="format.recognised",
        status=Status.NOT_CHECKED if is_signed else Status.INDETERMINATE,
        about=refused.code,
        explanation=f"{refused.message}. {refused.advice}",
        sub_indication=None if is_signed else SubIndication.UNKNOWN_FORMAT,
    )


def _unrecognised(claims: list[tuple[Adapter, Recognition]]) -> Finding:
    if claims:
        names = ", ".join(adapter.manifest.id for adapter, _ in claims)
        return Finding(
            check="format.recognised",
            status=Status.INDETERMINATE,
            explanation=f"several adapters claim this document ({names}); enable only one of them",
            sub_indication=SubIndication.AMBIGUOUS_FORMAT,
        )
    return Finding(
        check="format.recognised",
        status=Status.INDETERMINATE,
        explanation="no adapter knows this document; `testamur adapters list` shows what can be read",
        sub_indication=SubIndication.UNKNOWN_FORMAT,
    )


_TOO_DEAR = Finding(
    check="conformity", status=Status.NOT_CHECKED, explanation="checking its proofs cost more than a document may"
)
_UNKNOWN_CONTENT = Finding(
    check="format.recognised",
    status=Status.NOT_CHECKED,
    explanation="no adapter knows the content: the verdict stands for the proof alone, and the content can't be read",
)

_MADE_FROM_ANOTHER = Finding(
    check="format.recognised",
    status=Status.NOT_CHECKED,
    explanation="pages for people, made from the file inside: that is judged apart, and the verdict on the pages is "
    "none on it",
)


def _place_unknown(finding: Finding) -> Finding:
    """Where a signature belongs is a rule of the format: one that no adapter knows isn't wrong, but unsupported.

    Europass XML of before ELM 3 has its seal under `proof`, an EWP transcript has a sealed ELMO inside.
    """
    if finding.check != "signature.place" or finding.status is not Status.FAILED:
        return finding
    changes = {
        "status": Status.INDETERMINATE,
        "sub_indication": SubIndication.UNSUPPORTED_PROOF,
        "explanation": "the signature isn't a child of the root, and no adapter knows the format that puts it there",
    }
    return finding.model_copy(update=changes)


def _not_followed(document: InnerDocument) -> Finding:
    is_part = document.role == "part"
    return Finding(
        check="inner.followed",
        status=Status.INDETERMINATE if is_part else Status.NOT_CHECKED,
        about=document.path,
        explanation="too many documents inside one another: this one was not looked at",
        sub_indication=SubIndication.INNER_DOCUMENT if is_part else None,
    )


def _failed_step(check: str, error: TestamurError, status: Status) -> Finding:
    sub = SubIndication.UNSUPPORTED_PROOF if status is Status.INDETERMINATE else None
    return Finding(check=check, status=status, about=error.code, explanation=error.message, sub_indication=sub)
