"""The proofs of a document, and what trust says of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from gateway.kit.contract import Stated
from gateway.model.record import Organisation
from gateway.model.verdict import Caveat, Finding, InnerVerdict, Status, SubIndication, conclude
from gateway.proofs.budget import Budget
from gateway.proofs.pdf.examine import Examined
from gateway.proofs.proof import Proof
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.containers import Unpacked
from gateway.readers.document import Document
from gateway.readers.json import JsonValue
from gateway.readers.vc_jwt import JwtCredential
from gateway.trust.issuers import IssuerClaim
from gateway.trust.judge import judge_proof
from gateway.verify.life import first_moment
from gateway.verify.proof_sets import settle
from gateway.verify.terms import Terms

_OCTETS = 50
"""Octets of a document with a proof embedded that are gone through in a step."""


def proofs_around(unpacked: Unpacked, terms: Terms, budget: Budget) -> tuple[Proof, ...]:
    """The proofs of every JWS around the document, checked.

    Raises:
        Refused: `limit.work`.
    """
    signatures = [layer.jws for layer in unpacked.layers if layer.jws is not None]
    if not signatures:
        return ()
    from gateway.proofs.jose import verify_jws

    named = [*[None] * (len(signatures) - 1), named_in(unpacked.json)]
    sets = [
        verify_jws(jws, keys=terms.keys, methods=terms.methods, named=name, now=terms.now, budget=budget)
        for jws, name in zip(signatures, named, strict=True)
    ]
    proofs = tuple(proof for one in sets for proof in settle(one))
    token = unpacked.layers[-1].jwt
    return proofs if token is None else (*proofs[:-1], _with_claims(proofs[-1], token))


def named_in(content: JsonValue) -> str | None:
    """The key that an assertion of Open Badges 2.0 names as the one that signed it; None where it is none."""
    verification = _members(_members(content).get("verification"))
    creator = verification.get("creator")
    name = _members(creator).get("id", creator)
    return name if str(verification.get("type")).lower().startswith("signed") and isinstance(name, str) else None


def _with_claims(proof: Proof, token: JwtCredential) -> Proof:
    """The proof around a token, with what the token's claims say of the credential in it."""
    covered = None if proof.covered is None or token.faults else token.octets
    claimed = proof.claimed_time or token.issued_at
    return replace(
        proof, findings=(*proof.findings, _claims_agree(proof, token)), covered=covered, claimed_time=claimed
    )


def _claims_agree(proof: Proof, token: JwtCredential) -> Finding:
    if not token.faults:
        explanation = "what the token's claims state and what the credential states is the same"
        return Finding(check="signature.claims", status=Status.PASSED, about=proof.about, explanation=explanation)
    return Finding(
        check="signature.claims",
        status=Status.INDETERMINATE,
        about=proof.about,
        explanation=f"the token contradicts itself: {'; '.join(token.faults)}",
        sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE,
    )


def examined_pdf(document: Document, terms: Terms) -> Examined:
    """What was found of a PDF: nothing of any other document.

    Raises:
        Refused: `pdf.broken`, `pdf.encrypted`, `limit.nodes`, `limit.bytes`, `limit.work`.
    """
    if document.media != "pdf":
        return Examined()
    if terms.pdf is None:
        return Examined(findings=(_NOT_EXAMINED,))
    examined = terms.pdf(document.octets, terms.limits)
    if examined.refused is not None:
        raise examined.refused
    return examined


def with_text(document: Document, examined: Examined, terms: Terms) -> Document:
    """A PDF with its text, or with why it has none; of one made from a file inside, that file is what is read."""
    if document.media != "pdf" or terms.pdf_text is None or examined.sources:
        return document
    text = examined.unfit or terms.pdf_text(document.octets)
    return Document.with_text(document.octets, text, limits=document.limits)


