"""The algorithms by their URIs (XML Signature 1.1 section 6, RFC 9231), and nothing that isn't in these tables.

Weak ones (SHA-1, short keys) are here: the mathematics is checked, and policy judges the name. HMAC is not: a shared
secret proves nothing to a third party, and a public key taken for the secret is a known forgery (GHSA-6vx8-pcwv-xhf4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from gateway.proofs.proof import PublicKey

DS = "http://www.w3.org/2000/09/xmldsig#"
_DS11 = "http://www.w3.org/2001/04/xmldsig-more#"
_PSS = "http://www.w3.org/2007/05/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"

DIGESTS: dict[str, Callable[[bytes], hashlib._Hash]] = {
    f"{DS}sha1": hashlib.sha1,
    f"{_DS11}sha224": hashlib.sha224,
    f"{_ENC}sha256": hashlib.sha256,
    f"{_DS11}sha384": hashlib.sha384,
    f"{_ENC}sha512": hashlib.sha512,
}
"""Digest algorithms by URI."""

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha1": hashes.SHA1(),  # noqa: S303 - checked where a file names it; policy judges it
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CURVES = ("secp256r1", "secp384r1", "secp521r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1")


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """One signature algorithm: which keys fit, and how a value is checked."""

    family: Literal["rsa", "rsa-pss", "ecdsa"]
    digest: hashes.HashAlgorithm

    def fits(self, key: PublicKey) -> bool:
        """Whether a key is of this algorithm's type, on a curve that we know."""
        if self.family == "ecdsa":
            return isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES
        return isinstance(key, rsa.RSAPublicKey)

    def verifies(self, key: PublicKey, value: bytes, octets: bytes) -> bool:
        """Whether `value` is a signature by `key` over `octets`; False also for a key that doesn't fit."""
        try:
            if isinstance(key, rsa.RSAPublicKey) and self.family != "ecdsa":
                key.verify(value, octets, self._padding(), self.digest)
            elif isinstance(key, ec.EllipticCurvePublicKey) and self.fits(key):
                key.verify(_der(value, key), octets, ec.ECDSA(self.digest))
            else:
                return False
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return True

    def _padding(self) -> padding.PKCS1v15 | padding.PSS:
        if self.family == "rsa":
            return _PKCS1
        return padding.PSS(mgf=padding.MGF1(self.digest), salt_length=self.digest.digest_size)  # RFC 9231, 2.3.10


_PKCS1 = padding.PKCS1v15()


def _der(value: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """An ECDSA value as XML Signature writes it, r and s of the curve's length (section 6.4.3), in DER."""
    size = (key.curve.key_size + 7) // 8
    if len(value) != 2 * size:
        raise ValueError("the length of an ECDSA value doesn't fit the curve")
    return encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))


SIGNATURES: dict[str, SignatureAlgorithm] = {
    f"{DS}rsa-sha1": SignatureAlgorithm("rsa", _HASHES["sha1"]),
    **{f"{_DS11}rsa-{name}": SignatureAlgorithm("rsa", digest) for name, digest in _HASHES.items() if name != "sha1"},
    **{
        f"{_PSS}{name}-rsa-MGF1": SignatureAlgorithm("rsa-pss", digest)
        for name, digest in _HASHES.items()
        if name != "sha1"
    },
    **{f"{_DS11}ecdsa-{name}": SignatureAlgorithm("ecdsa", digest) for name, digest in _HASHES.items()},
}
"""Signature algorithms by URI."""
