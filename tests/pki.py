"""A public key infrastructure of fictional organisations, made in code: keys once a session, certificates as asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

START = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2028, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""Inside the validity of everything that isn't made otherwise."""

UNIVERSITY = "University of Nordhavn"
UNIVERSITY_ID = "VATXN-10000001"


@cache
def private_key(name: str, kind: str = "p256") -> PrivateKey:
    """The key of that name: the same in the whole session."""
    curves = {"p192": ec.SECP192R1(), "p224": ec.SECP224R1(), "p256": ec.SECP256R1(), "p384": ec.SECP384R1()}
    if kind in curves:
        return ec.generate_private_key(curves[kind])
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(65537, int(kind.removeprefix("rsa")))


def name(
    organisation: str, *, country: str = "XN", identifier: str | None = None, person: str | None = None
) -> x509.Name:
    """A subject: C, O, 2.5.4.97, CN."""
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, country),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
    ]
    if identifier:
        attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, identifier))
    if person:
        attributes.append(x509.NameAttribute(NameOID.COMMON_NAME, person))
    return x509.Name(attributes)


def usage(*names: str) -> x509.KeyUsage:
    """A keyUsage with these bits set."""
    bits = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{bit: bit in names for bit in bits})


@dataclass(frozen=True)
class Holder:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey

    def issue(
        self,
        subject: x509.Name,
        key: PrivateKey,
        *,
        ca: bool | None = None,
        path_length: int | None = None,
        key_usage: x509.KeyUsage | None = None,
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
        start: datetime = START,
        end: datetime = END,
        digest: hashes.HashAlgorithm | None = None,
    ) -> Holder:
        """A certificate for `key`, signed by this holder; without `ca` it has no basicConstraints at all."""
        return Holder(
            _certificate(
                subject,
                key,
                self.certificate.subject,
                self.key,
                ca,
                path_length,
                key_usage,
                extensions,
                start,
                end,
                digest,
            ),
            key,
        )


def self_signed(
    subject: x509.Name,
    key: PrivateKey,
    *,
    ca: bool | None = None,
    path_length: int | None = None,
    key_usage: x509.KeyUsage | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    start: datetime = START,
    end: datetime = END,
) -> Holder:
    """A certificate that signs itself."""
    return Holder(
        _certificate(subject, key, subject, key, ca, path_length, key_usage, extensions, start, end, None), key
    )


def _certificate(
    subject, key, issuer, issuer_key, ca, path_length, key_usage, extensions, start, end, digest
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if key_usage is not None:
        builder = builder.add_extension(key_usage, critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        return builder.sign(issuer_key, None)
    return builder.sign(issuer_key, digest or hashes.SHA256())


CA_USAGE = usage("key_cert_sign", "crl_sign")


@cache
def root() -> Holder:
    return self_signed(name("Nordhavn Trust"), private_key("root"), ca=True, key_usage=CA_USAGE)


@cache
def sub_ca() -> Holder:
    return root().issue(name("Nordhavn Seals"), private_key("sub"), ca=True, path_length=0, key_usage=CA_USAGE)


def seal(*, kind: str = "p256", issuer: Holder | None = None, **how) -> Holder:
    """The seal certificate of the University of Nordhavn, as a qualified one: contentCommitment only, no SAN, no AKI."""
    how.setdefault("key_usage", usage("content_commitment"))
    subject = how.pop("subject", name(UNIVERSITY, identifier=UNIVERSITY_ID))
    return (issuer or sub_ca()).issue(subject, private_key("seal", kind), ca=how.pop("ca", None), **how)
