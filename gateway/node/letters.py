"""The use cases of operators: dead letters, what was set aside, what the registry fetched, and alarms."""

from __future__ import annotations

from gateway.delivery.states import Alarm, Arrival, ArrivalState, Delivery
from gateway.drivers.logs import say
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


async def decide_again(running: Running, sender: str, message: str) -> Arrival:
    """Try once more to decide about what was set aside, or to hand it over.

    Raises:
        Stopped: `arrival.unknown` (404), `arrival.not_set_aside` (409).
    """
    arrival = await running.store.arrival_again(sender, message, running.now())
    running.wake("undecided" if arrival.state is ArrivalState.RECEIVED else "inbox")
    return arrival


async def discard_arrival(running: Running, sender: str, message: str, reason: str) -> Arrival:
    """Give up what was set aside; its sender is told nothing. Raises as `decide_again`."""
    arrival = await running.store.arrival_discard(sender, message, running.now(), reason)
    running.metrics.arrival(sender, "discarded")
    return arrival


async def acknowledge(running: Running, number: int) -> Alarm:
    """Somebody has looked at an alarm: health doesn't name it any more.

    Raises:
        Stopped: `alarm.unknown` (404).
    """
    alarm = await running.store.acknowledge(number, running.now())
    say("alarm.acknowledged", code=alarm.code, peer=alarm.peer, message=alarm.message)
    return alarm
