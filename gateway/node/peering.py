"""The peers of the settings, with their keys; and that no key has two roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gateway.delivery.peers import Peer
from gateway.drivers.http_session import tls_context
from gateway.drivers.node_keys import NodeKey, load_node_key, load_peer_keys
from gateway.drivers.trust_files import load_anchors
from gateway.errors import ConfigError
from gateway.node.settings import PeerSection, Settings
from gateway.node.startup import Attempts, Node
from gateway.trust.anchors import key_sha256


def load_keys(settings: Settings, node: Node) -> tuple[NodeKey, dict[str, Peer]]:
    """This node's key, and its peers by their ids.

    Raises:
        ConfigError: `config.not_served`, `config.key_in_two_roles`, `config.unknown_adapter`, whatever a key is
            refused for, and `config.unusable` with all of it where several things are wrong.
    """
    file = settings.node.key
    if file is None or settings.node.url is None:
        missing = " and ".join(name for name in ("url", "key") if getattr(settings.node, name) is None)
        raise ConfigError(
            "config.not_served",
            f"the settings have no [node] {missing}, which a node needs to exchange documents",
            advice="add them: config/node.toml shows how",
        )
    attempt = Attempts()
    key = attempt(lambda: load_node_key(file))
    peers = [attempt(lambda entry=entry: _peer(entry)) for entry in settings.peer]  # type: ignore[misc]  # its own entry
    attempt.require_all_well()
    assert key is not None  # noqa: S101 - else an attempt failed, and that was raised
    found = {peer.id: peer for peer in peers if peer is not None}
    _refuse_two_roles(key, node, found)
    _require_known(node, found)
    return key, found


def _peer(entry: PeerSection) -> Peer:
    if entry.authority is not None:
        tls_context(entry.authority)  # it is used at the first request: found out here, a start is refused instead
    keys = {name: key for file in entry.keys for name, key in load_peer_keys(file).items()}
    seals = frozenset(anchor.key_sha256 for anchor in load_anchors(entry.seals))
    vouches_for = frozenset(entry.vouches_for)
    return Peer(id=entry.id, url=entry.url, keys=keys, seals=seals, wants=entry.wants, vouches_for=vouches_for)


def _refuse_two_roles(key: NodeKey, node: Node, peers: Mapping[str, Peer]) -> None:
    """Whoever holds a signature must be able to tell what it was made for."""
    roles: dict[str, str] = {}
    for digest, role in _roles(key, node, peers):
        other = roles.setdefault(digest, role)
        if other != role:
            raise ConfigError(
                "config.key_in_two_roles",
                f"one key is {other} and {role}, expected a key for each role",
                advice="make a key of its own for each role, and give the peers the new one",
            )


def _roles(key: NodeKey, node: Node, peers: Mapping[str, Peer]) -> Iterator[tuple[str, str]]:
    yield key.key_sha256, "this node's key"
    for seal in node.seals.values():
        yield seal.key_sha256, "this node's seal"
    for anchor in node.anchors:
        yield anchor.key_sha256, "trusted for originals"
    for witness in node.witnesses:
        if witness not in node.anchors:  # one entry may be for both
            yield witness.key_sha256, "trusted for evidence"
    for peer in peers.values():
        for one in peer.keys.values():
            yield key_sha256(one), f"the node key of {peer.id}"
        for digest in peer.seals:
            yield digest, f"the seal of {peer.id}"


def _require_known(node: Node, peers: Mapping[str, Peer]) -> None:
    known = sorted(adapter.manifest.id for adapter in node.adapters)
    written = sorted(adapter.manifest.id for adapter in node.adapters if adapter.manifest.writes)
    for peer in peers.values():
        if peer.wants is not None and peer.wants not in written:
            raise ConfigError(
                "config.unknown_adapter",
                f"[[peer]] {peer.id} wants {peer.wants!r}, expected one of {', '.join(written)}",
                advice="`testamur adapters list` shows the adapters",
            )
        unknown = sorted(peer.vouches_for.difference(known))
        if unknown:
            raise ConfigError(
                "config.unknown_adapter",
                f"[[peer]] {peer.id} vouches for {', '.join(unknown)}, expected some of {', '.join(known)}",
                advice="`testamur adapters list` shows the adapters",
            )
