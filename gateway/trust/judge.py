"""Is that key trusted for this: by which anchor, under which policy, at which time? Pure: same input, same findings.

The findings, in this order, so that the first that isn't good names the reason of the verdict: `trust.anchor`,
`trust.path`, `trust.validity`, `trust.algorithm`, `trust.key_size`, `trust.issuer`, `trust.revocation`, `trust.time`.
Steps follow ETSI EN 319 102-1 (5.2.6 X.509 validation, 5.2.8 signature acceptance); nothing here is ever FAILED,
because without a proof of time no fact about a certificate proves that the signature is bad.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography.x509 import Certificate

from gateway.model.verdict import Caveat, Finding, Status, SubIndication, answer
from gateway.proofs.proof import Proof
from gateway.trust.algorithms import SIGNATURES, KeyFacts, certificate_digest_name, key_facts, key_of
from gateway.trust.anchors import Anchor, certificate_sha256
from gateway.trust.evidence import (
    CertificateFacts,
    Evidence,
    anchor_evidence,
    facts_of,
    key_evidence,
    trust_finding,
)
from gateway.trust.issuers import IssuerClaim, Sealer, is_named
from gateway.trust.paths import Fault, Path, find_path, valid_at
from gateway.trust.policies import Policy
from gateway.trust.strength import strength_findings

_LONGEST_NAME = 100  # characters: longer than the name of any algorithm that is known
_ADVICE = "give the CA's or the signer's certificate with --trust, or in the configuration"


def judge_proof(
    proof: Proof,
    anchors: Sequence[Anchor],
    policy: Policy,
    *,
    now: datetime,
    document_time: datetime | None,
    issuers: Sequence[IssuerClaim],
    content_known: bool = True,
) -> tuple[Finding, ...]:
    """Whether the key of a proof is trusted for this issuer's document.

    Where several anchors vouch for the key, the one with the best answer counts, so that one more anchor never makes
    an answer worse. An anchor's own policy applies to what it vouches for, else `policy`.

    Args:
        proof: a checked proof; its certificates are hints.
        anchors: what is trusted, in order.
        policy: the caller's policy.
        now: the time of judging, with a zone.
        document_time: when the document says it was signed or made, with a zone; claimed, not proven.
        issuers: everybody whom the document names as an issuer: each has to be the sealer.
        content_known: whether an adapter could say whom the document names. Of unknown content a pinned key is judged
            alone: the verdict stands for the proof (rulings, 1.3). Under a CA it is never enough.
    """
    past = document_time if document_time is not None and document_time <= now else None
    case = _Case(proof, now, document_time, past, tuple(issuers), content_known)
    if proof.key is None:
        return _untrusted(case, policy, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "the proof names no usable key")
    used = [anchor for anchor in anchors if anchor.in_use(now)]
    answers = [findings for anchor in used if (findings := _by_anchor(case, anchor, policy)) is not None]
    if len(answers) == 1:
        return answers[0]
    if answers:
        return min(answers, key=lambda findings: answer(findings).severity)
    retired = len(anchors) - len(used)
    why = "no trust anchor vouches for the key" + (f" ({retired} past their `until` date)" if retired else "")
    return _untrusted(case, policy, SubIndication.NO_CERTIFICATE_CHAIN_FOUND, f"{why}: {_ADVICE}")


class _Case(NamedTuple):
    """What stays the same whichever anchor is tried.

    `past_claim` is the claimed time, unless it lies in the future: then it says nothing about the past.
    """

    proof: Proof
    now: datetime
    document_time: datetime | None
    past_claim: datetime | None
    issuers: tuple[IssuerClaim, ...]
    content_known: bool

    @property
    def signer(self) -> Certificate | None:
        """The certificate of the key that signed, if known."""
        key = self.proof.key
        if key is None:
            return None
        return next((certificate for certificate in self.proof.certificates if key_of(certificate) == key), None)

    @property
    def algorithms(self) -> tuple[str, str]:
        """Signature and digest as the proof names them, and no longer than a name may be that is kept."""
        return self.proof.signature_algorithm[:_LONGEST_NAME], self.proof.digest_algorithm[:_LONGEST_NAME]

    @property
    def names_no_issuer(self) -> bool:
        """Whether the document names nobody, or somebody who can't be known by anything."""
        return not self.issuers or any(issuer.is_empty for issuer in self.issuers)

    def all_named(self, allowed: Sequence[str]) -> bool:
        """Whether every issuer is one of those that an anchor is limited to."""
        return all(is_named(issuer, allowed) for issuer in self.issuers)

    def all_are(self, sealer: Sealer) -> bool:
        """Whether every issuer is the organisation that the certificate names."""
        return all(map(sealer.is_issuer, self.issuers))

    def finding(
        self,
        check: str,
        status: Status,
        explanation: str,
        *,
        sub: SubIndication | None = None,
        caveat: Caveat | None = None,
        evidence: Evidence = (),
    ) -> Finding:
        """A finding that follows from certificates, keys and policy: nothing that the document states is in it."""
        return trust_finding(check, status, self.proof.about, explanation, sub, caveat, evidence)

    def strength(self, key: KeyFacts | None, policy: Policy, path: Sequence[Certificate] = ()) -> tuple[Finding, ...]:
        """Whether algorithms and keys are strong enough: those of the proof, and those of the path under the anchor."""
        return strength_findings(
            self.proof.about,
            self.algorithms,
            key,
            tuple([certificate_digest_name(certificate) for certificate in path[:-1]]),  # an anchor's own isn't used
            tuple([key_facts(found) for certificate in path if (found := key_of(certificate)) is not None]),
            policy,
            policy.unchanged_through(self.now),
        )


