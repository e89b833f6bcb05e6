"""The text of /metrics: what was counted, with what is state set as it is at this moment."""

from __future__ import annotations

import datetime as dt
import math

from prometheus_client import CONTENT_TYPE_LATEST

from gateway.delivery.problem import Stopped
from gateway.delivery.store import Depth
from gateway.node.health import health_of, key_vitals
from gateway.node.running import Running

MEDIA_TYPE = CONTENT_TYPE_LATEST


async def gather(running: Running) -> None:
    """Set what is state. Where the store can't be read, the gauges of its queues are taken away: they would be lies."""
    metrics, now = running.metrics, running.now()
    try:
        _set_queues(running, await running.store.depth(), now)
    except Stopped:
        metrics.depth.clear()
        metrics.oldest.clear()
        metrics.dead_letters.set(math.nan)
    for key in key_vitals(running):
        if key.expires is not None:
            metrics.key_expiry.labels(key.name).set((key.expires - now).total_seconds())
    for link in running.links.values():
        metrics.breaker.labels(link.peer.id).set(0 if link.breaker.state == "closed" else 1)
    metrics.disk_free.set(running.bodies.free_bytes())
    _set_work(running)
    metrics.checks.clear()
    worst: dict[str, int] = {}
    for check in (await health_of(running)).checks:
        worst[check.name] = max(worst.get(check.name, 0), check.status.severity)
    for name, severity in worst.items():
        metrics.checks.labels(name).set(severity)


def _set_work(running: Running) -> None:
    metrics, state = running.metrics, running.processes.state
    metrics.work_processes.set(state.processes)
    metrics.work_waiting.set(state.waiting)
    for reason, count in state.lost.items():
        metrics.work_lost.labels(reason).set(count)


def _set_queues(running: Running, depth: Depth, now: dt.datetime) -> None:
    metrics = running.metrics
    metrics.dead_letters.set(depth.dead)
    queues = {
        "outbox": (depth.outbox, depth.oldest_outbox),
        "receipts": (depth.receipts, depth.oldest_receipt),
        "undecided": (depth.undecided, depth.oldest_undecided),
        "inbox": (depth.inbox, depth.oldest_inbox),
    }
    for name, (count, oldest) in queues.items():
        metrics.depth.labels(name).set(count)
        metrics.oldest.labels(name).set(max((now - oldest).total_seconds(), 0.0) if oldest is not None else 0.0)
