"""A worker: asks each peer once a minute who it is and what time it has, so that health needn't wait for anybody."""

from __future__ import annotations

import asyncio

from gateway.drivers.logs import say
from gateway.node.rounds import go_round
from gateway.node.running import Link, Running
from gateway.node.watch import look_at

EVERY = 60.0
"""Seconds between two rounds."""


async def watch_peers(running: Running) -> None:
    """Ask all peers, again and again, until the node stops."""
    await go_round(running, "watch", EVERY, _look_at_all)


async def _look_at_all(running: Running) -> None:
    """What goes wrong with one is told when the others were asked."""
    found = await asyncio.gather(*(_look(running, link) for link in running.links.values()), return_exceptions=True)
    for error in found:
        if error is not None:
            raise error


async def _look(running: Running, link: Link) -> None:
    """Ask one; what changed is told in the log."""
    peer = link.peer
    found = await look_at(peer, running.client, running.clock, running.authorities.get(peer.id))
    before = running.seen.get(peer.id)
    if before is None or found.problem != before.problem:
        say("peer.seen", peer=peer.id, code=found.problem)
    running.seen[peer.id] = found
