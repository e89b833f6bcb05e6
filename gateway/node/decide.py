"""The use case: decide about what was received, and tell the sender in a signed receipt.

parts from disk ─▶ ask outside ─▶ verify and run again, by ourselves ─▶ decision ─▶ business receipt ─▶ one commit
─▶ hand-over
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from gateway.delivery.decision import Decision, business_receipt, decide
from gateway.delivery.problem import Stopped
from gateway.delivery.schedule import next_attempt
from gateway.delivery.signing import SignedEnvelope, sign_receipt
from gateway.delivery.states import Arrival, ArrivalState, OutgoingReceipt
from gateway.delivery.store import Retry
from gateway.drivers.failpoints import reach
from gateway.drivers.logs import say, tracing
from gateway.drivers.work import LOST
from gateway.node.alarms import alarm
from gateway.node.examine_arrival import (
    Closeness,
    Found,
    examine_arrival,
    message_of,
    questions_of_arrival,
    sender_of,
)
from gateway.node.online import gather_for
from gateway.node.queue_worker import QueueWorker, Task
from gateway.node.running import Running
from gateway.verify.gathering import NOTHING

OF_EACH = 6
"""Arrivals of one sender that are decided at the same time: so many more than are at work that none of those waits."""
_SENDERS = 16
"""Senders of whom so many are: of more, fewer."""
TRIES = 5
"""After so many failures of ours an arrival is set aside, for a person to look at."""
_WHOLE, _NOT_RUN_AGAIN = 2, 3
"""Up to so many tries of a message that goes over the limits for work, it is looked at so closely."""


def decider(running: Running) -> QueueWorker[Arrival]:
    """The worker that decides about arrivals."""
    deciding = _Decide(running)
    return QueueWorker(
        running,
        Task(
            queue="undecided",
            take=deciding.take,
            name=lambda arrival: (arrival.sender, arrival.id),
            do=deciding.decide,
            failed=deciding.unforeseen,
            most=2 * OF_EACH * min(len(running.peers), _SENDERS),
        ),
    )


def how_closely(arrival: Arrival) -> Closeness:
    """A message that went over the limits for work is looked at less closely each time, so that it has an end."""
    if arrival.problem not in LOST or arrival.attempts < _WHOLE:
        return Closeness.WHOLE
    return Closeness.NOT_RUN_AGAIN if arrival.attempts < _NOT_RUN_AGAIN else Closeness.UNSEEN


class _Decide:
    def __init__(self, running: Running) -> None:
        self._running = running
        self._last = ""

    async def take(self, limit: int) -> Sequence[Arrival]:
        return await self._running.store.undecided(self._running.now(), limit=limit, after=self._last, each=OF_EACH)

    async def decide(self, arrival: Arrival) -> None:
        running, self._last = self._running, arrival.sender
        with tracing(arrival.trace):
            message, sender = message_of(arrival, running.bodies), sender_of(running.peers.get(arrival.sender))
            closeness, gathered = how_closely(arrival), NOTHING
            if closeness is not Closeness.UNSEEN:
                questions = partial(questions_of_arrival, sender=sender)
                gathered = await gather_for(running, arrival.sender, questions, message)
            now = running.now()
            found = await running.work(arrival.sender, examine_arrival, message, now, sender, closeness, gathered)
            running.metrics.verdict(found.original.verdict)
            decision = decide(found.original, found.translations, running.receive_policy)
            reach("decide.found")
            await self._write(arrival, decision, found)

    async def _write(self, arrival: Arrival, decision: Decision, found: Found) -> None:
        running, now = self._running, self._running.now()
        signed = SignedEnvelope(jws=arrival.envelope_jws, envelope=arrival.envelope)
        receipt = sign_receipt(business_receipt(signed, decision, running.stamp()), running.signer)
        accepted = decision.decision == "accepted"
        decided = replace(
            arrival,
            state=ArrivalState.ACCEPTED if accepted else ArrivalState.REFUSED,
            business_receipt=receipt,
            account=found.account,
            problem=decision.reason,
        )
        outgoing = OutgoingReceipt(
            peer=arrival.sender,
            message=arrival.id,
            receipt_jws=receipt,
            created=now,
            expires=now + dt.timedelta(hours=running.settings.delivery.expires_hours),
            trace=arrival.trace,
            next_attempt=now,
        )
        await running.store.decide(decided, outgoing, now)
        reach("decide.decided")
        running.wake("receipts")
        running.wake("inbox")
        running.metrics.arrival(arrival.sender, "accepted" if accepted else "refused")
        say(
            "arrival.decided",
            peer=arrival.sender,
            message=arrival.id,
            state=decision.decision,
            code=decision.reason,
        )

    async def unforeseen(self, arrival: Arrival, error: Exception) -> None:
        """Later again, later each time; at last it is set aside with an alarm, and stays to be looked at."""
        running, now = self._running, self._running.now()
        code = error.code if isinstance(error, Stopped) else "internal.failed"
        hopeless = isinstance(error, Stopped) and not error.retryable and code not in LOST
        failures = arrival.attempts + 1
        at = next_attempt(failures, now, random.random(), until=now + dt.timedelta(days=1))  # noqa: S311 - jitter
        if failures >= TRIES or hopeless:
            at = None
            await alarm(running, code, peer=arrival.sender, message=arrival.id)
            say("arrival.set_aside", level=logging.ERROR, peer=arrival.sender, message=arrival.id, code=code)
        await running.store.hand_over_failed(arrival.sender, arrival.id, now, Retry(code=code, at=at))
