"""Telling a person: an alarm is kept if the store can keep it, and in the log whatever the store does."""

from __future__ import annotations

import logging

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm
from gateway.drivers.logs import say
from gateway.node.running import Running


async def alarm(running: Running, code: str, *, peer: str | None, message: str | None) -> None:
    """Keep an alarm. A store that can't is logged, and changes nothing of what the alarm is about."""
    say("alarm.raised", level=logging.WARNING, code=code, peer=peer, message=message)
    try:
        await running.store.alarm(Alarm(at=running.now(), code=code, peer=peer, message=message))
    except Stopped as stopped:
        say("alarm.lost", level=logging.ERROR, code=stopped.code, peer=peer, message=message)
