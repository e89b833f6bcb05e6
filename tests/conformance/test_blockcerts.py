"""Blockcerts of version 3: what each reference document comes to without asking a chain."""

from __future__ import annotations

import json

import pytest

from gateway.kit.discovery import discover
from gateway.model.verdict import Status
from tests.reference import needs_reference, reference
from tests.vc_makers import examined

pytestmark = needs_reference

FOLDER = "clr/blockcerts/fixtures/v3"
NOT_ASKED = ("INDETERMINATE", "NO_SIGNING_CERTIFICATE_FOUND")
OWN_CONTEXT = ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE")
EXPECTED = {
    # document: verdict, why, whether its digest was found equal (None: not made out), what its makers say
    "cert-rl-status-list-2021-revoked": (*NOT_ASKED, True),  # revoked, by a list that isn't given
    "ethereum-sepolia-v3": (*NOT_ASKED, True),  # valid
    "example-non-chained-proofs": (
        "INDETERMINATE",
        "UNSUPPORTED_PROOF",
        True,
    ),  # valid: over the proof before it as well
    "mocknet-vc-v2-data-integrity-proof": (*NOT_ASKED, True),  # valid
    "mocknet-vc-v2-validFrom-valid": (*NOT_ASKED, True),  # valid
    "mocknet-vc-v2-invalid-date-format": (*NOT_ASKED, True),  # a date that is none
    "mocknet-vc-v2-validFrom-not-yet-valid": (*NOT_ASKED, True),  # begins in 2099
    "mocknet-vc-v2-validUntil-expired": (*NOT_ASKED, True),  # ended
    "testnet-v3--tampered": ("FAILED", "HASH_FAILURE", False),  # altered
    "mocknet-vc-v2-credential-schema": (*OWN_CONTEXT, None),  # valid
    "mocknet-vc-v2-credential-schema-invalid": (*OWN_CONTEXT, None),  # breaks a schema of its own
    "mocknet-vc-v2-data-integrity-proof-multiple-signatures-non-chained": (*OWN_CONTEXT, None),  # valid
    "mocknet-vc-v2-name-description-multilingual": (*OWN_CONTEXT, None),  # valid
    "testnet-v3--no-did": (*OWN_CONTEXT, None),  # valid
    "testnet-v3-did--verification-method-not-referenced": (*OWN_CONTEXT, None),  # its key isn't its issuer's
    "mocknet-verifiable-presentation-failing-credential": (*OWN_CONTEXT, None),  # a credential inside is altered
    "mocknet-verifiable-presentation-tampered": (*OWN_CONTEXT, None),  # altered
    "blockcerts-3.0-alpha": ("INDETERMINATE", "UNSUPPORTED_PROOF", None),  # a context of an early draft
    "ecdsa-sd-2023-derived-credential": ("INDETERMINATE", "UNSUPPORTED_PROOF", None),
    "ecdsa-sd-2023-signed-credential": ("INDETERMINATE", "UNSUPPORTED_PROOF", None),
    "proof-chain-example-ed25519": ("INDETERMINATE", "NO_CERTIFICATE_CHAIN_FOUND", None),  # its first proof holds
    "vp-eddsa-rdfc-2022": ("INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", None),  # made to authenticate
    "certificate": ("INDETERMINATE", "UNKNOWN_FORMAT", None),  # version 2
}
ADAPTERS = tuple(found.adapter for found in discover(()).found)


def test_every_reference_document_of_version_3_is_expected_to_be_something() -> None:
    assert {file.stem for file in reference(FOLDER).glob("*.json")} == EXPECTED.keys()


@pytest.mark.parametrize("name", EXPECTED)
def test_a_reference_document_comes_to_what_an_offline_check_can_tell(name: str) -> None:
    verdict, why, digest = EXPECTED[name]
    found = examined((reference(FOLDER) / f"{name}.json").read_bytes(), adapters=ADAPTERS).verdict
    statuses = [f.status for f in found.findings if f.check == "signature.digest"]
    assert (found.verdict.value, found.sub_indication and found.sub_indication.value) == (verdict, why)
    assert statuses == ([] if digest is None else [Status.PASSED if digest else Status.FAILED])


@pytest.mark.parametrize("name", [name for name, expected in EXPECTED.items() if expected[2]])
def test_whoever_changes_a_reference_document_is_found_out_without_a_chain(name: str) -> None:
    document = json.loads((reference(FOLDER) / f"{name}.json").read_bytes())
    document["issuer"] = "https://attacker.example/"
    found = examined(json.dumps(document).encode(), adapters=ADAPTERS).verdict
    assert (found.verdict.value, found.sub_indication and found.sub_indication.value) == ("FAILED", "HASH_FAILURE")
