"""Whether a key is trusted: each test's name says the behaviour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.model.verdict import Caveat, Status
from gateway.trust.anchors import Anchor
from gateway.trust.issuers import IssuerClaim
from tests import pki
from tests.unit.trust.proofs import CLAIM, LEGACY, SHA1, STRICT, anchor, answer, caveats, finding, judge, proof_by

CHECKS = ["anchor", "path", "validity", "algorithm", "key_size", "issuer", "revocation", "time"]
AFTER = datetime(2029, 6, 1, tzinfo=UTC)
BEFORE = datetime(2023, 6, 1, tzinfo=UTC)
OTHER = IssuerClaim(names={"en": "Sundby College"}, country="XN")


def by_ca(policy=STRICT, *, seal=None, **how):
    return judge(proof_by(seal or pki.seal(), pki.sub_ca()), anchor(pki.root()), policy=policy, **how)


@pytest.mark.parametrize("anchors", [(), ("own",), ("ca",), ("own", "ca")])
def test_every_check_is_listed_once_whatever_is_trusted(anchors):
    known = {"own": anchor(pki.seal()), "ca": anchor(pki.root())}
    verdict = judge(proof_by(pki.seal(), pki.sub_ca()), *(known[a] for a in anchors))
    assert [f.check for f in verdict.findings] == [f"trust.{check}" for check in CHECKS]
    assert all(f.about == "/elmo/Signature" for f in verdict.findings)


def test_a_key_meant_for_another_algorithm_is_refused_and_every_check_is_still_listed():
    meant = Anchor(key=pki.seal().key.public_key(), algorithm="ES384")
    verdict = judge(proof_by(pki.seal()), meant)
    assert answer(verdict) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
    assert [f.check for f in verdict.findings] == [f"trust.{check}" for check in CHECKS]


def test_without_any_anchor_nothing_is_passed_and_the_advice_names_the_option():
    verdict = judge(proof_by(pki.seal(), pki.sub_ca()))
    assert answer(verdict) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"
    assert "--trust" in finding(verdict, "anchor").explanation


def test_a_proof_without_a_key_has_no_signing_certificate():
    verdict = judge(replace(proof_by(pki.seal()), key=None), anchor(pki.root()))
    assert answer(verdict) == "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"
    assert finding(verdict, "key_size").status is Status.NOT_CHECKED


def test_a_seal_under_a_trusted_ca_passes_with_what_was_not_checked_named():
    verdict = by_ca()
    assert answer(verdict) == "PASSED"
    assert caveats(verdict) == {Caveat.REVOCATION_NOT_CHECKED, Caveat.TIME_CLAIMED_ONLY}
    assert finding(verdict, "revocation").status is Status.NOT_CHECKED


def test_a_pinned_seal_passes_without_a_path():
    verdict = judge(proof_by(pki.seal()), anchor(pki.seal()))
    assert answer(verdict) == "PASSED"
    assert caveats(verdict) == {Caveat.TIME_CLAIMED_ONLY}
    assert finding(verdict, "path").status is Status.NOT_CHECKED


def test_a_self_signed_ca_certificate_that_seals_itself_counts_as_pinned():
    """`openssl req -x509` marks every certificate as CA."""
    own = pki.self_signed(pki.name(pki.UNIVERSITY), pki.private_key("selfmade"), ca=True)
    verdict = judge(proof_by(own), anchor(own))
    assert answer(verdict) == "PASSED"
    assert Caveat.REVOCATION_NOT_CHECKED not in verdict.caveats


def test_the_signers_certificate_is_the_one_with_the_proofs_key_wherever_it_stands():
    seal = pki.seal()
    proof = replace(proof_by(seal), certificates=(pki.sub_ca().certificate, seal.certificate))
    assert answer(judge(proof, anchor(pki.root()))) == "PASSED"


def test_a_trusted_certificate_beside_a_strange_key_earns_nothing():
    """The proof verified by a key of its own, and carries a good certificate of somebody else."""
    stranger = pki.self_signed(pki.name("Stranger"), pki.private_key("stranger"))
    proof = replace(proof_by(stranger), certificates=(pki.seal().certificate, pki.sub_ca().certificate))
    verdict = judge(proof, anchor(pki.root()), anchor(pki.seal()))
    assert answer(verdict) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"


class TestTime:
    def test_a_pinned_certificate_that_expired_since_is_a_caveat_in_both_policies(self):
        for policy in (STRICT, LEGACY):
            verdict = judge(proof_by(pki.seal()), anchor(pki.seal()), policy=policy, now=AFTER)
            assert answer(verdict) == "PASSED"
            assert Caveat.EXPIRED_SINCE in verdict.caveats

    @pytest.mark.parametrize(("made", "now"), [(BEFORE, pki.NOW), (AFTER, AFTER + timedelta(1)), (None, BEFORE)])
    def test_a_pinned_certificate_used_outside_its_period_is_a_caveat(self, made, now):
        verdict = judge(proof_by(pki.seal()), anchor(pki.seal()), now=now, document_time=made)
        assert answer(verdict) == "PASSED"
        assert Caveat.OUTSIDE_VALIDITY in verdict.caveats

    def test_under_a_ca_expiry_without_proof_of_time_is_indeterminate_when_strict(self):
        assert answer(by_ca(now=AFTER)) == "INDETERMINATE OUT_OF_BOUNDS_NO_POE"

    def test_under_a_ca_expiry_passes_with_a_caveat_under_legacy(self):
        verdict = by_ca(LEGACY, now=AFTER)
        assert answer(verdict) == "PASSED"
        assert Caveat.EXPIRED_SINCE in verdict.caveats

    @pytest.mark.parametrize("made", [None, BEFORE, AFTER, AFTER + timedelta(days=1)])
    def test_expired_under_a_ca_passes_no_policy_unless_made_in_time(self, made):
        assert answer(by_ca(LEGACY, now=AFTER, document_time=made)) == "INDETERMINATE OUT_OF_BOUNDS_NO_POE"

    def test_signed_before_the_certificate_began_is_indeterminate_under_a_ca(self):
        for policy in (STRICT, LEGACY):
            assert answer(by_ca(policy, document_time=BEFORE)) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    @pytest.mark.parametrize("made", [None, pki.NOW])
    def test_not_yet_valid_under_a_ca_passes_no_policy_even_if_the_claimed_time_fits(self, made):
        """Attack: a claimed time in the future mustn't stand in for now."""
        assert answer(by_ca(LEGACY, now=BEFORE, document_time=made)) == "INDETERMINATE OUT_OF_BOUNDS_NO_POE"

    def test_a_time_in_the_future_is_a_warning_and_no_claim_at_all_is_no_caveat(self):
        assert finding(by_ca(document_time=AFTER), "time").status is Status.WARNING
        assert Caveat.TIME_CLAIMED_ONLY not in by_ca(document_time=None).caveats

    def test_an_expired_anchor_is_not_valid_either(self):
        old = pki.self_signed(pki.name("Old"), pki.private_key("old"), ca=True, end=datetime(2025, 1, 1, tzinfo=UTC))
        verdict = judge(proof_by(pki.seal(issuer=old)), anchor(old))
        assert answer(verdict) == "INDETERMINATE OUT_OF_BOUNDS_NO_POE"


