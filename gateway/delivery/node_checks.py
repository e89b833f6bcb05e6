"""Checks of a node by itself: its database and disk, its keys, its workers, and the processes that do the work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.delivery.check import Check, Level, span

_KEY_SOON = dt.timedelta(days=30)
_RETENTION_BEHIND = dt.timedelta(hours=1)
_WORKER_STUCK = 900.0
_WORKER_FAILING = 3
_LOST_RECENT = 3600.0

_DATABASE_ADVICE = {
    "store.full": "free room on the disk of [node] store: the node goes on by itself",
    "store.busy": "end the other process that holds the database (a backup tool, a shell); nothing is lost meanwhile",
    "store.damaged": "stop the node, keep its folder, and restore a backup (docs/how-to/back-up-and-restore.md)",
}
_DATABASE_REASON = {
    "store.full": "nothing more can be written: the disk or the database is full",
    "store.busy": "another process holds the database",
    "store.damaged": "the database is damaged",
}


def database(code: str | None) -> Check:
    """Whether the store can be read and written; `code` is what it answered instead."""
    if code is None:
        return Check(name="database", status=Level.PASS, reason="reads and writes")
    return Check(
        name="database",
        status=Level.FAIL,
        reason=_DATABASE_REASON.get(code, f"it can't be used ({code})"),
        advice=_DATABASE_ADVICE.get(code, "look at the node's log, at the disk, and at the owner of the folder"),
    )


def disk(free: int, *, watermark: int) -> Check:
    """Whether bodies still have room: below the watermark (octets) nothing is taken in; below twice that, a warning."""
    reason = f"{_size(free)} free, nothing is taken in below {_size(watermark)}"
    advice = "free room on the disk of [node] store, or shorten [retention]"
    if free < watermark:
        return Check(name="disk", status=Level.FAIL, reason=reason, advice=advice)
    if free < 2 * watermark:
        return Check(name="disk", status=Level.WARN, reason=reason, advice=advice)
    return Check(name="disk", status=Level.PASS, reason=reason)


def _size(octets: int) -> str:
    size = float(octets)
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:  # noqa: PLR2004 - of one unit in the next
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def retention(code: str | None, behind: dt.timedelta = dt.timedelta()) -> Check:
    """Whether what is done with is deleted in time; `code` is why the last round wasn't, `behind` how far the time that
    it goes by is behind the machine's clock.
    """
    if code is None and behind >= _RETENTION_BEHIND:
        return Check(
            name="retention",
            status=Level.WARN,
            reason=f"the machine's clock is {span(behind)} ahead of what this node saw pass: nothing is deleted by it",
            advice="see the check of the clock, and set it right (timedatectl); after a rest it is believed as soon as "
            "a peer's clock says the same",
        )
    if code is None:
        return Check(name="retention", status=Level.PASS, reason="deletes in time")
    return Check(
        name="retention",
        status=Level.WARN,
        reason=f"documents that are done with aren't all deleted ({code})",
        advice="a row is damaged, and what it names is kept: restore a backup (docs/how-to/back-up-and-restore.md)"
        if code == "store.damaged"
        else "see the check of the database, and the log (`retention.failed`, `worker.failed`)",
    )


# --- keys ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVitals:
    """A key of this node, or one that it relies on: until when it may be used (None: without end)."""

    name: str
    expires: dt.datetime | None
    own: bool = True


def keys(held: Iterable[KeyVitals], now: dt.datetime) -> Iterator[Check]:
    """A key of ours that has expired fails; one that expires within 30 days, or a trusted one that has, warns."""
    for key in held:
        if key.expires is None:
            yield Check(name="key", about=key.name, status=Level.PASS, reason="has no end")
            continue
        left = key.expires - now
        if left <= dt.timedelta():
            yield Check(
                name="key",
                about=key.name,
                status=Level.FAIL if key.own else Level.WARN,
                reason=f"expired on {key.expires:%Y-%m-%d}",
                advice="get a new certificate for it, and start the node again"
                if key.own
                else "get the new certificate from its owner, and put it into [[trust]]",
            )
        elif left < _KEY_SOON:
            reason = f"{left.days} days left: until {key.expires:%Y-%m-%d}"
            advice = "get its successor now, and tell peers before you change it"
            yield Check(name="key", about=key.name, status=Level.WARN, reason=reason, advice=advice)
        else:
            yield Check(name="key", about=key.name, status=Level.PASS, reason=f"{left.days} days left")


# --- workers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerVitals:
    """A worker of this node: for how long (seconds) it has been at one item, and how many failed in a row."""

    name: str
    ended: bool = False
    busy: float = 0.0
    failures: int = 0


def workers(known: Iterable[WorkerVitals]) -> Iterator[Check]:
    """A worker that ended or is stuck fails: what it does isn't done. Failures that nobody foresaw warn."""
    advice = "the log says where it stopped; start the node again: it goes on where it was. Please report it"
    for worker in known:
        if worker.ended:
            yield Check(name="worker", about=worker.name, status=Level.FAIL, reason="it ended", advice=advice)
        elif worker.busy >= _WORKER_STUCK:
            reason = f"at one item for {span(dt.timedelta(seconds=worker.busy))}"
            yield Check(name="worker", about=worker.name, status=Level.FAIL, reason=reason, advice=advice)
        elif worker.failures >= _WORKER_FAILING:
            reason = f"{worker.failures} items in a row failed for a reason that nobody foresaw"
            advice_ = "the log names the error and its place (`worker.failed`); please report it"
            yield Check(name="worker", about=worker.name, status=Level.WARN, reason=reason, advice=advice_)
        else:
            yield Check(name="worker", about=worker.name, status=Level.PASS, reason="works")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkVitals:
    """The processes that verify and translate.

    able      whether new ones can begin
    here      how many there are now: none before the first document
    waiting   jobs that wait for one
    lost      jobs since the start that were lost with their process, by reason
    lost_ago  seconds since the last of them; None: none was
    """

    able: bool = True
    here: int = 0
    waiting: int = 0
    lost: Mapping[str, int] = field(default_factory=dict)
    lost_ago: float | None = None


def work(found: WorkVitals) -> Check:
    """Without processes nothing is verified: that fails. One that was replaced within the hour is a warning."""
    if not found.able:
        reason = "no new process can begin: nothing is verified or translated any more"
        advice = "start the node again; see whether the machine ran out of memory (`dmesg`)"
        return Check(name="work", status=Level.FAIL, reason=reason, advice=advice)
    if found.lost_ago is not None and found.lost_ago < _LOST_RECENT:
        reasons = ", ".join(f"{why} {count}" for why, count in sorted(found.lost.items()))
        return Check(
            name="work",
            status=Level.WARN,
            reason=f"processes were replaced, the last {span(dt.timedelta(seconds=found.lost_ago))} ago: {reasons}",
            advice="docs/how-to/watch-a-node.md says what each reason means; the log (`work.lost`) names the document",
        )
    reason = f"{found.here} processes, {found.waiting} documents waiting"
    return Check(name="work", status=Level.PASS, reason=reason)


def stopping(*, told: bool) -> Iterator[Check]:
    """A node that was told to stop finishes what it does, and takes in nothing more."""
    if told:
        reason, advice = "the node was told to stop", "start it again when it has ended, if nobody meant it"
        yield Check(name="stopping", status=Level.FAIL, reason=reason, advice=advice)
