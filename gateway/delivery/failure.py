"""What the failure of an attempt means for the sender: which code to write down, and whether to try again.

The status alone decides (docs/protocol.md, "Trying again"): a peer can't make us give up, or go on, by a word in a
body. Its code is kept for the operator, if it looks like one.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from gateway.delivery.schedule import read_retry_after
from gateway.errors import Refused
from gateway.readers.json import parse_json
from gateway.readers.limits import Limits

PROBLEM_BYTES = 64 * 1024
"""Octets of an answer that are read at most, when it is no receipt."""

_RETRIED = {408, 425, 429}
_SERVER_ERROR = 500
_CODE = re.compile(r"[a-z]{1,20}\.[a-z_]{1,40}", re.ASCII)
_LIMITS = Limits(document_bytes=PROBLEM_BYTES, depth=10, nodes=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One attempt that didn't end in a receipt.

    retryable    whether the same may succeed later
    retry_after  what the peer asked for
    peer_down    whether it speaks for a peer that is down (the breaker counts these), not for a request that is wrong
    """

    code: str
    retryable: bool
    retry_after: dt.timedelta | None = None
    peer_down: bool = False


def no_answer(code: str) -> Failure:
    """The peer couldn't be reached, or the line broke: `peer.unreachable`, `peer.timeout`, `peer.broken_answer`."""
    return Failure(code=code, retryable=True, peer_down=True)


def failure_of(status: int, body: bytes, retry_after: str | None, now: dt.datetime) -> Failure:
    """What an answer means that is no receipt.

    Args:
        status: of the answer; a success (2xx) where the protocol expects another is a failure too.
        body: the answer's, at most PROBLEM_BYTES of it.
        retry_after: the field of that name.
        now: the time.
    """
    return Failure(
        code=_code(body) or f"http.status_{status}",
        retryable=is_retried(status),
        retry_after=read_retry_after(retry_after, now),
        peer_down=status >= _SERVER_ERROR,
    )


def is_retried(status: int) -> bool:
    """Whether a request with this answer is sent again. Redirects aren't followed, nor other 4xx repeated."""
    return status in _RETRIED or status >= _SERVER_ERROR


def _code(body: bytes) -> str | None:
    try:
        problem = parse_json(body, _LIMITS)
    except Refused:
        return None
    code = problem.get("code") if isinstance(problem, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else None
