"""Making a credential a JSON Web Token (Open Badges 3.0, section 8.2): prepare, sign elsewhere, finish.

The payload is the credential itself, with the registered claims beside it that repeat it; a credential of the data
model 1.1 stands under the claim `vc` (VC Data Model 1.1, section 6.3.1).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import ConfigError, Refused
from gateway.proofs.dids import VerificationMethod
from gateway.proofs.jose.algorithms import ALGORITHMS, jose_value
from gateway.proofs.proof import PublicKey
from gateway.readers.base64 import encode_base64url
from gateway.readers.json import JsonValue, dump_json, parse_json
from gateway.readers.vc_jwt import credential_in

_VERSION_1 = "https://www.w3.org/2018/credentials/v1"
_OFFERED = ("EdDSA", "ES256", "ES384", "RS256")


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedToken:
    """What is to be signed, with the digest of `algorithm`."""

    signing_input: bytes
    algorithm: str
    key: PublicKey


def prepare_token(credential: bytes, *, method: VerificationMethod) -> PreparedToken:
    """The octets to sign for a token of `credential`, by the key that its `kid` will name.

    Raises:
        ConfigError: `seal.key_unsupported`.
        Refused: `seal.not_verifiable`, where the credential states no issuer or start, or is no JSON object.
    """
    key = method.key
    found = next((name for name in _OFFERED if key is not None and ALGORITHMS[name].fits(key)), None)
    if key is None or found is None:
        message = "got a key that is neither Ed25519, nor on P-256 or P-384, nor RSA"
        raise ConfigError("seal.key_unsupported", message, advice="Seal credentials with an Ed25519 key.")
    value = parse_json(credential)
    header = {"alg": found, "typ": "JWT", "kid": method.id}
    payload = _payload(value) if isinstance(value, dict) else {}
    read = credential_in(payload, header)
    if read is None or read.faults:
        raise Refused("seal.not_verifiable", "got a credential that doesn't state its issuer and its start once")
    signed = f"{encode_base64url(dump_json(header))}.{encode_base64url(dump_json(payload))}"
    return PreparedToken(signing_input=signed.encode(), algorithm=found, key=key)


def finish_token(prepared: PreparedToken, signature: bytes) -> bytes:
    """The token in compact serialisation.

    `signature` is what the key made of `signing_input`: Ed25519, RSASSA-PKCS1-v1_5, or ECDSA in DER.

    Raises:
        ConfigError: `seal.key_mismatch`, where the key didn't make this signature.
    """
    value = jose_value(signature, prepared.key)
    if value is None or not ALGORITHMS[prepared.algorithm].verifies(prepared.key, value, prepared.signing_input):
        message = "got a signature that the method's key didn't make, expected key and DID to belong together"
        raise ConfigError("seal.key_mismatch", message, advice="Name the key that belongs to the DID of the seal.")
    return prepared.signing_input + b"." + encode_base64url(value).encode()


def _payload(credential: dict[str, JsonValue]) -> dict[str, JsonValue]:
    contexts = credential.get("@context")
    first = contexts[0] if isinstance(contexts, list) and contexts else contexts
    if first == _VERSION_1:
        return {"vc": credential, **_claims(credential)}
    return {**credential, **_claims(credential)}


def _claims(credential: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    issuer, subject = credential.get("issuer"), credential.get("credentialSubject")
    claims = {
        "iss": issuer.get("id") if isinstance(issuer, dict) else issuer,
        "jti": credential.get("id"),
        "sub": subject.get("id") if isinstance(subject, dict) else None,
        "nbf": _seconds(credential.get("validFrom", credential.get("issuanceDate"))),
        "exp": _seconds(credential.get("validUntil", credential.get("expirationDate"))),
    }
    return {name: value for name, value in claims.items() if value is not None}


def _seconds(when: JsonValue) -> int | None:
    try:
        return int(dt.datetime.fromisoformat(when).timestamp())
    except (TypeError, ValueError):
        return None
