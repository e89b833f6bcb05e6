"""How this node is: measuring, for the rules of `gateway.delivery.health`.

What was found holds for two seconds where all is well and for five where not: many who ask cost as much as one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.x509 import load_pem_x509_certificates

from gateway.delivery.check import Level
from gateway.delivery.health import Health, Vitals, judge
from gateway.delivery.node_checks import KeyVitals, WorkerVitals, WorkVitals
from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm
from gateway.delivery.store import Depth
from gateway.delivery.traffic_checks import PeerVitals
from gateway.node.retention import WORKER as RETENTION
from gateway.node.running import Link, Running

_GOOD_FOR = {Level.PASS: 2.0, Level.WARN: 2.0, Level.FAIL: 5.0}
"""Seconds."""

_MOST_ALARMS = 50
"""About each peer."""
_UNTIMED = frozenset({"outbox", "receipts", RETENTION})


async def health_of(running: Running) -> Health:
    """How the node is: measured now, or a few seconds ago."""
    async with running.health.lock:
        now = running.clock.monotonic()
        known = running.health.known
        if known is None or now >= running.health.good_until:
            known = running.health.known = judge(await vitals_of(running))
            running.health.good_until = running.clock.monotonic() + _GOOD_FOR[known.status]
        return known


async def vitals_of(running: Running) -> Vitals:
    """Measure everything."""
    database, depth, alarms = await _store(running)
    return Vitals(
        now=running.now(),
        database=database,
        depth=depth,
        alarms=alarms,
        disk_free=running.bodies.free_bytes(),
        disk_watermark=running.settings.delivery.min_free_bytes,
        queue_limit=running.settings.delivery.queue_depth,
        keys=tuple(key_vitals(running)),
        peers=tuple(_peer(running, link) for link in running.links.values()),
        workers=tuple(_workers(running)),
        work=_work(running),
        retention=retaining.problem if (retaining := running.workers.get(RETENTION)) is not None else None,
        behind=_behind(running),
        clock_jump=dt.timedelta(seconds=running.clock.jumped),
        stopping=running.stopping.is_set(),
    )


async def _store(running: Running) -> tuple[str | None, Depth | None, Sequence[Alarm]]:
    """Whether it takes a write, and what waits in it."""
    try:
        await running.store.probe()
        return None, await running.store.depth(), await running.store.alarms_of_each(limit=_MOST_ALARMS)
    except Stopped as stopped:
        return stopped.code, None, ()


def _behind(running: Running) -> dt.timedelta:
    """How far the time of retention was behind when its last round began; what passed since is known to both."""
    kept = running.kept
    if kept.at is None:
        return dt.timedelta()
    passed = dt.timedelta(seconds=running.clock.monotonic() - kept.monotonic)
    return max(running.now() - kept.at - passed, dt.timedelta())


def key_vitals(running: Running) -> Iterator[KeyVitals]:
    """Until when the certificates of this node, and of those whom it trusts, are valid."""
    if running.settings.node.tls is not None:
        yield tls_vitals(running.settings.node.tls.certificate)
    for profile, key in running.node.seals.items():
        yield KeyVitals(name=f"seal {profile}", expires=key.expires)
    for anchor in dict.fromkeys((*running.node.anchors, *running.node.witnesses)):
        ends = [anchor.certificate.not_valid_after_utc] if anchor.certificate is not None else []
        if anchor.until is not None:
            ends.append(dt.datetime.combine(anchor.until, dt.time.max, dt.UTC))
        yield KeyVitals(name=f"trust {anchor.key_sha256[:16]}", expires=min(ends, default=None), own=False)


def tls_vitals(file: Path) -> KeyVitals:
    """Until when the certificate that peers are shown is valid; read anew, for it is often replaced by a program."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        return KeyVitals(name="tls", expires=load_pem_x509_certificates(file.read_bytes())[0].not_valid_after_utc)
    return KeyVitals(name="tls", expires=None)


def _peer(running: Running, link: Link) -> PeerVitals:
    """What was last heard of a peer: by asking it, or by sending to it."""
    seen = running.seen.get(link.peer.id)
    problem = seen.problem if seen is not None else None
    return PeerVitals(
        id=link.peer.id,
        asked=seen.at if seen is not None else None,
        problem=problem or (link.problem if link.breaker.state != "closed" else None),
        skew=seen.skew if seen is not None else None,
        waiting=link.breaker.state != "closed",
    )


def _workers(running: Running) -> Iterator[WorkerVitals]:
    """Those that send have a limit of their own on each wait, and a large message on a slow line takes hours; a first
    round of retention may have much to delete.
    """
    now = running.clock.monotonic()
    for state in running.workers.values():
        busy = 0.0 if state.busy is None or state.name in _UNTIMED else now - state.busy
        yield WorkerVitals(name=state.name, ended=not state.alive, busy=busy, failures=state.failures)


def _work(running: Running) -> WorkVitals:
    state = running.processes.state
    return WorkVitals(
        able=state.able,
        here=state.processes,
        waiting=state.waiting,
        lost=state.lost,
        lost_ago=state.lost_ago,
    )
