"""What may be given as a trust anchor, and what is refused with which code."""

from __future__ import annotations

import json
import subprocess
import sys
import warnings
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from jwcrypto.jwk import JWK

from gateway.drivers.trust_files import load_anchors
from gateway.errors import ConfigError
from gateway.trust.anchors import key_sha256, parse_anchors
from tests import pki


def pem(holder: pki.Holder) -> bytes:
    return holder.certificate.public_bytes(Encoding.PEM)


def private_pem(key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def jwk(key, **more) -> dict:
    """A public JWK as jwcrypto, another implementation, writes it."""
    spki = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {**JWK.from_pem(spki).export_public(as_dict=True), **more}


def refused(data: bytes | dict) -> str:
    octets = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(ConfigError) as caught:
        parse_anchors(octets, place="anchor.pem")
    assert "anchor.pem" in caught.value.message
    assert caught.value.advice
    return caught.value.code


def test_pem_with_several_certificates_gives_each_once():
    anchors = parse_anchors(b"a remark\n" + pem(pki.root()) + pem(pki.seal()) * 2, place="x")
    assert [anchor.is_ca for anchor in anchors] == [True, False]


def test_der_is_read():
    (anchor,) = parse_anchors(pki.root().certificate.public_bytes(Encoding.DER), place="x")
    assert anchor.certificate == pki.root().certificate


def test_only_basic_constraints_make_a_ca():
    """A self-signed certificate without them is a pinned signer, and so is one that may sign certificates by usage alone."""
    plain = pki.self_signed(pki.name("Plain"), pki.private_key("plain"))
    pretender = pki.self_signed(pki.name("Plain"), pki.private_key("plain"), ca=False, key_usage=pki.CA_USAGE)
    assert not any(anchor.is_ca for holder in (plain, pretender) for anchor in parse_anchors(pem(holder), place="x"))


@pytest.mark.parametrize("kind", ["rsa2048", "p256", "p384", "ed25519"])
def test_a_jwk_gives_the_same_key_as_the_certificate(kind):
    key = pki.private_key("jwk", kind)
    (anchor,) = parse_anchors(json.dumps(jwk(key, kid="k1", use="sig")).encode(), place="x")
    assert (anchor.key_sha256, anchor.key_id) == (key_sha256(key.public_key()), "k1")
    assert anchor.certificate is None
    assert not anchor.is_ca


def test_a_jwk_set_gives_all_its_keys():
    keys = [jwk(pki.private_key("jwk", kind)) for kind in ("p256", "ed25519")]
    assert len(parse_anchors(json.dumps({"keys": keys}).encode(), place="x")) == 2


EC_KEY = pki.private_key("jwk", "p256")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "trust.empty"),
        (b" \n", "trust.empty"),
        (b"did:web:nordhavn.example", "trust.did_unresolved"),
        (b"did:key:z6Mk", "trust.did_invalid"),
        (b"did:jwk:e30", "trust.did_invalid"),
        (b"hello", "trust.unknown_form"),
        (b"\x30\x03\x02\x01\x01", "trust.not_a_certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "trust.not_a_certificate"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n", "trust.not_a_certificate"),
        (pem(pki.root()) + private_pem(EC_KEY), "trust.private_key"),
        ({"kty": "oct", "k": "AAAA"}, "trust.private_key"),
        ({**jwk(EC_KEY), "d": "AAAA"}, "trust.private_key"),
        ({"keys": []}, "trust.jwk_invalid"),
        ({"keys": ["x"]}, "trust.jwk_invalid"),
        ({"kty": "DSA"}, "trust.unsupported_key"),
        ({**jwk(EC_KEY), "crv": "secp256k1"}, "trust.unsupported_key"),
        ({**jwk(EC_KEY), "use": "enc"}, "trust.jwk_invalid"),
        ({**jwk(EC_KEY), "key_ops": ["deriveKey"]}, "trust.jwk_invalid"),
        ({**jwk(EC_KEY), "kid": 1}, "trust.jwk_invalid"),
        ({**jwk(EC_KEY), "x": jwk(EC_KEY)["x"] + "="}, "trust.jwk_invalid"),
        ({**jwk(EC_KEY), "x": "AA" + jwk(EC_KEY)["x"]}, "trust.jwk_invalid"),
        ({**jwk(EC_KEY), "y": jwk(EC_KEY)["x"]}, "trust.jwk_invalid"),
        ({"kty": "RSA", "n": "AQAB"}, "trust.jwk_invalid"),
        ({"kty": "RSA", "n": "AAEAAQ", "e": "AQAB"}, "trust.jwk_invalid"),
        ({"kty": "OKP", "crv": "Ed25519", "x": "AAAA"}, "trust.jwk_invalid"),
        (b'{"kty": "RSA", "kty": "EC"}', "trust.jwk_invalid"),
    ],
)  # fmt: skip
def test_what_is_no_public_anchor_is_refused_by_code(data, code):
    assert refused(data) == code


