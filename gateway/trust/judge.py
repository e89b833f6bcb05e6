"""Is that key trusted for this: by which anchor, under which policy, at which time? Pure: same input, same findings.

The findings, in this order, so that the first that isn't good names the reason of the verdict: `trust.anchor`,
`trust.path`, `trust.validity`, `trust.algorithm`, `trust.key_size`, `trust.issuer`, `trust.revocation`, `trust.time`.
Steps follow ETSI EN 319 102-1 (5.2.6 X.509 validation, 5.2.8 signature acceptance); nothing here is ever FAILED,
because without a proof of time no fact about a certificate proves that the signature is bad.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.x509 import Certificate

from gateway.model.verdict import Caveat, Finding, Status, SubIndication, answer
from gateway.proofs.proof import Proof, PublicKey
from gateway.trust.algorithms import (
    DIGESTS,
    SCHEME_OF_KEY,
    SIGNATURES,
    certificate_digest_name,
    key_facts,
    key_of,
)
from gateway.trust.anchors import Anchor, certificate_key_sha256, certificate_sha256, key_sha256
from gateway.trust.issuers import IssuerClaim, Sealer, is_named
from gateway.trust.paths import Fault, Path, find_path, valid_at
from gateway.trust.policies import DigestRule, KeyRule, Policy, SchemeRule

_ADVICE = "give the CA's or the signer's certificate with --trust, or in the configuration"


def judge_proof(
    proof: Proof,
    anchors: Sequence[Anchor],
    policy: Policy,
    *,
    now: datetime,
    document_time: datetime | None,
    issuer: IssuerClaim | None,
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
        issuer: whom the document names as its issuer.
        content_known: whether an adapter could say whom the document names. Of unknown content a pinned key is judged
            alone: the verdict stands for the proof (rulings, 1.3). Under a CA it is never enough.
    """
    case = _Case(proof, _signer(proof), now, document_time, issuer, content_known)
    if proof.key is None:
        return tuple(
            _untrusted(case, policy, SubIndication.NO_SIGNING_CERTIFICATE_FOUND, "the proof names no usable key")
        )
    used = [anchor for anchor in anchors if anchor.in_use(now)]
    answers = [tuple(findings) for anchor in used if (findings := _by_anchor(case, anchor, policy)) is not None]
    if answers:
        return min(answers, key=lambda findings: answer(findings).severity)
    retired = len(anchors) - len(used)
    why = "no trust anchor vouches for the key" + (f" ({retired} past their `until` date)" if retired else "")
    return tuple(_untrusted(case, policy, SubIndication.NO_CERTIFICATE_CHAIN_FOUND, f"{why}: {_ADVICE}"))


@dataclass(frozen=True, slots=True)
class _Case:
    """What stays the same whichever anchor is tried; `signer` is the certificate of the key that signed, if known."""

    proof: Proof
    signer: Certificate | None
    now: datetime
    document_time: datetime | None
    issuer: IssuerClaim | None
    content_known: bool

    @property
    def past_claim(self) -> datetime | None:
        """The claimed time, unless it lies in the future: then it says nothing about the past."""
        return self.document_time if self.document_time is not None and self.document_time <= self.now else None

    def finding(
        self,
        check: str,
        status: Status,
        explanation: str,
        *,
        sub: SubIndication | None = None,
        caveat: Caveat | None = None,
        evidence: dict[str, str] | None = None,
    ) -> Finding:
        return Finding(
            check=f"trust.{check}",
            status=status,
            about=self.proof.about,
            explanation=explanation,
            sub_indication=sub,
            caveat=caveat,
            evidence=evidence or {},
        )


def _signer(proof: Proof) -> Certificate | None:
    if proof.key is None:
        return None
    digest = key_sha256(proof.key)
    return next((c for c in proof.certificates if certificate_key_sha256(c) == digest), None)


