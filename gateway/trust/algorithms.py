"""The many names of algorithms, brought to the few that a policy speaks of.

Sources: XMLDSig 1.1 section 6 and RFC 9231 (URIs), RFC 7518 section 3.1 and RFC 8037 (JOSE), RFC 5280 with RFC 4055
and RFC 5758 (certificate signatures, whose digest `cryptography` names itself).
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import Certificate

from gateway.proofs.proof import PublicKey

_XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_MORE_2001 = "http://www.w3.org/2001/04/xmldsig-more#"
_MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
_MORE_2021 = "http://www.w3.org/2021/04/xmldsig-more#"
_XMLENC = "http://www.w3.org/2001/04/xmlenc#"

_SHA2 = ("sha224", "sha256", "sha384", "sha512")

SIGNATURES: dict[str, tuple[str, str]] = {
    f"{_XMLDSIG}rsa-sha1": ("rsa-pkcs1", "sha1"),
    f"{_MORE_2001}ecdsa-sha1": ("ecdsa", "sha1"),
    f"{_MORE_2007}sha1-rsa-MGF1": ("rsa-pss", "sha1"),
    f"{_MORE_2021}eddsa-ed25519": ("eddsa", ""),
    **{f"{_MORE_2001}rsa-{sha}": ("rsa-pkcs1", sha) for sha in _SHA2},
    **{f"{_MORE_2001}ecdsa-{sha}": ("ecdsa", sha) for sha in _SHA2},
    **{f"{_MORE_2007}{sha}-rsa-MGF1": ("rsa-pss", sha) for sha in _SHA2},
    **{f"RS{bits}": ("rsa-pkcs1", f"sha{bits}") for bits in (256, 384, 512)},
    **{f"PS{bits}": ("rsa-pss", f"sha{bits}") for bits in (256, 384, 512)},
    **{f"ES{bits}": ("ecdsa", f"sha{bits}") for bits in (256, 384, 512)},
    **{f"{scheme} {sha}": (scheme, sha) for scheme in ("rsa-pkcs1", "rsa-pss", "ecdsa") for sha in ("sha1", *_SHA2)},
    "eddsa": (
        "eddsa",
        "",
    ),  # this and the line above: CMS, which names schemes by numbers (RFC 5652; gateway.proofs.pdf)
    "EdDSA": ("eddsa", ""),
    "Ed25519": ("eddsa", ""),
}
"""Name in a document → (scheme, digest); Ed25519 has its digest (SHA-512) built in, so none is named."""

DIGESTS: dict[str, str] = {
    f"{_XMLDSIG}sha1": "sha1",
    f"{_MORE_2001}sha224": "sha224",
    f"{_XMLENC}sha256": "sha256",
    f"{_MORE_2001}sha384": "sha384",
    f"{_XMLENC}sha512": "sha512",
    "sha1": "sha1",
    "sha-1": "sha1",
    **{name: name for name in _SHA2},
    **{f"sha-{name[3:]}": name for name in _SHA2},
}

SCHEME_OF_KEY = {"rsa": ("rsa-pkcs1", "rsa-pss"), "ec": ("ecdsa",), "ed25519": ("eddsa",)}


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a policy looks at: kind (rsa, ec, ed25519), size in bits, curve name (ec only), sound public exponent."""

    kind: str
    bits: int
    curve: str = ""
    sound: bool = True

    def __str__(self) -> str:
        """For an explanation: `RSA, 1024 bits`."""
        return f"{self.kind.upper()}{' ' + self.curve if self.curve else ''}, {self.bits} bits"


def key_facts(key: PublicKey) -> KeyFacts:
    """Kind and size of a key; an RSA exponent that makes forging trivial (even, or below 3) is marked unsound."""
    if isinstance(key, rsa.RSAPublicKey):
        exponent = key.public_numbers().e
        return KeyFacts("rsa", key.key_size, sound=exponent >= 3 and exponent % 2 == 1)  # noqa: PLR2004 - RFC 8017, 3.1
    if isinstance(key, ec.EllipticCurvePublicKey):
        return KeyFacts("ec", key.key_size, key.curve.name)
    return KeyFacts("ed25519", 256)


def key_of(certificate: Certificate) -> PublicKey | None:
    """The certificate's key, or None when it is of a kind that Testamur knows no proof for.

    Curves with explicit parameters (CVE-2020-0601), DSA and unreadable keys are None: they can't be trusted here.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey) else None


def certificate_digest_name(certificate: Certificate) -> str | None:
    """The digest under the CA's signature ("sha256"), "" where the scheme has its own, None when unknown."""
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return algorithm.name if algorithm is not None else ""
