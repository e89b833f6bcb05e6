"""Peers: the nodes that this one knows, by decision of its operator. Nobody else is listened to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NodePublicKey = Ed25519PublicKey | EllipticCurvePublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another participant's node.

    url    where its peers' API is: the paths of docs/protocol.md are appended
    keys   its node keys by key id (RFC 7638 thumbprint): for envelopes, receipts and the door
    seals  SHA-256 of the public keys that it seals translations with; a translation sealed otherwise is refused
    wants  the adapter in whose format it wants a translation beside the original; None: the original alone
    """

    id: str
    url: str
    keys: Mapping[str, NodePublicKey] = field(default_factory=dict)
    seals: frozenset[str] = frozenset()
    wants: str | None = None