def _by_anchor(case: _Case, anchor: Anchor, policy: Policy) -> tuple[Finding, ...] | None:
    """The findings under this anchor, or None when it doesn't vouch for the key at all."""
    chosen = anchor.policy or policy
    if anchor.key == case.proof.key:
        return _by_own_key(case, anchor, chosen)
    if not anchor.is_ca or anchor.certificate is None or (signer := case.signer) is None:
        return None
    times = [case.now, *([case.past_claim] if case.past_claim else [])]
    path = find_path(signer, case.proof.certificates, anchor.certificate, times=times)
    if isinstance(path, Fault) and path.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND:
        return None
    return _by_ca(case, anchor, path, chosen)


# --- the signer's own key is the anchor -------------------------------------------------------------------------------


def _by_own_key(case: _Case, anchor: Anchor, policy: Policy) -> tuple[Finding, ...]:
    standing = _standing(anchor, policy, case.proof.about, case.algorithms, policy.unchanged_through(case.now))
    return (
        standing.anchor,
        standing.path,
        _own_validity(case, standing.facts),
        *standing.strength,
        _issuer_of_own_key(case, anchor, standing.facts),
        standing.revocation,
        _time(case),
    )


class _Standing(NamedTuple):
    """What is known of a pinned key whatever the time of judging and whatever a document states: facts and findings."""

    facts: CertificateFacts | None
    anchor: Finding
    path: Finding
    strength: tuple[Finding, ...]
    revocation: Finding


@lru_cache(maxsize=256)
def _standing(anchor: Anchor, policy: Policy, about: str, algorithms: tuple[str, str], day: date) -> _Standing:
    """`day` stands for the time of judging: `Policy.unchanged_through`."""
    facts = _facts(anchor.certificate)
    evidence = (*anchor_evidence(anchor, facts, facts), ("policy", policy.name))
    trusted = "the signer's own key is trusted by decision"
    no_path = "not needed: the key itself is the anchor"
    unrevoked = "trust in a pinned key ends when its anchor is taken away"
    return _Standing(
        facts=facts,
        anchor=trust_finding("anchor", Status.PASSED, about, trusted, None, None, evidence),
        path=trust_finding("path", Status.NOT_CHECKED, about, no_path, None, None, ()),
        strength=_strength_of_own_key(anchor, policy, about, algorithms, day),
        revocation=trust_finding("revocation", Status.NOT_CHECKED, about, unrevoked, None, None, ()),
    )


def _strength_of_own_key(
    anchor: Anchor, policy: Policy, about: str, algorithms: tuple[str, str], day: date
) -> tuple[Finding, ...]:
    """As for any key; where the anchor is meant for one algorithm alone, any other is no use of it."""
    meant = anchor.algorithm
    found = strength_findings(about, algorithms, anchor.key_facts, (), (), policy, day)
    if meant is None or SIGNATURES.get(algorithms[0]) == SIGNATURES[meant]:
        return found
    text, sub = f"the key is meant for {meant} alone, got another", SubIndication.CRYPTO_CONSTRAINTS_FAILURE
    other = trust_finding("algorithm", Status.INDETERMINATE, about, text, sub, None, ())
    return (other, *(finding for finding in found if finding.check != other.check))


def _own_validity(case: _Case, facts: CertificateFacts | None) -> Finding:
    """A pinned certificate's period is a caveat, not a condition: the trust is in the key."""
    if facts is None:
        return case.finding("validity", Status.NOT_CHECKED, "a bare key has no validity period")
    claimed = case.past_claim
    if claimed is not None and not facts.valid_at(claimed):
        text = "the document says it was made outside the certificate's validity period"
        return case.finding("validity", Status.WARNING, text, caveat=Caveat.OUTSIDE_VALIDITY, evidence=facts.period)
    if facts.valid_at(case.now):
        text = "the certificate is within its validity period"
        return case.finding("validity", Status.PASSED, text, evidence=facts.period)
    if case.now < facts.first_moment:
        text, caveat = "the certificate isn't valid yet", Caveat.OUTSIDE_VALIDITY
    else:
        text, caveat = "the certificate has expired since", Caveat.EXPIRED_SINCE
    return case.finding("validity", Status.WARNING, text, caveat=caveat, evidence=facts.period)


