"""The port to whatever keeps outbox, inbox and receipts. One call is one transaction: all of it, or nothing.

When a call returns, what it wrote is flushed to disk. Every call may raise `Stopped`: `store.full` (507), `store.busy`
(503, retryable), `store.failed` (503, retryable), `store.damaged` (500: what is on the disk isn't what was written).
Times are given by the caller; a store has no clock. A new row whose `next_attempt` is None is due at once.

Whoever is cancelled while a call runs may find later that it was done: every call can be made again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from gateway.delivery.states import Alarm, Arrival, ArrivalState, Delivery, DeliveryState, Event, OutgoingReceipt

Queue = Literal["outbox", "receipts", "undecided", "inbox"]
"""What `due`, `receipts_due`, `undecided` and `to_hand_over` take from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """An attempt that failed: with what code, and when to try again. `at` None gives up: a dead letter."""

    code: str
    at: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much waits, and for how long. `oldest_*` are when the oldest waiting item came; None where nothing waits.

    outbox     deliveries queued, or receipted and not yet decided
    receipts   business receipts of ours that their peer hasn't taken yet
    undecided  arrivals received and not yet decided
    inbox      arrivals accepted and not yet handed over
    dead       dead letters
    """

    outbox: int = 0
    receipts: int = 0
    undecided: int = 0
    inbox: int = 0
    dead: int = 0
    oldest_outbox: dt.datetime | None = None
    oldest_receipt: dt.datetime | None = None
    oldest_undecided: dt.datetime | None = None
    oldest_inbox: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedBodies:
    """The bodies that rows name.

    names     of all rows, as it stands there
    doubtful  those of them that only a damaged row names: what it should name may be another
    """

    names: frozenset[str]
    doubtful: frozenset[str] = frozenset()


class DeliveryStore(Protocol):
    """Outbox, inbox, receipts, timelines, alarms."""

    # --- the sender's side

    async def submit(self, delivery: Delivery) -> Delivery:
        """Put a new delivery into the outbox; where its idempotency key, or id, is known, that one is returned.

        Raises:
            Stopped: `request.key_reused` (409) where the key was used for another request.
        """
        ...

    async def due(self, now: dt.datetime, *, limit: int, without: Sequence[str] = ()) -> Sequence[Delivery]:
        """Deliveries, queued or receipted, whose next attempt is due, longest due first; none of `without`."""
        ...

    async def waiting_for(self, peer: str) -> int:
        """How many deliveries to a peer wait: to be sent, or for its decision."""
        ...

    async def attempted(self, message: str, now: dt.datetime, retry: Retry) -> None:
        """An attempt failed. Nothing happens to a delivery that was decided meanwhile."""
        ...

    async def receipted(self, message: str, receipt: bytes, now: dt.datetime, next_attempt: dt.datetime) -> None:
        """The peer's transport receipt came. `next_attempt` is when to ask again if no business receipt follows."""
        ...

    async def decided(
        self, message: str, receipt: bytes, state: DeliveryState, now: dt.datetime, *, reason: str | None = None
    ) -> Delivery:
        """The peer's business receipt came; the same one again changes nothing.

        A dead or discarded delivery becomes what the receipt says: the peer's word is later than our giving up.

        Raises:
            Stopped: `receipt.unknown_message` (404), `receipt.conflict` (409) for another receipt than the one held.
        """
        ...

    async def retry(self, message: str, now: dt.datetime) -> Delivery:
        """A dead letter goes back into the queue.

        Raises:
            Stopped: `delivery.unknown` (404), `delivery.not_dead` (409).
        """
        ...

    async def discard(self, message: str, now: dt.datetime, reason: str) -> Delivery:
        """A dead letter is given up for good. Raises as `retry`."""
        ...

    # --- the receiver's side

    async def admit(self, arrival: Arrival) -> Arrival:
        """Put a message into the inbox; where (sender, id) is there already, that arrival is returned.

        Whoever calls compares `envelope_sha256` of what comes back: another digest is a conflict.
        """
        ...

    async def unfinished(self, sender: str) -> int:
        """How many arrivals of a sender are still to be decided, or to be handed over."""
        ...

    async def undecided(
        self, now: dt.datetime, *, limit: int, after: str = "", each: int | None = None
    ) -> Sequence[Arrival]:
        """Arrivals still to be decided whose next attempt is due: senders take turns, one arrival each.

        The turn begins with the sender that follows `after` in the order of their ids, and goes round. Of one sender,
        the longest due first, and at most `each`.
        """
        ...

    async def decide(self, arrival: Arrival, receipt: OutgoingReceipt, now: dt.datetime) -> None:
        """Write down our decision: `arrival` has its new state, business receipt and account; the receipt for the
        sender goes into the outbox in the same transaction. Deciding again changes nothing.

        Raises:
            Stopped: `arrival.unknown` (404).
        """
        ...

    async def receipts_due(
        self, now: dt.datetime, *, limit: int, without: Sequence[str] = ()
    ) -> Sequence[OutgoingReceipt]:
        """Business receipts of ours that are due to be sent."""
        ...

    async def receipt_delivered(self, peer: str, message: str, now: dt.datetime) -> None:
        """The sender took our business receipt."""
        ...

    async def receipt_attempted(self, peer: str, message: str, now: dt.datetime, retry: Retry) -> None:
        """Sending our business receipt failed; without `retry.at` it is given up until `receipt_again`."""
        ...

    async def receipt_again(self, peer: str, message: str, now: dt.datetime) -> None:
        """The same message came again: a business receipt that was made for it is sent again."""
        ...

    async def to_hand_over(self, now: dt.datetime, *, limit: int, after: str = "") -> Sequence[Arrival]:
        """Accepted arrivals whose hand-over is due, in turns as `undecided`."""
        ...

    async def handed_over(self, sender: str, message: str, now: dt.datetime) -> Arrival:
        """The registry's own system took it; again changes nothing.

        Raises:
            Stopped: `arrival.unknown` (404), `arrival.not_accepted` (409).
        """
        ...

    async def hand_over_failed(self, sender: str, message: str, now: dt.datetime, retry: Retry) -> None:
        """Handing over, or deciding, failed; without `retry.at` nothing is tried again by itself, and it still counts
        as waiting.

        Raises:
            Stopped: `arrival.unknown` (404).
        """
        ...

    async def set_aside(self, *, limit: int) -> Sequence[Arrival]:
        """Unfinished arrivals that nothing is done about by itself any more."""
        ...

    async def arrival_again(self, sender: str, message: str, now: dt.datetime) -> Arrival:
        """An arrival that was set aside is due again.

        Raises:
            Stopped: `arrival.unknown` (404), `arrival.not_set_aside` (409).
        """
        ...

    async def arrival_discard(self, sender: str, message: str, now: dt.datetime, reason: str) -> Arrival:
        """An arrival that was set aside is given up for good. Raises as `arrival_again`."""
        ...

    async def held(self) -> Mapping[str, int]:
        """Octets of the messages that came and whose bodies are kept, by sender."""
        ...

    # --- both

    async def delivery(self, message: str) -> Delivery | None:
        """One delivery."""
        ...

    async def deliveries(
        self, *, state: DeliveryState | None = None, before: str | None = None, limit: int = 50
    ) -> Sequence[Delivery]:
        """Deliveries, newest first; `before` is the id of the last one of the page before."""
        ...

    async def arrival(self, sender: str, message: str) -> Arrival | None:
        """One arrival."""
        ...

    async def arrivals(self, *, state: ArrivalState | None = None, limit: int = 50) -> Sequence[Arrival]:
        """Arrivals, oldest first."""
        ...

    async def timeline(self, message: str, *, sender: str | None = None) -> Sequence[Event]:
        """What happened to a delivery of ours, or (with `sender`) to an arrival, in the order it happened."""
        ...

    async def next_due(self, queue: Queue, after: dt.datetime) -> dt.datetime | None:
        """When the next item of a queue is due, of those that are due later than `after`; None where none is."""
        ...

    async def depth(self) -> Depth:
        """How much waits."""
        ...

    async def alarm(self, alarm: Alarm) -> None:
        """Keep something that a person must look at."""
        ...

    async def alarms(self, *, limit: int = 50) -> Sequence[Alarm]:
        """The newest alarms first, acknowledged or not."""
        ...

    async def alarms_of_each(self, *, limit: int) -> Sequence[Alarm]:
        """The newest alarms about each peer, and about none, that nobody has acknowledged: so many of each, so that no
        peer's hide another's.
        """
        ...

    async def acknowledge(self, number: int, now: dt.datetime) -> Alarm:
        """Somebody has looked at an alarm; said again, nothing changes.

        Raises:
            Stopped: `alarm.unknown` (404).
        """
        ...

    async def probe(self) -> None:
        """Write and flush something that changes nothing: raises what any other write would raise now."""
        ...

    # --- retention

    async def bodies(self) -> NamedBodies:
        """The bodies that rows still need."""
        ...

    async def release_bodies(self, now: dt.datetime, *, older_than: dt.timedelta, limit: int) -> Sequence[str]:
        """Forget the bodies (and accounts) of what is finished since `older_than`; returns their names, to be deleted
        where `bodies` doesn't name them any more.
        """
        ...

    async def forget(self, now: dt.datetime, *, older_than: dt.timedelta, limit: int) -> int:
        """Delete finished rows older than that, if their envelope is past its end; returns how many."""
        ...

    # --- what a node notes for its next start

    async def noted(self, name: str) -> str | None:
        """What was noted last under a name; None where nothing was, or where the disk altered it."""
        ...

    async def note(self, name: str, value: str) -> None:
        """Note something."""
        ...

    async def close(self) -> None:
        """Finish what was begun, and close. Again does nothing."""
        ...
