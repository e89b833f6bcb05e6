"""The use case: send what is in the outbox, until the peer's signed receipt is in our hands.

take what is due ─▶ the peer's turn ─▶ one attempt ─▶ check the transport receipt ─▶ keep it, or try again later
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence

from gateway.delivery.breaker import Leave
from gateway.delivery.message import MEDIA_TYPE
from gateway.delivery.problem import Stopped
from gateway.delivery.schedule import ask_again, end_of
from gateway.delivery.signing import SignedEnvelope, read_transport_receipt
from gateway.delivery.states import Delivery, DeliveryState
from gateway.delivery.store import Retry
from gateway.drivers.failpoints import reach
from gateway.drivers.logs import say, tracing
from gateway.node.alarms import alarm, check_date
from gateway.node.links import Request, failed, post, retry_of, say_failed, succeeded, take_fairly, turn
from gateway.node.queue_worker import QueueWorker, Task
from gateway.node.running import Link, Running

AT_ONCE = 128


def dispatcher(running: Running) -> QueueWorker[Delivery]:
    """The worker that sends our deliveries."""
    sending = _Dispatch(running)
    return QueueWorker(
        running,
        Task(
            queue="outbox",
            take=sending.take,
            name=lambda delivery: delivery.id,
            do=sending.send,
            failed=sending.unforeseen,
            most=AT_ONCE,
        ),
    )


class _Dispatch:
    def __init__(self, running: Running) -> None:
        self._running = running

    async def take(self, limit: int) -> Sequence[Delivery]:
        running, now = self._running, self._running.now()

        async def due(limit: int, without: Sequence[str]) -> Sequence[Delivery]:
            return await running.store.due(now, limit=limit, without=without)

        return await take_fairly(running, due, limit)

    async def send(self, delivery: Delivery) -> None:
        link = self._running.links.get(delivery.peer)
        with tracing(delivery.trace):
            if link is None:
                await self._give_up(delivery, "peer.unknown")
            elif self._running.now() >= _end(delivery):
                await self._give_up(delivery, _too_late(delivery))
            else:
                async with turn(link):
                    await self._attempt(link, delivery)

    async def unforeseen(self, delivery: Delivery, error: Exception) -> None:
        code = error.code if isinstance(error, Stopped) else "internal.failed"
        stopped = Stopped(code, "an attempt failed here", status=400, stage="store", retryable=True)
        await self._put_off(delivery, stopped)

    async def _attempt(self, link: Link, delivery: Delivery) -> None:
        if delivery.body is None:
            await self._give_up(delivery, "body.missing")
            return
        leave = link.ask(self._running.clock.monotonic())
        if leave is None:
            return  # the breaker opened while this one waited for its turn: it stays due
        reach("dispatch.sending")
        ours: list[Stopped] = []
        try:
            answer = await post(self._running, link, self._request(delivery, delivery.body, ours))
            reach("dispatch.sent")
            receipt = answer.body
            await self._check(link, delivery, receipt)
        except Stopped as stopped:
            if ours:  # our disk's fault says nothing of the peer
                link.breaker.abandoned(leave)
                await self._unreadable(delivery, ours[0])
            else:
                await self._failed(link, leave, delivery, stopped)
            return
        except BaseException:
            link.breaker.abandoned(leave)
            raise
        succeeded(self._running, link, leave, "message")
        now = self._running.now()
        await self._running.store.receipted(delivery.id, receipt, now, _ask_at(delivery, now))
        say("delivery.receipted", peer=delivery.peer, message=delivery.id, attempt=delivery.attempts + 1)

    def _request(self, delivery: Delivery, body: str, faults: list[Stopped]) -> Request:
        """The message from the disk; what goes wrong there is noted in `faults`: the client can't tell whose it is."""

        async def octets() -> AsyncIterator[bytes]:
            try:
                async for chunk in self._running.bodies.read(body, body):
                    yield chunk
            except Stopped as stopped:
                faults.append(stopped)
                raise

        return Request(
            path="/v1/messages",
            media_type=MEDIA_TYPE,
            sha256=body,
            size=delivery.size,
            open_body=octets,
        )

    async def _unreadable(self, delivery: Delivery, fault: Stopped) -> None:
        """What our own disk lost or altered doesn't mend itself: a person is told."""
        if not fault.retryable:
            await alarm(self._running, fault.code, peer=delivery.peer, message=delivery.id)
        await self._put_off(delivery, fault)

    async def _check(self, link: Link, delivery: Delivery, receipt: bytes) -> None:
        """A receipt that doesn't fit (attack G7) is no receipt: the attempt failed, and a person is told."""
        try:
            sent = SignedEnvelope(jws=delivery.envelope_jws, envelope=delivery.envelope)
            read = read_transport_receipt(receipt, link.peer, sent)
        except Stopped as stopped:
            await alarm(self._running, stopped.code, peer=delivery.peer, message=delivery.id)
            raise Stopped(stopped.code, stopped.message, status=502, stage="receipt", retryable=True) from None
        await check_date(self._running, read.received, sent)

    async def _failed(self, link: Link, leave: Leave, delivery: Delivery, stopped: Stopped) -> None:
        failed(self._running, link, leave, "message", stopped)
        await self._put_off(delivery, stopped)

    async def _put_off(self, delivery: Delivery, stopped: Stopped) -> None:
        now, failures = self._running.now(), delivery.attempts + 1
        retry = retry_of(stopped, failures=failures, now=now, until=_end(delivery))
        await self._keep(delivery, retry, now)
        say_failed("message", stopped, peer=delivery.peer, message=delivery.id, retry=retry, attempt=failures)

    async def _give_up(self, delivery: Delivery, code: str) -> None:
        now = self._running.now()
        await self._keep(delivery, Retry(code=code, at=None), now)
        say("delivery.dead", peer=delivery.peer, message=delivery.id, code=code)

    async def _keep(self, delivery: Delivery, retry: Retry, now: dt.datetime) -> None:
        await self._running.store.attempted(delivery.id, now, retry)
        if retry.at is None:
            self._running.metrics.delivery_ended(delivery.peer, "dead")


def _end(delivery: Delivery) -> dt.datetime:
    return end_of(delivery.created, delivery.expires)


def _too_late(delivery: Delivery) -> str:
    return "delivery.undecided" if delivery.state is DeliveryState.RECEIPTED else "delivery.expired"


def _ask_at(delivery: Delivery, now: dt.datetime) -> dt.datetime:
    """When to send it again for want of a business receipt; at the end it is a dead letter that one sees."""
    asked = delivery.attempts + 1 if delivery.state is DeliveryState.RECEIPTED else 0
    return ask_again(asked, now, until=_end(delivery)) or _end(delivery)
