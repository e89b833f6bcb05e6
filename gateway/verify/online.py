"""Online checks: the answer is the content, and the document a claim that must say the same (rulings, 1.9).

An answer counts when this gateway fetched it itself, or when somebody who is trusted attests by a JWS that they did: a
page that the holder hands in proves nothing, neither for the document nor against it. An answer that isn't the report
(expired, closed, a question for a person) leaves the verdict open: it is never a word on what the document certifies.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.errors import Refused, TestamurError
from gateway.kit.contract import Adapter, Comparing, Content, EvidenceRequest, comparing, revoking
from gateway.kit.guard import guarded
from gateway.kit.recognition import head_of
from gateway.model.losses import Loss
from gateway.model.verdict import Caveat, Finding, Indication, Status, SubIndication, answer
from gateway.proofs.budget import Budget
from gateway.proofs.jose.compact import Signer, sign_compact
from gateway.proofs.proof import Proof
from gateway.readers.containers import unpack
from gateway.readers.document import Document
from gateway.readers.json import JsonValue, dump_json, parse_json
from gateway.verify.asking import name_of
from gateway.verify.covered import document_of
from gateway.verify.evidence import Answer
from gateway.verify.proofs import proof_findings, proofs_around
from gateway.verify.terms import Terms

ATTESTATION = "testamur-evidence"
"""The `typ` of a JWS by which somebody attests what they fetched: no other statement of theirs can be taken for one."""

LONGEST_LIFE = dt.timedelta(days=180)
"""How long an answer may be stood on: as long as the longest term that a register gives its reports."""

_ANSWER, _OCTETS = 500, 50
"""Steps for an answer, and octets of it in a step."""


def attested(found: Answer) -> dict[str, JsonValue]:
    """What somebody attests of an answer: everything, in the words of its note, and the octets by their digest."""
    return {
        "url": found.url,
        "fetched_at": found.fetched_at.isoformat(),
        "status": found.status,
        "media_type": found.media_type,
        "sha256": hashlib.sha256(found.octets).hexdigest(),
    }


def attest(found: Answer, signer: Signer) -> Answer:
    """The answer with the word of whoever fetched it."""
    return replace(found, attestation=sign_compact(dump_json(attested(found)), signer, ATTESTATION))


@dataclass(frozen=True, kw_only=True, repr=False)
class Checked:
    """What an online check showed. `content` is the answer, where it vouches for the document, else None.

    `losses` are the fields of the document that the answer doesn't show; `questions` those that nothing answers yet.
    """

    findings: tuple[Finding, ...]
    content: Content | None = None
    losses: tuple[Loss, ...] = ()
    questions: tuple[EvidenceRequest, ...] = ()


def vouching(questions: Iterable[EvidenceRequest]) -> EvidenceRequest | None:
    """The question whose answer would be the content."""
    return next((question for question in questions if question.vouches), None)


def check_online(adapter: Adapter, claim: Content, question: EvidenceRequest, terms: Terms, budget: Budget) -> Checked:
    """Hold a document without a proof of its own against the answer to its question, where one was gathered."""
    comparer = comparing(adapter)
    name = name_of(question, terms.secret)
    found = terms.evidence.get(name) or terms.evidence.get(question.url)
    if found is None or comparer is None:
        nothing = terms.unanswered.get(name)
        if nothing is None:
            asks = () if question.form is not None and not question.form else (question,)
            return replace(_open("not_attempted", f"{question.why}: nobody was asked"), questions=asks)
        return _open("unavailable", f"{question.why}: no answer came: {nothing.why} ({nothing.code})")
    try:
        budget.spend(_ANSWER + len(found.octets) // _OCTETS)
        if _is_revoked(adapter, claim, found, terms):
            return _revoked(found, terms, budget)
        if not found.is_success:
            return _open("unavailable", f"the check answered with status {found.status}; try again later")
        return _answered(adapter, comparer, claim, found, terms, budget)
    except TestamurError as error:
        return _open("unavailable", f"the answer can't be read: {error.message} ({error.code})")


def _answered(
    adapter: Adapter, comparer: Comparing, claim: Content, found: Answer, terms: Terms, budget: Budget
) -> Checked:
    document = document_of(unpack(found.octets, terms.limits), terms)
    recognised = adapter.recognise(head_of(document))
    if recognised is None:
        return _open("unavailable", "the answer is no answer of the check; try again later")
    content = Content(document=document, format=recognised.format, vouched="online")
    compared = guarded(adapter, lambda _: comparer.compare(claim, content))
    stood_on = (*_time(found, terms.now), *_attested(found, terms, budget))
    if answer(stood_on) is not Indication.PASSED:  # it counts neither for the document nor against it
        return Checked(findings=(*_answers(compared), *stood_on, _UNVERIFIED))
    if answer(compared) is not Indication.PASSED:
        return Checked(findings=(*compared, *stood_on, _UNVERIFIED))
    losses = tuple(_lost(finding) for finding in compared if _is_uncovered(finding))
    return Checked(findings=(*compared, *stood_on, _vouched(found)), content=content, losses=losses)


def _is_revoked(adapter: Adapter, claim: Content, found: Answer, terms: Terms) -> bool:
    able = revoking(adapter)
    return able is not None and guarded(adapter, lambda _: able.revoked(claim, found.status, _json(found, terms)))


def _json(found: Answer, terms: Terms) -> Document | None:
    """The body of an answer that may be a refusal; None where it is no JSON."""
    try:
        return Document.with_value(found.octets, parse_json(found.octets, terms.limits), limits=terms.limits)
    except Refused:
        return None


def _revoked(found: Answer, terms: Terms, budget: Budget) -> Checked:
    """The host's word that it took the document back, where the answer may be stood on."""
    stood_on = (*_time(found, terms.now), *_attested(found, terms, budget))
    if answer(stood_on) is not Indication.PASSED:
        return Checked(findings=(*stood_on, _UNVERIFIED))
    return Checked(findings=(_REVOKED, *stood_on))


