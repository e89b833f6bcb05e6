"""Attacks on certificates and trust anchors (X.509). Revocation isn't built: its caveat is tested with the judgement."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.errors import ConfigError
from gateway.trust.algorithms import key_facts
from gateway.trust.anchors import parse_anchors
from gateway.trust.issuers import IssuerClaim
from gateway.trust.paths import MAX_SIGNATURE_CHECKS, Fault, find_path
from tests import pki
from tests.unit.trust.proofs import LEGACY, STRICT, anchor, answer, judge, proof_by

CHAIN_FAULT = "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"
NO_CHAIN = "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"
POLICIES = [STRICT, LEGACY]


def by_root(seal, *hints, policy=STRICT, **how):
    return answer(judge(proof_by(seal, *hints), anchor(pki.root()), policy=policy, **how))


@pytest.mark.parametrize("policy", POLICIES)
class TestE1LeafAsCa:
    @pytest.mark.parametrize("ca", [None, False])
    def test_a_seal_certificate_may_not_issue_another(self, policy, ca):
        honest = pki.root().issue(
            pki.name("Honest"), pki.private_key("honest"), ca=ca, key_usage=pki.usage("digital_signature")
        )
        assert by_root(pki.seal(issuer=honest), honest, policy=policy) == CHAIN_FAULT

    def test_a_seal_certificate_may_not_issue_another_where_only_our_judge_knows_the_keys(self, policy):
        key = pki.private_key("honest-ed", "ed25519")
        honest = pki.root().issue(pki.name("Honest"), key, key_usage=pki.usage("digital_signature", "key_cert_sign"))
        assert by_root(pki.seal(issuer=honest, kind="ed25519"), honest, policy=policy) == CHAIN_FAULT

    def test_a_path_longer_than_path_len_is_refused(self, policy):
        """The sub-CA has pathLenConstraint 0."""
        deeper = pki.sub_ca().issue(pki.name("Deeper"), pki.private_key("deeper"), ca=True, key_usage=pki.CA_USAGE)
        assert by_root(pki.seal(issuer=deeper), deeper, pki.sub_ca(), policy=policy) == CHAIN_FAULT

    def test_a_ca_without_key_cert_sign_is_refused(self, policy):
        ca = pki.root().issue(pki.name("No sign"), pki.private_key("nosign"), ca=True, key_usage=pki.usage("crl_sign"))
        assert by_root(pki.seal(issuer=ca), ca, policy=policy) == CHAIN_FAULT

    def test_a_pinned_leaf_vouches_for_nothing_but_itself(self, policy):
        pinned = pki.self_signed(pki.name("Pinned"), pki.private_key("pinned"))
        assert answer(judge(proof_by(pki.seal(issuer=pinned), pinned), anchor(pinned), policy=policy)) == NO_CHAIN


@pytest.mark.parametrize("place", ["leaf", "sub", "root"])
def test_e3_an_unknown_critical_extension_is_refused_anywhere_in_the_path(place):
    unknown = [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True)]
    more = {where: unknown if where == place else [] for where in ("leaf", "sub", "root")}
    root = pki.self_signed(pki.name("R"), pki.private_key("e3r"), ca=True, extensions=more["root"])
    sub = root.issue(pki.name("S"), pki.private_key("e3s"), ca=True, extensions=more["sub"])
    seal = pki.seal(issuer=sub, extensions=more["leaf"])
    assert answer(judge(proof_by(seal, sub), anchor(root))) == CHAIN_FAULT


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (pki.START - timedelta(seconds=1), "INDETERMINATE OUT_OF_BOUNDS_NO_POE"),
        (pki.START - timedelta(microseconds=1), "INDETERMINATE OUT_OF_BOUNDS_NO_POE"),
        (pki.START, "PASSED"),
        (pki.END, "PASSED"),
        (pki.END + timedelta(milliseconds=999), "PASSED"),
        (pki.END + timedelta(seconds=1), "INDETERMINATE OUT_OF_BOUNDS_NO_POE"),
    ],
)
def test_e6_validity_is_exact_to_the_second(now, expected):
    assert by_root(pki.seal(), pki.sub_ca(), now=now, document_time=None) == expected


def test_e7_a_certificate_that_travels_with_the_document_is_never_an_anchor():
    """The attacker brings a whole chain of his own, root included."""
    own = pki.self_signed(pki.name("Attacker"), pki.private_key("attacker"), ca=True)
    assert by_root(pki.seal(issuer=own), own) == NO_CHAIN


class TestE8PilesOfCertificates:
    def pile(self, height: int) -> list[x509.Certificate]:
        """Many certificates that all seem to issue each other: same names, same key, other serials."""
        key = pki.private_key("loop")
        first = pki.self_signed(pki.name("Loop"), key, ca=True)
        return [first.issue(pki.name("Loop"), key, ca=True).certificate for _ in range(height)]

    def test_loops_cost_no_more_than_the_signature_budget(self, monkeypatch):
        from gateway.trust import paths

        pile = self.pile(60)
        leaf = pki.seal(issuer=pki.Holder(pile[0], pki.private_key("loop")))
        budget_used = []
        monkeypatch.setattr(paths._Budget, "issued", _counting(paths._Budget.issued, budget_used))
        found = find_path(leaf.certificate, pile, pki.root().certificate, times=[pki.NOW])
        assert isinstance(found, Fault)
        assert sum(budget_used) <= MAX_SIGNATURE_CHECKS

    def test_a_pile_of_certificates_is_never_passed(self):
        pile = self.pile(60)
        leaf = pki.seal(issuer=pki.Holder(pile[0], pki.private_key("loop")))
        holders = [pki.Holder(certificate, pki.private_key("loop")) for certificate in pile]
        assert by_root(leaf, *holders, policy=LEGACY).startswith("INDETERMINATE")


def _counting(issued, used):
    def counted(budget, issuer, certificate):
        before = budget.left
        answer = issued(budget, issuer, certificate)
        used.append(before - budget.left)
        return answer

    return counted


def explicit_p256(point: bytes) -> bytes:
    """SpecifiedECDomain (SEC 1, C.2) of secp256r1 with another generator."""
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = bytes.fromhex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b")
    order = bytes.fromhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")
    field = pki.der(0x30, bytes.fromhex("06072a8648ce3d0101"), pki.der(0x02, b"\0" + p.to_bytes(32)))
    curve = pki.der(0x30, pki.der(0x04, (p - 3).to_bytes(32)), pki.der(0x04, b))
    base, cofactor = pki.der(0x04, b"\x04" + point * 2), pki.der(0x02, b"\x01")
    return pki.der(0x30, pki.der(0x02, b"\x01"), field, curve, base, pki.der(0x02, b"\0" + order), cofactor)


class TestE9WeakKeys:
    def test_a_key_on_p192_passes_no_policy(self):
        for policy in POLICIES:
            assert (
                by_root(pki.seal(kind="p192"), pki.sub_ca(), policy=policy)
                == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"
            )

    def test_curve_parameters_written_out_are_no_key(self):
        """CVE-2020-0601: the attacker picks the generator so that a trusted public point is his."""
        certificate = pki.seal().certificate
        named = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")  # ecPublicKey, secp256r1
        whole = certificate.public_bytes(Encoding.DER)
        assert named in whole
        tbs = certificate.tbs_certificate_bytes
        content = tbs[4:].replace(
            named, pki.der(0x30, bytes.fromhex("06072a8648ce3d0201"), explicit_p256(point=b"\x02" * 32))
        )
        bent = pki.der(0x30, pki.der(0x30, content), whole[4 + len(tbs) :])
        with pytest.raises(ConfigError) as caught:
            parse_anchors(bent, place="x")
        assert caught.value.code in {"trust.unsupported_key", "trust.not_a_certificate"}

    def test_a_curve_outside_the_list_passes_no_policy_whatever_its_size(self):
        key = ec.generate_private_key(ec.SECP256K1())
        seal = pki.root().issue(pki.name(pki.UNIVERSITY), key)
        for policy in POLICIES:
            assert by_root(seal, policy=policy) == "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"

    @pytest.mark.parametrize("exponent", [1, 2, 4])
    def test_an_exponent_that_makes_forging_trivial_is_unsound(self, exponent):
        class Key(pki.rsa.RSAPublicKey.__mro__[0]):  # a stand-in: the library refuses to build such a key
            key_size = 2048

            def public_numbers(self):
                return type("Numbers", (), {"e": exponent})

            def __getattr__(self, name):
                raise AttributeError(name)

        Key.__abstractmethods__ = frozenset()
        facts = key_facts(Key())
        assert not facts.sound
        assert LEGACY.rule_for_key(facts, datetime(2026, 1, 1, tzinfo=UTC)) is None


class TestE10LookAlikes:
    def test_a_ca_of_the_same_name_with_another_key_is_another_ca(self):
        twin = pki.self_signed(pki.root().certificate.subject, pki.private_key("twin"), ca=True, key_usage=pki.CA_USAGE)
        seal = pki.seal(issuer=twin)
        assert by_root(seal, twin) == NO_CHAIN
        assert answer(judge(proof_by(seal, twin), anchor(twin), anchor(pki.root()))) == "PASSED"

    def test_a_pinned_seal_of_the_same_name_with_another_key_is_another_seal(self):
        twin = pki.self_signed(pki.seal().certificate.subject, pki.private_key("twin"))
        assert answer(judge(proof_by(twin), anchor(pki.seal()))) == NO_CHAIN

    def test_a_look_alike_between_seal_and_root_does_not_hide_the_true_ca(self):
        twin = pki.self_signed(pki.sub_ca().certificate.subject, pki.private_key("twin"), ca=True)
        assert by_root(pki.seal(), twin, pki.sub_ca()) == "PASSED"

    def test_a_name_in_another_script_that_looks_the_same_is_another_name(self):
        """Cyrillic "о" and "е" in place of Latin ones."""
        forged = pki.seal(subject=pki.name("Univеrsity оf Nordhavn"))
        assert by_root(forged, pki.sub_ca()) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_the_right_name_with_another_identifier_of_the_same_register_is_another_organisation(self):
        forged = pki.seal(subject=pki.name(pki.UNIVERSITY, identifier="VATXN-66666666"))
        assert by_root(forged, pki.sub_ca()) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_a_true_identifier_under_anothers_name_is_a_false_name(self):
        """Somebody under a trusted CA issues in a famous name and adds his own, honest identifier."""
        claim = IssuerClaim(names={"en": "Famous University"}, identifiers=(pki.UNIVERSITY_ID,), country="XN")
        assert by_root(pki.seal(), pki.sub_ca(), issuer=claim) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"

    def test_the_right_name_in_another_country_is_another_organisation(self):
        forged = pki.seal(subject=pki.name(pki.UNIVERSITY, country="XS"))
        assert by_root(forged, pki.sub_ca()) == "INDETERMINATE SIG_CONSTRAINTS_FAILURE"