def test_a_certificate_with_an_unsupported_key_is_refused():
    from cryptography.hazmat.primitives.asymmetric import dsa

    holder = pki.root().issue(pki.name("DSA"), dsa.generate_private_key(1024))
    assert refused(pem(holder)) == "trust.unsupported_key"


@settings(deadline=None)
@given(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda tail: b"{" + tail)
    | st.binary(max_size=60).map(lambda t: b"\x30" + t)
)
def test_any_bytes_are_anchors_or_a_config_error(data):
    with pytest.raises(ConfigError):
        parse_anchors(data, place="x")


class TestFiles:
    def test_a_folder_gives_its_files_by_name_and_each_anchor_once(self, tmp_path):
        (tmp_path / "b.pem").write_bytes(pem(pki.root()))
        (tmp_path / "a.pem").write_bytes(pem(pki.seal()) + pem(pki.root()))
        (tmp_path / ".hidden").write_bytes(b"nothing")
        assert [anchor.is_ca for anchor in load_anchors([tmp_path])] == [False, True]

    def test_every_bad_file_is_named_at_once(self, tmp_path):
        (tmp_path / "bad.pem").write_bytes(b"nothing")
        (tmp_path / "good.pem").write_bytes(pem(pki.root()))
        (tmp_path / "worse.json").write_bytes(b"{")
        with pytest.raises(ConfigError) as caught:
            load_anchors([tmp_path, tmp_path / "absent.pem", "did:key:z6Mk"])
        assert caught.value.code == "trust.files_unusable"
        assert all(name in caught.value.message for name in ("bad.pem", "worse.json", "absent.pem", "--trust"))
        assert "good.pem" not in caught.value.message

    def test_one_bad_file_keeps_its_own_code(self, tmp_path):
        with pytest.raises(ConfigError) as caught:
            load_anchors(["did:web:x.example"])
        assert caught.value.code == "trust.did_unresolved"
        with pytest.raises(ConfigError) as caught:
            load_anchors([tmp_path])
        assert caught.value.code == "trust.empty"
        with pytest.raises(ConfigError) as caught:
            load_anchors([tmp_path / "absent"])
        assert caught.value.code == "trust.unreadable"

    def test_a_file_too_large_to_be_an_anchor_is_not_read_whole(self, tmp_path):
        with (tmp_path / "huge").open("wb") as stream:
            stream.truncate(1 << 40)
        with pytest.raises(ConfigError) as caught:
            load_anchors([tmp_path / "huge"])
        assert caught.value.code == "trust.too_large"


SERIAL = 0x7A7B7C7D
POLICY_OF_UTF8 = bytes.fromhex("301a3018 06022a03 30123010 06082b06010505070202 30041a02c3a9".replace(" ", ""))
"""Certificate policies of which one has a notice whose VisibleString holds a byte over 127."""
EDI_PARTY = bytes.fromhex("3007a505a1030c0178")
"""Alternative names of which one is an EDIPartyName, which the library doesn't know."""


def odd_certificate(oid: str, value: bytes) -> bytes:
    """A CA certificate with this extension, as DER."""
    key, name = pki.private_key("plain"), pki.name("Odd")
    begin, end = datetime(2025, 1, 1, tzinfo=UTC), datetime(2035, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), SERIAL, begin, end)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_certificate_with_a_name_of_an_unknown_kind_is_no_ca():
    """Attack: an extension that the library gives up on with an exception of its own."""
    (anchor,) = parse_anchors(odd_certificate("2.5.29.17", EDI_PARTY), place="x")
    assert not anchor.is_ca


def test_a_certificate_of_a_version_that_does_not_exist_is_refused():
    octets = odd_certificate("2.5.29.17", EDI_PARTY).replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020107"))
    assert refused(octets) == "trust.not_a_certificate"


@pytest.mark.parametrize(
    "octets",
    [
        odd_certificate("2.5.29.32", POLICY_OF_UTF8),
        odd_certificate("1.2.3", b"\x05\x00").replace(b"\x02\x04\x7a", b"\x02\x04\xfa"),
    ],
    ids=["a notice that isn't ASCII", "a negative serial number"],
)
def test_what_the_library_warns_of_never_reaches_the_terminal(octets):
    """The faults are in the certificate; a later version of the library refuses them, as unreadable ones."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        x509.load_der_x509_certificate(octets).extensions  # noqa: B018
    assert heard, "the library doesn't warn of it any more"
    code = f"from gateway.trust.anchors import parse_anchors; parse_anchors(bytes.fromhex('{octets.hex()}'), place='')[0].is_ca"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
