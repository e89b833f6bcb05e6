"""JAdES files of other implementations: the official Europass samples, and the DSS test files with their negatives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.model.verdict import Indication, Status
from gateway.readers.containers import unpack
from tests.jose_makers import b64url, proof, proofs, status, verdict
from tests.reference import needs_reference, reference

pytestmark = needs_reference

SEALED = [
    "samples_v3/Sample-CertOfPart-signed.jsonld",
    "samples_v3_prerelease/json_sealed_advanced.json",
    "samples_v3_prerelease/json_sealed_test_output.json",
]


@pytest.mark.parametrize("name", SEALED)
def test_the_official_sealed_samples_verify(name: str) -> None:
    data = reference(f"europass/{name}").read_bytes()
    found = proof(data)
    assert {f.status for f in found.findings} == {Status.PASSED, Status.NOT_CHECKED}
    assert found.covered == json.loads(data)["payload"].encode()
    assert unpack(data).kind == "json"
    assert sum("matches" in f.explanation for f in found.findings) == 2  # sigTst and arcTst


@pytest.mark.parametrize("name", SEALED)
def test_any_change_to_what_is_signed_in_a_sample_breaks_it(name: str) -> None:
    value = json.loads(reference(f"europass/{name}").read_bytes())
    [member] = value["signatures"]
    for at in range(0, len(value["payload"]), 997):
        altered = value["payload"][:at] + chr(ord(value["payload"][at]) ^ 1) + value["payload"][at + 1 :]
        assert covered(value | {"payload": altered}) is None
    for part in ("protected", "signature"):
        for at in range(0, len(member[part]) - 1, 211):
            other = "A" if member[part][at] != "A" else "B"
            twisted = member | {part: member[part][:at] + other + member[part][at + 1 :]}
            assert covered(value | {"signatures": [twisted]}) is None


def covered(value: dict[str, object]) -> bytes | None:
    try:
        return proof(json.dumps(value).encode()).covered
    except Refused:
        return None


def answer(name: str) -> Indication:
    try:
        return verdict(reference(f"security/jades-dss/{name}").read_bytes()).verdict
    except Refused:
        return Indication.FAILED


PASSING = [
    "double-lta-in-container.json",
    "dss2620/jades-without-non-critical-header-in-crit.json",
    "flattened-extra-element.json",
    "jades-b-with-xvals.json",
    "jades-double-sig-different-etsiU.json",
    "jades-level-b-full-type.json",
    "jades-lta-with-etsiU-whitespaces.json",
    "jades-lta.json",
    "jades-t-clear-etsiu.json",
    "jades-with-counter-signature.json",
    "jades-with-line-break.json",
    "schema/jades-lta.json",
    "serialization-extra-element.json",
]

STRICTER = {
    "crit": [  # valid for DSS; RFC 7515 section 4.1.11 and RFC 7797 section 6 say otherwise
        "dss2620/jades-b-level-with-etsiu-in-crit.json",
        "dss2620/jades-t-level-with-etsiu-in-crit.json",
        "dss2620/jades-with-b64-not-in-crit.json",
        "dss2620/jades-with-critical-headers-in-crit.json",
        "dss2620/jades-with-empty-crit.json",
        "dss2620/jades-with-expiration-time-header-in-crit.json",
        "dss2620/jades-with-notBefore-header-in-crit.json",
    ],
    "time": [  # a limit of validity that nobody judges isn't overlooked
        "dss2620/jades-with-expiration-time-header.json",
        "dss2620/jades-with-notBefore-header.json",
    ],
    "detached": [  # sigD isn't supported
        "jades-detached-by-uri-encoded-pars.json",
        "jades-detached-by-uri-hash-encoded-pars.json",
        "simple-detached.json",
    ],
    "policy": [  # sigPId isn't supported
        "jades-with-asn1policy.json",
        "jades-with-mixed-etsiU-type.json",
        "jades-with-spUserNotice.json",
        "jades-with-spdspec.json",
        "schema/jades-with-sigPSt.json",
    ],
    "no key": ["schema/jws-flattened.json"],  # the example of RFC 7515, without its key
}

NEGATIVE = [  # DSS or the schema asserts a fault in signature, structure or header
    "dss2620/jades-with-crit-with-wrong-entry-type.json",
    "jades-with-multiple-sign-cert-refs.json",
    "jades-wrong-etsiu-type.json",
    "jades-wrong-x5c-header.json",
    "jws-serialization-no-signatures.json",
    "malformed-jades-serialization.json",
    "schema/jades-lta-invalid.json",
    "schema/jades-with-sigPSt-invalid.json",
    "schema/jws-flattened-error.json",
    "serialization-wrong-payload-type.json",
    "simple-detached-wrong-algo.json",
]

UNSIGNED_FAULT = {
    # The signature itself is good; the fault is in an unsigned item, which lends no trust here whatever it says.
    "jades-lta-broken-arcTst.json": ("timestamp.archive", Status.WARNING),
    "jades-lta-copied-arctst.json": ("timestamp.archive", Status.WARNING),
    "jades-t-copied-sigtst.json": ("timestamp.signature", Status.WARNING),
    "jades-two-sigs-copied-tst.json": ("timestamp.signature", Status.WARNING),
    "jades-with-sigAndRefsTst-without-dot.json": ("signature.unsigned", Status.NOT_CHECKED),
    "jades-with-attached-counter-signature-replace-attack.json": ("signature.counter_signature", Status.NOT_CHECKED),
    "jades-with-broken-detached-counter-signature.json": ("signature.counter_signature", Status.NOT_CHECKED),
}


@pytest.mark.parametrize("name", PASSING)
def test_a_file_that_dss_calls_valid_passes(name: str) -> None:
    assert answer(name) is Indication.PASSED


@pytest.mark.parametrize("name", [name for names in STRICTER.values() for name in names])
def test_a_file_where_we_are_stricter_or_less_able_never_passes(name: str) -> None:
    assert answer(name) is not Indication.PASSED


@pytest.mark.parametrize("name", NEGATIVE)
def test_a_file_with_a_fault_in_signature_structure_or_header_never_passes(name: str) -> None:
    assert answer(name) is not Indication.PASSED


@pytest.mark.parametrize("name", UNSIGNED_FAULT)
def test_a_fault_in_an_unsigned_item_is_shown_and_lends_no_trust(name: str) -> None:
    check, expected = UNSIGNED_FAULT[name]
    found = proofs(reference(f"security/jades-dss/{name}").read_bytes())
    worst = [status(one, check) for one in found]
    assert expected in worst
    assert Status.PASSED not in worst


def test_every_file_of_the_folder_is_in_one_list() -> None:
    folder = reference("security/jades-dss")
    listed = [*PASSING, *(n for names in STRICTER.values() for n in names), *NEGATIVE, *UNSIGNED_FAULT]
    assert sorted(listed) == sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*.json"))


@pytest.mark.parametrize("name", PASSING)
def test_a_valid_file_with_another_payload_fails(name: str) -> None:
    data = reference(f"security/jades-dss/{name}").read_bytes()
    other = b64url(b'{"title":"Hello Moon"}')
    if data.startswith(b"{"):
        altered = json.dumps(json.loads(data) | {"payload": other}).encode()
    else:
        head, _, value = data.strip().split(b".")
        altered = b".".join((head, other.encode(), value))
    assert verdict(altered).verdict is Indication.FAILED
    assert {one.covered for one in proofs(altered)} == {None}
