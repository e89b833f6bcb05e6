"""What a node trusts, held against its last start: nobody changes an anchor or a peer's key unseen (attack H9).

Whoever may write the settings decides whom this node trusts; that can't be kept from them here. But it is an alarm that
stays until somebody acknowledges it, and the other operators of the node see it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gateway.delivery.problem import Stopped
from gateway.node.alarms import alarm
from gateway.node.running import Running
from gateway.translate.engine import sha256

_TRUST = "trust"
_MOST = 20
"""Alarms of one start; the last says that there are more."""


async def compare_trust(running: Running) -> None:
    """Raise an alarm for each anchor, peer's key and seal that is there since the last start, or isn't any more.

    A store that can't be read, or a note that the disk altered, says nothing of trust, and stops no start.
    """
    now = sorted({*_anchors(running), *_peers(running)})
    try:
        before = await running.store.noted(_TRUST)
        if before is not None:
            await _tell(running, sorted(set(now) ^ set(json.loads(before))))
        await running.store.note(_TRUST, json.dumps(now))
    except Stopped:
        return


async def _tell(running: Running, changed: list[str]) -> None:
    for one in changed[:_MOST]:
        peer, _, what = one.partition("\n")
        await alarm(running, "trust.changed", peer=peer or None, message=what)
    if len(changed) > _MOST:
        await alarm(running, "trust.changed", peer=None, message=f"and {len(changed) - _MOST} more")


def _anchors(running: Running) -> Iterator[str]:
    """Each with all its terms: one that is granted for longer, or for more issuers, is another."""
    for role, anchors in (("anchor", running.node.anchors), ("witness", running.node.witnesses)):
        for anchor in anchors:
            policy = anchor.policy or running.node.policy
            terms = (policy.name, str(anchor.until), anchor.controller, sorted(anchor.issuers))
            yield f"\n{role} {anchor.key_sha256[:16]} {policy.name} {sha256(json.dumps(terms).encode())[:8]}"


def _peers(running: Running) -> Iterator[str]:
    for peer in running.peers.values():
        yield from (f"{peer.id}\nkey {name[:16]}" for name in peer.keys)
        yield from (f"{peer.id}\nseal {name[:16]}" for name in peer.seals)
        yield from (f"{peer.id}\nvouches for {name}" for name in peer.vouches_for)
