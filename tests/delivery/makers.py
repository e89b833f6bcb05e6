"""Keys, peers, envelopes and messages for tests of delivery: fictional, made anew in each session."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.delivery.envelope import Envelope, Part
from gateway.delivery.message import message_head
from gateway.delivery.peers import Peer
from gateway.delivery.signing import SignedEnvelope, sign_envelope
from gateway.drivers.node_keys import NodeKey

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
A, B, C = "registry.a.example", "registry.b.example", "registry.c.example"
MESSAGE_ID = "0195f6a0-0000-7000-8000-000000000001"
TRACE = "0123456789abcdef0123456789abcdef"


def node_key(name: str = A, kind: str = "ed25519") -> NodeKey:
    """The node key of a participant: the same in a whole session."""
    return _made(name, kind)


@cache
def _made(name: str, kind: str) -> NodeKey:
    return NodeKey(Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(ec.SECP256R1()))


def peer(name: str = A, kind: str = "ed25519") -> Peer:
    """The participant as others know it."""
    key = node_key(name, kind)
    return Peer(id=name, url=f"https://{name}", keys={key.key_id: key.public_key})


def part(octets: bytes, role: str = "original", media_type: str = "application/xml") -> Part:
    return Part(role=role, sha256=hashlib.sha256(octets).hexdigest(), size=len(octets), media_type=media_type)


def envelope(bodies: Sequence[bytes] = (b"<elmo/>",), **changes: object) -> Envelope:
    """An envelope from A to B: an original, and translations where there are more bodies."""
    parts = [part(body, "translation" if at else "original") for at, body in enumerate(bodies)]
    members = {
        "id": MESSAGE_ID,
        "from": A,
        "to": B,
        "created": NOW,
        "expires": NOW + timedelta(hours=72),
        "purpose": "recognition",
        "trace": TRACE,
        "parts": tuple(parts),
    }
    return Envelope.model_validate(members | changes)


def signed(bodies: Sequence[bytes] = (b"<elmo/>",), *, key: NodeKey | None = None, **changes: object) -> SignedEnvelope:
    return sign_envelope(envelope(bodies, **changes), key or node_key())


def message(sent: SignedEnvelope, bodies: Sequence[bytes] = (b"<elmo/>",)) -> bytes:
    return message_head(sent) + b"".join(bodies)
