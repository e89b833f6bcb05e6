"""Path building against x509-limbo (C2SP) and the NIST PKITS, by the verdicts that they give.

Limbo's leaves are web servers' (extendedKeyUsage serverAuth alone, which no sealer has): as they stand every one of
them must be refused. To see the path rules themselves, the purpose rule is set aside in a second test.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.trust import paths
from gateway.trust.algorithms import key_of
from gateway.trust.anchors import Anchor
from tests import pki
from tests.reference import needs_reference, reference
from tests.unit.trust.proofs import STRICT, judge, proof_with

pytestmark = [
    needs_reference,
    pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning"),
]

ACCEPTED_THOUGH_LIMBO_REFUSES = {
    r"crl::": "revocation isn't built: the caveat revocation_not_checked says so",
    r"pathlen::max-chain-depth-\d-exhausted": "a parameter of the case; ours is six",
    r"(rfc5280|webpki)::(aki|ski)::": "key identifiers help to find a path and prove nothing; seals lack them",
    r"rfc5280::serial::": "an odd serial number is untidy, not forged; anchors are known by digest",
    r"rfc5280::san::": "names of hosts: a sealer is known by its subject",
    r"rfc5280::eku::ee-wrong-eku": "the case asks for serverAuth, and gives clientAuth, which a sealer may have",
    r"rfc5280::pc::": "certificate policies aren't processed; marked critical, they are refused",
    r"rfc5280::root-non-critical-basic-constraints": "the constraint is obeyed all the same",
    r"rfc5280::nc::permitted-dns-match-noncritical": "the constraint is obeyed all the same",
    r"webpki::forbidden-rsa-not-divisible-by-8": "a rule of the web's CAs, with no weakness known",
}
REFUSED_THOUGH_LIMBO_ACCEPTS = {
    r"pathlen::validation-ignores-pathlen-in-leaf|rfc5280::ca-as-leaf": "a CA's key, not meant for signatures",
}


def explained(case: str, table: dict[str, str]) -> bool:
    return any(re.match(pattern, case) for pattern in table)


def limbo_cases() -> list[dict]:
    return json.loads(reference("security/x509-limbo/limbo_subset.json").read_bytes())["testcases"]


def pem(text: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(text.encode())


def accepted(case: dict) -> bool:
    """Whether anchor, path, validity, algorithms and key sizes are good; limbo's names aren't organisations'."""
    try:
        signer, *hints = [pem(text) for text in (case["peer_certificate"], *case["untrusted_intermediates"])]
        roots = [pem(text) for text in case["trusted_certs"]]
    except ValueError:
        return False
    anchors = [Anchor(key=key, certificate=root) for root in roots if (key := key_of(root)) is not None]
    every = [signer, *roots]
    now = case["validation_time"] or max(c.not_valid_before_utc for c in every).isoformat()
    proof = proof_with(signer, *hints)
    return trusted(judge(proof, *anchors, now=datetime.fromisoformat(now), document_time=None))


def trusted(verdict) -> bool:
    return all(f.status in ("PASSED", "WARNING", "NOT_CHECKED") for f in verdict.findings if f.check != "trust.issuer")


def test_no_web_servers_certificate_may_seal():
    seen = 0
    for case in limbo_cases():
        if "BEGIN CERTIFICATE" not in case["peer_certificate"] or case["peer_certificate"] in case["trusted_certs"]:
            continue
        try:
            purposes = pem(case["peer_certificate"]).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
            continue
        if list(purposes) == [ExtendedKeyUsageOID.SERVER_AUTH]:
            seen += 1
            assert not accepted(case), case["id"]
    assert seen > 50


def test_limbo_agrees_but_for_what_is_explained(monkeypatch):
    monkeypatch.setattr(paths, "_OTHER_TRADES", frozenset())
    cases = limbo_cases()
    for case in cases:
        wanted, got = case["expected_result"] == "SUCCESS", accepted(case)
        if got and not wanted:
            assert explained(case["id"], ACCEPTED_THOUGH_LIMBO_REFUSES), case["id"]
        if wanted and not got:
            assert explained(case["id"], REFUSED_THOUGH_LIMBO_ACCEPTS), case["id"]
    assert sum(accepted(case) for case in cases) >= 27, "the cases that must pass do pass"


def test_every_explanation_is_needed(monkeypatch):
    monkeypatch.setattr(paths, "_OTHER_TRADES", frozenset())
    wrong = [case["id"] for case in limbo_cases() if accepted(case) != (case["expected_result"] == "SUCCESS")]
    for pattern in {**ACCEPTED_THOUGH_LIMBO_REFUSES, **REFUSED_THOUGH_LIMBO_ACCEPTS}:
        assert any(re.match(pattern, case) for case in wrong), pattern


def test_pkits_agrees_but_for_revocation_and_loose_names():
    """RFC 5280's loose comparison of issuer names isn't made: a path has to match to the octet."""
    folder = reference("security/pkits/certs")
    found = {file.stem: x509.load_der_x509_certificate(file.read_bytes()) for file in sorted(folder.glob("*.crt"))}
    root = found["TrustAnchorRootCertificate"]
    hints = [certificate for name, certificate in found.items() if not re.search(r"Test\d+EE$", name)]
    seen = set()
    for name, certificate in found.items():
        if not re.search(r"Test\d+EE$", name):
            continue
        wanted = name.startswith("Valid") and not re.search("Capitalization|Whitespace", name)
        wanted |= "Revoked" in name
        near = [hint for hint in hints if hint is not root]
        verdict = judge(
            proof_with(certificate, *near),
            Anchor(key=key_of(root), certificate=root),
            policy=STRICT,
            now=datetime(2026, 6, 1, tzinfo=UTC),
            document_time=None,
        )
        assert trusted(verdict) == wanted, (name, [f.explanation for f in verdict.findings])
        seen.add(wanted)
    assert seen == {True, False}


def test_certificates_of_the_reference_never_crash_the_judge():
    """Every certificate file there is, as signer, as hint and as anchor."""
    certificates = []
    for file in sorted(reference("security").rglob("*")) + sorted(reference("elmo/certs").iterdir()):
        if file.suffix not in {".pem", ".crt", ".cer", ".der"}:
            continue
        try:
            data = file.read_bytes()
            load = x509.load_pem_x509_certificate if b"-----BEGIN" in data else x509.load_der_x509_certificate
            certificates.append(load(data))
        except (ValueError, UnsupportedAlgorithm):
            continue
    anchors = [Anchor(key=key, certificate=c) for c in certificates if (key := key_of(c)) is not None]
    assert len(anchors) > 50
    for certificate in certificates:
        judge(proof_with(certificate, *certificates), *anchors, now=pki.NOW)
