"""A node at work: everything is opened here, in order, and closed in the other order.

A start after a crash continues by itself: what was half written is swept away, and the workers go on with what the
store says is queued, undecided or accepted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from gateway.delivery.peers import Peer, peers_by_key
from gateway.delivery.problem import Stopped
from gateway.delivery.store import DeliveryStore
from gateway.drivers.bodies import Bodies
from gateway.drivers.clock import Clock, SystemClock
from gateway.drivers.http_client import PeerClient
from gateway.drivers.logs import say
from gateway.drivers.node_secret import make_node_secret
from gateway.drivers.online import OnlineClient
from gateway.drivers.store.sqlite import open_store
from gateway.drivers.work import WorkProcesses
from gateway.node.answer import answerer
from gateway.node.decide import decider
from gateway.node.dispatch import dispatcher
from gateway.node.hand_over import hand_over_worker
from gateway.node.peering import load_keys
from gateway.node.queue_worker import QueueWorker
from gateway.node.retention import forget_in_time
from gateway.node.running import Link, Running
from gateway.node.settings import Settings
from gateway.node.startup import start
from gateway.node.trusted import compare_trust
from gateway.node.watch_peers import watch_peers

DRAIN_SECONDS = 10.0
"""What was begun may take so long when the node is stopped: at each of the two listeners, and then in the workers."""


@asynccontextmanager
async def run(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Running]:
    """A running node, without its listeners (`gateway.web.app`). At the end of the block it is stopped, and drained.

    Raises:
        ConfigError: whatever the settings name can't be used for, or a store that can't be opened.
    """
    clock = clock or SystemClock()
    if settings.online.attested is not None:
        make_node_secret(settings.node.secret)  # whoever attests names answers by it
    node = start(settings, now=clock.now())
    section = settings.delivery
    async with AsyncExitStack() as stack:
        processes = WorkProcesses(node, size=settings.work.processes, limits=settings.work_limits())
        stack.push_async_callback(processes.close)  # first of all: before there are threads, and before the node key
        signer, peers = load_keys(settings, node)
        keys = peers_by_key(peers.values())
        store = open_store(settings.node.store)
        stack.push_async_callback(store.close)
        bodies = Bodies(settings.node.store / "bodies", min_free_bytes=section.min_free_bytes)
        stack.push_async_callback(bodies.close)
        client = PeerClient(connect_seconds=section.connect_seconds, read_seconds=section.read_seconds)
        await stack.enter_async_context(client)
        online = None if node.reach is None else OnlineClient(node.reach, now=clock.now)
        if online is not None:
            await stack.enter_async_context(online)
        running = Running(
            node=node,
            processes=processes,
            settings=settings,
            signer=signer,
            url=settings.node.url or "",
            peers=peers,
            keys=keys,
            store=store,
            bodies=bodies,
            clock=clock,
            client=client,
            online=online,
            links=_links(peers.values(), section.concurrency),
            authorities={entry.id: entry.authority for entry in settings.peer if entry.authority is not None},
            started=clock.now(),
        )
        say("node.started", count=await _swept(bodies, store))
        await compare_trust(running)
        await stack.enter_async_context(_working(running))
        yield running


async def _swept(bodies: Bodies, store: DeliveryStore) -> int:
    """What nothing names is swept away, if the store can say what it names: one damaged row stops no start."""
    try:
        return await bodies.sweep(store.bodies)
    except Stopped as stopped:
        say("retention.failed", level=logging.ERROR, code=stopped.code)
        return 0


def _links(peers: Iterable[Peer], concurrency: int) -> dict[str, Link]:
    return {peer.id: Link(peer=peer, turns=asyncio.Semaphore(concurrency)) for peer in peers}


@asynccontextmanager
async def _working(running: Running) -> AsyncIterator[None]:
    """The workers' life: when the node stops they finish what they began, for so long as they may."""
    workers: list[QueueWorker[Any]] = [dispatcher(running), answerer(running), decider(running)]
    workers += filter(None, [hand_over_worker(running)])
    running.workers.update({worker.state.name: worker.state for worker in workers})
    loops = [asyncio.create_task(worker.run(), name=worker.state.name) for worker in workers]
    lookers = [asyncio.create_task(one(running)) for one in (watch_peers, forget_in_time)]
    try:
        yield
    finally:
        running.stop()
        for looker in lookers:
            looker.cancel()  # nothing is lost by it
        await asyncio.wait(lookers)
        _, late = await asyncio.wait(loops, timeout=DRAIN_SECONDS)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        say("node.stopped", count=len(late))
