"""Node keys from files: this node's own, which signs envelopes, receipts and the door, and the public ones of peers.

A node key is Ed25519 or P-256. It is never the seal's key: start-up refuses one key in two roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)

from gateway.delivery.peers import NodePublicKey, key_id
from gateway.drivers.private_keys import PASSPHRASE_VARIABLE, load_private_key
from gateway.errors import ConfigError
from gateway.trust.anchors import key_sha256
from gateway.trust.jwk import keys_from_jwk

_ADVICE = "make one with: openssl genpkey -algorithm ed25519 -out node.key && chmod 600 node.key"
_HALF = 32  # octets of r and of s on P-256


@dataclass(frozen=True, repr=False)
class NodeKey:
    """This node's own key (the port `gateway.delivery.signing.NodeSigner`)."""

    private_key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    @property
    def public_key(self) -> NodePublicKey:
        """What peers pin."""
        return self.private_key.public_key()

    @cached_property
    def key_id(self) -> str:
        """RFC 7638 thumbprint."""
        return key_id(self.public_key)

    @cached_property
    def key_sha256(self) -> str:
        """SHA-256 of the public key (SubjectPublicKeyInfo), in hex: to compare it with keys in other roles."""
        return key_sha256(self.public_key)

    @property
    def algorithm(self) -> str:
        """`EdDSA` or `ES256`."""
        return "EdDSA" if isinstance(self.private_key, Ed25519PrivateKey) else "ES256"

    def sign(self, octets: bytes) -> bytes:
        """64 octets: Ed25519, or r and s side by side."""
        if isinstance(self.private_key, Ed25519PrivateKey):
            return self.private_key.sign(octets)
        r, s = decode_dss_signature(self.private_key.sign(octets, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_HALF) + s.to_bytes(_HALF)


def load_node_key(file: Path, *, passphrase_variable: str = PASSPHRASE_VARIABLE) -> NodeKey:
    """This node's key from a PEM file of mode 0600.

    Raises:
        ConfigError: `node.key_unreadable`, `node.key_permissions`, `node.key_passphrase`, `node.key_unsupported`.
    """
    key = load_private_key(file, "node", passphrase_variable=passphrase_variable)
    if isinstance(key, Ed25519PrivateKey):
        return NodeKey(key)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return NodeKey(key)
    raise ConfigError("node.key_unsupported", f"the key {file} is neither Ed25519 nor ECDSA on P-256", advice=_ADVICE)


def new_node_key() -> bytes:
    """A new Ed25519 key in PEM (PKCS#8): secret, for a file of mode 0600."""
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def load_peer_keys(file: Path) -> dict[str, NodePublicKey]:
    """A peer's public node keys from a file, by key id: a PEM public key, a JWK or a JWK set.

    Raises:
        ConfigError: `peer.key_unreadable`, `peer.key_unsupported`, `trust.jwk_invalid`, `trust.private_key`.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"the peer's key {file} can't be read: {error.strerror}"
        raise ConfigError("peer.key_unreadable", message, advice="check the path") from None
    keys = [_pem(data, file)] if b"-----BEGIN" in data else [key for key, *_ in keys_from_jwk(data, place=str(file))]
    return {key_id(node_key): node_key for node_key in (_node_key(key, file) for key in keys)}


def _pem(data: bytes, file: Path) -> object:
    if b"PRIVATE KEY" in data:
        message = f"the file {file} holds a private key, expected the peer's public one"
        advice = "replace the key at its owner's: it isn't secret any more"
        raise ConfigError("trust.private_key", message, advice=advice)
    try:
        return load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm):
        message = f"the file {file} holds no public key in PEM"
        raise ConfigError("peer.key_unreadable", message, advice="export it as SubjectPublicKeyInfo PEM") from None


def _node_key(key: object, file: Path) -> NodePublicKey:
    if isinstance(key, Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    message = f"the peer's key in {file} is neither Ed25519 nor ECDSA on P-256"
    raise ConfigError("peer.key_unsupported", message, advice="ask the peer for its node key, not for its seal's")