def is_unsupported(proofs: Sequence[Proof]) -> bool:
    """Whether nothing can be said of a document's proofs: each is of a kind that isn't judged here, and none failed."""
    return all(
        any(f.sub_indication is SubIndication.UNSUPPORTED_PROOF for f in proof.findings)
        and not any(f.status is Status.FAILED for f in proof.findings)
        for proof in proofs
    )


def beside_unsupported(checked: Checked, proofs: Sequence[Proof], judged: tuple[Finding, ...]) -> Checked:
    """What a check showed of a document with proofs of which nothing can be said; `judged` is what trust says of these.

    Where the answer vouches for it, the answer is what is read: the proofs are neither for it nor against it, and said
    to be there. An answer that contradicts fails it; else the proofs stay the open question that they are.
    """
    if checked.content is not None:
        told = (_not_judged(finding) for proof in proofs for finding in proof.findings)
        return replace(checked, findings=(*told, *checked.findings))
    if answer(checked.findings) is Indication.FAILED:
        return replace(checked, findings=(*judged, *checked.findings))
    return Checked(findings=judged, questions=checked.questions)


def _not_judged(finding: Finding) -> Finding:
    if finding.status is not Status.INDETERMINATE:
        return finding
    changes = {"status": Status.NOT_CHECKED, "sub_indication": None, "caveat": Caveat.PROOF_NOT_JUDGED}
    return finding.model_copy(update=changes)


def stands(found: Answer, terms: Terms, budget: Budget) -> bool:
    """Whether an answer may be stood on: of this time, fetched here, or by somebody trusted who attests it."""
    told = (*_time(found, terms.now), *_attested(found, terms, budget))
    return found.is_success and answer(told) is Indication.PASSED


def _answers(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.status not in (Status.FAILED, Status.PASSED))


def _is_uncovered(finding: Finding) -> bool:
    return finding.status is Status.NOT_CHECKED and bool(finding.about)


def _lost(finding: Finding) -> Loss:
    return Loss(stage="read", kind="dropped", source=finding.about, detail=finding.explanation)


# --- may the answer be stood on? --------------------------------------------------------------------------------------


def _time(found: Answer, now: dt.datetime) -> tuple[Finding, ...]:
    if found.fetched_at > now:
        why = "the answer was fetched after the time that is judged at"
    elif now - found.fetched_at > LONGEST_LIFE:
        why = f"the answer was fetched more than {LONGEST_LIFE.days} days before; ask again"
    else:
        return ()
    return (_indeterminate("online.time", why, SubIndication.TRY_LATER),)


