"""The use case: forget in time. Documents go soon after they are done with; digests and receipts stay much longer."""

from __future__ import annotations

import datetime as dt
import logging

from gateway.delivery.admission import LONGEST_LIFE, SKEW
from gateway.delivery.kept_time import next_kept_time
from gateway.delivery.problem import Stopped
from gateway.drivers.logs import say
from gateway.drivers.store.faults import damaged
from gateway.node.alarms import alarm
from gateway.node.hand_over import tidy_folder
from gateway.node.rounds import go_round
from gateway.node.running import KeptTime, Running

EVERY = 600.0
"""Seconds between two rounds."""
WORKER = "retention"
"""Its name in health."""
_DAMAGED = "store.damaged"
_TIME, _FORGOTTEN = "retention.time", "retention.forgotten"
_NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)
AT_ONCE = 500
"""Rows of one transaction, so that others are not kept waiting."""


async def forget_in_time(running: Running) -> None:
    """Go round until the node stops."""
    await go_round(running, WORKER, EVERY, _forget_or_alarm)


async def _forget_or_alarm(running: Running) -> None:
    """A damaged row fails every round until somebody mends it: one alarm says so, and health as long as it lasts."""
    try:
        await forget(running)
    except Stopped as stopped:
        say("retention.failed", level=logging.WARNING, code=stopped.code)
        if stopped.code == _DAMAGED and running.workers[WORKER].problem != _DAMAGED:
            await alarm(running, _DAMAGED, peer=None, message=WORKER)
        raise


async def forget(running: Running) -> None:
    """One round: documents, then rows, then files that nothing names, then what a hand-over left behind.

    Raises:
        Stopped: `store.damaged`, when all was deleted that may be: what a damaged row names is kept.
    """
    now = await _kept_time(running)
    bodies = await _release(running, now)
    rows = await _forget_rows(running, now)
    orphans = await running.bodies.sweep(running.store.bodies) + await tidy_folder(running)
    if bodies or rows or orphans:
        say("retention.done", count=bodies + orphans)
    if (await running.store.bodies()).doubtful:
        raise damaged("a row is damaged, and its document is kept")


async def _kept_time(running: Running) -> dt.datetime:
    """The time to go by; written down, so that the next start goes on from there."""
    monotonic, before = running.clock.monotonic(), running.kept
    now = next_kept_time(
        running.now(),
        kept=before.at or await _noted_time(running),
        passed=dt.timedelta(seconds=monotonic - before.monotonic if before.at is not None else 0.0),
        peers=[seen.at + seen.skew for seen in running.seen.values() if seen.skew is not None],
    )
    await running.store.note(_TIME, now.isoformat())
    running.kept = KeptTime(at=now, monotonic=monotonic)
    return now


async def _noted_time(running: Running) -> dt.datetime | None:
    noted = await running.store.noted(_TIME)
    return None if noted is None else dt.datetime.fromisoformat(noted)


async def _release(running: Running, now: dt.datetime) -> int:
    age, deleted = dt.timedelta(hours=running.settings.retention.bodies_hours), 0
    while names := await running.store.release_bodies(now, older_than=age, limit=AT_ONCE):
        deleted += await running.bodies.delete(names, running.store.bodies)
    return deleted


async def forgotten_until(running: Running) -> dt.datetime:
    """Up to when messages may have ended whose ids this node has forgotten: none of those is ever new again.

    It never goes back, wherever the clock goes: a clock set back lets no old message take effect a second time.
    """
    if running.forgotten is None:
        noted = await running.store.noted(_FORGOTTEN)
        running.forgotten = _NEVER if noted is None else dt.datetime.fromisoformat(noted)
    return running.forgotten


async def _note_forgotten(running: Running, now: dt.datetime, age: dt.timedelta) -> None:
    """What is forgotten now was done with `age` ago, so that it was made before, and ended a longest life later."""
    until = min(now, now - age + SKEW + LONGEST_LIFE)
    if until > await forgotten_until(running):
        await running.store.note(_FORGOTTEN, until.isoformat())
        running.forgotten = until


async def _forget_rows(running: Running, now: dt.datetime) -> int:
    age, forgotten = dt.timedelta(days=running.settings.retention.rows_days), 0
    await _note_forgotten(running, now, age)
    while count := await running.store.forget(now, older_than=age, limit=AT_ONCE):
        forgotten += count
    return forgotten
