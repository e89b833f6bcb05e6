"""Verifiable credentials for tests: a badge of a fictional school, as a token and with embedded proofs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.kit import Content, Document, Draft, Finding, Head, Manifest, Opened, Reading, Recognition, Refused, Stated
from gateway.kit.contract import WriteRequest
from gateway.model.record import Identifier, Learner, Organisation, Record, Report
from gateway.model.texts import is_when
from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.contexts import known_contexts
from gateway.proofs.dataintegrity.signed import signed_json, signed_rdf, whole_json, whole_rdf
from gateway.proofs.jwk import write_jwk
from gateway.proofs.multikey import write_multikey
from gateway.readers.base64 import encode_base64url
from gateway.readers.multibase import encode_base58
from gateway.trust.anchors import Anchor, anchors_of_did
from gateway.trust.policies import load_policy
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms
from tests.jose_makers import compact, jose_value, key, kind_of

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
SUBJECT = "did:example:learner"


def did_key(kind: str = "ed25519") -> str:
    return f"did:key:{write_multikey(key(kind).public_key())}"


def did_jwk(kind: str = "rsa") -> str:
    return f"did:jwk:{encode_base64url(json.dumps(write_jwk(key(kind).public_key())).encode())}"


def did_for(alg: str) -> str:
    kind = kind_of(alg)
    return did_jwk(kind) if kind == "rsa" else did_key(kind)


def badge(issuer: str = "", **members: Any) -> dict[str, Any]:
    """A small Open Badge 3.0; `None` as a member takes it away."""
    achievement = {
        "id": "urn:uuid:5b2f1c6e-0000-4000-8000-00000000000a",
        "type": ["Achievement"],
        "name": "Knots and splices",
        "description": "Can tie twelve knots and splice a rope.",
        "criteria": {"narrative": "An afternoon at the quay."},
    }
    whole = {
        "@context": CONTEXTS,
        "id": "urn:uuid:5b2f1c6e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Knots and splices",
        "issuer": {"id": issuer or did_key(), "type": ["Profile"], "name": "Nordhavn School of Seafaring"},
        "validFrom": "2026-03-01T09:30:00Z",
        "credentialSubject": {"id": SUBJECT, "type": ["AchievementSubject"], "achievement": achievement},
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def claims_of(credential: dict[str, Any]) -> dict[str, Any]:
    """The registered claims that repeat a credential."""
    issuer = credential["issuer"]
    claims = {
        "iss": issuer if isinstance(issuer, str) else issuer["id"],
        "sub": SUBJECT,
        "jti": credential["id"],
        "nbf": int(datetime.fromisoformat(credential["validFrom"]).timestamp()),
    }
    if "validUntil" in credential:
        claims["exp"] = int(datetime.fromisoformat(credential["validUntil"]).timestamp())
    return claims


def token(payload: dict[str, Any], *, alg: str = "EdDSA", **header: Any) -> bytes:
    """A token by the key of `alg`, which its `kid` names as a DID unless the header says otherwise."""
    named = {} if "kid" in header or "jwk" in header else {"kid": did_for(alg)}
    whole = {"alg": alg, "typ": "JWT", **named, **header}
    return compact({k: v for k, v in whole.items() if v is not None}, json.dumps(payload).encode(), alg=alg)


def terms(*trusted: str | Anchor, now: datetime = NOW, **more: Any) -> Terms:
    anchors = [a for one in trusted for a in ([one] if isinstance(one, Anchor) else anchors_of_did(one, {}, place="-"))]
    return Terms(now=now, policy=load_policy("strict"), anchors=tuple(anchors), **more)


def examined(
    octets: bytes, *trusted: str | Anchor, adapters: tuple[Any, ...] | None = None, **more: Any
) -> VerifiedDocument:
    return verify(octets, adapters=(Slip(),) if adapters is None else adapters, terms=terms(*trusted, **more))


def bare(kind: str) -> Anchor:
    """Trust in a key without any name."""
    return Anchor(key=key(kind).public_key())


def embedded(
    credential: dict[str, Any], *, suite: str = "eddsa-rdfc-2022", kind: str = "ed25519", **members: Any
) -> dict[str, Any]:
    """A credential with a proof embedded by the key of a kind; `members` change what the proof states of itself."""
    method = f"{did_key(kind)}#{did_key(kind).removeprefix('did:key:')}"
    named = {"type": suite} if suite.startswith("Ed25519") else {"type": "DataIntegrityProof", "cryptosuite": suite}
    options = {
        **named,
        "created": "2026-03-01T09:30:00Z",
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
        **members,
    }
    options = {name: value for name, value in options.items() if value is not None}
    return {**credential, "proof": {**options, "proofValue": proof_value(credential, options, suite, kind)}}


def proof_value(credential: dict[str, Any], options: dict[str, Any], suite: str, kind: str = "ed25519") -> str:
    """What the key makes of a credential and a proof's options, without asking whether that is wise."""
    digests = ("sha384",) if kind == "p384" else ("sha256",)
    if "jcs" in suite:
        octets = signed_json(whole_json(credential, digests, Budget()), options, Budget()).octets
    else:
        known = known_contexts()
        whole = whole_rdf(credential, known, digests, Budget())
        octets = signed_rdf(whole, options, credential["@context"], known, Budget()).octets
    alg = {"ed25519": "EdDSA", "p256": "ES256", "p384": "ES384"}[kind]
    return "z" + encode_base58(jose_value(alg, octets[digests[0]]))


class Slip:
    """An adapter that knows any verifiable credential, and no more than who issues it, when, and where its status stands."""

    manifest = Manifest(id="slip", family="slip", title="Slips", version="1", formats=("slip 1",))

    def __init__(self) -> None:
        self.seen: list[dict[str, Any]] = []

    def recognise(self, head: Head) -> Recognition | None:
        return Recognition(format="slip 1", why="a credential") if "credentialSubject" in head.members else None

    def open(self, document: Document) -> Opened:
        slip = document.value
        self.seen.append(slip)
        issuer = slip.get("issuer")
        named = issuer.get("id") if isinstance(issuer, dict) else issuer
        whose = Organisation(identifiers=(Identifier(value=named),)) if named else None
        start, end = (
            _date(slip, *names) for names in (("validFrom", "issuanceDate"), ("validUntil", "expirationDate"))
        )
        return Opened(stated=Stated(issuer=whose, issued=start, valid_from=start, valid_until=end))

    def conform(self, content: Content) -> tuple[Finding, ...]:
        return ()

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:
        issuer = Organisation(legal_name={"und": content.document.octets.decode()})
        return Reading(record=Record(learner=Learner(), reports=(Report(issuer=issuer),)))

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        raise Refused("target.requires", "slips are not written")

    def core(self, body: bytes) -> bytes:
        return body


def _date(slip: dict[str, Any], *names: str) -> str | None:
    return next((slip[name] for name in names if isinstance(slip.get(name), str) and is_when(slip[name])), None)


def read(document: VerifiedDocument) -> dict[str, Any]:
    """What a reader is given."""
    return json.loads(document.read().record.reports[0].issuer.legal_name["und"])
