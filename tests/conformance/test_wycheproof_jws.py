"""Wycheproof's JWS vectors (reference/security/wycheproof): no invalid signature is accepted; each refused valid one has its rule."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.errors import ConfigError, Refused
from gateway.model.verdict import Indication, conclude
from gateway.proofs.jose import verify_jws
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


def public_key(group: dict[str, Any]) -> PublicKey | None:
    """The group's key, read as strictly as an operator's; None for a shared secret, or a key that isn't for signing."""
    if "public" not in group:
        return None
    try:
        [(key, _)] = keys_from_jwk(json.dumps(group["public"]).encode(), place="wycheproof")
    except ConfigError:
        return None
    return key


def accepted(group: dict[str, Any], test: dict[str, Any]) -> bool:
    key = public_key(group)
    if key is None and group.get("private", {}).get("kty") == "RSA":
        [(key, _)] = keys_from_jwk(
            json.dumps({k: group["private"][k] for k in ("kty", "n", "e")}).encode(), place="wycheproof"
        )
    try:
        proofs = verify_jws(parsed(test["jws"]), keys=[] if key is None else [key])
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
        is_hmac = group.get("private", {}).get("kty") == "oct"
        expected = "accepted" if test["result"] == "valid" and not is_hmac else "refused"
        if answer != expected:
            wrong.append((test["tcId"], group["comment"], test["comment"], test["result"]))
    assert wrong == []
    assert sum(counted.values()) == 401
    assert counted["invalid accepted"] == 0


LENIENT = {"InvalidCharacterInsertedInHeader", "InvalidCharacterInsertedInPayload"}
"""Called valid by Wycheproof though they hold a character that base64url doesn't have: refused here on purpose."""


def test_the_reading_of_base64url_is_as_strict_as_the_vectors_ask() -> None:
    """Their keys are shared secrets, which no proof here may use: the HMAC is computed in the test."""
    wrong = []
    for group, test in cases():
        if group.get("private", {}).get("kty") != "oct" or not isinstance(test["jws"], str):
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


@pytest.mark.parametrize("name", ["ecdsa_secp256r1_sha256_p1363_test.json", "ecdsa_secp256r1_sha256_p1363.json"])
def test_raw_ecdsa_values_of_the_p1363_vectors(name: str) -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    from gateway.proofs.jose.algorithms import ALGORITHMS

    vectors = json.loads(reference(f"security/wycheproof/{name}").read_bytes())
    wrong = []
    for group in vectors["testGroups"]:
        key = load_pem_public_key(group["publicKeyPem"].encode())
        for test in group["tests"]:
            holds = ALGORITHMS["ES256"].verifies(key, bytes.fromhex(test["sig"]), bytes.fromhex(test["msg"]))
            if holds != (test["result"] == "valid"):
                wrong.append((test["tcId"], test["comment"], test["result"]))
    assert wrong == []