def _issuer_of_own_key(case: _Case, anchor: Anchor, facts: CertificateFacts | None) -> Finding:
    if not case.content_known and not anchor.issuers:
        return case.finding(
            "issuer", Status.NOT_CHECKED, "whom the content names can't be read: it is of no known format"
        )
    if case.names_no_issuer:
        return _no_issuer(case)
    if anchor.issuers and not case.all_named(anchor.issuers):
        return _not_for(case)
    if facts is None and anchor.issuers:
        return case.finding("issuer", Status.PASSED, "the configuration trusts this key for the issuer named")
    if facts is None and (case.proof.controller or anchor.controller):
        return _issuer_by_did(case, anchor)
    if facts is None:
        text = "a bare key names no organisation: make sure that it is the issuer's"
        return case.finding("issuer", Status.WARNING, text, caveat=Caveat.SEALER_IS_NOT_ISSUER)
    if case.all_are(facts.sealer):
        return _same(case, facts.sealer, facts.organisation)
    text = "the document names an issuer that the sealer's certificate doesn't: make sure that it may seal for it"
    caveat = Caveat.SEALER_IS_NOT_ISSUER
    return case.finding("issuer", Status.WARNING, text, caveat=caveat, evidence=facts.organisation)


def _issuer_by_did(case: _Case, anchor: Anchor) -> Finding:
    """Whether the issuer is the DID whose key it is: by the key's name, its document, or the decision to trust it."""
    controllers = {case.proof.controller, anchor.controller} - {"", None}
    if all(controllers.intersection(issuer.identifiers) for issuer in case.issuers):
        return case.finding("issuer", Status.PASSED, "the key is that of the issuer's DID")
    text = "the key is that of another DID than the issuer's: make sure that it may sign for the issuer"
    return case.finding("issuer", Status.WARNING, text, caveat=Caveat.SEALER_IS_NOT_ISSUER)


# --- a CA is the anchor -----------------------------------------------------------------------------------------------


def _by_ca(case: _Case, anchor: Anchor, path: Path | Fault, policy: Policy) -> tuple[Finding, ...]:
    certificates = path.certificates if isinstance(path, Path) else ()
    return (
        _anchor_of_path(case, anchor, path, policy),
        *_path(case, path, policy),
        *case.strength(_key_facts(case.proof), policy, certificates),
        _issuer_under_ca(case, anchor),
        case.finding(
            "revocation",
            Status.NOT_CHECKED,
            "whether the CA has revoked the certificate wasn't looked up",
            caveat=Caveat.REVOCATION_NOT_CHECKED,
        ),
        _time(case),
    )


def _anchor_of_path(case: _Case, anchor: Anchor, path: Path | Fault, policy: Policy) -> Finding:
    anchored, signer = _facts(anchor.certificate), _facts(case.signer)
    evidence = (*anchor_evidence(anchor, anchored, signer), ("policy", policy.name))
    if isinstance(path, Fault) and path.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        text = "whether it leads to this CA couldn't be told"
        return case.finding("anchor", Status.NOT_CHECKED, text, evidence=evidence)
    return case.finding("anchor", Status.PASSED, "a trusted CA stands at the end of the path", evidence=evidence)


def _path(case: _Case, path: Path | Fault, policy: Policy) -> tuple[Finding, Finding]:
    """Whether the path is sound, and its validity."""
    if isinstance(path, Fault):
        return (
            case.finding("path", Status.INDETERMINATE, path.explanation, sub=path.sub_indication),
            case.finding("validity", Status.NOT_CHECKED, "there is no sound path to judge"),
        )
    digests = tuple((f"sha256_{at}", certificate_sha256(c)) for at, c in enumerate(path.certificates))
    sound = case.finding("path", Status.PASSED, "a sound path leads to the CA (RFC 5280)", evidence=digests)
    return sound, _path_validity(case, path, policy)


