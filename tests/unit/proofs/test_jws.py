"""The JWS core: which signatures hold, by which keys, and what each step says."""

from __future__ import annotations

import json

import pytest

from gateway.model.verdict import Indication, Status, SubIndication
from gateway.proofs.jose import verify_jws
from gateway.readers.jws import parse_compact
from tests.jose_makers import (
    CREDENTIAL,
    b64url,
    certificate,
    certified,
    compact,
    jose_value,
    key,
    kind_of,
    proof,
    proofs,
    status,
    verdict,
    x5c,
)

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
STEPS = ["structure", "header", "crit", "algorithm", "certificate", "key", "value"]


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_signature_by_the_certificates_key_holds(alg: str) -> None:
    found = proof(compact(certified(alg), alg=alg))
    assert [f.check for f in found.findings] == [f"signature.{step}" for step in STEPS]
    assert {f.status for f in found.findings} == {Status.PASSED}
    assert (found.kind, found.covered, found.signature_algorithm) == ("jws", CREDENTIAL, alg)
    assert found.certificates == (certificate(kind_of(alg)),)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_one_altered_octet_of_the_payload_breaks_it(alg: str) -> None:
    head, payload, value = compact(certified(alg), alg=alg).split(b".")
    altered = b64url(CREDENTIAL.replace(b"6.0", b"6.1")).encode()
    assert altered != payload
    found = proof(b".".join((head, altered, value)))
    assert status(found, "signature.value") is Status.FAILED
    assert found.covered is None
    assert found.findings[-1].sub_indication is SubIndication.SIG_CRYPTO_FAILURE


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_key_for_one_algorithm_serves_no_other_family(alg: str) -> None:
    for other in ALGORITHMS:
        if kind_of(other) != kind_of(alg):
            found = proof(compact({"alg": other, "x5c": x5c(certificate(kind_of(alg)))}, alg=alg))
            assert status(found, "signature.key") is Status.FAILED
            assert status(found, "signature.value") is Status.NOT_CHECKED


def test_without_a_certificate_the_known_key_of_that_id_is_used() -> None:
    data = compact({"alg": "ES256", "kid": "mine"})
    keys = {"mine": key("p256").public_key(), "other": key("p384").public_key()}
    assert proof(data, keys=keys).covered == CREDENTIAL
    assert proof(data, keys=keys).key_id == "mine"
    wrong = {"mine": key("rsa").public_key(), "other": key("p256").public_key()}
    assert status(proof(data, keys=wrong), "signature.key") is Status.FAILED


def test_an_unknown_key_id_leaves_the_answer_open() -> None:
    found = proof(compact({"alg": "ES256", "kid": "who"}), keys={"mine": key("p256").public_key()})
    assert verdict(compact({"alg": "ES256", "kid": "who"})).verdict is Indication.INDETERMINATE
    assert found.covered is None


def test_candidates_without_id_are_tried_and_none_of_them_is_no_failure() -> None:
    data = compact({"alg": "ES256"})
    assert proof(data, keys=[key("rsa").public_key(), key("p256").public_key()]).key == key("p256").public_key()
    assert proof(data, keys={"a": key("p256").public_key()}).covered == CREDENTIAL
    head, _, value = data.split(b".")
    altered = b".".join((head, b64url(b"{}").encode(), value))
    found = proof(altered, keys=[key("p256").public_key()])
    assert (status(found, "signature.key"), found.covered) == (Status.INDETERMINATE, None)


def test_a_certificate_in_the_file_is_used_before_any_known_key() -> None:
    header = {"alg": "ES256", "x5c": x5c(certificate("p256")), "kid": "mine"}
    assert proof(compact(header), keys={"mine": key("p384").public_key()}).key == key("p256").public_key()


@pytest.mark.parametrize("name", ["x5t#S256", "x5t#o", "sigX5ts"])
def test_a_digest_that_names_another_certificate_fails(name: str) -> None:
    reference = {"digAlg": "S512", "digVal": b64url(bytes(64))}
    value = {"x5t#S256": b64url(bytes(32)), "x5t#o": reference, "sigX5ts": [reference]}[name]
    found = proof(compact(certified(**{name: value})))
    assert status(found, "signature.certificate") is Status.FAILED
    assert status(found, "signature.value") is Status.PASSED
    assert found.covered is None


@pytest.mark.parametrize("value", ["text", [], [1], ["!"], ["MIIB"], [""], 5, None, {"a": 1}, ["A" * 4] * 21], ids=repr)
def test_an_unreadable_certificate_fails_and_is_no_crash(value: object) -> None:
    found = proof(compact({"alg": "ES256", "x5c": value}), keys=[key("p256").public_key()])
    assert status(found, "signature.certificate") is Status.FAILED
    assert found.covered is None


def test_a_payload_that_is_not_there_leaves_the_answer_open() -> None:
    head, _, value = (part.decode() for part in compact(certified()).split(b"."))
    found = proof(json.dumps({"protected": head, "signature": value}).encode())
    assert status(found, "signature.payload") is Status.INDETERMINATE
    assert status(found, "signature.value") is Status.NOT_CHECKED
    assert found.covered is None


def test_an_empty_payload_is_a_payload() -> None:
    assert proof(compact(certified(), b"")).covered == b""


def test_each_signature_of_several_gives_a_proof_of_its_own() -> None:
    members = []
    payload = b64url(CREDENTIAL)
    for alg in ("RS256", "EdDSA"):
        head = b64url(json.dumps(certified(alg)).encode())
        members.append({"protected": head, "signature": b64url(jose_value(alg, f"{head}.{payload}".encode()))})
    data = json.dumps({"payload": payload, "signatures": members}).encode()
    found = proofs(data)
    assert [one.about for one in found] == ["signatures/0", "signatures/1"]
    assert [one.covered for one in found] == [CREDENTIAL, CREDENTIAL]


def test_an_unencoded_payload_is_signed_as_it_stands() -> None:
    header = b64url(json.dumps(certified(b64=False, crit=["b64"])).encode())
    value = b64url(jose_value("ES256", header.encode() + b"." + CREDENTIAL))
    member = {"protected": header, "signature": value}
    data = json.dumps({"payload": CREDENTIAL.decode(), "signatures": [member]}).encode()
    assert proof(data).covered == CREDENTIAL


def test_members_that_no_signature_covers_are_a_warning_and_are_not_read() -> None:
    head, payload, value = (part.decode() for part in compact(certified()).split(b"."))
    data = json.dumps({"payload": payload, "protected": head, "signature": value, "grade": "10"}).encode()
    found = proof(data)
    assert status(found, "signature.structure") is Status.WARNING
    assert found.covered == CREDENTIAL


def test_an_algorithm_that_is_unknown_here_is_open_and_not_failed() -> None:
    found = proof(compact(certified(alg="ES256") | {"alg": "ES256K"}))
    assert status(found, "signature.algorithm") is Status.INDETERMINATE
    assert status(found, "signature.value") is Status.NOT_CHECKED


def test_checking_twice_says_the_same() -> None:
    jws = parse_compact(compact(certified()))
    assert verify_jws(jws) == verify_jws(jws)
