"""Making a JAdES baseline B seal in the form of the European Digital Credentials: prepare, sign elsewhere, finish.

A JWS in JSON general serialisation whose payload is the credential's very text as a JSON string (`"b64": false`,
RFC 7797). The claimed time is `sigT`, not `iat`: `sigT` stands in TS 119 182-1 since its first version and in every
sealed sample, while `iat` came with version 1.2.1 and older readers don't know it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate
from pydantic_core import to_json

from gateway.errors import ConfigError, RequestError
from gateway.proofs.jose import certificates as certs
from gateway.proofs.jose.algorithms import ALGORITHMS, Algorithm, jose_value
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import encode_base64url
from gateway.readers.json import dump_json


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedSeal:
    """What is to be signed, and all that finishing needs.

    digest      what the key signs: that of `signing_input`, by the digest of `algorithm`
    algorithm   RS256 or ES256, ES384, ES512 by the key's kind
    """

    payload: bytes
    protected: str
    digest: bytes
    algorithm: str
    certificate: Certificate

    @property
    def signing_input(self) -> bytes:
        """The octets to sign: the protected header in base64url, a dot, the payload itself (RFC 7797 section 3)."""
        return self.protected.encode() + b"." + self.payload


def prepare_seal(payload: bytes, *, certificates: Sequence[Certificate], signed_at: datetime) -> PreparedSeal:
    """What to sign for a seal on `payload`.

    Args:
        payload: the credential's JSON text, which is sealed as it stands, octet for octet.
        certificates: the sealer's own first, then its chain (the trust anchor may be left out).
        signed_at: the time to claim, with a zone; whole seconds are kept.

    Raises:
        ConfigError: `seal.key_unsupported`, where the certificate's key is neither RSA nor of a NIST curve.
        RequestError: `seal.payload`, where the payload is no UTF-8 text; `seal.time`, where the time has no zone.
    """
    if signed_at.tzinfo is None:
        raise RequestError("seal.time", "got a signing time without a zone, expected one with a zone")
    if not payload.isascii():
        _require_text(payload)
    algorithm = _algorithm(certificates[0])
    header = _header(algorithm, certificates, signed_at)
    protected = encode_base64url(dump_json(header))
    return PreparedSeal(
        payload=payload,
        protected=protected,
        digest=algorithm.digest_of(protected.encode() + b".", payload),
        algorithm=algorithm.name,
        certificate=certificates[0],
    )


def finish_seal(prepared: PreparedSeal, signature: bytes) -> bytes:
    """The sealed file.

    `signature` is what the key made of `signing_input`, or of its digest: RSASSA-PKCS1-v1_5, or ECDSA in DER as key
    stores and `cryptography` give it. It is checked before it leaves: a seal that doesn't verify is never written.

    Raises:
        ConfigError: `seal.key_mismatch`, where the certificate's key didn't make this signature.
    """
    key = _key(prepared.certificate)
    algorithm = ALGORITHMS[prepared.algorithm]
    value = jose_value(signature, key)
    if value is None or not algorithm.verifies_digest(key, value, prepared.digest):
        message = "got a signature that the certificate's key didn't make, expected key and certificate to be a pair"
        raise ConfigError("seal.key_mismatch", message, advice="Name the key that belongs to the seal certificate.")
    member = {"protected": prepared.protected, "signature": encode_base64url(value)}
    return to_json({"payload": prepared.payload, "signatures": [member]})


def _require_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        raise RequestError("seal.payload", f"got no UTF-8 at octet {error.start} of what is to be sealed") from None


def _header(algorithm: Algorithm, certificates: Sequence[Certificate], signed_at: datetime) -> dict[str, object]:
    """The protected header, its members in the order of the official samples."""
    return {
        "alg": algorithm.name,
        "cty": "json",
        "kid": certs.kid_of(certificates[0]),
        "x5t#S256": certs.x5t_s256(certificates[0]),
        "x5c": [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in certificates],
        "typ": "jose+json",
        "b64": False,
        "sigT": signed_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "crit": ["b64", "sigT"],
    }


def _key(certificate: Certificate) -> PublicKey:
    key = certs.public_key(certificate)
    if key is None:
        raise _unsupported()
    return key


def _algorithm(certificate: Certificate) -> Algorithm:
    key = _key(certificate)
    if isinstance(key, rsa.RSAPublicKey):
        return ALGORITHMS["RS256"]
    found = next((one for one in ALGORITHMS.values() if one.family == "ECDSA" and one.fits(key)), None)
    if found is None:
        raise _unsupported()
    return found


def _unsupported() -> ConfigError:
    message = "got a seal certificate whose key is neither RSA nor on P-256, P-384 or P-521"
    return ConfigError("seal.key_unsupported", message, advice="Seal with an RSA or a P-256 key.")
