"""Proof sets (RFC 7515, 5.2): which of several proofs over one content have to hold, and what trust they need.

Attacks on sets are numbered S1 to S6, each by what it tries.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.verdict import Caveat, Indication, Status, SubIndication, Verdict, conclude
from gateway.trust.anchors import parse_anchors
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.proof_sets import settle
from tests.jose_makers import SIGNED_AT, b64url, certificate, certified, jose_value, proofs
from tests.unit.verify.paper import Paper
from tests.unit.verify.test_engine import terms

PAYLOAD = b64url(json.dumps({"paper": 1, "issuer": "University of Nowhere"}).encode())


def member(alg: str = "ES256", *, header: dict[str, Any] | None = None, damaged: bool = False) -> dict[str, str]:
    """One signature over PAYLOAD, made with the key for `alg`, whatever the header says."""
    protected = b64url(json.dumps(header or certified(alg)).encode())
    value = jose_value(alg, f"{protected}.{PAYLOAD}".encode())
    return {"protected": protected, "signature": b64url(bytes(len(value)) if damaged else value)}


def unknown(alg: str = "ML-DSA-65") -> dict[str, str]:
    """A signature of an algorithm that isn't implemented; nobody here can tell whether it is one."""
    return {"protected": b64url(json.dumps({"alg": alg}).encode()), "signature": b64url(bytes(64))}


def sealed(*members: dict[str, str]) -> bytes:
    return json.dumps({"payload": PAYLOAD, "signatures": list(members)}).encode()


def examined(octets: bytes, *trusted: str, adapter: Paper | None = None) -> VerifiedDocument:
    """The document verified, with the certificates of these kinds of key pinned."""
    anchors = [
        anchor
        for kind in trusted
        for anchor in parse_anchors(certificate(kind).public_bytes(Encoding.PEM), place="test")
    ]
    return verify(octets, adapters=[adapter or Paper()], terms=terms(anchors=tuple(anchors), now=SIGNED_AT))


def asked_of(verdict: Verdict) -> set[str]:
    """The proofs whose trust was asked."""
    return {finding.about for finding in verdict.findings if finding.check == "trust.anchor"}


@pytest.mark.parametrize("last", [False, True])
def test_an_unknown_algorithm_beside_a_good_signature_is_not_checked_and_a_caveat(last):
    members = [member(), unknown()] if last else [unknown(), member()]
    adapter = Paper()
    document = examined(sealed(*members), "p256", adapter=adapter)
    verdict = document.verdict
    assert (verdict.verdict, verdict.caveats) == (Indication.PASSED, (Caveat.UNKNOWN_PROOF_IN_SET,))
    place = f"signatures/{int(last)}"
    own = [finding for finding in verdict.findings if finding.about == place]
    assert {f.check: f.status for f in own if f.caveat} == {"proof.set": Status.NOT_CHECKED}
    assert {f.status for f in own if f.check == "signature.algorithm"} == {Status.NOT_CHECKED}
    assert asked_of(verdict) == {f"signatures/{int(not last)}"}
    document.read()
    assert adapter.given[0].vouched == "proof"


def test_a_lone_signature_of_an_unknown_algorithm_is_indeterminate():
    verdict = examined(sealed(unknown()), "p256").verdict
    assert (verdict.verdict, verdict.sub_indication, verdict.caveats) == (
        Indication.INDETERMINATE,
        SubIndication.UNSUPPORTED_PROOF,
        (),
    )


def test_s1_only_unknown_algorithms_in_a_set_are_indeterminate_and_nothing_is_vouched_for():
    document = examined(sealed(unknown(), unknown("SLH-DSA")), "p256")
    assert document.verdict.verdict is Indication.INDETERMINATE
    assert document.verdict.sub_indication is SubIndication.UNSUPPORTED_PROOF
    assert document.content is not None
    assert document.content.vouched == "unverified"


def test_s2_a_bad_signature_is_never_hidden_by_a_good_one_nor_by_an_unknown_one():
    for members in ([member(), member("ES384", damaged=True), unknown()], [member(damaged=True), unknown()]):
        document = examined(sealed(*members), "p256", "p384")
        assert document.verdict.verdict is Indication.FAILED
        assert document.content is not None
        assert document.content.vouched == "unverified"


def test_s3_an_unknown_algorithm_lends_no_trust_to_a_good_signature_of_a_stranger():
    verdict = examined(sealed(member(), unknown())).verdict
    assert (verdict.verdict, verdict.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )


def test_s4_a_strangers_good_signature_beside_a_trusted_one_leaves_the_answer_open():
    """Who the other signer is, and what it wants to say, isn't known: nothing decides that it doesn't matter."""
    verdict = examined(sealed(member(), member("ES384")), "p256").verdict
    assert verdict.verdict is Indication.INDETERMINATE
    both = examined(sealed(member(), member("ES384")), "p256", "p384").verdict
    assert (both.verdict, both.caveats) == (Indication.PASSED, ())


@pytest.mark.parametrize("alg", ["none", "NONE", "HS256", "hs512"])
def test_s5_no_signature_and_shared_secrets_are_no_unknown_algorithms_and_fail_the_set(alg):
    assert examined(sealed(member(), unknown(alg)), "p256").verdict.verdict is Indication.FAILED


def test_s5_a_header_without_an_algorithm_or_with_a_broken_rule_fails_the_set():
    for header in ({"kid": "x"}, {"alg": ["ES256"]}, {"alg": "ML-DSA-65", "crit": []}):
        broken = member(header=header)
        assert examined(sealed(member(), broken), "p256").verdict.verdict is Indication.FAILED


def test_s6_an_unknown_signature_inside_is_not_set_aside_by_a_good_one_around_it():
    """Each JWS is a set of its own: what the inner one covers, the outer signer may never have seen checked."""
    protected = b64url(json.dumps({"alg": "ML-DSA-65"}).encode())
    inner = f"{protected}.{PAYLOAD}.{b64url(bytes(64))}".encode()
    head = b64url(json.dumps(certified() | {"cty": "JWT"}).encode())
    signed = f"{head}.{b64url(inner)}"
    outer = f"{signed}.{b64url(jose_value('ES256', signed.encode()))}".encode()
    verdict = examined(outer, "p256").verdict
    assert verdict.verdict is Indication.INDETERMINATE
    assert Caveat.UNKNOWN_PROOF_IN_SET not in verdict.caveats


KINDS = {
    "good": member,
    "bad": lambda: member("ES384", damaged=True),
    "keyless": lambda: member("PS256", header={"alg": "PS256"}),
    "unknown": unknown,
}


@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6))
def test_the_answer_of_a_set_is_that_of_its_known_proofs_if_one_holds(kinds):
    """And the order never matters: FAILED with a bad one, PASSED only where every known one holds and one does."""
    members = [KINDS[kind]() for kind in kinds]
    members = members * 2 if len(members) == 1 else members
    found = settle(proofs(sealed(*members)))
    expected = Indication.FAILED if "bad" in kinds else Indication.INDETERMINATE
    if set(kinds) <= {"good", "unknown"} and "good" in kinds:
        expected = Indication.PASSED
    assert conclude(finding for one in found for finding in one.findings).verdict is expected
    aside = [one for one in found if one.role == "aside"]
    assert bool(aside) == ("good" in kinds and "unknown" in kinds)
    assert all(one.covered is None and one.key is None for one in aside)
