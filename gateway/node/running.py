"""What a running node has: its store, its peers, its clock, its workers. Use cases are given it; `run` makes it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from gateway.delivery.admission import AdmissionLimits
from gateway.delivery.breaker import Breaker, Leave
from gateway.delivery.decision import ReceivePolicy
from gateway.delivery.health import Health
from gateway.delivery.nonces import Nonces
from gateway.delivery.peers import Peer
from gateway.delivery.signing import NodeSigner
from gateway.delivery.store import DeliveryStore, Depth, Queue
from gateway.drivers.bodies import Bodies
from gateway.drivers.clock import Clock
from gateway.drivers.http_client import PeerClient
from gateway.drivers.metrics import Metrics
from gateway.drivers.online import OnlineClient
from gateway.drivers.work import WorkProcesses
from gateway.node.settings import Settings
from gateway.node.startup import Node
from gateway.node.watch import Seen

_DEPTH_SECONDS = 1.0
_HELD_SECONDS = 5.0
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(kw_only=True)
class Link:
    """What is known of the way to one peer since this node runs. Times are for health; the breaker decides.

    under_way   messages and receipts that are being sent, or wait for their turn
    probe       leave for the one request that asks whether the peer is back, until somebody takes it
    problem     the code of the last failure; None after a success
    """

    peer: Peer
    breaker: Breaker = field(default_factory=Breaker)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))
    under_way: int = 0
    probe: Leave | None = None
    last_success: dt.datetime | None = None
    last_failure: dt.datetime | None = None
    problem: str | None = None

    def ask(self, now: float) -> Leave | None:
        """Leave for one request, or None; `now` in monotonic seconds."""
        leave, self.probe = self.probe, None
        return leave or self.breaker.ask(now)


@dataclass(kw_only=True)
class WorkerState:
    """What health asks of a worker.

    alive    its loop runs; a worker that ends while the node runs is a fault
    busy     since when it is at one item (monotonic seconds); None where it waits
    failures items in a row that failed for a reason nobody foresaw
    problem  the class of the last such exception
    """

    name: str
    alive: bool = False
    busy: float | None = None
    failures: int = 0
    problem: str | None = None


@dataclass(kw_only=True)
class HealthKept:
    """What was found of this node's health, and until when (monotonic seconds) it holds."""

    known: Health | None = None
    good_until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTime:
    """The time that the last round of retention went by (None: there was none yet), and when that was (monotonic)."""

    at: dt.datetime | None = None
    monotonic: float = 0.0


@dataclass(kw_only=True)
class Running:
    """A node at work.

    processes    do what needs a processor; each job is given `node` first
    keys         whose each node key is, by key id
    nonces       those of requests at its door
    wakes        tell workers that something was put into their queue
    authorities  of the TLS certificates of peers that have one of their own
    online       asks the outside about documents; None: nobody is asked
    seen         what asking the peers showed last
    receiving    messages that are coming in now, by sender; `incoming` the octets that they announced
    kept         the time that retention goes by
    forgotten    up to when messages may have ended whose ids are forgotten (None: not looked up yet)
    """

    node: Node
    processes: WorkProcesses[Node]
    settings: Settings
    signer: NodeSigner
    url: str
    peers: Mapping[str, Peer]
    keys: Mapping[str, Peer]
    store: DeliveryStore
    bodies: Bodies
    clock: Clock
    client: PeerClient
    links: Mapping[str, Link]
    started: dt.datetime
    metrics: Metrics = field(default_factory=Metrics)
    nonces: Nonces = field(default_factory=Nonces)
    workers: dict[str, WorkerState] = field(default_factory=dict)
    wakes: Mapping[Queue, asyncio.Event] = field(
        default_factory=lambda: {
            "outbox": asyncio.Event(),
            "receipts": asyncio.Event(),
            "undecided": asyncio.Event(),
            "inbox": asyncio.Event(),
        }
    )
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    authorities: Mapping[str, Path] = field(default_factory=dict)
    online: OnlineClient | None = None
    seen: dict[str, Seen] = field(default_factory=dict)
    receiving: Counter[str] = field(default_factory=Counter)
    incoming: Counter[str] = field(default_factory=Counter)
    kept: KeptTime = KeptTime()
    forgotten: dt.datetime | None = None
    health: HealthKept = field(default_factory=HealthKept)
    _depth: tuple[float, Depth] | None = None
    _held: tuple[float, Counter[str]] | None = None

    @property
    def id(self) -> str:
        """The participant id of this node."""
        return self.node.id

    def now(self) -> dt.datetime:
        """The time, in UTC."""
        return self.clock.now()

    def stamp(self) -> dt.datetime:
        """The time as signed statements give it: in whole seconds."""
        return self.clock.now().replace(microsecond=0)

    async def work(
        self, party: str, job: Callable[Concatenate[Node, _P], _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        """Do what needs a processor, in a process of its own; `party` is who wants it (`WorkProcesses`)."""
        return await self.processes(party, job, *args, **kwargs)

    def stop(self) -> None:
        """From now on nothing new is begun; the workers wake up to see it."""
        self.stopping.set()
        for wake in self.wakes.values():
            wake.set()

    def wake(self, queue: Queue) -> None:
        """Something was put into a queue."""
        self.wakes[queue].set()

    async def depth(self) -> Depth:
        """How much waits, as of a second ago at the most: it is asked for every message that comes in."""
        now = self.clock.monotonic()
        if self._depth is None or now - self._depth[0] > _DEPTH_SECONDS:
            self._depth = (now, await self.store.depth())
        return self._depth[1]

    async def held(self) -> Counter[str]:
        """Octets on the disk by sender, as of five seconds ago at the most, and what was noted since."""
        now = self.clock.monotonic()
        if self._held is None or now - self._held[0] > _HELD_SECONDS:
            self._held = (now, Counter(await self.store.held()))
        return self._held[1]

    def note_held(self, sender: str, octets: int) -> None:
        """A sender's message was taken in."""
        if self._held is not None:
            self._held[1][sender] += octets

    @property
    def admission(self) -> AdmissionLimits:
        """What this node takes in."""
        section = self.settings.delivery
        return AdmissionLimits(
            message_bytes=section.message_bytes,
            queue_depth=section.queue_depth,
            min_free_bytes=section.min_free_bytes,
            max_hops=section.max_hops,
            peer_share=section.peer_share,
        )

    @property
    def receive_policy(self) -> ReceivePolicy:
        """What this node takes that isn't proven."""
        section = self.settings.receive
        return ReceivePolicy(indeterminate=section.indeterminate, not_rerun=section.not_rerun)
