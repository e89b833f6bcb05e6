"""Checks of what a node does with others: its queues and dead letters, alarms, peers, and its clock against theirs.

A peer that is down is a warning: what waits for it is safe here, and others are served.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gateway.delivery.check import Check, Level, span
from gateway.delivery.states import Alarm
from gateway.delivery.store import Depth

_SKEW_REFUSED = dt.timedelta(seconds=300)
"""With a clock this wrong nobody accepts our door signatures, nor we theirs (docs/protocol.md)."""

_SKEW_SEEN = dt.timedelta(seconds=60)
_SENDING_LATE = dt.timedelta(hours=1)
_DECIDING_LATE = dt.timedelta(minutes=5)
_DECIDING_STUCK = dt.timedelta(hours=1)
_HAND_OVER_LATE = dt.timedelta(hours=24)
_ALARM_RECENT = dt.timedelta(days=7)
_QUEUE_NEARLY_FULL = 0.8


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
    reason = f"{count} waiting, the oldest for {span(age)}"
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
    "peer.broke_off": "it breaks off before its answer is complete",
    "peer.tls": "its certificate isn't accepted",
    "peer.other_id": "another participant answers at its address",
    "peer.protocol": "it speaks no protocol that this node knows",
    "peer.answer": "what answers at its address is no node",
}
_PEER_ADVICE = {
    "peer.unreachable": "ask its operator; deliveries to it wait here, and go on by themselves",
    "peer.timeout": "ask its operator; deliveries to it wait here, and go on by themselves",
    "peer.broke_off": "ask its operator, and look at the proxies on the way; deliveries to it wait here",
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
    if abs(middle) >= _SKEW_REFUSED.total_seconds() and len(skews) > 1:
        return Check(name="clock", status=Level.FAIL, reason=reason, advice=advice)
    if abs(middle) >= _SKEW_SEEN.total_seconds():
        return Check(name="clock", status=Level.WARN, reason=reason, advice=advice)
    return Check(name="clock", status=Level.PASS, reason=reason)
