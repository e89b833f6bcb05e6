"""A public key infrastructure of fictional organisations, made in code: keys once a session, certificates as asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
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

    def issue(self, subject: x509.Name, key: PrivateKey, **contents) -> Holder:
        """A certificate for `key`, signed by this holder; `contents` as in `_certificate`."""
        return Holder(_certificate(subject, key, self.certificate.subject, self.key, **contents), key)


def self_signed(subject: x509.Name, key: PrivateKey, **contents) -> Holder:
    """A certificate that signs itself."""
    return Holder(_certificate(subject, key, subject, key, **contents), key)


def _certificate(
    subject: x509.Name,
    key: PrivateKey,
    issuer: x509.Name,
    issuer_key: PrivateKey,
    *,
    ca: bool | None = None,
    path_length: int | None = None,
    key_usage: x509.KeyUsage | None = None,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    start: datetime = START,
    end: datetime = END,
) -> x509.Certificate:
    """Without `ca` there is no basicConstraints at all; `extensions` are (value, critical)."""
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number(), start, end)
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if key_usage is not None:
        builder = builder.add_extension(key_usage, critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(issuer_key, None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def with_sha1(certificate: x509.Certificate, issuer_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """The same certificate signed again with SHA-1, which the library makes no more."""
    rsa_sha256, rsa_sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    old = certificate.public_bytes(Encoding.DER)
    to_sign = certificate.tbs_certificate_bytes.replace(rsa_sha256, rsa_sha1)
    signature = issuer_key.sign(to_sign, padding.PKCS1v15(), hashes.SHA1())
    return x509.load_der_x509_certificate(old.replace(rsa_sha256, rsa_sha1).replace(certificate.signature, signature))


def der(tag: int, *parts: bytes) -> bytes:
    """One DER element."""
    body = b"".join(parts)
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1)
    return bytes([tag]) + (size if len(body) < 128 else bytes([0x80 | len(size)]) + size) + body


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
