"""Seal keys from files: what may seal, and what is refused before it does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS

from gateway.drivers.keys import SealKey, load_seal_key
from gateway.drivers.private_keys import PASSPHRASE_VARIABLE
from gateway.errors import ConfigError
from gateway.readers.base64 import encode_base64url
from tests import pki


@pytest.fixture
def files(tmp_path):
    """Writes a key and certificates, and gives their paths."""

    def write(key, *certificates, mode=0o600, passphrase=None):
        encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        (tmp_path / "seal.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        (tmp_path / "seal.key").chmod(mode)
        (tmp_path / "seal.pem").write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in certificates))
        return tmp_path / "seal.key", tmp_path / "seal.pem"

    return write


def refused(paths, *, now=pki.NOW) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_seal_key(*paths, now=now)
    assert caught.value.advice
    return caught.value


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384"])
def test_what_it_signs_verifies_with_its_certificate(files, kind):
    seal = pki.seal(kind=kind)
    key = load_seal_key(*files(seal.key, seal.certificate), now=pki.NOW)
    public = key.certificates[0].public_key()
    if kind == "rsa2048":
        public.verify(key.sign(b"text"), b"text", padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(key.sign(b"text"), b"text", ec.ECDSA(hashes.SHA256() if kind == "p256" else hashes.SHA384()))


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384"])
def test_its_jose_signature_verifies_with_jwcrypto(files, kind):
    seal = pki.seal(kind=kind)
    key = load_seal_key(*files(seal.key, seal.certificate), now=pki.NOW)
    head = encode_base64url(b'{"alg":"%s"}' % key.jose_algorithm.encode())
    body = encode_base64url(b"text")
    token = JWS()
    token.deserialize(f"{head}.{body}.{encode_base64url(key.sign_jose(f'{head}.{body}'.encode()))}")
    token.verify(JWK.from_pem(seal.certificate.public_bytes(Encoding.PEM)))


def test_its_own_certificate_comes_first_whatever_the_order_of_the_file(files):
    seal, ca = pki.seal().certificate, pki.sub_ca().certificate
    assert load_seal_key(*files(pki.seal().key, ca, seal), now=pki.NOW).certificates == (seal, ca)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o620])
def test_a_key_that_others_may_read_or_write_is_refused(files, mode):
    error = refused(files(pki.seal().key, pki.seal().certificate, mode=mode))
    assert error.code == "seal.key_permissions"
    assert "chmod 600" in error.advice


def test_an_encrypted_key_opens_with_the_passphrase_of_the_environment(files, monkeypatch):
    paths = files(pki.seal().key, pki.seal().certificate, passphrase=b"correct horse")
    monkeypatch.delenv(PASSPHRASE_VARIABLE, raising=False)
    assert refused(paths).code == "seal.key_passphrase"
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "wrong horse")
    error = refused(paths)
    assert error.code == "seal.key_passphrase"
    assert "wrong horse" not in error.message + error.advice
    monkeypatch.setenv("OTHER", "correct horse")
    assert load_seal_key(*paths, now=pki.NOW, passphrase_variable="OTHER").certificates


def test_a_certificate_of_another_key_is_refused(files):
    assert refused(files(pki.private_key("other"), pki.seal().certificate)).code == "seal.key_mismatch"


@pytest.mark.parametrize("now", [datetime(2023, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)])
def test_a_certificate_outside_its_validity_is_refused(files, now):
    assert refused(files(pki.seal().key, pki.seal().certificate), now=now).code == "seal.certificate_not_valid"


@pytest.mark.parametrize("kind", ["rsa1024", "p224", "ed25519"])
def test_a_key_too_weak_or_of_no_kind_that_seals_is_refused(files, kind):
    seal = pki.seal(kind=kind)
    assert refused(files(seal.key, seal.certificate)).code == "seal.key_unsupported"


def test_files_that_are_not_what_they_should_be_are_refused(files, tmp_path):
    key, certificate = files(pki.seal().key, pki.seal().certificate)
    assert refused((tmp_path / "absent", certificate)).code == "seal.key_unreadable"
    assert refused((key, tmp_path / "absent")).code == "seal.certificate_unreadable"
    assert refused((key, key)).code == "seal.certificate_unreadable"
    certificate.chmod(0o600)
    assert refused((certificate, certificate)).code == "seal.key_unreadable"


def test_a_key_never_shows_itself():
    shown = repr(SealKey(pki.seal().key, ())) + str(SealKey(pki.seal().key, ()))
    assert "private_key" not in shown
