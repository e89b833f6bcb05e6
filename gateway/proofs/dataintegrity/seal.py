"""Making a proof with eddsa-rdfc-2022: prepare, sign elsewhere, finish (EdDSA Cryptosuites 1.0, section 3.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ed25519

from gateway.errors import ConfigError, Refused, RequestError
from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.contexts import Contexts, known_contexts
from gateway.proofs.dataintegrity.suites import DATA_INTEGRITY
from gateway.proofs.dids import VerificationMethod
from gateway.readers.json import JsonValue, dump_json, parse_json
from gateway.readers.multibase import encode_base58

_SUITE = "eddsa-rdfc-2022"


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedProof:
    """What is to be signed, and all that finishing needs.

    signing_input   the octets to sign with Ed25519: two digests, of the proof's options and of the credential
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
        method: the sealer's key by the name that the proof will give it; Ed25519.
        signed_at: the time to claim, with a zone; whole seconds are kept.
        contexts: the contexts that may be named; the pinned ones where none are given.

    Raises:
        ConfigError: `seal.key_unsupported`, where the key isn't Ed25519.
        RequestError: `seal.time`, where the time has no zone.
        Refused: `seal.already_sealed`, `seal.not_verifiable`: a proof would not cover all that stands in it.
    """
    if not isinstance(method.key, ed25519.Ed25519PublicKey):
        message = "got a key that isn't Ed25519 for a proof embedded in a credential"
        raise ConfigError("seal.key_unsupported", message, advice="Seal credentials with an Ed25519 key.")
    if signed_at.tzinfo is None:
        raise RequestError("seal.time", "got a signing time without a zone, expected one with a zone")
    value = parse_json(credential)
    if not isinstance(value, dict) or "proof" in value:
        raise Refused("seal.already_sealed", "got no JSON object, or one with a proof, expected a credential without")
    options = {
        "type": DATA_INTEGRITY,
        "cryptosuite": _SUITE,
        "created": signed_at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method.id,
        "proofPurpose": "assertionMethod",
    }
    known = contexts or known_contexts()
    signed = _to_sign(value, options, known)
    return PreparedProof(credential=value, options=options, signing_input=signed, method=method, contexts=known)


def finish_proof(prepared: PreparedProof, signature: bytes) -> bytes:
    """The sealed credential; it is verified before it leaves.

    Raises:
        ConfigError: `seal.key_mismatch`, where the method's key didn't make this signature.
    """
    from gateway.proofs.dataintegrity.verify import Keys, verify_embedded

    proof = {**prepared.options, "proofValue": "z" + encode_base58(signature)}
    sealed = {**prepared.credential, "proof": proof}
    now = dt.datetime.fromisoformat(str(prepared.options["created"]))
    keys = Keys(methods={prepared.method.id: prepared.method})
    [made] = verify_embedded(sealed, keys, prepared.contexts, now=now)
    if made.covered is None or made.key != prepared.method.key:
        message = "got a signature that the key didn't make, or a key that its name doesn't give"
        raise ConfigError("seal.key_mismatch", message, advice="Name the key that belongs to the DID of the seal.")
    return dump_json(sealed)


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
