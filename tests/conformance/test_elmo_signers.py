"""The genuine certificates of EMREX, by what they are: no extensions, self-signed, some weak and expired."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.drivers.trust_files import load_anchors
from gateway.model.verdict import Caveat
from gateway.trust.algorithms import key_facts
from tests.reference import needs_reference, reference
from tests.unit.trust.proofs import LEGACY, SHA1, STRICT, answer, caveats, judge, proof_with

pytestmark = needs_reference
NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def signers():
    return load_anchors([reference("elmo/certs")])


def test_none_of_them_is_a_ca(signers):
    assert len(signers) == 4
    assert not any(signer.is_ca for signer in signers)


def test_pinned_and_sha1_signed_they_are_indeterminate_when_strict_and_pass_with_caveats_under_legacy(signers):
    for signer in signers:
        proof = proof_with(signer.certificate, **SHA1)
        made = max(signer.certificate.not_valid_before_utc, datetime(2017, 1, 1, tzinfo=UTC))
        assert answer(judge(proof, signer, now=NOW, document_time=made)) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
        verdict = judge(proof, signer, policy=LEGACY, now=NOW, document_time=made)
        assert answer(verdict) == "PASSED"
        expected = {Caveat.SHA1, Caveat.TIME_CLAIMED_ONLY, Caveat.SEALER_IS_NOT_ISSUER}
        expected |= {Caveat.SHORT_KEY} if key_facts(signer.key).bits < 2048 else set()
        expected |= {Caveat.EXPIRED_SINCE} if signer.certificate.not_valid_after_utc < NOW else set()
        assert caveats(verdict) == expected


def test_pinned_and_sha256_signed_a_2048_bit_signer_passes_strict(signers):
    for signer in signers:
        verdict = judge(proof_with(signer.certificate), signer, policy=STRICT, now=NOW, document_time=None)
        weak = key_facts(signer.key).bits < 2048
        assert answer(verdict) == ("INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE" if weak else "PASSED")


def test_one_signer_vouches_for_no_other(signers):
    for signer in signers:
        others = [other for other in signers if other is not signer]
        verdict = judge(proof_with(signer.certificate), *others, policy=LEGACY, now=NOW)
        assert answer(verdict) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"
