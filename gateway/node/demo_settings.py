"""The settings of every node of the demonstration: what they have in common stands here once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_NODE = """# {about}
[node]
id = "{id}"
"""
_LISTENING = """url = "{url}"
listen = "{listen}"
local_listen = "{local}"
key = "node.key.pem"
"""
_SEALS = """
[[seal]]
for = ["xmldsig", "jades"]
key = "seal.key.pem"
certificate = "seal.pem"

[[seal]]
for = ["vc"]
key = "credentials.key.pem"
name = "{owner}"
"""
_TRUST = """
[[trust]]
anchor = "../{anchor}"
"""
_PEER = """
[[peer]]
id = "{id}"
url = "{url}"
keys = ["../{folder}/node.pem"]
seals = ["../{folder}/seal.pem", "../{folder}/credentials.did"]
"""
_WITNESS = """
[[trust]]
anchor = "../{anchor}"
for = ["evidence"]
"""
_ATTESTED = """
[online]
attested = "{folder}"

[policy]
seal_simulated = true
"""
_DELIVERY = """
[delivery]
min_free_bytes = 0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where a node that exchanges documents listens: for its peers, and for its own registry."""

    url: str
    listen: str
    local: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerEntry:
    """Another node: its folder beside this one's, and what it wants."""

    id: str
    url: str
    folder: str
    wants: str | None = None


def settings_of(
    name: str,
    *,
    about: str,
    owner: str,
    trust: Iterable[str],
    listening: Listening | None = None,
    peers: Iterable[PeerEntry] = (),
    witness: str | None = None,
    attested: str | None = None,
) -> bytes:
    """A settings file: whom the node trusts (places beside its folder), what it seals with, and its peers.

    `witness` is trusted for what official checks answered, which is looked for in the folder `attested`.
    """
    parts = [_NODE.format(about=about, id=name)]
    if listening is not None:
        parts.append(_LISTENING.format(url=listening.url, listen=listening.listen, local=listening.local))
    parts.append(_SEALS.format(owner=owner))
    parts += [_TRUST.format(anchor=anchor) for anchor in trust]
    if witness is not None:
        parts.append(_WITNESS.format(anchor=witness))
    parts += [_peer(peer) for peer in peers]
    if attested is not None:
        parts.append(_ATTESTED.format(folder=attested))
    if listening is not None:
        parts.append(_DELIVERY)
    return "".join(parts).encode()


def _peer(peer: PeerEntry) -> str:
    entry = _PEER.format(id=peer.id, url=peer.url, folder=peer.folder)
    return entry if peer.wants is None else f'{entry}wants = "{peer.wants}"\n'
