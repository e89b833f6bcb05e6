"""The signature algorithms of JOSE (RFC 7518 section 3, RFC 8037), each bound to its kind of key.

`none`, the HMAC family and everything unknown are not here: a header can't talk a public key into another use.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature, encode_dss_signature

from gateway.proofs.proof import PublicKey

_SMALLEST_EXPONENT = 3


@dataclass(frozen=True, slots=True)
class Algorithm:
    """One algorithm: family, its digest, and for ECDSA the one curve (RFC 7518 section 3.4)."""

    name: str
    family: str
    digest: hashes.HashAlgorithm | None = None
    curve: type[ec.EllipticCurve] | None = None

    def fits(self, key: PublicKey) -> bool:
        """Whether the key is of this algorithm's kind, and sound (an RSA exponent below 3 makes forging trivial)."""
        if isinstance(key, rsa.RSAPublicKey):
            return self.family.startswith("RSA") and key.public_numbers().e >= _SMALLEST_EXPONENT
        if isinstance(key, ec.EllipticCurvePublicKey):
            return self.curve is not None and isinstance(key.curve, self.curve)
        return self.family == "EdDSA"

    def verifies(self, key: PublicKey, value: bytes, signed: bytes) -> bool:
        """Whether `value` is this key's signature over `signed`; the key must fit."""
        return self._holds(key, value, signed, self.digest)

    def verifies_digest(self, key: PublicKey, value: bytes, digest: bytes) -> bool:
        """Whether `value` is this key's signature over what has this digest; the key must fit. Not for EdDSA."""
        return self._holds(key, value, digest, Prehashed(self._digest))

    def digest_of(self, *parts: bytes) -> bytes:
        """The digest of octets, given in parts so that large ones aren't copied. EdDSA has none."""
        found = hashlib.new(self._digest.name)
        for part in parts:
            found.update(part)
        return found.digest()

    @property
    def _digest(self) -> hashes.HashAlgorithm:
        assert self.digest is not None  # noqa: S101 - every algorithm but EdDSA names one
        return self.digest

    def _holds(
        self, key: PublicKey, value: bytes, signed: bytes, digest: hashes.HashAlgorithm | Prehashed | None
    ) -> bool:
        try:
            self._verify(key, value, signed, digest)
        except InvalidSignature:
            return False
        return True

    def _verify(
        self, key: PublicKey, value: bytes, signed: bytes, digest: hashes.HashAlgorithm | Prehashed | None
    ) -> None:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(value, signed)
            return
        assert digest is not None  # noqa: S101 - every algorithm but EdDSA names one
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_dss(value, key), signed, ec.ECDSA(digest))
        elif len(value) != (key.key_size + 7) // 8:  # RFC 8017, 8.1.2 and 8.2.2: as long as the modulus
            raise InvalidSignature
        else:
            key.verify(value, signed, self._padding(), digest)

    def _padding(self) -> padding.AsymmetricPadding:
        if self.family == "RSA-PKCS1":
            return padding.PKCS1v15()
        return padding.PSS(mgf=padding.MGF1(self._digest), salt_length=self._digest.digest_size)  # RFC 7518, 3.5


def _dss(value: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """An ECDSA value of JOSE (r and s side by side, fixed length) in DER; the library refuses r or s out of range."""
    half = (key.key_size + 7) // 8
    if len(value) != 2 * half:
        raise InvalidSignature
    r, s = int.from_bytes(value[:half]), int.from_bytes(value[half:])
    if r == 0 or s == 0:
        raise InvalidSignature
    return encode_dss_signature(r, s)


_DIGESTS = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}

ALGORITHMS: dict[str, Algorithm] = {
    **{f"RS{bits}": Algorithm(f"RS{bits}", "RSA-PKCS1", digest) for bits, digest in _DIGESTS.items()},
    **{f"PS{bits}": Algorithm(f"PS{bits}", "RSA-PSS", digest) for bits, digest in _DIGESTS.items()},
    "ES256": Algorithm("ES256", "ECDSA", hashes.SHA256(), ec.SECP256R1),
    "ES384": Algorithm("ES384", "ECDSA", hashes.SHA384(), ec.SECP384R1),
    "ES512": Algorithm("ES512", "ECDSA", hashes.SHA512(), ec.SECP521R1),
    "EdDSA": Algorithm("EdDSA", "EdDSA"),
}


def never_acceptable(name: str) -> bool:
    """Whether the name promises no proof by a public key at all, in whatever spelling: `none` and HMAC."""
    folded = name.casefold()
    return folded == "none" or folded.startswith("hs")


def jose_value(signature: bytes, key: PublicKey) -> bytes | None:
    """A signature as key stores give it, in the form of JOSE: of ECDSA r and s side by side; None if it is no DER."""
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return signature
    half = (key.key_size + 7) // 8
    try:
        r, s = decode_dss_signature(signature)
        return r.to_bytes(half) + s.to_bytes(half)
    except (ValueError, OverflowError):
        return None