def _attested(found: Answer, terms: Terms, budget: Budget) -> tuple[Finding, ...]:
    """Whether this gateway fetched the answer, or one of the witnesses attests that they did."""
    if found.fetched_here:
        told = "this gateway fetched the answer itself, from the address that it made"
        return (Finding(check="online.attested", status=Status.PASSED, explanation=told),)
    if not found.attestation:
        why = "nobody attests to have fetched the answer: what a holder hands in proves nothing"
        return (_indeterminate("online.attested", why, SubIndication.NO_PROOF_FOUND),)
    terms = replace(terms, anchors=terms.witnesses)
    try:
        unpacked = unpack(found.attestation, terms.limits, within_seals=False)
        proofs = proofs_around(unpacked, terms, budget)
    except Refused as refused:
        why = f"the attestation can't be read: {refused.message} ({refused.code})"
        return (_indeterminate("online.attested", why, SubIndication.FORMAT_FAILURE),)
    typed = [layer.jws.signatures[0].header.get("typ") for layer in unpacked.layers if layer.jws is not None]
    if typed == [ATTESTATION] and _by_nobody_known(proofs):
        why = (
            "nobody whose word counts for answers signed the attestation: trust its signer for that "
            '([[trust]] for = ["evidence"], or --trust)'
        )
        return (_indeterminate("online.attested", why, SubIndication.NO_CERTIFICATE_CHAIN_FOUND),)
    if typed != [ATTESTATION] or not _says(proofs, found):
        why = "the attestation is of another answer, or of another kind: it vouches for nothing here"
        return (_indeterminate("online.attested", why, SubIndication.SIG_CONSTRAINTS_FAILURE),)
    return proof_findings(proofs, None, terms, vouched_outside=False)


def _by_nobody_known(proofs: Sequence[Proof]) -> bool:
    """Whether no key that is known made a signature, which therefore couldn't be checked."""
    return all(proof.covered is None and not any(f.status is Status.FAILED for f in proof.findings) for proof in proofs)


def _says(proofs: Sequence[Proof], found: Answer) -> bool:
    """Whether every proof holds, and what is signed is what was fetched, octet by octet."""
    covered = [proof.covered for proof in proofs]
    if not covered or covered[-1] is None or None in covered:
        return False
    stated = parse_json(covered[-1])
    return isinstance(stated, dict) and attested(found).items() <= stated.items()


# --- findings ---------------------------------------------------------------------------------------------------------


_REVOKED = Finding(
    check="credential.status",
    status=Status.FAILED,
    explanation="its host says that it was revoked",
    sub_indication=SubIndication.CREDENTIAL_REVOKED,
)
_UNVERIFIED = Finding(
    check="proof.present",
    status=Status.INDETERMINATE,
    explanation="well-formed, not verified: it carries no seal, and the online check doesn't vouch for it",
    sub_indication=SubIndication.NO_PROOF_FOUND,
)


def _vouched(found: Answer) -> Finding:
    return Finding(
        check="proof.present",
        status=Status.PASSED,
        explanation="no seal: the answer of the online check says the same, and is what is read",
        evidence={"fetched_at": found.fetched_at.isoformat(), "sha256": hashlib.sha256(found.octets).hexdigest()},
        caveat=Caveat.CHECKED_ONLINE,
    )


def _open(state: str, why: str) -> Checked:
    sub = SubIndication.NO_PROOF_FOUND if state == "not_attempted" else SubIndication.TRY_LATER
    return Checked(findings=(_indeterminate("online.answer", why, sub, about=state), _UNVERIFIED))


def _indeterminate(check: str, why: str, sub: SubIndication, about: str = "") -> Finding:
    return Finding(check=check, status=Status.INDETERMINATE, about=about, explanation=why, sub_indication=sub)


def by_channel(claim: Content, checked: Checked | None) -> Checked:
    """What stands where the peer that sent a file may vouch for it by the node's policy.

    `checked` is the online check that left it open: what it couldn't tell stays in sight.
    """
    left = () if checked is None else tuple(_left_open(f) for f in checked.findings if f.check != _UNVERIFIED.check)
    return Checked(findings=(_BY_CHANNEL, *left), content=replace(claim, vouched="channel"))


def _left_open(finding: Finding) -> Finding:
    if finding.status is not Status.INDETERMINATE:
        return finding
    changes = {"status": Status.NOT_CHECKED, "sub_indication": None, "caveat": Caveat.ONLINE_CHECK_OPEN}
    return finding.model_copy(update=changes)


_BY_CHANNEL = Finding(
    check="proof.present",
    status=Status.PASSED,
    explanation="no seal: the peer that sent it vouches for it, as this node's policy allows",
    caveat=Caveat.VOUCHED_BY_CHANNEL,
)
