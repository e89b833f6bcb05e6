"""Keys that this node seals credentials with: no certificate names them, but a DID that they are the key of.

Whoever relies on such a seal trusts the DID by decision: nobody vouches for the name beside it but the node itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.drivers.keys import SealKey
from gateway.drivers.private_keys import PASSPHRASE_VARIABLE, load_private_key
from gateway.errors import ConfigError
from gateway.model.record import Organisation
from gateway.proofs.dids import VerificationMethod
from gateway.proofs.jose.algorithms import jose_value
from gateway.proofs.jwk import write_jwk
from gateway.proofs.multikey import write_multikey
from gateway.readers.json import JsonValue
from gateway.trust.anchors import key_sha256

DID_KEY = "did:key:"
_PrivateKey = Ed25519PrivateKey | ec.EllipticCurvePrivateKey
_ADVICE = "make one with: openssl genpkey -algorithm ed25519 -out seal.key.pem && chmod 600 seal.key.pem"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DidKey:
    """A private key, Ed25519 or on P-256, the name that proofs give it, and who seals with it.

    method   its verification method; the controller is the DID
    issuer   who issues what it seals: the DID, and the names that the settings state
    form     how a credential is sealed where nobody asks: with a proof embedded (json), or as a token (jwt)
    """

    private_key: _PrivateKey
    method: VerificationMethod
    issuer: Organisation
    form: Literal["json", "jwt"] = "json"

    def sign(self, octets: bytes) -> bytes:
        """Ed25519, or ECDSA in DER with SHA-256."""
        if isinstance(self.private_key, Ed25519PrivateKey):
            return self.private_key.sign(octets)
        return self.private_key.sign(octets, ec.ECDSA(hashes.SHA256()))

    @property
    def jose_algorithm(self) -> str:
        """The algorithm of `sign_jose` by its name in RFC 7518 or RFC 8037."""
        return "EdDSA" if isinstance(self.private_key, Ed25519PrivateKey) else "ES256"

    def sign_jose(self, octets: bytes) -> bytes:
        """64 octets: Ed25519, or r and s side by side."""
        return jose_value(self.sign(octets), self.private_key.public_key()) or b""

    @property
    def jose_header(self) -> dict[str, JsonValue]:
        """The members of a JOSE header that name the key: the method, and the key, for a DID may not be at hand."""
        return {"kid": self.method.id, "jwk": dict(write_jwk(self.private_key.public_key()))}

    @property
    def expires(self) -> datetime | None:
        """None: a DID has no end."""
        return None

    @property
    def key_sha256(self) -> str:
        """SHA-256 of the public key (SubjectPublicKeyInfo), in hex."""
        return key_sha256(self.private_key.public_key())


SealingKey = SealKey | DidKey
"""A key for any kind of seal."""


def load_did_key(
    key: Path,
    did: str | None,
    *,
    fragment: str | None = None,
    passphrase_variable: str = PASSPHRASE_VARIABLE,
    role: str = "seal",
) -> tuple[_PrivateKey, VerificationMethod]:
    """The key of a PEM file, and the name that proofs give it.

    Args:
        key: the private key, PEM; encrypted, its passphrase is in the environment.
        did: the DID whose key it is; None: the did:key that the key makes by itself.
        fragment: what names the key in the DID's document; None: the key as a Multikey text.
        passphrase_variable: the environment variable that holds the passphrase.
        role: what the key is for, in errors.

    Raises:
        ConfigError: `seal.key_unreadable`, `seal.key_permissions`, `seal.key_passphrase`, `seal.key_unsupported`,
            `seal.key_mismatch`.
    """
    private_key = _supported(load_private_key(key, role, passphrase_variable=passphrase_variable), key, role)
    public_key = private_key.public_key()
    multikey = write_multikey(public_key)
    own = DID_KEY + multikey
    whose = did or own
    if whose.startswith(DID_KEY) and (whose != own or fragment not in (None, multikey)):
        raise ConfigError(
            "seal.key_mismatch",
            f"the key {key} isn't that of the did:key named, or of its fragment",
            advice="leave `did` and `method` out: a did:key is made of the key alone",
        )
    return private_key, VerificationMethod(id=f"{whose}#{fragment or multikey}", key=public_key, controller=whose)


def _supported(key: object, file: Path, role: str) -> _PrivateKey:
    if isinstance(key, Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    message = f"the key {file} is neither Ed25519 nor on P-256, as keys with a DID have to be here"
    raise ConfigError(f"{role}.key_unsupported", message, advice=_ADVICE)
