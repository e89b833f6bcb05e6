"""Trust anchors: what is trusted by decision. A certificate (a CA's, or the signer's own, pinned), a key, or a DID.

An anchor is known by its key and certificate digest, never by a name: two CAs may carry the same name. Whether a
certificate may vouch for others is told by its basicConstraints alone (RFC 5280, 4.2.1.9); every anchor also vouches
for what is signed with its own key.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.errors import ConfigError, Refused
from gateway.proofs.certificate import load_certificate
from gateway.proofs.dids import Methods, key_of_did
from gateway.proofs.proof import PublicKey
from gateway.trust.algorithms import KeyFacts, key_facts, key_of
from gateway.trust.jwk import keys_from_jwk
from gateway.trust.policies import Policy


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """One thing trusted by decision.

    key          the public key
    certificate  as configured, or None for a bare key
    key_id       `kid` of a JWK
    algorithm    `alg` of a JWK: the only one that the key may be used with (RFC 8725, 3.1)
    controller   the DID that is trusted, and whose key this is
    policy       the policy for what this anchor vouches for; None: the caller's
    until        the last day (UTC) on which it is used
    issuers      names or identifiers it is limited to; empty: not limited
    """

    key: PublicKey
    certificate: x509.Certificate | None = None
    key_id: str | None = None
    algorithm: str | None = None
    controller: str | None = None
    policy: Policy | None = None
    until: date | None = None
    issuers: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """Of the key alone (its digest, for keys have no hash): findings are kept by anchor."""
        return hash(self.key_sha256)

    @cached_property
    def is_ca(self) -> bool:
        """Whether it may vouch for other certificates."""
        return self.certificate is not None and is_ca(self.certificate)

    @cached_property
    def key_sha256(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, in hex: which key this is."""
        return key_sha256(self.key)

    @cached_property
    def key_facts(self) -> KeyFacts:
        """Kind and size of the key."""
        return key_facts(self.key)

    def in_use(self, now: datetime) -> bool:
        """Whether `until` hasn't passed."""
        return self.until is None or now.astimezone(UTC).date() <= self.until

    def limited(self, *, policy: Policy | None, until: date | None, issuers: tuple[str, ...]) -> Anchor:
        """This anchor under the terms of a `[[trust]]` entry."""
        return replace(self, policy=policy, until=until, issuers=issuers)


def is_ca(certificate: x509.Certificate) -> bool:
    """What basicConstraints says; a certificate without it, or with unreadable extensions, is no CA."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, ValueError):
        return False


def key_sha256(key: PublicKey) -> str:
    """SHA-256 of a key's SubjectPublicKeyInfo (DER), in hex."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def certificate_sha256(certificate: x509.Certificate) -> str:
    """SHA-256 of a certificate (DER), in hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()


NO_METHODS: Methods = {}


def parse_anchors(data: bytes, *, place: str, methods: Methods = NO_METHODS) -> tuple[Anchor, ...]:
    """The anchors in the bytes of one trust file: PEM (several), DER, JWK, JWK set, or a DID; errors name `place`.

    Raises:
        ConfigError: `trust.empty`, `trust.did_invalid`, `trust.did_unresolved`, `trust.private_key`,
            `trust.not_a_certificate`, `trust.unsupported_key`, `trust.jwk_invalid`, `trust.unknown_form`.
    """
    head = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head:
        raise ConfigError("trust.empty", f"{place} is empty", advice="give a certificate, a JWK or a JWK set")
    if head.startswith(b"did:"):
        return anchors_of_did(head.decode("ascii", "replace").strip(), methods, place=place)
    if head.startswith(b"{"):
        found = keys_from_jwk(head, place=place)
        return tuple(Anchor(key=key, key_id=key_id, algorithm=algorithm) for key, key_id, algorithm in found)
    if b"-----BEGIN " in head:
        return _once(_from_pem(head, place))
    if data.startswith(b"\x30"):
        return (_from_certificate(_read_der(data, place), place),)
    raise ConfigError(
        "trust.unknown_form",
        f"got neither PEM, DER nor JSON in {place}, expected a certificate, a JWK, a JWK set or a DID",
        advice="export the certificate as PEM (it begins with -----BEGIN CERTIFICATE-----)",
    )


def anchors_of_did(did: str, methods: Methods, *, place: str) -> tuple[Anchor, ...]:
    """The keys by which a DID makes statements: that in a did:key or did:jwk, else those of its document.

    Raises:
        ConfigError: `trust.did_invalid`, or `trust.did_unresolved` where its document isn't among those given.
    """
    try:
        own = key_of_did(did)
    except Refused as refused:
        message = f"got no DID that can be used at {place}: {refused.message}"
        raise ConfigError("trust.did_invalid", message, advice="copy the DID whole, without its fragment") from None
    if own is not None:
        return (Anchor(key=own, controller=did),)
    stating = [m for m in methods.values() if m.controller == did and "assertionMethod" in (m.purposes or ())]
    keys = {key_sha256(method.key): method.key for method in stating if method.key is not None}
    if not keys:
        raise ConfigError(
            "trust.did_unresolved",
            f"got a DID at {place} whose keys aren't known: its document isn't among the evidence, or states no key",
            advice="give the folder with its document by --evidence, or the key itself as a JWK",
        )
    return tuple(Anchor(key=key, controller=did) for key in keys.values())


def _from_pem(data: bytes, place: str) -> list[Anchor]:
    labels = re.findall(rb"-----BEGIN ([A-Z0-9 ]+)-----", data)
    if any(b"PRIVATE KEY" in label for label in labels):
        raise ConfigError(
            "trust.private_key",
            f"{place} holds a private key, expected public material only",
            advice="give the certificate alone, and keep the key where nobody else reads it",
        )
    if set(labels) != {b"CERTIFICATE"}:
        found = ", ".join(sorted({label.decode() for label in labels}))
        raise ConfigError(
            "trust.not_a_certificate",
            f"got PEM block(s) {found or 'without a label'} in {place}, expected CERTIFICATE",
            advice="give certificates only",
        )
    try:
        certificates = x509.load_pem_x509_certificates(data)
    except (ValueError, x509.InvalidVersion) as error:
        raise _unreadable(place, error) from None
    return [_from_certificate(certificate, place) for certificate in certificates]


def _read_der(data: bytes, place: str) -> x509.Certificate:
    try:
        return load_certificate(data)
    except (ValueError, x509.InvalidVersion) as error:
        raise _unreadable(place, error) from None


def _unreadable(place: str, error: Exception) -> ConfigError:
    return ConfigError(
        "trust.not_a_certificate",
        f"{place} isn't a readable X.509 certificate: {error}",
        advice="look at it with: openssl x509 -noout -text -in FILE",
    )


def _from_certificate(certificate: x509.Certificate, place: str) -> Anchor:
    key = key_of(certificate)
    if key is None:
        raise ConfigError(
            "trust.unsupported_key",
            f"the certificate with serial {certificate.serial_number:x} in {place} has a key that isn't RSA, EC on a "
            "named curve, or Ed25519",
            advice="ask the signer for a certificate with such a key",
        )
    return Anchor(key=key, certificate=certificate)


def _once(anchors: list[Anchor]) -> tuple[Anchor, ...]:
    return tuple({anchor.certificate: anchor for anchor in anchors}.values())
