"""Telling a person: an alarm is kept if the store can keep it, and in the log whatever the store does."""

from __future__ import annotations

import datetime as dt
import logging

from gateway.delivery.admission import SKEW
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import SignedEnvelope
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


async def check_date(running: Running, at: dt.datetime, sent: SignedEnvelope) -> None:
    """A receipt of a time at which it can't have been made is the peer's word all the same, and kept; a person is told.

    That is before its message was made, or later than now: a clock was wrong there or here, or it is a lie.
    """
    envelope = sent.envelope
    if not envelope.created - SKEW <= at <= running.now() + SKEW:
        await alarm(running, "receipt.time", peer=envelope.to, message=envelope.id)
