"""The use case: decide about what was received, and tell the sender in a signed receipt.

parts from disk ─▶ verify and run again, by ourselves ─▶ decision ─▶ business receipt ─▶ one commit ─▶ hand-over
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from collections.abc import Sequence
from dataclasses import replace

from gateway.delivery.decision import Decision, business_receipt, decide
from gateway.delivery.message import Slice, slices
from gateway.delivery.problem import Stopped
from gateway.delivery.schedule import next_attempt
from gateway.delivery.signing import SignedEnvelope, sign_receipt
from gateway.delivery.states import Arrival, ArrivalState, OutgoingReceipt
from gateway.delivery.store import Retry
from gateway.drivers.bodies import missing
from gateway.drivers.failpoints import reach
from gateway.drivers.logs import say, tracing
from gateway.node.alarms import alarm
from gateway.node.examine import Examined, Received, ReceivedPart, ReceivedTranslation, examine
from gateway.node.queue_worker import QueueWorker, Task
from gateway.node.running import Running
from gateway.verify.terms import Terms

AT_ONCE = 8
"""Arrivals that are read, decided and written at the same time; the work itself is done one by one."""
TOGETHER = 4
"""Translations and derivations of one message are looked at up to so many times the limit of one document."""
_LOOKED_AT = frozenset({"translation", "derivation"})
TRIES = 5
"""After so many failures of ours an arrival is set aside, for a person to look at."""


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
            most=AT_ONCE,
        ),
    )


class _Decide:
    def __init__(self, running: Running) -> None:
        self._running = running
        self._last = ""

    async def take(self, limit: int) -> Sequence[Arrival]:
        return await self._running.store.undecided(self._running.now(), limit=limit, after=self._last)

    async def decide(self, arrival: Arrival) -> None:
        running, self._last = self._running, arrival.sender
        with tracing(arrival.trace):
            peer = running.peers.get(arrival.sender)
            seals = peer.seals if peer is not None else frozenset()
            terms = running.node.terms(running.now())
            if peer is not None:
                terms = replace(terms, channel=peer.vouches_for)
            found = await running.work(self._examine, arrival, terms, seals)
            running.metrics.verdict(found.original.verdict)
            decision = decide(found.original, found.translations, running.receive_policy)
            reach("decide.found")
            await self._write(arrival, decision, found)

    # --- in the work thread

    def _examine(self, arrival: Arrival, terms: Terms, seals: frozenset[str]) -> Examined:
        return examine(self._running.node, self._received(arrival), terms, seals)

    def _received(self, arrival: Arrival) -> Received:
        """The parts that are looked at; each translation with the papers that follow it."""
        signed = SignedEnvelope(jws=arrival.envelope_jws, envelope=arrival.envelope)
        original, *others = slices(signed)
        if sum(one.part.size for one in others if one.part.role in _LOOKED_AT) > TOGETHER * self._limit:
            return self._too_much(arrival, original, others)
        translations: list[ReceivedTranslation] = []
        for one in others:
            if one.part.role == "translation":
                translations.append(ReceivedTranslation(part=self._part(arrival, one), media_type=one.part.media_type))
            elif one.part.role == "derivation":
                derivation = self._part(arrival, one)
                translations[-1] = replace(translations[-1], derivation=derivation.octets)
            elif one.part.role == "losses":
                translations[-1] = replace(translations[-1], losses_sha256=one.part.sha256)
        return Received(original=self._part(arrival, original), translations=tuple(translations))

    def _too_much(self, arrival: Arrival, original: Slice, others: Sequence[Slice]) -> Received:
        """More than is held in memory at once: the translations aren't looked at, so that they can't be taken."""
        translations = [one.part for one in others if one.part.role == "translation"]
        unseen = [
            ReceivedTranslation(part=ReceivedPart(sha256=part.sha256, octets=None), media_type=part.media_type)
            for part in translations
        ]
        return Received(original=self._part(arrival, original), translations=tuple(unseen))

    @property
    def _limit(self) -> int:
        return self._running.node.limits.document_bytes

    def _part(self, arrival: Arrival, one: Slice) -> ReceivedPart:
        part = one.part
        if arrival.body is None:
            raise missing()
        if part.size > self._limit:
            return ReceivedPart(sha256=part.sha256, octets=None)
        octets = self._running.bodies.octets(arrival.body, part.sha256, offset=one.offset, size=part.size)
        return ReceivedPart(sha256=part.sha256, octets=octets)

    # --- and out again

    async def _write(self, arrival: Arrival, decision: Decision, found: Examined) -> None:
        running, now = self._running, self._running.now()
        signed = SignedEnvelope(jws=arrival.envelope_jws, envelope=arrival.envelope)
        receipt = sign_receipt(business_receipt(signed, decision, running.stamp()), running.signer)
        accepted = decision.decision == "accepted"
        decided = replace(
            arrival,
            state=ArrivalState.ACCEPTED if accepted else ArrivalState.REFUSED,
            business_receipt=receipt,
            account=found.account(),
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
        retryable = not isinstance(error, Stopped) or error.retryable
        failures = arrival.attempts + 1
        at = next_attempt(failures, now, random.random(), until=now + dt.timedelta(days=1))  # noqa: S311 - jitter
        if failures >= TRIES or not retryable:
            at = None
            await alarm(running, code, peer=arrival.sender, message=arrival.id)
            say("arrival.set_aside", level=logging.ERROR, peer=arrival.sender, message=arrival.id, code=code)
        await running.store.hand_over_failed(arrival.sender, arrival.id, now, Retry(code=code, at=at))
