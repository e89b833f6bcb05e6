"""Wycheproof's JWS vectors (reference/security/wycheproof): no invalid signature is accepted; each refused valid one has its rule."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.errors import ConfigError, Refused
from gateway.model.verdict import Indication, conclude
from gateway.proofs.jose import verify_jws
from gateway.proofs.jose.algorithms import ALGORITHMS
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import decode_base64url
from gateway.readers.jws import ParsedJws, parse_compact, parse_json_jws
from gateway.trust.jwk import keys_from_jwk
from tests.reference import needs_reference, reference

pytestmark = needs_reference


def cases() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    vectors = json.loads(reference("security/wycheproof/json_web_signature_test.json").read_bytes())
    for group in vectors["testGroups"]:
        for test in group["tests"]:
            yield group, test


def parsed(jws: Any) -> ParsedJws:
    return parse_compact(jws.encode()) if isinstance(jws, str) else parse_json_jws(jws)


def jwk_of(group: dict[str, Any]) -> dict[str, Any]:
    """The public JWK; some groups print only the private one of an RSA pair."""
    if "public" in group:
        return group["public"]
    return {name: value for name, value in group["private"].items() if name not in {"d", "p", "q", "dp", "dq", "qi"}}


def public_key(group: dict[str, Any]) -> PublicKey | None:
    """The group's key, read as strictly as an operator's; None for a shared secret, or a key that isn't for signing."""
    try:
        [(key, _, _)] = keys_from_jwk(json.dumps(jwk_of(group)).encode(), place="wycheproof")
    except ConfigError:
        return None
    return key


def accepted(group: dict[str, Any], test: dict[str, Any]) -> bool:
    key = public_key(group)
    bound = {jwk_of(group)["alg"]} if "alg" in jwk_of(group) else None
    try:
        proofs = verify_jws(parsed(test["jws"]), keys=[] if key is None else [key], algorithms=bound)
    except Refused:
        return False
    good = [p.covered is not None and conclude(p.findings).verdict is Indication.PASSED for p in proofs]
    return bool(good) and all(good)


def test_no_invalid_signature_is_accepted_and_every_valid_one_of_a_public_key_is() -> None:
    counted: Counter[str] = Counter()
    wrong = []
    for group, test in cases():
        answer = "accepted" if accepted(group, test) else "refused"
        counted[f"{test['result']} {answer}"] += 1
        expected = "accepted" if test["result"] == "valid" and not refused_by_rule(group, test) else "refused"
        if answer != expected:
            wrong.append((test["tcId"], group["comment"], test["comment"], test["result"]))
    assert wrong == []
    assert sum(counted.values()) == 401
    assert counted["invalid accepted"] == 0


def refused_by_rule(group: dict[str, Any], test: dict[str, Any]) -> bool:
    """Valid by Wycheproof, refused here: HMAC has no place in a proof, and a key serves only the algorithm it names."""
    key = jwk_of(group)
    if key["kty"] == "oct":
        return True
    header = json.loads(decode_base64url(test["jws"].split(".")[0], "header"))
    return "alg" in key and key["alg"] != header["alg"]


LENIENT = {"InvalidCharacterInsertedInHeader", "InvalidCharacterInsertedInPayload"}
"""Called valid by Wycheproof though they hold a character that base64url doesn't have: refused here on purpose."""


def test_the_reading_of_base64url_is_as_strict_as_the_vectors_ask() -> None:
    """Their keys are shared secrets, which no proof here may use: the HMAC is computed in the test."""
    wrong = []
    valid = {test["jws"] for _, test in cases() if test["result"] == "valid" and isinstance(test["jws"], str)}
    for group, test in cases():
        if jwk_of(group)["kty"] != "oct" or not isinstance(test["jws"], str):
            continue
        if test["result"] == "invalid" and test["jws"] in valid:
            assert (
                "Padding" in test["comment"]
            )  # two vectors lost the padding they are named for: they equal a valid one
            continue
        secret = decode_base64url(group["private"]["k"], "k")
        good = _hmac_holds(test["jws"], secret)
        if good != (test["result"] == "valid" and test["comment"] not in LENIENT):
            wrong.append((test["tcId"], test["comment"], test["result"]))
    assert wrong == []


def _hmac_holds(text: str, secret: bytes) -> bool:
    try:
        jws = parse_compact(text.encode())
    except Refused:
        return False
    [signature] = jws.signatures
    if signature.header.get("alg") != "HS256":
        return False
    signed = signature.protected.encode() + b"." + jws.payload_text
    return hmac.compare_digest(hmac.new(secret, signed, hashlib.sha256).digest(), signature.value)


@pytest.mark.parametrize(
    ("name", "alg"),
    [
        ("ecdsa_secp256r1_sha256_p1363_test.json", "ES256"),
        ("ed25519_test.json", "EdDSA"),
        ("rsa_signature_2048_sha256_test.json", "RS256"),
        ("rsa_pss_2048_sha256_mgf1_32_test.json", "PS256"),
    ],
)
def test_signature_values_of_the_raw_vectors(name: str, alg: str) -> None:
    vectors = json.loads(reference(f"security/wycheproof/{name}").read_bytes())
    wrong = []
    for group in vectors["testGroups"]:
        key = load_pem_public_key(group["publicKeyPem"].encode())
        for test in group["tests"]:
            holds = ALGORITHMS[alg].verifies(key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            if test["result"] == "acceptable":
                continue
            if holds != (test["result"] == "valid"):
                wrong.append((test["tcId"], test["comment"], test["result"]))
    assert wrong == []