def _by_anchor(case: _Case, anchor: Anchor, policy: Policy) -> Iterable[Finding] | None:
    """The findings under this anchor, or None when it doesn't vouch for the key at all."""
    chosen = anchor.policy or policy
    if case.proof.key is not None and anchor.key_sha256 == key_sha256(case.proof.key):
        return _by_own_key(case, anchor, chosen)
    if not anchor.is_ca or anchor.certificate is None or case.signer is None:
        return None
    times = [case.now, *([case.past_claim] if case.past_claim else [])]
    path = find_path(case.signer, case.proof.certificates, anchor.certificate, times=times)
    if isinstance(path, Fault) and path.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND:
        return None
    return _by_ca(case, anchor, path, chosen)


# --- the signer's own key is the anchor -------------------------------------------------------------------------------


def _by_own_key(case: _Case, anchor: Anchor, policy: Policy) -> Iterator[Finding]:
    evidence = _anchor_evidence(anchor, anchor.certificate) | {"policy": policy.name}
    yield case.finding("anchor", Status.PASSED, "the signer's own key is trusted by decision", evidence=evidence)
    yield case.finding("path", Status.NOT_CHECKED, "not needed: the key itself is the anchor")
    yield _own_validity(case, anchor.certificate)
    yield from _algorithms(case, policy, ())
    yield from _key_sizes(case, policy, ())
    yield _issuer_of_own_key(case, anchor)
    yield case.finding("revocation", Status.NOT_CHECKED, "trust in a pinned key ends when its anchor is taken away")
    yield _time(case)


def _own_validity(case: _Case, certificate: Certificate | None) -> Finding:
    """A pinned certificate's period is a caveat, not a condition: the trust is in the key."""
    if certificate is None:
        return case.finding("validity", Status.NOT_CHECKED, "a bare key has no validity period")
    evidence = _period(certificate)
    claimed = case.past_claim
    if claimed is not None and not valid_at(certificate, claimed):
        text = "the document says it was made outside the certificate's validity period"
        return case.finding("validity", Status.WARNING, text, caveat=Caveat.OUTSIDE_VALIDITY, evidence=evidence)
    if valid_at(certificate, case.now):
        return case.finding(
            "validity", Status.PASSED, "the certificate is within its validity period", evidence=evidence
        )
    if case.now < certificate.not_valid_before_utc:
        text, caveat = "the certificate isn't valid yet", Caveat.OUTSIDE_VALIDITY
    else:
        text, caveat = "the certificate has expired since", Caveat.EXPIRED_SINCE
    return case.finding("validity", Status.WARNING, text, caveat=caveat, evidence=evidence)


def _issuer_of_own_key(case: _Case, anchor: Anchor) -> Finding:
    if not case.content_known and not anchor.issuers:
        return case.finding(
            "issuer", Status.NOT_CHECKED, "whom the content names can't be read: it is of no known format"
        )
    if case.issuer is None or case.issuer.is_empty:
        return _no_issuer(case)
    if anchor.issuers and not is_named(case.issuer, anchor.issuers):
        return _not_for(case)
    sealer = Sealer.of(anchor.certificate) if anchor.certificate is not None else None
    evidence = _sealer_evidence(sealer)
    if sealer is not None and sealer.is_issuer(case.issuer):
        return case.finding("issuer", Status.PASSED, _same(case.issuer), evidence=evidence)
    if sealer is None and anchor.issuers:
        return case.finding("issuer", Status.PASSED, "the configuration trusts this key for the issuer named")
    text = (
        "the document names an issuer that the sealer's certificate doesn't: make sure that it may seal for it"
        if sealer is not None
        else "a bare key names no organisation: make sure that it is the issuer's"
    )
    return case.finding("issuer", Status.WARNING, text, caveat=Caveat.SEALER_IS_NOT_ISSUER, evidence=evidence)


# --- a CA is the anchor -----------------------------------------------------------------------------------------------


