"""Laws of the judgement: more findings never help, strict implies legacy, same input same output."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model.verdict import Finding, Indication, Status, SubIndication, conclude
from gateway.trust.anchors import Anchor
from gateway.trust.issuers import IssuerClaim
from gateway.trust.judge import judge_proof
from tests import pki
from tests.unit.trust.proofs import CLAIM, LEGACY, SHA1, STRICT, anchor, proof_by

findings = st.builds(
    Finding,
    check=st.sampled_from(["trust.anchor", "signature.digest"]),
    status=st.sampled_from(Status),
    sub_indication=st.none() | st.sampled_from(SubIndication),
)


@settings(deadline=None)
@given(st.lists(findings, max_size=6), findings)
def test_one_more_finding_never_makes_a_verdict_better(found, more):
    assert conclude([*found, more]).verdict.severity >= conclude(found).verdict.severity


SEALS = [
    pki.seal(kind=kind, **how)
    for kind in ("p256", "rsa1024", "rsa2048", "p192", "ed25519")
    for how in ({}, {"issuer": pki.root()})
]
SEALS += [pki.seal(key_usage=pki.usage("crl_sign")), pki.seal(subject=pki.name("Somebody else"))]
ANCHORS = [
    *(anchor(holder) for holder in (*SEALS, pki.root(), pki.sub_ca())),
    *(Anchor(key=seal.key.public_key()) for seal in SEALS[:2]),
    anchor(pki.root(), issuers=("Sundby College",)),
    anchor(pki.root(), until=pki.NOW.date()),
]
moments = st.integers(-4000, 4000).map(lambda days: pki.NOW + timedelta(days=days))
cases = st.fixed_dictionaries(
    {
        "proof": st.builds(
            lambda seal, with_ca, fields: proof_by(seal, *([pki.sub_ca()] if with_ca else []), **fields),
            st.sampled_from(SEALS),
            st.booleans(),
            st.sampled_from([{}, SHA1, {"signature_algorithm": "RS256"}, {"signature_algorithm": "none"}]),
        ),
        "anchors": st.lists(st.sampled_from(ANCHORS), max_size=3),
        "now": moments,
        "document_time": st.none() | moments,
        "issuers": st.lists(st.sampled_from([CLAIM, IssuerClaim(names={"und": "Sundby College"})]), max_size=2),
    }
)


@settings(max_examples=400, deadline=None)  # one in twelve passes strict
@given(cases)
def test_what_passes_strict_passes_legacy(case):
    if conclude(judge_proof(**case, policy=STRICT)).verdict is Indication.PASSED:
        assert conclude(judge_proof(**case, policy=LEGACY)).verdict is Indication.PASSED


@settings(deadline=None)
@given(cases, st.sampled_from([STRICT, LEGACY]))
def test_the_judgement_is_a_pure_function(case, policy):
    assert judge_proof(**case, policy=policy) == judge_proof(**case, policy=policy)


@settings(deadline=None)
@given(cases, st.sampled_from([STRICT, LEGACY]), st.sampled_from(ANCHORS))
def test_one_more_anchor_never_makes_the_answer_worse(case, policy, more):
    fewer = conclude(judge_proof(**case, policy=policy))
    assert (
        conclude(judge_proof(**{**case, "anchors": [*case["anchors"], more]}, policy=policy)).verdict.severity
        <= fewer.verdict.severity
    )


@settings(deadline=None)
@given(cases, st.sampled_from([STRICT, LEGACY]))
def test_trust_never_says_failed_and_never_passes_without_an_anchor(case, policy):
    """Without a proof of time no fact about a certificate proves a signature bad."""
    verdict = conclude(judge_proof(**case, policy=policy))
    assert verdict.verdict is not Indication.FAILED
    assert all(f.sub_indication is not None for f in verdict.findings if f.status is Status.INDETERMINATE)
    if not case["anchors"]:
        assert verdict.verdict is Indication.INDETERMINATE
