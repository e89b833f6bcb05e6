"""The cryptographic suites: how content becomes octets, and by which algorithm they are signed.

Sources: VC Data Integrity 1.0; Data Integrity EdDSA Cryptosuites 1.0; Data Integrity ECDSA Cryptosuites 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec

from gateway.proofs.jose.algorithms import ALGORITHMS, Algorithm
from gateway.proofs.proof import PublicKey
from gateway.readers.json import JsonValue

DATA_INTEGRITY = "DataIntegrityProof"


@dataclass(frozen=True, slots=True)
class Suite:
    """One suite; `algorithms` by their names in JOSE, whose signatures have the same form (r and s side by side)."""

    name: str
    transformation: Literal["rdfc", "jcs"]
    algorithms: tuple[str, ...]
    outdated: bool = False

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests that its keys may ask for."""
        return ("sha256", "sha384") if "ES384" in self.algorithms else ("sha256",)

    def algorithm(self, key: PublicKey) -> Algorithm | None:
        """The algorithm for a key, or None for a key of another kind."""
        return next((ALGORITHMS[name] for name in self.algorithms if ALGORITHMS[name].fits(key)), None)


_EDDSA, _ECDSA = ("EdDSA",), ("ES256", "ES384")

SUITES: dict[tuple[str, str], Suite] = {
    (DATA_INTEGRITY, "eddsa-rdfc-2022"): Suite("eddsa-rdfc-2022", "rdfc", _EDDSA),
    (DATA_INTEGRITY, "eddsa-jcs-2022"): Suite("eddsa-jcs-2022", "jcs", _EDDSA),
    (DATA_INTEGRITY, "ecdsa-rdfc-2019"): Suite("ecdsa-rdfc-2019", "rdfc", _ECDSA),
    (DATA_INTEGRITY, "ecdsa-jcs-2019"): Suite("ecdsa-jcs-2019", "jcs", _ECDSA),
    (DATA_INTEGRITY, "eddsa-2022"): Suite("eddsa-2022", "rdfc", _EDDSA, outdated=True),
    ("Ed25519Signature2020", ""): Suite("Ed25519Signature2020", "rdfc", _EDDSA),
}
"""By the proof's `type` and `cryptosuite`."""


def suite_of(proof: Mapping[str, JsonValue]) -> Suite | None:
    """The suite that a proof names, or None for one that isn't known."""
    kind, suite = proof.get("type"), proof.get("cryptosuite", "")
    return SUITES.get((kind, suite)) if isinstance(kind, str) and isinstance(suite, str) else None


def is_anchored(proof: JsonValue) -> bool:
    """Whether a proof names a transaction of a blockchain instead of a key (MerkleProof2019, Blockcerts 3)."""
    kind, suite = (proof.get("type"), proof.get("cryptosuite")) if isinstance(proof, dict) else (None, None)
    return kind == "MerkleProof2019" or (kind == DATA_INTEGRITY and suite == "merkle-proof-2019")


def digest_for(key: PublicKey) -> str:
    """SHA-384 with P-384, else SHA-256."""
    return "sha384" if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP384R1) else "sha256"
