"""What checking one proof yields: the facts that trust and policy judge later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509 import Certificate

from gateway.model.verdict import Finding

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
ProofKind = Literal["xmldsig", "jades", "jws", "dataintegrity", "pdf"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Proof:
    """One checked proof.

    findings      each step by name (structure, algorithm, digest, signature …); none is left out
    covered       the very octets that the proof covers, present only when the mathematics hold; the reader is given
                  nothing else
    key           the public key by which the signature verified (or was tried)
    certificates  as the proof carries them, the signer's own first; hints until trust has looked at them
    signature_algorithm, digest_algorithm   as named in the document: policy judges them
    claimed_time  the signing time the signer claims (RFC 3339), or None
    controller    the DID whose key it is, as the key's own name or a given DID document says; "" where neither does
    about         which proof: a place in the document
    role          "document"; "supplement": inside a Diploma Supplement, and no word on the document around it; "aside":
                  one of a set, of an unknown kind, and set aside because another of the set holds
    known         whether its suite or algorithm is implemented here
    """

    kind: ProofKind
    findings: tuple[Finding, ...]
    covered: bytes | None
    key: PublicKey | None = None
    certificates: tuple[Certificate, ...] = ()
    signature_algorithm: str = ""
    digest_algorithm: str = ""
    claimed_time: str | None = None
    key_id: str | None = None
    controller: str = ""
    about: str = ""
    role: Literal["document", "supplement", "aside"] = "document"
    known: bool = True
