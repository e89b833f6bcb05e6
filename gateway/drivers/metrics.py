"""What this process counts, for Prometheus. Labels are pinned peers' ids and closed sets of words: nothing personal.

Counters are kept here as things happen; what is state (queues, keys, breakers) is set when somebody asks
(`gateway.web.metrics`), so that it is never older than the answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from gateway.model.losses import Loss
from gateway.model.verdict import Indication

Ended = Literal["accepted", "refused", "dead", "discarded"]
Sent = Literal["message", "receipt"]
Attempted = Literal["done", "failed", "stopped"]
Arrived = Literal["received", "again", "accepted", "refused", "handed_over", "discarded"]

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600, 21600, 86400, 259200)
_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)


class Metrics:
    """The metrics of one node, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # they say when a label was first seen: twice the lines
        self.registry = CollectorRegistry(auto_describe=True)
        self._counters()
        self._state()

    def _counters(self) -> None:
        registry = self.registry
        self._deliveries = Counter(
            "testamur_deliveries",
            "Deliveries of ours that came to an end: accepted, refused (both by the peer's receipt), dead, discarded.",
            ("peer", "result"),
            registry=registry,
        )
        self._delivery_seconds = Histogram(
            "testamur_delivery_seconds",
            "From taking a document in to the peer's business receipt.",
            ("peer",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._attempts = Counter(
            "testamur_attempts",
            "Attempts to send a message or a receipt: done, or failed (retryable), or stopped (for good).",
            ("peer", "kind", "result"),
            registry=registry,
        )
        self._arrivals = Counter(
            "testamur_arrivals",
            "Messages of peers that were taken in or decided: received, again, accepted, refused, handed_over.",
            ("peer", "result"),
            registry=registry,
        )
        self._verdicts = Counter(
            "testamur_verdicts", "Verdicts on documents, by their answer.", ("verdict",), registry=registry
        )
        self._losses = Counter("testamur_losses", "Losses of translations, by kind.", ("kind",), registry=registry)
        self._requests = Counter(
            "testamur_http_requests",
            "Requests answered, by pattern of the path.",
            ("api", "route", "method", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "testamur_http_request_seconds",
            "How long requests took, by pattern of the path.",
            ("api", "route"),
            buckets=_REQUEST_SECONDS,
            registry=registry,
        )

    def _state(self) -> None:
        registry = self.registry
        self.depth = Gauge("testamur_depth", "How many items wait.", ("queue",), registry=registry)
        self.oldest = Gauge(
            "testamur_oldest_seconds", "For how long the oldest item waits; 0: none.", ("queue",), registry=registry
        )
        self.dead_letters = Gauge(
            "testamur_dead_letters", "Deliveries that this node gave up, and nobody retried or discarded yet.",
            registry=registry,
        )  # fmt: skip
        self.key_expiry = Gauge(
            "testamur_key_expiry_seconds", "Until a certificate of this node expires; negative: it has.",
            ("key",), registry=registry,
        )  # fmt: skip
        self.breaker = Gauge(
            "testamur_breaker_open", "1 where attempts to a peer are suspended after failures.", ("peer",),
            registry=registry,
        )  # fmt: skip
        self.disk_free = Gauge("testamur_disk_free_bytes", "Free octets where the store is.", registry=registry)
        self.work_processes = Gauge(
            "testamur_work_processes", "Processes that verify and translate.", registry=registry
        )
        self.work_waiting = Gauge("testamur_work_waiting", "Documents that wait for such a process.", registry=registry)
        self.work_lost = Gauge(
            "testamur_work_lost",
            "Jobs since the start that were lost with their process: time, cpu, memory (limits), crashed.",
            ("reason",),
            registry=registry,
        )
        self.checks = Gauge(
            "testamur_health",
            "What health says: 0 pass, 1 warn, 2 fail; of several checks of one name the worst.",
            ("check",),
            registry=registry,
        )

    def delivery_ended(self, peer: str, result: Ended, seconds: float | None = None) -> None:
        """A delivery of ours came to an end; `seconds` since it was taken in, where a receipt ended it."""
        self._deliveries.labels(peer, result).inc()
        if seconds is not None:
            self._delivery_seconds.labels(peer).observe(max(seconds, 0.0))

    def attempted(self, peer: str, kind: Sent, result: Attempted) -> None:
        """An attempt to send was made: it is `done`, `failed` and will be repeated, or `stopped` for good."""
        self._attempts.labels(peer, kind, result).inc()

    def arrival(self, peer: str, result: Arrived) -> None:
        """Something became of a peer's message."""
        self._arrivals.labels(peer, result).inc()

    def verdict(self, answer: Indication) -> None:
        """A document was verified."""
        self._verdicts.labels(answer.value).inc()

    def losses(self, losses: Iterable[Loss]) -> None:
        """A translation lost these."""
        for loss in losses:
            self._losses.labels(loss.kind).inc()

    def request(self, api: str, route: str, method: str, status: int, seconds: float) -> None:
        """A request was answered. `route` is the pattern of the path; what is unknown is "other"."""
        self._requests.labels(api, route, method, str(status)).inc()
        self._request_seconds.labels(api, route).observe(seconds)