def proofs_inside(document: Document, terms: Terms, budget: Budget) -> tuple[Proof, ...]:
    """The XML signatures under the root of the document, or the proofs embedded in a credential, checked.

    Raises:
        Refused: `limit.work`.
    """
    if document.media == "json":
        budget.spend(len(document.octets) // _OCTETS if "proof" in _members(document.value) else 0)
        return embedded_proofs(document.value, terms, budget)
    if document.media != "xml":
        return ()
    return verify_enveloped(document.tree, keys=terms.keys)


def _members(value: JsonValue) -> Mapping[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def embedded_proofs(value: JsonValue, terms: Terms, budget: Budget) -> tuple[Proof, ...]:
    """The proofs embedded in a credential, checked; none where it is none, or has none.

    Raises:
        Refused: `limit.work`.
    """
    if "proof" not in _members(value):
        return ()
    from gateway.proofs.dataintegrity.contexts import known_contexts
    from gateway.proofs.dataintegrity.verify import Keys, verify_embedded

    candidates = [(anchor.key, anchor.controller or "") for anchor in terms.anchors]
    keys = Keys(methods=terms.methods, candidates=candidates)
    return settle(verify_embedded(value, keys, terms.contexts or known_contexts(), now=terms.now, budget=budget))


def proof_findings(
    proofs: Iterable[Proof], stated: Stated | None, terms: Terms, *, vouched_outside: bool
) -> tuple[Finding, ...]:
    """Findings of the proofs of the document itself, and of the trust in each; none at all is a finding too.

    Of a proof that is set aside, what was seen of it is told, and trust isn't asked.
    `stated` is None where no adapter could read what the document states.
    """
    own = [proof for proof in proofs if proof.role != "supplement"]
    if not own:
        return (_VOUCHED_OUTSIDE if vouched_outside else _NO_PROOF,)
    findings: list[Finding] = []
    for proof in own:
        findings += proof.findings
        if proof.role == "document":
            findings += _judged(proof, stated, terms)
    return tuple(findings)


def supplement_verdicts(proofs: Iterable[Proof], stated: Stated, terms: Terms) -> tuple[InnerVerdict, ...]:
    """The verdicts of signatures inside Diploma Supplements: told apart, and no word on the document around them."""
    return tuple(
        InnerVerdict(
            path=proof.about,
            role="supplement",
            verdict=conclude([*proof.findings, *_judged(proof, stated, terms)]),
        )
        for proof in proofs
        if proof.role == "supplement"
    )


def _judged(proof: Proof, stated: Stated | None, terms: Terms) -> tuple[Finding, ...]:
    claimed = proof.claimed_time or (stated.issued if stated else None)
    return judge_proof(
        proof,
        terms.anchors,
        terms.policy,
        now=terms.now,
        document_time=None if claimed is None else first_moment(claimed),
        issuers=_claims(stated) if stated else (),
        content_known=stated is not None,
    )


def _claims(stated: Stated) -> tuple[IssuerClaim, ...]:
    """Everybody in whose name the document speaks."""
    return tuple(_claim(issuer) for issuer in (stated.issuer, *stated.other_issuers) if issuer is not None)


def _claim(issuer: Organisation) -> IssuerClaim:
    legal = (issuer.eidas_identifier, issuer.registration, *issuer.vat_identifiers, *issuer.tax_identifiers)
    identifiers = [i.value for i in (*issuer.identifiers, *legal) if i is not None]
    return IssuerClaim(names=issuer.legal_name, identifiers=tuple(identifiers), country=issuer.country)


_NO_PROOF = Finding(
    check="proof.present",
    status=Status.INDETERMINATE,
    sub_indication=SubIndication.NO_PROOF_FOUND,
    explanation="the document carries no signature or seal, so nothing vouches for it; ask for the sealed original",
)
_NOT_EXAMINED = Finding(
    check="proof.present",
    status=Status.INDETERMINATE,
    sub_indication=SubIndication.UNSUPPORTED_PROOF,
    explanation="whether this PDF is signed can't be told here: pip install 'testamur[pdf]'",
)
_VOUCHED_OUTSIDE = Finding(
    check="proof.present",
    status=Status.PASSED,
    caveat=Caveat.NOT_SIGNED_APART,
    explanation="no proof of its own: the proof around it covers it",
)
