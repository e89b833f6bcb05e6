"""Certificates that a JWS header carries or names: x5c, x5t#S256, x5t#o, sigX5ts (RFC 7515 4.1.6, TS 119 182-1 5.2)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, InvalidVersion

from gateway.errors import Refused
from gateway.proofs.certificate import load_certificate
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import decode_base64, decode_base64url, encode_base64url
from gateway.readers.der import INTEGER, SEQUENCE, context, write_der
from gateway.readers.json import JsonValue

MOST_CERTIFICATES = 20
_DIGESTS = {"S256": "sha256", "S384": "sha384", "S512": "sha512"}


def read_certificates(values: JsonValue, what: str) -> tuple[Certificate, ...]:
    """The certificates of an `x5c` array: base64 of DER, the signer's own first.

    Raises:
        Refused: `jws.certificate`, `base64.invalid` or `limit.certificates`.
    """
    if not isinstance(values, list) or not values:
        raise Refused("jws.certificate", f"got {what} that is no array of certificates, expected at least one")
    if len(values) > MOST_CERTIFICATES:
        raise Refused("limit.certificates", f"got {len(values)} certificates in {what}, at most {MOST_CERTIFICATES}")
    return tuple(read_certificate(value, what) for value in values)


def read_certificate(value: JsonValue, what: str) -> Certificate:
    """One certificate from base64 of DER."""
    if not isinstance(value, str):
        raise Refused("jws.certificate", f"got a {type(value).__name__} in {what}, expected base64 of a certificate")
    try:
        return load_certificate(decode_base64(value, f"a certificate in {what}"))
    except (ValueError, InvalidVersion):
        raise Refused("jws.certificate", f"got octets in {what} that are no X.509 certificate") from None


def public_key(certificate: Certificate) -> PublicKey | None:
    """The certificate's key, or None where it is of no kind that JOSE signs with here."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) else None


def thumbprint(certificate: Certificate, digest: str = "sha256") -> bytes:
    """The digest of the certificate's DER."""
    return hashlib.new(digest, certificate.public_bytes(Encoding.DER)).digest()


Reference = tuple[str, bytes]
"""The digest's name, and the digest of a certificate."""


def references(header: Mapping[str, JsonValue]) -> dict[str, Reference]:
    """The references to the signing certificate, by the member that holds each.

    Raises:
        Refused: `jws.certificate_reference` or `base64.invalid` where one is malformed.
    """
    found: dict[str, Reference] = {}
    if "x5t#S256" in header:
        found["x5t#S256"] = ("sha256", _digest(header["x5t#S256"], "x5t#S256"))
    if "x5t#o" in header:
        found["x5t#o"] = _reference(header["x5t#o"], "x5t#o")
    if "sigX5ts" in header:
        members = header["sigX5ts"]
        if not isinstance(members, list) or not members:
            raise Refused("jws.certificate_reference", "got sigX5ts that is no array of references")
        found["sigX5ts"] = _reference(members[0], "sigX5ts")
    return found


def _reference(value: JsonValue, what: str) -> Reference:
    name = value.get("digAlg") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in _DIGESTS:
        raise Refused("jws.certificate_reference", f"got {what} without a known digAlg, expected S256, S384 or S512")
    return _DIGESTS[name], _digest(value.get("digVal"), what)


def _digest(value: JsonValue, what: str) -> bytes:
    if not isinstance(value, str):
        raise Refused("jws.certificate_reference", f"got {what} without a digest, expected base64url")
    return decode_base64url(value, what)


def matches(certificate: Certificate, reference: Reference) -> bool:
    """Whether a reference names this certificate."""
    digest, value = reference
    return thumbprint(certificate, digest) == value


def find(hints: Iterable[Certificate], wanted: Iterable[Reference]) -> Certificate | None:
    """The hint that all the references name."""
    wanted = tuple(wanted)
    return next((hint for hint in hints if wanted and all(matches(hint, one) for one in wanted)), None)


def issuer_serial(certificate: Certificate) -> bytes:
    """The certificate's issuer and serial number as DER IssuerSerial (RFC 5035 section 5), the `kid` of JAdES."""
    names = write_der(SEQUENCE, write_der(context(4), certificate.issuer.public_bytes()))
    serial = certificate.serial_number
    number = write_der(INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, signed=True))
    return write_der(SEQUENCE, names, number)


def kid_of(certificate: Certificate) -> str:
    """The `kid` that names a certificate in JAdES: base64 of IssuerSerial (TS 119 182-1 section 5.1.4)."""
    return base64.b64encode(issuer_serial(certificate)).decode()


def is_kid_of(key_id: JsonValue, certificate: Certificate) -> bool:
    """Whether a `kid` names this certificate; not where the certificate's issuer can't be read."""
    try:
        return bool(key_id == kid_of(certificate))
    except ValueError:
        return False


def x5t_s256(certificate: Certificate) -> str:
    """The value of `x5t#S256`."""
    return encode_base64url(thumbprint(certificate))
