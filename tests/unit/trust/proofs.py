"""Proofs as the proof rooms make them, for the fictional PKI."""

from __future__ import annotations

from cryptography.x509 import Certificate

from gateway.model.verdict import Caveat, Finding, Verdict, conclude
from gateway.proofs.proof import Proof
from gateway.trust.algorithms import key_of
from gateway.trust.anchors import Anchor
from gateway.trust.issuers import IssuerClaim
from gateway.trust.judge import judge_proof
from gateway.trust.policies import Policy, load_policy
from tests import pki

STRICT, LEGACY = load_policy("strict"), load_policy("legacy")
CLAIM = IssuerClaim(names={"en": pki.UNIVERSITY}, identifiers=(pki.UNIVERSITY_ID,), country="XN")

SCHEMES = {"RSA": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "EC": "ES256", "ED25519": "EdDSA"}
SHA1 = {
    "signature_algorithm": "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
    "digest_algorithm": "http://www.w3.org/2000/09/xmldsig#sha1",
}


def proof_by(holder: pki.Holder, *others: pki.Holder, **fields) -> Proof:
    """A proof whose mathematics hold, by this holder's key, with certificates as hints."""
    return proof_with(holder.certificate, *(other.certificate for other in others), **fields)


def proof_with(signer: Certificate, *others: Certificate, **fields) -> Proof:
    key = key_of(signer)
    scheme = next(
        (v for k, v in SCHEMES.items() if type(key).__name__.upper().startswith((k, "ELLIPTIC" if k == "EC" else k))),
        "",
    )
    fields = {"signature_algorithm": scheme, "digest_algorithm": "http://www.w3.org/2001/04/xmlenc#sha256", **fields}
    return Proof(
        kind="xmldsig",
        findings=(),
        covered=b"covered",
        key=key,
        certificates=(signer, *others),
        about="/elmo/Signature",
        **fields,
    )


def anchor(holder: pki.Holder | Certificate, **terms) -> Anchor:
    certificate = holder.certificate if isinstance(holder, pki.Holder) else holder
    return Anchor(key=key_of(certificate), certificate=certificate, **terms)


def judge(
    proof: Proof, *anchors: Anchor, policy: Policy = STRICT, now=pki.NOW, document_time=pki.NOW, issuer=CLAIM
) -> Verdict:
    issuers = issuer if isinstance(issuer, tuple) else () if issuer is None else (issuer,)
    return conclude(judge_proof(proof, anchors, policy, now=now, document_time=document_time, issuers=issuers))


def finding(verdict: Verdict, check: str) -> Finding:
    found = [f for f in verdict.findings if f.check == f"trust.{check}"]
    assert len(found) == 1, found
    return found[0]


def answer(verdict: Verdict) -> str:
    """`PASSED`, or `INDETERMINATE CHAIN_CONSTRAINTS_FAILURE`."""
    return " ".join(filter(None, [verdict.verdict, verdict.sub_indication]))


def caveats(verdict: Verdict) -> set[Caveat]:
    return set(verdict.caveats)
