"""The ways to the peers: who may be tried now, and one attempt with its door signature."""

from __future__ import annotations

import datetime as dt
import logging
import random
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from gateway.delivery.breaker import Leave
from gateway.delivery.door import sign_request
from gateway.delivery.problem import Problem, Stopped
from gateway.delivery.schedule import next_attempt, read_retry_after
from gateway.delivery.store import Retry
from gateway.drivers.http_client import Answer, Outgoing
from gateway.drivers.logs import say
from gateway.drivers.metrics import Sent
from gateway.node.running import Link, Running

WAITING_MOST = 32
"""Items of one peer that are taken out of the store at once: the others' turn comes in between."""

_T = TypeVar("_T")
_RETRYABLE = frozenset({408, 425, 429})
_SERVER_ERROR = 500
_CODE = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40}){1,3}")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Request:
    """One POST to a peer: its path, its body by digest, and how the body is opened."""

    path: str
    media_type: str
    sha256: str
    size: int
    open_body: Callable[[], AsyncIterator[bytes]]


def resting(running: Running) -> list[str]:
    """Peers that nothing is taken for now: enough of theirs is under way, or their breaker is open."""
    return [
        link.peer.id
        for link in running.links.values()
        if link.under_way >= WAITING_MOST or link.breaker.state != "closed"
    ]


async def take_fairly(
    running: Running, due: Callable[[int, Sequence[str]], Awaitable[Sequence[_T]]], limit: int
) -> Sequence[_T]:
    """What is due for peers that may be tried now; for one whose breaker has rested long enough, a single probe."""
    found = await due(limit, resting(running))
    link = _to_probe(running)
    if link is None:
        return found
    probe = await due(1, [peer for peer in running.links if peer != link.peer.id])
    if not probe and link.probe is not None:
        link.breaker.abandoned(link.probe)
        link.probe = None
    return [*probe, *found]


def _to_probe(running: Running) -> Link | None:
    now = running.clock.monotonic()
    for link in running.links.values():
        if link.breaker.state == "open":
            link.probe = link.breaker.ask(now)
        if link.probe is not None:
            return link
    return None


@asynccontextmanager
async def turn(link: Link) -> AsyncIterator[None]:
    """Wait for one's turn: so many requests to one peer at a time."""
    link.under_way += 1
    try:
        async with link.turns:
            yield
    finally:
        link.under_way -= 1


async def post(running: Running, link: Link, request: Request) -> Answer:
    """One attempt. What a peer refuses, and what doesn't come through, is raised.

    Raises:
        Stopped: what the peer's problem answer says; `peer.*` where there is none.
    """
    url = link.peer.url + request.path
    headers = sign_request(
        "POST",
        url,
        content_sha256=request.sha256,
        media_type=request.media_type,
        length=request.size,
        signer=running.signer,
        now=running.now(),
        nonce=secrets.token_urlsafe(18),
    )
    authority = running.authorities.get(link.peer.id)
    answer = await running.client.send(
        Outgoing(
            method="POST", url=url, headers=headers, size=request.size, open_body=request.open_body, authority=authority
        )
    )
    if answer.status not in {200, 204}:
        raise _refusal(answer, running.now())
    return answer


def _refusal(answer: Answer, now: dt.datetime) -> Stopped:
    """What a peer's answer means for us. Its words are for its own log: we keep its code, if it looks like one.

    Only a node can refuse for good: what answers without a problem of the protocol is something on the way, a proxy
    with a 403 or 413 of its own, and that can be mended.
    """
    retryable = answer.status in _RETRYABLE or answer.status >= _SERVER_ERROR or answer.status < 400  # noqa: PLR2004
    wait = read_retry_after(answer.headers.get("retry-after"), now)
    try:
        problem = Problem.model_validate_json(answer.body)
        code, stage = (problem.code if _CODE.fullmatch(problem.code) else "peer.answer"), problem.stage
    except ValidationError:
        code, stage, retryable = "peer.answer", "transport", True
    return Stopped(
        code,
        f"the peer answered {answer.status}",
        status=answer.status,
        stage=stage,
        retryable=retryable,
        retry_after=None if wait is None else int(wait.total_seconds()),
    )


def succeeded(running: Running, link: Link, leave: Leave, kind: Sent) -> None:
    """The peer took it."""
    link.breaker.succeeded(leave)
    link.last_success, link.problem = running.now(), None
    running.metrics.attempted(link.peer.id, kind, "done")


def failed(running: Running, link: Link, leave: Leave, kind: Sent, stopped: Stopped) -> None:
    """The peer didn't take it, or nothing came through."""
    link.last_failure, link.problem = running.now(), stopped.code
    if stopped.status >= _SERVER_ERROR:
        link.breaker.failed(leave, running.clock.monotonic())
    else:
        link.breaker.succeeded(leave)  # it is there, and answers
    running.metrics.attempted(link.peer.id, kind, "failed" if stopped.retryable else "stopped")


def retry_of(stopped: Stopped, *, failures: int, now: dt.datetime, until: dt.datetime) -> Retry:
    """What becomes of an item whose attempt was the `failures`-th to fail."""
    if not stopped.retryable:
        return Retry(code=stopped.code, at=None)
    wait = None if stopped.retry_after is None else dt.timedelta(seconds=stopped.retry_after)
    at = next_attempt(failures, now, random.random(), until=until, retry_after=wait)  # noqa: S311 - jitter
    return Retry(code=stopped.code if at is not None or now < until else "delivery.expired", at=at)


def say_failed(kind: Sent, stopped: Stopped, *, peer: str, message: str, retry: Retry, attempt: int) -> None:
    """Log an attempt that failed: `state` says of what, and whether it is tried again."""
    level, state = (logging.WARNING, f"{kind} dead") if retry.at is None else (logging.INFO, f"{kind} waits")
    say(
        "attempt.failed",
        level=level,
        peer=peer,
        message=message,
        state=state,
        code=retry.code,
        stage=stopped.stage,
        attempt=attempt,
    )
