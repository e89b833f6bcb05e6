"""Keys and certificates of the demonstration, made on the spot: every one lives in the folder of one demonstration."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from gateway.drivers.files import write_file
from gateway.proofs.multikey import write_multikey

_BEGIN = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
_END = dt.datetime(2049, 12, 31, tzinfo=dt.UTC)


def make_seal(folder: Path, owner: str) -> None:
    """The seals for translations: `seal.key.pem` and its certificate `seal.pem`, `credentials.key.pem` and its DID."""
    key = new_key()
    found = certificate(name_of(owner, "LU", "GOVLU-0000"), key)
    write_file(folder / "seal.key.pem", key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write_file(folder / "seal.pem", found.public_bytes(Encoding.PEM))
    credentials = Ed25519PrivateKey.generate()
    secret = credentials.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_file(folder / "credentials.key.pem", secret)
    write_file(folder / "credentials.did", did_of(credentials).encode())


def did_of(key: Ed25519PrivateKey) -> str:
    """The did:key that a key makes by itself."""
    return f"did:key:{write_multikey(key.public_key())}"


def public_pem(secret: bytes) -> bytes:
    """The public half of a private key in PEM."""
    key = load_pem_private_key(secret, None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def new_key() -> ec.EllipticCurvePrivateKey:
    """A new key for a seal."""
    return ec.generate_private_key(ec.SECP256R1())


def name_of(organisation: str, country: str, identifier: str | None = None) -> x509.Name:
    """The name of an organisation, as certificates for seals have it."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
    ]
    if identifier is not None:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier))
    return x509.Name(attributes)


def certificate(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    ca: bool = False,
    by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None,
) -> x509.Certificate:
    """A certificate for seals, or for a trust service; without `by` it signs itself."""
    issuer, issuer_key = (subject, key) if by is None else (by[0].subject, by[1])
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), _BEGIN, _END)
    builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    builder = builder.add_extension(_usage(ca=ca), critical=True)
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    theirs = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = builder.add_extension(own, critical=False).add_extension(theirs, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
