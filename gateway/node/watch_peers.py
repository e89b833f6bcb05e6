"""A worker: asks each peer once a minute who it is and what time it has, so that health needn't wait for anybody."""

from __future__ import annotations

import asyncio

from gateway.drivers.logs import say
from gateway.node.running import Link, Running, WorkerState
from gateway.node.watch import look_at

EVERY = 60.0
"""Seconds between two rounds."""


async def watch_peers(running: Running) -> None:
    """Ask all peers, again and again, until the node stops."""
    state = running.workers["watch"] = WorkerState(name="watch", alive=True)
    try:
        while not running.stopping.is_set():
            state.busy = running.clock.monotonic()
            await asyncio.gather(*(_look(running, link) for link in running.links.values()))
            state.busy = None
            await running.clock.wait(running.stopping, EVERY)
    finally:
        state.alive = False


async def _look(running: Running, link: Link) -> None:
    """Ask one; what changed is told in the log."""
    peer = link.peer
    found = await look_at(peer, running.client, running.clock, running.authorities.get(peer.id))
    before = running.seen.get(peer.id)
    if before is None or found.problem != before.problem:
        say("peer.seen", peer=peer.id, code=found.problem)
    running.seen[peer.id] = found
