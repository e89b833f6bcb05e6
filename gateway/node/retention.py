"""The use case: forget in time. Documents go soon after they are done with; digests and receipts stay much longer."""

from __future__ import annotations

import datetime as dt
import logging

from gateway.delivery.problem import Stopped
from gateway.drivers.logs import say
from gateway.node.alarms import alarm
from gateway.node.hand_over import tidy_folder
from gateway.node.rounds import go_round
from gateway.node.running import Running

EVERY = 600.0
"""Seconds between two rounds."""
WORKER = "retention"
"""Its name in health."""
_DAMAGED = "store.damaged"
AT_ONCE = 500
"""Rows of one transaction, so that others are not kept waiting."""


async def forget_in_time(running: Running) -> None:
    """Go round until the node stops."""
    await go_round(running, WORKER, EVERY, _forget_or_alarm)


async def _forget_or_alarm(running: Running) -> None:
    """A damaged row stops every round until somebody mends it: one alarm says so, and health as long as it lasts."""
    try:
        await forget(running)
    except Stopped as stopped:
        say("retention.failed", level=logging.WARNING, code=stopped.code)
        if stopped.code == _DAMAGED and running.workers[WORKER].problem != _DAMAGED:
            await alarm(running, _DAMAGED, peer=None, message=WORKER)
        raise


async def forget(running: Running) -> None:
    """One round: documents, then rows, then files that nothing names, then what a hand-over left behind."""
    bodies = await _release(running)
    rows = await _forget_rows(running)
    orphans = await running.bodies.sweep(running.store.bodies) + await tidy_folder(running)
    if bodies or rows or orphans:
        say("retention.done", count=bodies + orphans)


async def _release(running: Running) -> int:
    age, deleted = dt.timedelta(hours=running.settings.retention.bodies_hours), 0
    while names := await running.store.release_bodies(running.now(), older_than=age, limit=AT_ONCE):
        deleted += await running.bodies.delete(names, running.store.bodies)
    return deleted


async def _forget_rows(running: Running) -> int:
    age, forgotten = dt.timedelta(days=running.settings.retention.rows_days), 0
    while count := await running.store.forget(running.now(), older_than=age, limit=AT_ONCE):
        forgotten += count
    return forgotten
