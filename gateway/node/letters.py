"""The use cases of operators: dead letters and what the registry fetched."""

from __future__ import annotations

from gateway.delivery.states import Arrival, Delivery
from gateway.node.running import Running


async def retry(running: Running, message: str) -> Delivery:
    """Send a dead letter after all.

    Raises:
        Stopped: `delivery.unknown` (404), `delivery.not_dead` (409).
    """
    delivery = await running.store.retry(message, running.now())
    running.wake("outbox")
    return delivery


async def discard(running: Running, message: str, reason: str) -> Delivery:
    """Give a dead letter up for good. Raises as `retry`."""
    delivery = await running.store.discard(message, running.now(), reason)
    running.metrics.delivery_ended(delivery.peer, "discarded")
    return delivery


async def done(running: Running, sender: str, message: str) -> Arrival:
    """The registry's own system has what it fetched; said again, nothing changes.

    Raises:
        Stopped: `arrival.unknown` (404).
    """
    arrival = await running.store.handed_over(sender, message, running.now())
    running.metrics.arrival(sender, "handed_over")
    return arrival
