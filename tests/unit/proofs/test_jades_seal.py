"""Sealing: what is written verifies, here and by another implementation, and nothing else verifies."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto import jwk
from jwcrypto import jws as other
from jwcrypto.common import JWSEHeaderParameter

from gateway.errors import ConfigError, Refused, RequestError
from gateway.model.verdict import Status
from gateway.proofs.jose.seal import finish_seal, prepare_seal
from gateway.readers.base64 import decode_base64url
from gateway.readers.json import parse_json
from tests.jose_makers import CREDENTIAL, SIGNED_AT, certificate, key, key_signer, proof, proofs, seal

KINDS = ["rsa", "p256", "p384", "p521"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_seal_verifies_with_every_check_passed(kind: str) -> None:
    found = proof(seal(kind=kind, chain=(certificate("ed25519"),)))
    assert {f.status for f in found.findings} == {Status.PASSED}
    assert (found.kind, found.covered, found.claimed_time) == ("jades", CREDENTIAL, "2026-03-01T09:30:00Z")
    assert found.certificates == (certificate(kind), certificate("ed25519"))


@pytest.mark.parametrize("kind", KINDS)
def test_another_implementation_verifies_the_seal(kind: str) -> None:
    public = (
        key(kind).public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    registry = {name: JWSEHeaderParameter(name, mustprotect=True, supported=True, check_fn=None) for name in ("sigT",)}
    judge = other.JWS(header_registry=registry)
    judge.deserialize(seal(kind=kind).decode())
    judge.verify(jwk.JWK.from_pem(public))
    assert judge.is_valid


def test_the_file_has_the_form_of_the_official_samples() -> None:
    sealed = seal(kind="rsa")
    assert re.match(rb'^\s*{\s*"payload"', sealed)
    value = parse_json(sealed)
    assert list(value) == ["payload", "signatures"]
    assert value["payload"] == CREDENTIAL.decode()
    header = parse_json(decode_base64url(value["signatures"][0]["protected"], "header"))
    assert list(header) == ["alg", "cty", "kid", "x5t#S256", "x5c", "typ", "b64", "sigT", "crit"]
    assert (header["alg"], header["b64"], header["crit"]) == ("RS256", False, ["b64", "sigT"])


def test_the_time_is_claimed_in_utc() -> None:
    at = SIGNED_AT.astimezone(timezone(timedelta(hours=2))) + timedelta(microseconds=7)
    assert prepare_seal(CREDENTIAL, certificates=[certificate("p256")], signed_at=at).protected == (
        prepare_seal(CREDENTIAL, certificates=[certificate("p256")], signed_at=SIGNED_AT).protected
    )


def test_a_key_that_is_not_the_certificates_seals_nothing() -> None:
    prepared = prepare_seal(CREDENTIAL, certificates=[certificate("p256")], signed_at=SIGNED_AT)
    for signature in (key_signer("rsa")(prepared.signing_input), key_signer("p384")(prepared.signing_input), b"", b"x"):
        with pytest.raises(ConfigError) as caught:
            finish_seal(prepared, signature)
        assert caught.value.code == "seal.key_mismatch"


def test_a_certificate_that_cannot_seal_is_refused_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        prepare_seal(CREDENTIAL, certificates=[certificate("ed25519")], signed_at=SIGNED_AT)
    assert caught.value.code == "seal.key_unsupported"


def test_what_is_no_text_and_a_time_without_a_zone_are_refused() -> None:
    with pytest.raises(RequestError):
        prepare_seal(b"\xff", certificates=[certificate("p256")], signed_at=SIGNED_AT)
    with pytest.raises(RequestError):
        prepare_seal(CREDENTIAL, certificates=[certificate("p256")], signed_at=datetime(2026, 3, 1))


@settings(deadline=None)
@given(st.text())
def test_any_text_comes_back_octet_for_octet(text: str) -> None:
    payload = json.dumps({"title": text}, ensure_ascii=False).encode()
    assert proof(seal(payload)).covered == payload


SEALED = {kind: seal(kind=kind) for kind in ("rsa", "p256")}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(SEALED)), st.data())
def test_no_altered_octet_of_the_file_gives_other_content(kind: str, data: st.DataObject) -> None:
    """Every region: names, payload, header, signature. What still verifies has exactly the sealed payload."""
    sealed = SEALED[kind]
    at = data.draw(st.integers(0, len(sealed) - 1))
    octet = data.draw(st.integers(0, 255).filter(lambda o: o != sealed[at]))
    altered = sealed[:at] + bytes([octet]) + sealed[at + 1 :]
    try:
        covered = [one.covered for one in proofs(altered)]
    except (Refused, StopIteration):
        return
    assert set(covered) <= {None, CREDENTIAL}
    assert covered == [None] or parse_json(altered)["payload"] == CREDENTIAL.decode()
