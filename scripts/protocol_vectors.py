"""Write the test vectors of docs/protocol.md: `python -m scripts.protocol_vectors`.

Everything is fixed: keys, ids, times, nonces; P-256 signatures are those of RFC 6979. Whoever implements the protocol
compares octet by octet. `docs/protocol-vectors.json` holds all, the page shows the ones that people read.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gateway.delivery.admission import transport_receipt
from gateway.delivery.decision import TranslationFound, business_receipt, decide
from gateway.delivery.door import COMPONENTS, sign_request, signature_base
from gateway.delivery.envelope import Envelope, Part
from gateway.delivery.message import MEDIA_TYPE, message_head
from gateway.delivery.peers import public_jwk
from gateway.delivery.receipt import Checked
from gateway.delivery.signing import RECEIPT_MEDIA_TYPE, SignedEnvelope, sign_envelope, sign_receipt
from gateway.drivers.node_keys import NodeKey
from gateway.model.verdict import Caveat, Conformity, Indication
from gateway.readers.base64 import encode_base64url
from gateway.translate.reproduction import Outcome

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "protocol.md"
ALL = DOCS / "protocol-vectors.json"
_BEGIN, _END = "<!-- vectors: written by scripts/protocol_vectors.py -->", "<!-- end of vectors -->"

_AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
_A, _B = "registry.a.example", "registry.b.example"
_PARTS = (
    ("original", "application/xml", b"<elmo/>"),
    ("translation", "application/json", b'{"a":"b"}'),
    ("derivation", "application/jose", b"e30.e30.AA"),
    ("losses", "application/json", b"[]"),
)


@dataclass(frozen=True)
class _Deterministic(NodeKey):
    """A P-256 key that signs the same octets in the same way (RFC 6979)."""

    def sign(self, octets: bytes) -> bytes:
        if isinstance(self.private_key, Ed25519PrivateKey):
            return self.private_key.sign(octets)
        signature = self.private_key.sign(octets, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(signature)
        return r.to_bytes(32) + s.to_bytes(32)


A = _Deterministic(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
B = _Deterministic(Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
P256 = _Deterministic(ec.derive_private_key(int.from_bytes(b"\x03" * 32), ec.SECP256R1()))


def _jwk(key: NodeKey) -> dict[str, str]:
    private = key.private_key
    secret = private.private_bytes_raw() if isinstance(private, Ed25519PrivateKey) else b"\x03" * 32
    return {**public_jwk(key.public_key), "d": encode_base64url(secret)}


def _request(path: str, body: bytes, media_type: str, key: NodeKey, nonce: str, at: datetime) -> dict[str, Any]:
    """A signed request: what is covered, the base, and the fields."""
    url = f"https://node.{'b' if path.endswith('messages') else 'a'}.example{path}"
    digest = hashlib.sha256(body).hexdigest()
    fields = sign_request(
        "POST", url, content_sha256=digest, media_type=media_type, length=len(body), signer=key, now=at, nonce=nonce
    )
    values = {"@method": "POST", "@target-uri": url} | {name.lower(): value for name, value in fields.items()}
    parameters = fields["Signature-Input"].removeprefix("testamur=")
    base = signature_base([(name, values[name]) for name in COMPONENTS], parameters)
    return {"target_uri": url, "fields": fields, "signature_base": base.decode()}


def _statement(octets: bytes, key: NodeKey) -> dict[str, str]:
    payload = octets.split(b".")[1]
    return {
        "key_id": key.key_id,
        "payload": base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)).decode(),
        "jws": octets.decode(),
        "sha256": hashlib.sha256(octets).hexdigest(),
    }


def _envelope(signer: NodeKey) -> SignedEnvelope:
    envelope = Envelope(
        id="0195f6a0-0000-7000-8000-000000000001",
        sender=_A,
        to=_B,
        created=_AT,
        expires=_AT + timedelta(hours=72),
        purpose="recognition",
        trace="0123456789abcdef0123456789abcdef",
        parts=tuple(
            Part(role=role, sha256=hashlib.sha256(octets).hexdigest(), size=len(octets), media_type=media_type)
            for role, media_type, octets in _PARTS
        ),
    )
    return sign_envelope(envelope, signer)


def vectors() -> dict[str, Any]:
    """All vectors."""
    sent = _envelope(A)
    message = message_head(sent) + b"".join(octets for _, _, octets in _PARTS)
    parts = sent.envelope.parts
    checked = Checked(
        sha256=parts[0].sha256,
        verdict=Indication.PASSED,
        caveats=(Caveat.SEALER_IS_NOT_ISSUER,),
        conformity=Conformity.CONFORMS,
    )
    translation = TranslationFound(sha256=parts[1].sha256, seal="peer", outcome=Outcome.REPRODUCED)
    at = _AT + timedelta(seconds=2)
    transport = sign_receipt(transport_receipt(sent, _AT + timedelta(seconds=1)), B)
    business = sign_receipt(business_receipt(sent, decide(checked, [translation]), at), B)
    return {
        "keys": {
            name: {"key_id": key.key_id, "jwk": _jwk(key)} for name, key in {"a": A, "b": B, "p256": P256}.items()
        },
        "envelope": _statement(sent.jws, A),
        "envelope_p256": _statement(_envelope(P256).jws, P256),
        "message": {
            "base64": base64.b64encode(message).decode(),
            "size": len(message),
            "sha256": hashlib.sha256(message).hexdigest(),
        },
        "message_request": _request("/v1/messages", message, MEDIA_TYPE, A, "QUJDREVGR0hJSktMTU5PUA", _AT),
        "transport_receipt": _statement(transport, B),
        "business_receipt": _statement(business, B),
        "receipt_request": _request("/v1/receipts", business, RECEIPT_MEDIA_TYPE, B, "YWJjZGVmZ2hpamtsbW5vcA", at),
    }


def _shown(made: Mapping[str, Any]) -> str:
    """The part of the page between the marks."""
    keys = json.dumps({name: key["jwk"] for name, key in made["keys"].items()}, indent=2)
    request = made["message_request"]
    fields = "\n".join(f"{name}: {value}" for name, value in request["fields"].items())
    size = made["message"]["size"]
    parts = "\n".join(f"- {role}: `{octets.decode()}`" for role, _, octets in _PARTS)
    sections = [
        ("Private keys of A, of B, and one on P-256, as JWK:", "json", keys),
        ("A's key id:", "text", made["keys"]["a"]["key_id"]),
        ("The envelope's payload:", "json", made["envelope"]["payload"]),
        ("The envelope, whose digest is `" + made["envelope"]["sha256"] + "`:", "text", made["envelope"]["jws"]),
        (
            f"With a line feed and these parts it makes a message of {size} octets, whose SHA-256 follows.\n\n{parts}",
            "text",
            made["message"]["sha256"],
        ),
        ("The signature base of its request at the door:", "text", request["signature_base"]),
        ("The request's fields:", "text", fields),
        ("The transport receipt's payload:", "json", made["transport_receipt"]["payload"]),
        ("The business receipt's payload:", "json", made["business_receipt"]["payload"]),
        ("The business receipt:", "text", made["business_receipt"]["jws"]),
    ]
    return "".join(f"\n{lead}\n\n```{kind}\n{text}\n```\n" for lead, kind, text in sections)


def page_with(made: Mapping[str, Any], page: str) -> str:
    """The page with these vectors."""
    before, rest = page.split(_BEGIN)
    return f"{before}{_BEGIN}\n{_shown(made)}\n{_END}{rest.split(_END)[1]}"


def main() -> None:
    """Write both files."""
    made = vectors()
    ALL.write_text(json.dumps(made, indent=2) + "\n", encoding="utf-8")
    PAGE.write_text(page_with(made, PAGE.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
