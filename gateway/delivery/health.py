"""How a node is: what was measured goes in, checks come out. The node is as its worst check."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.delivery import node_checks, traffic_checks
from gateway.delivery.check import Check, Level, worst_level
from gateway.delivery.node_checks import KeyVitals, WorkerVitals, WorkVitals
from gateway.delivery.states import Alarm
from gateway.delivery.store import Depth
from gateway.delivery.traffic_checks import PeerVitals
from gateway.model.noun import Noun


class Health(Noun):
    """How a node is, as of a time."""

    status: Level
    at: dt.datetime
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """All that was measured at one time.

    database   code of what the store answered instead of doing its work; then `depth` and `alarms` are unknown
    retention  code of why the last round of deleting failed; `behind` how far the time that it goes by is behind
    stopping   the node was told to stop: it finishes what it does, and takes in nothing more
    """

    now: dt.datetime
    database: str | None = None
    depth: Depth | None = None
    alarms: Sequence[Alarm] = ()
    disk_free: int
    disk_watermark: int
    queue_limit: int
    keys: Sequence[KeyVitals] = ()
    peers: Sequence[PeerVitals] = ()
    workers: Sequence[WorkerVitals] = ()
    work: WorkVitals = field(default_factory=WorkVitals)
    retention: str | None = None
    behind: dt.timedelta = dt.timedelta()
    clock_jump: dt.timedelta = dt.timedelta()
    stopping: bool = False


def judge(vitals: Vitals) -> Health:
    """All checks of a node."""
    checks = [
        node_checks.database(vitals.database),
        node_checks.disk(vitals.disk_free, watermark=vitals.disk_watermark),
        *node_checks.keys(vitals.keys, vitals.now),
    ]
    if vitals.depth is not None:
        checks += traffic_checks.queues(vitals.depth, vitals.now, limit=vitals.queue_limit)
        checks += traffic_checks.alarms(vitals.alarms, vitals.now)
    checks.append(node_checks.retention(vitals.retention, vitals.behind))
    checks += traffic_checks.peers(vitals.peers)
    checks.append(traffic_checks.clock(vitals.peers, vitals.clock_jump))
    checks += node_checks.workers(vitals.workers)
    checks.append(node_checks.work(vitals.work))
    checks += node_checks.stopping(told=vitals.stopping)
    return conclude_health(checks, vitals.now)


def conclude_health(checks: Iterable[Check], at: dt.datetime) -> Health:
    """The worst of the checks."""
    checks = tuple(checks)
    return Health(status=worst_level(check.status for check in checks), at=at, checks=checks)