class TestAlgorithms:
    def test_sha1_is_indeterminate_when_strict_and_a_caveat_under_legacy(self):
        seal = pki.seal(kind="rsa2048")
        proof = proof_by(seal, **SHA1)
        assert answer(judge(proof, anchor(seal))) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
        verdict = judge(proof, anchor(seal), policy=LEGACY)
        assert answer(verdict) == "PASSED"
        assert Caveat.SHA1 in verdict.caveats

    def test_a_sha1_signature_over_a_sha256_digest_is_sha1(self):
        """dk-emrex had such a mixed state."""
        seal = pki.seal(kind="rsa2048")
        proof = proof_by(seal, signature_algorithm=SHA1["signature_algorithm"])
        assert answer(judge(proof, anchor(seal))) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    def test_sha1_was_not_strict_even_at_a_time_when_it_was_common(self):
        seal = pki.seal(kind="rsa2048", start=datetime(2010, 1, 1, tzinfo=UTC))
        verdict = judge(proof_by(seal, **SHA1), anchor(seal), now=datetime(2011, 1, 1, tzinfo=UTC), document_time=None)
        assert answer(verdict) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    @pytest.mark.parametrize(
        "name",
        [
            "",
            "none",
            "HS256",
            "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
            "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
            "RS256",
        ],
    )
    def test_unlisted_or_unfitting_signature_algorithms_pass_no_policy(self, name):
        """RS256 is listed, but the key is an elliptic curve's."""
        verdict = judge(proof_by(pki.seal(), signature_algorithm=name), anchor(pki.seal()), policy=LEGACY)
        assert answer(verdict) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("", "doesn't allow a proof that names no signature algorithm ("),
            ("HS256", "doesn't allow the unknown 'HS256'"),
        ],
    )
    def test_what_is_told_of_an_unlisted_algorithm_is_a_sentence(self, name, told):
        verdict = judge(proof_by(pki.seal(), signature_algorithm=name), anchor(pki.seal()))
        assert told in finding(verdict, "algorithm").explanation

    def test_an_unknown_digest_passes_no_policy(self):
        proof = proof_by(pki.seal(), digest_algorithm="http://www.w3.org/2001/04/xmldsig-more#md5")
        assert answer(judge(proof, anchor(pki.seal()), policy=LEGACY)) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    @pytest.mark.parametrize("kind", ["rsa1024", "p224"])
    def test_short_keys_are_indeterminate_when_strict_and_a_caveat_under_legacy(self, kind):
        for trusted in (anchor(pki.seal(kind=kind)), anchor(pki.root())):
            proof = proof_by(pki.seal(kind=kind), pki.sub_ca())
            assert answer(judge(proof, trusted)) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
            verdict = judge(proof, trusted, policy=LEGACY)
            assert answer(verdict) == "PASSED"
            assert Caveat.SHORT_KEY in verdict.caveats

    def test_legacy_ends_at_p224(self):
        proof = proof_by(pki.seal(kind="p192"))
        assert (
            answer(judge(proof, anchor(pki.seal(kind="p192")), policy=LEGACY))
            == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
        )

    def test_a_short_key_of_a_ca_counts_as_much_as_the_signers(self):
        weak = pki.self_signed(pki.name("Weak CA"), pki.private_key("weak", "rsa1024"), ca=True)
        proof = proof_by(pki.seal(issuer=weak))
        assert answer(judge(proof, anchor(weak))) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
        assert Caveat.SHORT_KEY in judge(proof, anchor(weak), policy=LEGACY).caveats

    def test_rsa_2048_ends_in_2029_when_strict(self):
        seal = pki.seal(kind="rsa2048", end=datetime(2035, 1, 1, tzinfo=UTC))
        for now, policy, expected in [
            (datetime(2029, 1, 1, 23, tzinfo=UTC), STRICT, "PASSED"),
            (datetime(2029, 1, 2, tzinfo=UTC), STRICT, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"),
            (datetime(2029, 1, 2, tzinfo=UTC), LEGACY, "PASSED"),
        ]:
            assert answer(judge(proof_by(seal), anchor(seal), now=now, policy=policy)) == expected

    def test_ed25519_certificates_have_paths_too(self):
        """cryptography's verifier refuses them: our own judge alone decides."""
        root = pki.self_signed(pki.name("Ed CA"), pki.private_key("ed-ca", "ed25519"), ca=True)
        seal = pki.seal(kind="ed25519", issuer=root)
        assert answer(judge(proof_by(seal), anchor(root))) == "PASSED"


class TestIssuer:
    def test_another_issuer_than_the_pinned_sealer_is_a_caveat(self):
        verdict = judge(proof_by(pki.seal()), anchor(pki.seal()), issuer=OTHER)
        assert answer(verdict) == "PASSED"
        assert Caveat.SEALER_IS_NOT_ISSUER in verdict.caveats
        assert finding(verdict, "issuer").status is Status.WARNING

    def test_another_issuer_than_the_sealer_under_a_ca_is_indeterminate(self):
        for policy in (STRICT, LEGACY):
            assert answer(by_ca(policy, issuer=OTHER)) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_a_ca_passes_a_document_of_several_issuers_only_where_the_sealer_is_all_of_them(self):
        """Attack: a university under a trusted CA adds a report in another university's name to its own file."""
        assert answer(by_ca(issuer=(CLAIM, CLAIM))) == "PASSED"
        for several in ((CLAIM, OTHER), (OTHER, CLAIM), (CLAIM, IssuerClaim())):
            assert answer(by_ca(issuer=several)) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_an_anchor_limited_to_issuers_vouches_for_a_file_of_several_only_where_all_are_named(self):
        limited = anchor(pki.seal(), issuers=(pki.UNIVERSITY,))
        assert answer(judge(proof_by(pki.seal()), limited, issuer=(CLAIM, OTHER))).startswith("INDETERMINATE")
        both = anchor(pki.seal(), issuers=(pki.UNIVERSITY, "Sundby College"))
        verdict = judge(proof_by(pki.seal()), both, issuer=(CLAIM, OTHER))
        assert (answer(verdict), Caveat.SEALER_IS_NOT_ISSUER in verdict.caveats) == ("PASSED", True)

    @pytest.mark.parametrize("nobody", [None, IssuerClaim(), IssuerClaim(names={"en": " "}, country="XN")])
    def test_no_issuer_at_all_is_indeterminate_under_any_anchor(self, nobody):
        for trusted in (anchor(pki.root()), anchor(pki.seal())):
            verdict = judge(proof_by(pki.seal(), pki.sub_ca()), trusted, issuer=nobody)
            assert answer(verdict) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_an_anchor_limited_to_issuers_vouches_for_no_other(self):
        for trusted in (
            anchor(pki.root(), issuers=("Sundby College",)),
            anchor(pki.seal(), issuers=("Sundby College",)),
        ):
            verdict = judge(proof_by(pki.seal(), pki.sub_ca()), trusted)
            assert answer(verdict) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    @pytest.mark.parametrize("named", [pki.UNIVERSITY_ID, pki.UNIVERSITY.upper()])
    def test_an_anchor_limited_to_the_issuer_by_name_or_identifier_vouches_for_it(self, named):
        for trusted in (anchor(pki.root(), issuers=("X", named)), anchor(pki.seal(), issuers=(named,))):
            assert answer(judge(proof_by(pki.seal(), pki.sub_ca()), trusted)) == "PASSED"

    def test_a_pinned_sealer_configured_for_another_issuer_passes_for_it_with_the_caveat(self):
        """A national EMREX point seals for its universities."""
        verdict = judge(proof_by(pki.seal()), anchor(pki.seal(), issuers=("Sundby College",)), issuer=OTHER)
        assert answer(verdict) == "PASSED"
        assert Caveat.SEALER_IS_NOT_ISSUER in verdict.caveats

    def test_a_ca_limited_to_an_issuer_still_wants_that_issuers_seal(self):
        verdict = judge(
            proof_by(pki.seal(), pki.sub_ca()), anchor(pki.root(), issuers=("Sundby College",)), issuer=OTHER
        )
        assert answer(verdict) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_a_bare_key_names_nobody(self):
        bare = Anchor(key=pki.seal().key.public_key())
        verdict = judge(proof_by(pki.seal()), bare)
        assert answer(verdict) == "PASSED"
        assert Caveat.SEALER_IS_NOT_ISSUER in verdict.caveats
        assert finding(verdict, "validity").status is Status.NOT_CHECKED

    def test_a_bare_key_configured_for_the_issuer_is_the_issuers(self):
        bare = Anchor(key=pki.seal().key.public_key(), issuers=(pki.UNIVERSITY,))
        assert caveats(judge(proof_by(pki.seal()), bare)) == {Caveat.TIME_CLAIMED_ONLY}

    def test_a_persons_name_never_stands_in_the_evidence(self):
        holder = pki.seal(subject=pki.name(pki.UNIVERSITY, person="Astrid Example"))
        for trusted in ((), (anchor(holder),), (anchor(pki.root()),)):
            verdict = judge(proof_by(holder, pki.sub_ca()), *trusted)
            assert "Astrid" not in verdict.model_dump_json()


class TestAnchors:
    def test_an_anchor_past_its_date_is_not_used(self):
        retired = anchor(pki.seal(), until=date(2026, 5, 31))
        verdict = judge(proof_by(pki.seal()), retired)
        assert answer(verdict) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"
        assert "until" in finding(verdict, "anchor").explanation

    def test_an_anchor_is_used_on_its_last_day(self):
        assert answer(judge(proof_by(pki.seal()), anchor(pki.seal(), until=pki.NOW.date()))) == "PASSED"

    def test_the_policy_of_the_anchor_that_matched_applies_not_the_callers(self):
        seal = pki.seal(kind="rsa1024")
        assert answer(judge(proof_by(seal), anchor(seal, policy=LEGACY), policy=STRICT)) == "PASSED"
        lenient_caller = judge(proof_by(seal), anchor(seal, policy=STRICT), policy=LEGACY)
        assert answer(lenient_caller) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    def test_legacy_granted_to_one_anchor_helps_no_other(self):
        seal = pki.seal(kind="rsa1024")
        elsewhere = pki.self_signed(pki.name("Elsewhere"), pki.private_key("elsewhere"), ca=True)
        verdict = judge(proof_by(seal), anchor(seal), anchor(elsewhere, policy=LEGACY))
        assert answer(verdict) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    def test_of_several_anchors_the_best_answer_counts(self):
        proof = proof_by(pki.seal(), pki.sub_ca())
        for order in ([anchor(pki.root()), anchor(pki.seal())], [anchor(pki.seal()), anchor(pki.root())]):
            assert answer(judge(proof, *order, issuer=OTHER)) == "PASSED"
            assert answer(judge(proof, *order, issuer=CLAIM)) == "PASSED"
