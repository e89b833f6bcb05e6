"""Peers: the nodes that this one knows, by decision of its operator. Nobody else is listened to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import ConfigError
from gateway.readers.base64 import encode_base64url
from gateway.readers.json import dump_json

NodePublicKey = Ed25519PublicKey | EllipticCurvePublicKey
"""Ed25519, or ECDSA on P-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another participant's node.

    url    where its peers' API is: the paths of docs/protocol.md are appended
    keys   its node keys by key id (RFC 7638 thumbprint): for envelopes, receipts and the door
    seals  SHA-256 of the public keys that it seals translations with; a translation sealed otherwise is refused
    wants  the adapter in whose format it wants a translation beside the original; None: the original alone
    vouches_for  adapters for whose documents without a proof its word counts: it has them from their issuer
    """

    id: str
    url: str
    keys: Mapping[str, NodePublicKey] = field(default_factory=dict)
    seals: frozenset[str] = frozenset()
    wants: str | None = None
    vouches_for: frozenset[str] = frozenset()


def public_jwk(key: NodePublicKey) -> dict[str, str]:
    """The members that make up a public node key (RFC 8037 section 2, RFC 7518 section 6.2), in RFC 7638's order."""
    if isinstance(key, Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": encode_base64url(key.public_bytes_raw())}
    numbers = key.public_numbers()
    x, y = (encode_base64url(number.to_bytes((key.key_size + 7) // 8)) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def key_id(key: NodePublicKey) -> str:
    """The name of a node key: its thumbprint (RFC 7638) with SHA-256, in base64url."""
    return encode_base64url(hashlib.sha256(dump_json(public_jwk(key))).digest())


def peers_by_key(peers: Iterable[Peer]) -> dict[str, Peer]:
    """Whose each node key is.

    Raises:
        ConfigError: `peer.key_twice` where two peers have one key: who sent something couldn't be told.
    """
    found: dict[str, Peer] = {}
    for peer in peers:
        for name in peer.keys:
            if name in found:
                message = f"the node key {name} is pinned for both {found[name].id} and {peer.id}"
                raise ConfigError("peer.key_twice", message, advice="ask both which key is theirs")
            found[name] = peer
    return found