def _by_ca(case: _Case, anchor: Anchor, path: Path | Fault, policy: Policy) -> Iterator[Finding]:
    evidence = _anchor_evidence(anchor, case.signer) | {"policy": policy.name}
    if isinstance(path, Fault) and path.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE:
        yield case.finding(
            "anchor", Status.NOT_CHECKED, "whether it leads to this CA couldn't be told", evidence=evidence
        )
    else:
        yield case.finding("anchor", Status.PASSED, "a trusted CA stands at the end of the path", evidence=evidence)
    if isinstance(path, Fault):
        yield case.finding("path", Status.INDETERMINATE, path.explanation, sub=path.sub_indication)
        yield case.finding("validity", Status.NOT_CHECKED, "there is no sound path to judge")
    else:
        digests = {f"sha256_{at}": certificate_sha256(c) for at, c in enumerate(path.certificates)}
        yield case.finding("path", Status.PASSED, "a sound path leads to the CA (RFC 5280)", evidence=digests)
        yield _path_validity(case, path, policy)
    certificates = path.certificates if isinstance(path, Path) else ()
    yield from _algorithms(case, policy, certificates)
    yield from _key_sizes(case, policy, certificates)
    yield _issuer_under_ca(case, anchor)
    yield case.finding(
        "revocation",
        Status.NOT_CHECKED,
        "whether the CA has revoked the certificate wasn't looked up",
        caveat=Caveat.REVOCATION_NOT_CHECKED,
    )
    yield _time(case)


def _path_validity(case: _Case, path: Path, policy: Policy) -> Finding:
    signer, claimed = path.certificates[0], case.past_claim
    evidence = _period(signer)
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
    if case.issuer is None or case.issuer.is_empty:
        return _no_issuer(case)
    if anchor.issuers and not is_named(case.issuer, anchor.issuers):
        return _not_for(case)
    sealer = Sealer.of(case.signer) if case.signer is not None else None
    evidence = _sealer_evidence(sealer) | _certificate_evidence(case.signer)
    if sealer is not None and sealer.is_issuer(case.issuer):
        return case.finding("issuer", Status.PASSED, _same(case.issuer), evidence=evidence)
    text = (
        "the document names an issuer that the sealer's certificate doesn't; under a CA that isn't enough: "
        "pin the sealer's own certificate if it may seal for this issuer"
    )
    sub = SubIndication.SIG_CONSTRAINTS_FAILURE
    return case.finding("issuer", Status.INDETERMINATE, text, sub=sub, evidence=evidence)


# --- no anchor at all -------------------------------------------------------------------------------------------------


def _untrusted(case: _Case, policy: Policy, sub: SubIndication, explanation: str) -> Iterator[Finding]:
    sealer = None if case.signer is None else Sealer.of(case.signer)
    evidence = _sealer_evidence(sealer) | _certificate_evidence(case.signer)
    evidence |= _key_evidence(case.proof.key) if case.proof.key else {}
    yield case.finding("anchor", Status.INDETERMINATE, explanation, sub=sub, evidence=evidence)
    for check in ("path", "validity"):
        yield case.finding(check, Status.NOT_CHECKED, "there is no anchor to check it against")
    yield from _algorithms(case, policy, ())
    yield from _key_sizes(case, policy, ())
    for check in ("issuer", "revocation"):
        yield case.finding(check, Status.NOT_CHECKED, "there is no anchor to check it against")
    yield _time(case)


# --- what all have in common ------------------------------------------------------------------------------------------

_Rule = SchemeRule | DigestRule | KeyRule | None


def _algorithms(case: _Case, policy: Policy, path: Sequence[Certificate]) -> Iterable[Finding]:
    """The proof's algorithms and the digests under the path's certificates (an anchor's own isn't used)."""
    proof = case.proof
    scheme, digest = SIGNATURES.get(proof.signature_algorithm, (f"unknown: {proof.signature_algorithm!r}", ""))
    fits = proof.key is None or scheme in SCHEME_OF_KEY[key_facts(proof.key).kind]
    uses: list[tuple[str, _Rule]] = [(scheme, policy.rule_for_scheme(scheme, case.now) if fits else None)]
    digests = [digest, DIGESTS.get(proof.digest_algorithm, proof.digest_algorithm)]
    names = map(certificate_digest_name, path[:-1])
    digests += ["an unknown digest" if name is None else name for name in names]
    uses += [(name, policy.rule_for_digest(name, case.now)) for name in dict.fromkeys(digests) if name]
    return _by_rules(case, "algorithm", uses, policy)