def _path_validity(case: _Case, path: Path, policy: Policy) -> Finding:
    signer, claimed = path.certificates[0], case.past_claim
    evidence = facts_of(signer).period
    if path.valid_at(case.now):
        if claimed is None or valid_at(signer, claimed):
            return case.finding("validity", Status.PASSED, "the whole path is within its validity", evidence=evidence)
        sub = SubIndication.SIG_CONSTRAINTS_FAILURE
        text = "the document says it was made outside the certificate's validity period"
        return case.finding("validity", Status.INDETERMINATE, text, sub=sub, evidence=evidence)
    sub = SubIndication.OUT_OF_BOUNDS_NO_POE
    if not path.expired_at(case.now):
        return case.finding(
            "validity", Status.INDETERMINATE, "a certificate isn't valid yet", sub=sub, evidence=evidence
        )
    if policy.expiry_without_proof_of_time == "caveat" and claimed is not None and path.valid_at(claimed):
        text = "a certificate of the path has expired since; that the document is older is claimed, not proven"
        return case.finding("validity", Status.WARNING, text, caveat=Caveat.EXPIRED_SINCE, evidence=evidence)
    text = "a certificate of the path has expired, and nothing proves that the document is older: ask for a new seal"
    return case.finding("validity", Status.INDETERMINATE, text, sub=sub, evidence=evidence)


def _issuer_under_ca(case: _Case, anchor: Anchor) -> Finding:
    if case.names_no_issuer:
        return _no_issuer(case)
    if anchor.issuers and not case.all_named(anchor.issuers):
        return _not_for(case)
    facts = _facts(case.signer)
    evidence = () if facts is None else (*facts.organisation, *facts.identity)
    if facts is not None and case.all_are(facts.sealer):
        return _same(case, facts.sealer, evidence)
    text = (
        "the document names an issuer that the sealer's certificate doesn't; under a CA that isn't enough: "
        "pin the sealer's own certificate if it may seal for this issuer"
    )
    sub = SubIndication.SIG_CONSTRAINTS_FAILURE
    return case.finding("issuer", Status.INDETERMINATE, text, sub=sub, evidence=evidence)


# --- no anchor at all -------------------------------------------------------------------------------------------------


def _untrusted(case: _Case, policy: Policy, sub: SubIndication, explanation: str) -> tuple[Finding, ...]:
    signer = _facts(case.signer)
    named = () if signer is None else (*signer.organisation, *signer.identity)
    evidence = (*named, *key_evidence(case.proof.key))
    nothing = "there is no anchor to check it against"
    return (
        case.finding("anchor", Status.INDETERMINATE, explanation, sub=sub, evidence=evidence),
        case.finding("path", Status.NOT_CHECKED, nothing),
        case.finding("validity", Status.NOT_CHECKED, nothing),
        *case.strength(_key_facts(case.proof), policy),
        case.finding("issuer", Status.NOT_CHECKED, nothing),
        case.finding("revocation", Status.NOT_CHECKED, nothing),
        _time(case),
    )


# --- what all have in common ------------------------------------------------------------------------------------------


def _facts(certificate: Certificate | None) -> CertificateFacts | None:
    return None if certificate is None else facts_of(certificate)


def _key_facts(proof: Proof) -> KeyFacts | None:
    return None if proof.key is None else key_facts(proof.key)


def _same(case: _Case, sealer: Sealer, evidence: Evidence) -> Finding:
    """The sealer is the issuer; names that only the document gives it are said to be that, and lower nothing."""
    if all(map(sealer.vouches_for_every_name, case.issuers)):
        return case.finding("issuer", Status.PASSED, "the sealer is the issuer named", evidence=evidence)
    text = (
        "the sealer is the issuer by one of its names; its other names, in other languages, are the document's word: "
        "compare them with the name in the certificate"
    )
    return case.finding("issuer", Status.WARNING, text, evidence=evidence)


def _no_issuer(case: _Case) -> Finding:
    text = "the document names no issuer, so nobody is trusted for it"
    return case.finding("issuer", Status.INDETERMINATE, text, sub=SubIndication.SIG_CONSTRAINTS_FAILURE)


def _not_for(case: _Case) -> Finding:
    text = (
        "the anchor is limited to named issuers, and the document's isn't one of them: see `for` in the configuration"
    )
    return case.finding("issuer", Status.INDETERMINATE, text, sub=SubIndication.SIG_CONSTRAINTS_FAILURE)


def _time(case: _Case) -> Finding:
    if case.document_time is None:
        return case.finding("time", Status.NOT_CHECKED, "the document doesn't say when it was made")
    late = case.past_claim is None
    return Finding.made(
        check="trust.time",
        status=Status.WARNING if late else Status.NOT_CHECKED,
        about=case.proof.about,
        explanation=_MADE_LATER if late else _TIME_CLAIMED,
        evidence={"claimed": case.document_time.isoformat()},
        caveat=Caveat.TIME_CLAIMED_ONLY,
    )


_MADE_LATER = "the document says it was made later than the time of this check"
_TIME_CLAIMED = "when it was made is the document's own claim; no timestamp proves it"
