"""How a node is: what was measured goes in, checks come out. Each says pass, warn or fail, why, and what to do.

fail   this node can't do its work: a load balancer should send nobody here
warn   a person should look: it works, but something is late, ends soon, or was given up
A peer that is down is a warning: what waits for it is safe here, and others are served.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.delivery.states import Alarm
from gateway.delivery.store import Depth
from gateway.model.noun import Noun

SKEW_REFUSED = dt.timedelta(seconds=300)
"""With a clock this wrong nobody accepts our door signatures, nor we theirs (docs/protocol.md)."""

_SKEW_SEEN = dt.timedelta(seconds=60)
_KEY_SOON = dt.timedelta(days=30)
_SENDING_LATE = dt.timedelta(hours=1)
_DECIDING_LATE = dt.timedelta(minutes=5)
_DECIDING_STUCK = dt.timedelta(hours=1)
_HAND_OVER_LATE = dt.timedelta(hours=24)
_ALARM_RECENT = dt.timedelta(days=7)
_RETENTION_BEHIND = dt.timedelta(hours=1)
_QUEUE_NEARLY_FULL = 0.8
_WORKER_STUCK = 900.0
_WORKER_FAILING = 3
_LOST_RECENT = 3600.0


class Level(StrEnum):
    """The answer of a check, and of a node: the worst of its checks."""

    PASS = "pass"  # noqa: S105 - a word, no secret
    WARN = "warn"
    FAIL = "fail"

    @property
    def severity(self) -> int:
        """0 for pass, 1 for warn, 2 for fail."""
        return (Level.PASS, Level.WARN, Level.FAIL).index(self)


class Check(Noun):
    """One thing that was looked at. `about` tells several of one name apart: a key, a peer, a worker."""

    name: str
    status: Level
    about: str = ""
    reason: str
    advice: str = ""


class Health(Noun):
    """How a node is, as of a time."""

    status: Level
    at: dt.datetime
    checks: tuple[Check, ...]


def conclude_health(checks: Iterable[Check], at: dt.datetime) -> Health:
    """The worst of the checks."""
    checks = tuple(checks)
    return Health(status=worst_level(check.status for check in checks), at=at, checks=checks)


def worst_level(levels: Iterable[Level]) -> Level:
    """The most severe of several; pass where there is none."""
    return max(levels, key=lambda level: level.severity, default=Level.PASS)


# --- where things are kept -------------------------------------------------------------------------------------------

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


# --- queues ----------------------------------------------------------------------------------------------------------


def queues(depth: Depth, now: dt.datetime, *, limit: int) -> Iterator[Check]:
    """How long the oldest item of each queue waits; `limit` is the depth from which nothing more is taken in."""
    yield _capacity(depth, limit)
    yield _waiting(
        "outbox", depth.outbox, depth.oldest_outbox, now, warn=_SENDING_LATE,
        advice="`testamur deliveries list` and the check of its peer say what it waits for",
    )  # fmt: skip
    yield _waiting(
        "receipts", depth.receipts, depth.oldest_receipt, now, warn=_SENDING_LATE,
        advice="the peer that sent the document doesn't take our answer: see the check of its peer",
    )  # fmt: skip
    yield _waiting(
        "undecided", depth.undecided, depth.oldest_undecided, now, warn=_DECIDING_LATE, fail=_DECIDING_STUCK,
        advice="documents aren't verified as fast as they come, or not at all: see the workers' checks, and the log",
    )  # fmt: skip
    yield _waiting(
        "inbox", depth.inbox, depth.oldest_inbox, now, warn=_HAND_OVER_LATE,
        advice="the registry's own system doesn't take documents: see [hand_over] and the log",
    )  # fmt: skip
    yield _dead_letters(depth.dead)


def _capacity(depth: Depth, limit: int) -> Check:
    fullest = max(depth.outbox, depth.undecided + depth.inbox)
    reason = f"{fullest} of {limit} places taken"
    advice = "see what the queues wait for; raise [delivery] queue_depth only if the disk has room"
    if fullest >= limit:
        return Check(name="capacity", status=Level.FAIL, reason=f"{reason}: nothing is taken in", advice=advice)
    if fullest >= limit * _QUEUE_NEARLY_FULL:
        return Check(name="capacity", status=Level.WARN, reason=reason, advice=advice)
    return Check(name="capacity", status=Level.PASS, reason=reason)


def _waiting(
    name: str,
    count: int,
    oldest: dt.datetime | None,
    now: dt.datetime,
    *,
    warn: dt.timedelta,
    fail: dt.timedelta | None = None,
    advice: str,
) -> Check:
    if oldest is None:
        return Check(name=name, status=Level.PASS, reason="nothing waits")
    age = max(now - oldest, dt.timedelta())
    reason = f"{count} waiting, the oldest for {_span(age)}"
    if fail is not None and age >= fail:
        return Check(name=name, status=Level.FAIL, reason=reason, advice=advice)
    if age >= warn:
        return Check(name=name, status=Level.WARN, reason=reason, advice=advice)
    return Check(name=name, status=Level.PASS, reason=reason)


def _dead_letters(dead: int) -> Check:
    if not dead:
        return Check(name="dead letters", status=Level.PASS, reason="none")
    return Check(
        name="dead letters",
        status=Level.WARN,
        reason=f"{dead} deliveries were given up, and nobody has looked at them yet",
        advice="`testamur deliveries list --state dead` shows them; `retry` or `discard` each",
    )


def _span(age: dt.timedelta) -> str:
    seconds = int(age.total_seconds())
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"


def alarms(known: Sequence[Alarm], now: dt.datetime) -> Iterator[Check]:
    """What happened within seven days that a person must look at: about each peer by itself, so that none hides it."""
    recent = [alarm for alarm in known if now - alarm.at < _ALARM_RECENT]
    if not recent:
        yield Check(name="alarms", status=Level.PASS, reason="none within 7 days")
    for peer in sorted({alarm.peer or "" for alarm in recent}):
        codes = Counter(alarm.code for alarm in recent if (alarm.peer or "") == peer)
        yield Check(
            name="alarms",
            about=peer,
            status=Level.WARN,
            reason=f"{codes.total()} within 7 days: {', '.join(sorted(codes))}",
            advice="docs/how-to/watch-a-node.md says what each means; talk to the peer, if it is about one; then "
            "`testamur alarms acknowledge`",
        )


def retention(code: str | None, behind: dt.timedelta = dt.timedelta()) -> Check:
    """Whether what is done with is deleted in time; `code` is why the last round wasn't, `behind` how far the time that
    it goes by is behind the machine's clock.
    """
    if code is None and behind >= _RETENTION_BEHIND:
        return Check(
            name="retention",
            status=Level.WARN,
            reason=f"the machine's clock is {_span(behind)} ahead of what this node saw pass: nothing is deleted by it",
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


# --- peers and clock -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerVitals:
    """What was last seen of a peer.

    asked    when its node was last asked; None: not yet since the start
    problem  code of why it couldn't be reached, or isn't who it should be; None: it answered as it should
    skew     its clock minus ours, from its Date header; None: unknown
    waiting  whether attempts to send to it are suspended (its breaker is open)
    """

    id: str
    asked: dt.datetime | None = None
    problem: str | None = None
    skew: dt.timedelta | None = None
    waiting: bool = False


_PEER_REASON = {
    "peer.unreachable": "nothing answers at its address",
    "peer.timeout": "it took too long to answer",
    "peer.tls": "its certificate isn't accepted",
    "peer.other_id": "another participant answers at its address",
    "peer.protocol": "it speaks no protocol that this node knows",
    "peer.answer": "what answers at its address is no node",
}
_PEER_ADVICE = {
    "peer.unreachable": "ask its operator; deliveries to it wait here, and go on by themselves",
    "peer.timeout": "ask its operator; deliveries to it wait here, and go on by themselves",
    "peer.tls": "ask its operator for its authority's certificate; check [[peer]] url and authority",
    "peer.other_id": "check [[peer]] id and url with its operator",
    "peer.protocol": "one of the two nodes must be updated",
}


def peers(known: Iterable[PeerVitals]) -> Iterator[Check]:
    """Each peer by itself. Never worse than a warning."""
    for peer in known:
        if peer.problem is not None:
            reason = f"{_PEER_REASON.get(peer.problem, 'it takes nothing')} ({peer.problem})"
            advice = _PEER_ADVICE.get(peer.problem, "`testamur doctor` asks it again, and says more")
            yield Check(name="peer", about=peer.id, status=Level.WARN, reason=reason, advice=advice)
        elif peer.waiting:
            reason, advice = "attempts are suspended after failures", "the log says why; they go on by themselves"
            yield Check(name="peer", about=peer.id, status=Level.WARN, reason=reason, advice=advice)
        elif peer.asked is None:
            yield Check(name="peer", about=peer.id, status=Level.PASS, reason="not asked yet")
        else:
            yield Check(name="peer", about=peer.id, status=Level.PASS, reason="answers")


def clock(known: Iterable[PeerVitals], jump: dt.timedelta = dt.timedelta()) -> Check:
    """This node's clock, held against its peers': the middle of what they show.

    One peer alone can be wrong itself, so that it is never more than a warning. `jump` is how far the machine's clock
    stands from where it should be since it was set; the node doesn't follow it at once.
    """
    if jump:
        reason = f"the machine's clock was set by {jump.total_seconds():+.0f} seconds; the node doesn't follow it yet"
        advice = "if it is right now, wait: it is believed after 15 minutes; else set it right (timedatectl)"
        return Check(name="clock", status=Level.WARN, reason=reason, advice=advice)
    skews = [peer.skew.total_seconds() for peer in known if peer.skew is not None]
    if not skews:
        return Check(name="clock", status=Level.PASS, reason="no peer's clock seen yet")
    middle = statistics.median(skews)
    reason = f"{abs(middle):.0f} seconds {'behind' if middle > 0 else 'ahead of'} the clocks of {len(skews)} peer(s)"
    advice = "let the machine keep its time by NTP (timedatectl); peers refuse what is more than 300 seconds off"
    if abs(middle) >= SKEW_REFUSED.total_seconds() and len(skews) > 1:
        return Check(name="clock", status=Level.FAIL, reason=reason, advice=advice)
    if abs(middle) >= _SKEW_SEEN.total_seconds():
        return Check(name="clock", status=Level.WARN, reason=reason, advice=advice)
    return Check(name="clock", status=Level.PASS, reason=reason)


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
            reason = f"at one item for {_span(dt.timedelta(seconds=worker.busy))}"
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
            reason=f"processes were replaced, the last {_span(dt.timedelta(seconds=found.lost_ago))} ago: {reasons}",
            advice="docs/how-to/watch-a-node.md says what each reason means; the log (`work.lost`) names the document",
        )
    reason = f"{found.here} processes, {found.waiting} documents waiting"
    return Check(name="work", status=Level.PASS, reason=reason)


# --- all of it -------------------------------------------------------------------------------------------------------


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
    work: WorkVitals = WorkVitals()
    retention: str | None = None
    behind: dt.timedelta = dt.timedelta()
    clock_jump: dt.timedelta = dt.timedelta()
    stopping: bool = False


def judge(vitals: Vitals) -> Health:
    """All checks of a node."""
    checks = [database(vitals.database), disk(vitals.disk_free, watermark=vitals.disk_watermark)]
    checks += keys(vitals.keys, vitals.now)
    if vitals.depth is not None:
        checks += queues(vitals.depth, vitals.now, limit=vitals.queue_limit)
        checks += alarms(vitals.alarms, vitals.now)
    checks.append(retention(vitals.retention, vitals.behind))
    checks += peers(vitals.peers)
    checks.append(clock(vitals.peers, vitals.clock_jump))
    checks += workers(vitals.workers)
    checks.append(work(vitals.work))
    if vitals.stopping:
        checks.append(Check(name="stopping", status=Level.FAIL, reason="the node was told to stop"))
    return conclude_health(checks, vitals.now)
