"""Making a proof embedded in a credential: prepare, sign elsewhere, finish.

eddsa-rdfc-2022 with an Ed25519 key (EdDSA Cryptosuites 1.0, section 3.2), ecdsa-rdfc-2019 with one on P-256 (ECDSA
Cryptosuites 1.0, section 3.2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.errors import ConfigError, Refused, RequestError
from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.contexts import Contexts, known_contexts
from gateway.proofs.dataintegrity.suites import DATA_INTEGRITY, SUITES
from gateway.proofs.dids import VerificationMethod
from gateway.proofs.jose.algorithms import jose_value
from gateway.proofs.proof import PublicKey
from gateway.readers.json import JsonValue, dump_json, parse_json
from gateway.readers.multibase import encode_base58

_OFFERED = ("eddsa-rdfc-2022", "ecdsa-rdfc-2019")
"""The suites that proofs are made with; of the curves of ECDSA P-256 alone, so that SHA-256 is the digest of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedProof:
    """What is to be signed, and all that finishing needs.

    signing_input   the octets to sign: two digests, of the proof's options and of the credential
    """

    credential: Mapping[str, JsonValue]
    options: Mapping[str, JsonValue]
    signing_input: bytes
    method: VerificationMethod
    contexts: Contexts


def prepare_proof(
    credential: bytes, *, method: VerificationMethod, signed_at: dt.datetime, contexts: Contexts | None = None
) -> PreparedProof:
    """The octets to sign for a proof embedded in `credential`.

    Args:
        credential: its JSON text, without a proof; all its contexts pinned, every name in it defined by them.
        method: the sealer's key by the name that the proof will give it; Ed25519, or on P-256.
        signed_at: the time to claim, with a zone; whole seconds are kept.
        contexts: the contexts that may be named; the pinned ones where none are given.

    Raises:
        ConfigError: `seal.key_unsupported`, where the key is neither Ed25519 nor on P-256.
        RequestError: `seal.time`, where the time has no zone.
        Refused: `seal.already_sealed`, `seal.not_verifiable`: a proof would not cover all that stands in it.
    """
    suite = _suite_for(method.key)
    if suite is None:
        message = "got a key that is neither Ed25519 nor on P-256 for a proof embedded in a credential"
        raise ConfigError("seal.key_unsupported", message, advice="Seal credentials with an Ed25519 key.")
    if signed_at.tzinfo is None:
        raise RequestError("seal.time", "got a signing time without a zone, expected one with a zone")
    value = parse_json(credential)
    if not isinstance(value, dict) or "proof" in value:
        raise Refused("seal.already_sealed", "got no JSON object, or one with a proof, expected a credential without")
    options = {
        "type": DATA_INTEGRITY,
        "cryptosuite": suite,
        "created": signed_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method.id,
        "proofPurpose": "assertionMethod",
    }
    known = contexts or known_contexts()
    signed = _to_sign(value, options, known)
    return PreparedProof(credential=value, options=options, signing_input=signed, method=method, contexts=known)


def finish_proof(prepared: PreparedProof, signature: bytes, budget: Budget | None = None) -> bytes:
    """The sealed credential; it is verified before it leaves.

    Args:
        prepared: what `prepare_proof` gave.
        signature: what the key made of `signing_input`: Ed25519, or ECDSA with SHA-256 in DER.
        budget: the account that verifying is paid from, where the credential is one of several in a document.

    Raises:
        ConfigError: `seal.key_mismatch`, where the method's key didn't make this signature.
        Refused: `limit.work`, where verifying costs more than the account has.
    """
    from gateway.proofs.dataintegrity.verify import Keys, verify_embedded

    value = jose_value(signature, prepared.method.key) if prepared.method.key is not None else None
    proof = {**prepared.options, "proofValue": "z" + encode_base58(value or b"")}
    sealed = {**prepared.credential, "proof": proof}
    now = dt.datetime.fromisoformat(str(prepared.options["created"]))
    keys = Keys(methods={prepared.method.id: prepared.method})
    account = budget or Budget()
    [made] = verify_embedded(sealed, keys, prepared.contexts, now=now, budget=account)
    account.spend(0)  # what was refused for its cost is no fault of the key
    if made.covered is None or made.key != prepared.method.key:
        message = "got a signature that the key didn't make, or a key that its name doesn't give"
        raise ConfigError("seal.key_mismatch", message, advice="Name the key that belongs to the DID of the seal.")
    return dump_json(sealed)


def _suite_for(key: PublicKey | None) -> str | None:
    """The suite that a key makes proofs of; None for a key of another kind."""
    for name in _OFFERED:
        algorithm = None if key is None else SUITES[DATA_INTEGRITY, name].algorithm(key)
        if algorithm is not None and algorithm.name in ("EdDSA", "ES256"):
            return name
    return None


def _to_sign(value: dict[str, JsonValue], options: dict[str, JsonValue], known: Contexts) -> bytes:
    from gateway.proofs.dataintegrity.signed import signed_rdf, whole_rdf

    unknown, inline = known.strange_in(value)
    if unknown or inline or "@context" not in value:
        raise Refused("seal.not_verifiable", "got a credential with a context that isn't pinned, or with none")
    budget = Budget()
    signed = signed_rdf(whole_rdf(value, known, ("sha256",), budget), options, value["@context"], known, budget)
    if signed.faults:
        message = f"got a credential that a proof would not cover whole: {'; '.join(signed.faults[:3])}"
        raise Refused("seal.not_verifiable", message)
    return signed.octets["sha256"]
