"""Keys that this node signs with, from files: the private key (readable by nobody else) and its certificates.

A key has one role: the seal for derived files is never one that is trusted for originals (`gateway.node.startup`
refuses it), for whoever holds a seal must be able to tell what it was put on.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.drivers.private_keys import PASSPHRASE_VARIABLE, load_private_key
from gateway.errors import ConfigError
from gateway.readers.json import JsonValue
from gateway.trust.algorithms import key_of
from gateway.trust.anchors import key_sha256
from gateway.trust.paths import valid_at

_PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_LEAST_RSA_BITS = 2048
_EC: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    "secp256r1": ("ES256", hashes.SHA256()),
    "secp384r1": ("ES384", hashes.SHA384()),
    "secp521r1": ("ES512", hashes.SHA512()),
}


@dataclass(frozen=True, slots=True, repr=False)
class SealKey:
    """A private key with its certificates, its own first, then its chain."""

    private_key: _PrivateKey
    certificates: tuple[x509.Certificate, ...]

    def sign(self, octets: bytes) -> bytes:
        """RSASSA-PKCS1-v1_5 with SHA-256, or ECDSA in DER with the digest of the curve's size."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(octets, padding.PKCS1v15(), hashes.SHA256())
        return self.private_key.sign(octets, ec.ECDSA(_EC[self.private_key.curve.name][1]))

    def sign_digest(self, digest: bytes) -> bytes:
        """As `sign`, where the digest of what is to be signed is at hand: large octets are digested once."""
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return self.private_key.sign(digest, padding.PKCS1v15(), Prehashed(hashes.SHA256()))
        return self.private_key.sign(digest, ec.ECDSA(Prehashed(_EC[self.private_key.curve.name][1])))

    @property
    def expires(self) -> datetime | None:
        """Until when its certificate is valid."""
        return self.certificates[0].not_valid_after_utc

    @property
    def jose_header(self) -> dict[str, JsonValue]:
        """The members of a JOSE header that name the key: its certificates (RFC 7515, 4.1.6)."""
        return {"x5c": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in self.certificates]}

    @property
    def jose_algorithm(self) -> str:
        """The algorithm of `sign_jose` by its name in RFC 7518."""
        return "RS256" if isinstance(self.private_key, rsa.RSAPrivateKey) else _EC[self.private_key.curve.name][0]

    def sign_jose(self, octets: bytes) -> bytes:
        """The signature as RFC 7518 writes it: for ECDSA r and s side by side (3.4)."""
        signature = self.sign(octets)
        if isinstance(self.private_key, rsa.RSAPrivateKey):
            return signature
        half = (self.private_key.key_size + 7) // 8
        r, s = decode_dss_signature(signature)
        return r.to_bytes(half) + s.to_bytes(half)

    @property
    def key_sha256(self) -> str:
        """SHA-256 of the public key (SubjectPublicKeyInfo), in hex."""
        return key_sha256(self.private_key.public_key())


def load_seal_key(
    key: Path, certificate: Path, *, now: datetime, passphrase_variable: str = PASSPHRASE_VARIABLE
) -> SealKey:
    """The key of two PEM files, checked to be a pair that may be used now.

    Args:
        key: the private key, PEM; encrypted, its passphrase is in the environment.
        certificate: the key's certificate and, if there is one, its chain, PEM, in any order.
        now: the time at which the certificate must be valid.
        passphrase_variable: the environment variable that holds the passphrase.

    Raises:
        ConfigError: `seal.key_unreadable`, `seal.key_permissions`, `seal.key_passphrase`, `seal.key_unsupported`,
            `seal.certificate_unreadable`, `seal.key_mismatch`, `seal.certificate_not_valid`.
    """
    private_key = _supported(load_private_key(key, "seal", passphrase_variable=passphrase_variable), key)
    own_key = key_sha256(private_key.public_key())
    certificates = _certificates(certificate)
    own = next((found for found in certificates if _key_of(found) == own_key), None)
    if own is None:
        raise ConfigError(
            "seal.key_mismatch",
            f"got no certificate for the key {key} in {certificate}",
            advice="name the certificate that was issued for this key",
        )
    if not valid_at(own, now):
        period = f"{own.not_valid_before_utc:%Y-%m-%d} to {own.not_valid_after_utc:%Y-%m-%d}"
        raise ConfigError(
            "seal.certificate_not_valid",
            f"the certificate {certificate} is valid from {period}, not at {now:%Y-%m-%d}",
            advice="get a new certificate: receivers can't trust what this one seals now",
        )
    return SealKey(private_key, (own, *(found for found in certificates if found != own)))


def _supported(key: PrivateKeyTypes, file: Path) -> _PrivateKey:
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= _LEAST_RSA_BITS:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _EC:
        return key
    raise ConfigError(
        "seal.key_unsupported",
        f"the key {file} is neither RSA of {_LEAST_RSA_BITS} bits or more, nor on one of {', '.join(_EC)}",
        advice="seal with an RSA-3072 or a P-256 key",
    )


def _certificates(file: Path) -> list[x509.Certificate]:
    try:
        return list(dict.fromkeys(x509.load_pem_x509_certificates(file.read_bytes())))
    except OSError as error:
        raise _no_certificate(f"the certificate {file} can't be read: {error.strerror}") from None
    except ValueError:
        raise _no_certificate(f"the file {file} holds no readable certificate in PEM") from None


def _no_certificate(message: str) -> ConfigError:
    return ConfigError("seal.certificate_unreadable", message, advice="name a PEM file with the seal's certificate")


def _key_of(certificate: x509.Certificate) -> str | None:
    key = key_of(certificate)
    return None if key is None else key_sha256(key)
