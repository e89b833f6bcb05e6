"""The use case: bring our business receipts back to the senders. Each is retried like any other message."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence

from gateway.delivery.problem import Stopped
from gateway.delivery.schedule import end_of
from gateway.delivery.signing import RECEIPT_MEDIA_TYPE
from gateway.delivery.states import OutgoingReceipt
from gateway.delivery.store import Retry
from gateway.drivers.failpoints import reach
from gateway.drivers.logs import say, tracing
from gateway.node.links import Request, failed, post, retry_of, say_failed, succeeded, take_fairly, turn
from gateway.node.queue_worker import QueueWorker, Task
from gateway.node.running import Link, Running

AT_ONCE = 128


def answerer(running: Running) -> QueueWorker[OutgoingReceipt]:
    """The worker that sends our business receipts."""
    answering = _Answer(running)
    return QueueWorker(
        running,
        Task(
            queue="receipts",
            take=answering.take,
            name=lambda receipt: (receipt.peer, receipt.message),
            do=answering.send,
            failed=answering.unforeseen,
            most=AT_ONCE,
        ),
    )


class _Answer:
    def __init__(self, running: Running) -> None:
        self._running = running

    async def take(self, limit: int) -> Sequence[OutgoingReceipt]:
        running, now = self._running, self._running.now()

        async def due(limit: int, without: Sequence[str]) -> Sequence[OutgoingReceipt]:
            return await running.store.receipts_due(now, limit=limit, without=without)

        return await take_fairly(running, due, limit)

    async def send(self, receipt: OutgoingReceipt) -> None:
        link = self._running.links.get(receipt.peer)
        with tracing(receipt.trace):
            if link is None:
                await self._keep(receipt, Retry(code="peer.unknown", at=None))
            elif self._running.now() >= end_of(receipt.created, receipt.expires):
                await self._keep(receipt, Retry(code="delivery.expired", at=None))
            else:
                async with turn(link):
                    await self._attempt(link, receipt)

    async def unforeseen(self, receipt: OutgoingReceipt, error: Exception) -> None:
        code = error.code if isinstance(error, Stopped) else "internal.failed"
        stopped = Stopped(code, "an attempt failed here", status=400, stage="store", retryable=True)
        await self._put_off(receipt, stopped)

    async def _attempt(self, link: Link, receipt: OutgoingReceipt) -> None:
        leave = link.ask(self._running.clock.monotonic())
        if leave is None:
            return
        reach("receipt.sending")
        try:
            await post(self._running, link, _request(receipt.receipt_jws))
        except Stopped as stopped:
            failed(self._running, link, leave, "receipt", stopped)
            await self._put_off(receipt, stopped)
            return
        except BaseException:
            link.breaker.abandoned(leave)
            raise
        reach("receipt.sent")
        succeeded(self._running, link, leave, "receipt")
        await self._running.store.receipt_delivered(receipt.peer, receipt.message, self._running.now())

    async def _put_off(self, receipt: OutgoingReceipt, stopped: Stopped) -> None:
        now, failures = self._running.now(), receipt.attempts + 1
        retry = retry_of(stopped, failures=failures, now=now, until=end_of(receipt.created, receipt.expires))
        await self._keep(receipt, retry)
        said = {"peer": receipt.peer, "message": receipt.message}
        say_failed("receipt", stopped, **said, retry=retry, attempt=failures)

    async def _keep(self, receipt: OutgoingReceipt, retry: Retry) -> None:
        await self._running.store.receipt_attempted(receipt.peer, receipt.message, self._running.now(), retry)
        if retry.at is None:
            say("receipt.dead", peer=receipt.peer, message=receipt.message, code=retry.code)


def _request(jws: bytes) -> Request:
    async def once() -> AsyncIterator[bytes]:
        yield jws

    return Request(
        path="/v1/receipts",
        media_type=RECEIPT_MEDIA_TYPE,
        sha256=hashlib.sha256(jws).hexdigest(),
        size=len(jws),
        open_body=once,
    )