def _key_sizes(case: _Case, policy: Policy, path: Sequence[Certificate]) -> Iterable[Finding]:
    """The signing key and every key of the path."""
    keys = [case.proof.key, *map(key_of, path)]
    facts = dict.fromkeys(key_facts(key) for key in keys if key is not None)
    uses: list[tuple[str, _Rule]] = [(str(fact), policy.rule_for_key(fact, case.now)) for fact in facts]
    return _by_rules(case, "key_size", uses, policy)


def _by_rules(case: _Case, check: str, uses: Sequence[tuple[str, _Rule]], policy: Policy) -> Iterator[Finding]:
    """One finding when all is well or something isn't allowed, else one for each caveat."""
    if not uses:
        yield case.finding(check, Status.NOT_CHECKED, "there is no key")
        return
    named = ", ".join(name for name, _ in uses)
    refused = ", ".join(name for name, rule in uses if rule is None)
    if refused:
        text = f"the policy {policy.name} doesn't allow {refused} (at this time)"
        sub = SubIndication.CRYPTO_CONSTRAINTS_FAILURE
        yield case.finding(check, Status.INDETERMINATE, text, sub=sub, evidence={"used": named, "policy": policy.name})
        return
    caveats = {rule.caveat: name for name, rule in uses if rule is not None and rule.caveat is not None}
    for caveat, name in caveats.items():
        text = f"{name} is weak; the policy {policy.name} lets it pass"
        yield case.finding(check, Status.WARNING, text, caveat=caveat, evidence={"used": name, "policy": policy.name})
    if not caveats:
        yield case.finding(check, Status.PASSED, f"{named}: allowed", evidence={"used": named, "policy": policy.name})


def _same(issuer: IssuerClaim) -> str:
    more = "; its names in other languages are the document's word" if len(issuer.names) > 1 else ""
    return f"the sealer is the issuer named{more}"


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
    evidence = {"claimed": case.document_time.isoformat()}
    caveat = Caveat.TIME_CLAIMED_ONLY
    if case.past_claim is None:
        text = "the document says it was made later than the time of this check"
        return case.finding("time", Status.WARNING, text, caveat=caveat, evidence=evidence)
    text = "when it was made is the document's own claim; no timestamp proves it"
    return case.finding("time", Status.NOT_CHECKED, text, caveat=caveat, evidence=evidence)


def _key_evidence(key: PublicKey) -> dict[str, str]:
    return {"key_sha256": key_sha256(key)}


def _anchor_evidence(anchor: Anchor, signer: Certificate | None) -> dict[str, str]:
    """Who sealed, as the signer's certificate names the organisation, and which anchor vouches."""
    named = _sealer_evidence(None if signer is None else Sealer.of(signer))
    return named | _key_evidence(anchor.key) | _certificate_evidence(anchor.certificate)


def _certificate_evidence(certificate: Certificate | None) -> dict[str, str]:
    if certificate is None:
        return {}
    return {"certificate_sha256": certificate_sha256(certificate), "serial": f"{certificate.serial_number:x}"}


def _sealer_evidence(sealer: Sealer | None) -> dict[str, str]:
    """Only what names an organisation: never CN, GN, SN, which may be a person's."""
    if sealer is None:
        return {}
    facts = {"O": "; ".join(sealer.names), "2.5.4.97": "; ".join(sealer.identifiers), "C": sealer.country or ""}
    return {name: value for name, value in facts.items() if value}


def _period(certificate: Certificate) -> dict[str, str]:
    ends: Callable[[datetime], str] = datetime.isoformat
    return {"not_before": ends(certificate.not_valid_before_utc), "not_after": ends(certificate.not_valid_after_utc)}
