"""Paths from a seal to a CA: each test's name says what a path may or may not be."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from gateway.model.verdict import Status
from gateway.trust.paths import Fault, Path, find_path
from tests import pki
from tests.unit.trust.proofs import LEGACY, STRICT, anchor, answer, finding, judge, proof_by

CHAIN_FAULT = "INDETERMINATE CHAIN_CONSTRAINTS_FAILURE"


def by_root(seal: pki.Holder, *others: pki.Holder, policy=STRICT) -> str:
    return answer(judge(proof_by(seal, pki.sub_ca(), *others), anchor(pki.root()), policy=policy))


def ca_under(issuer: pki.Holder, name: str, **how) -> pki.Holder:
    how = {"ca": True, "key_usage": pki.CA_USAGE, **how}
    return issuer.issue(pki.name(name), pki.private_key(name), **how)


@pytest.mark.parametrize(
    "usage",
    [
        None,
        pki.usage("digital_signature"),
        pki.usage("content_commitment"),
        pki.usage("digital_signature", "content_commitment"),
    ],
)
def test_a_seal_may_be_meant_for_signatures_or_commitment_or_say_nothing(usage):
    """114 of 146 signers in the DSS corpus carry contentCommitment alone."""
    assert by_root(pki.seal(key_usage=usage)) == "PASSED"


@pytest.mark.parametrize(
    "usage", [pki.usage("key_encipherment"), pki.usage("crl_sign"), pki.usage("digital_signature", "key_cert_sign")]
)
def test_a_seal_meant_for_something_else_is_refused(usage):
    assert by_root(pki.seal(key_usage=usage)) == CHAIN_FAULT


@pytest.mark.parametrize(
    ("purposes", "expected"),
    [
        ([Purpose.SERVER_AUTH], CHAIN_FAULT),
        ([Purpose.TIME_STAMPING], CHAIN_FAULT),
        ([Purpose.OCSP_SIGNING, Purpose.CODE_SIGNING], CHAIN_FAULT),
        ([Purpose.SERVER_AUTH, Purpose.CLIENT_AUTH], "PASSED"),
        ([Purpose.EMAIL_PROTECTION], "PASSED"),
        ([Purpose.ANY_EXTENDED_KEY_USAGE], "PASSED"),
        ([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")], "PASSED"),
    ],
)
def test_extended_key_usage_may_not_be_of_another_trade_only(purposes, expected):
    assert by_root(pki.seal(extensions=[(x509.ExtendedKeyUsage(purposes), False)])) == expected


def test_intermediates_are_found_in_any_order_and_the_strange_ones_left_aside():
    stranger = pki.self_signed(pki.name("Stranger"), pki.private_key("stranger"), ca=True)
    seal = pki.seal()
    for hints in ([stranger, pki.sub_ca()], [pki.sub_ca(), stranger], [pki.root(), stranger, pki.sub_ca()]):
        assert answer(judge(proof_by(seal, *hints), anchor(pki.root()))) == "PASSED"


def test_without_the_intermediate_there_is_no_path():
    assert answer(judge(proof_by(pki.seal()), anchor(pki.root()))) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"


def test_an_intermediate_ca_may_be_the_anchor():
    assert answer(judge(proof_by(pki.seal()), anchor(pki.sub_ca()))) == "PASSED"


def test_six_certificates_below_the_anchor_are_enough_and_seven_too_many():
    for depth, expected in [(5, "PASSED"), (6, "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND")]:
        line = [pki.root()]
        for step in range(depth):
            line.append(ca_under(line[-1], f"Step {step}"))
        assert answer(judge(proof_by(pki.seal(issuer=line[-1]), *line[1:]), anchor(pki.root()))) == expected


def test_of_two_paths_the_one_valid_now_is_taken():
    """A renewed CA certificate stands beside the old one with the same key."""
    old = ca_under(pki.root(), "Renewed", end=datetime(2025, 1, 1, tzinfo=UTC))
    new = ca_under(pki.root(), "Renewed")
    seal = pki.seal(issuer=old)
    for hints in ([old, new], [new, old]):
        assert by_root(seal, *hints) == "PASSED"


def test_of_two_paths_a_sound_one_is_taken_though_another_is_not():
    bad = ca_under(pki.root(), "Twice", key_usage=pki.usage("crl_sign"))
    good = ca_under(pki.root(), "Twice")
    for hints in ([bad, good], [good, bad]):
        assert by_root(pki.seal(issuer=bad), *hints) == "PASSED"


def test_directory_names_outside_the_permitted_are_refused():
    """cryptography's verifier doesn't look at the subject; seals are named by nothing else."""
    permitted = x509.NameConstraints(
        [x509.DirectoryName(x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "xn")]))], None
    )
    ca = ca_under(pki.root(), "Only XN", extensions=[(permitted, True)])
    assert by_root(pki.seal(issuer=ca), ca) == "PASSED"
    assert by_root(pki.seal(issuer=ca, subject=pki.name(pki.UNIVERSITY, country="XS")), ca) == CHAIN_FAULT


def test_excluded_directory_names_are_refused_whatever_their_case():
    base = pki.name(pki.UNIVERSITY.upper())
    ca = ca_under(pki.root(), "Not them", extensions=[(x509.NameConstraints(None, [x509.DirectoryName(base)]), False)])
    assert by_root(pki.seal(issuer=ca), ca) == CHAIN_FAULT


def test_a_constraint_on_names_that_nobody_here_can_judge_is_refused():
    ca = ca_under(
        pki.root(), "Mail", extensions=[(x509.NameConstraints([x509.RFC822Name("nordhavn.example")], None), True)]
    )
    mailbox = x509.SubjectAlternativeName([x509.RFC822Name("seal@nordhavn.example")])
    assert by_root(pki.seal(issuer=ca, extensions=[(mailbox, False)]), ca) == CHAIN_FAULT


def test_dns_constraints_hold_also_where_only_our_judge_knows_the_keys():
    no_dns = x509.NameConstraints(None, [x509.DNSName("nordhavn.example")])
    inside = (x509.SubjectAlternativeName([x509.DNSName("www.nordhavn.example")]), False)
    for kind in ("p256", "ed25519"):
        ca = pki.self_signed(
            pki.name("DNS " + kind), pki.private_key("dns-ca", kind), ca=True, extensions=[(no_dns, True)]
        )
        seal = pki.seal(issuer=ca, extensions=[inside])
        assert answer(judge(proof_by(seal), anchor(ca))) == CHAIN_FAULT


def test_a_sha1_signature_of_a_ca_makes_no_path_under_any_policy():
    """Collisions forge certificates (SHAmbles, 2020): pinning the signer's own certificate is the way for old CAs."""
    ca = pki.self_signed(pki.name("Old CA"), pki.private_key("old-ca", "rsa2048"), ca=True)
    seal = pki.seal(issuer=ca)
    seal = pki.Holder(pki.with_sha1(seal.certificate, ca.key), seal.key)
    for policy in (STRICT, LEGACY):
        assert answer(judge(proof_by(seal), anchor(ca), policy=policy)) == "INDETERMINATE NO_CERTIFICATE_CHAIN_FOUND"
        assert answer(judge(proof_by(seal), anchor(seal), policy=policy)) == "PASSED"


def test_a_fault_names_its_reason_in_the_finding():
    verdict = judge(proof_by(pki.seal(key_usage=pki.usage("crl_sign")), pki.sub_ca()), anchor(pki.root()))
    assert finding(verdict, "path").status is Status.INDETERMINATE
    assert "key usage" in finding(verdict, "path").explanation
    assert finding(verdict, "validity").status is Status.NOT_CHECKED


def test_certificates_never_valid_together_make_no_path():
    early = pki.self_signed(pki.name("Early"), pki.private_key("early"), ca=True, end=datetime(2025, 1, 1, tzinfo=UTC))
    late = pki.seal(issuer=early, start=datetime(2026, 1, 1, tzinfo=UTC))
    found = find_path(late.certificate, [], early.certificate, times=[pki.NOW])
    assert isinstance(found, Fault)


def test_a_path_runs_from_the_signer_to_the_anchor():
    found = find_path(pki.seal().certificate, [pki.sub_ca().certificate], pki.sub_ca().certificate, times=[pki.NOW])
    assert isinstance(found, Path)
    assert found.certificates[-1] == pki.sub_ca().certificate
    assert len(found.certificates) == 2
