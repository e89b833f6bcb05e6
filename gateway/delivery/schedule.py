"""When to try again: between attempts, persisted by the store. Pure: the time and the chance are arguments.

Exponential back-off with full jitter: the n-th failed attempt is followed by a wait of anything up to 3 s * 2^(n-1),
at most an hour. A peer that says Retry-After is given that time, up to the same hour.
"""

from __future__ import annotations

import datetime as dt
import re
from email.utils import parsedate_to_datetime

FIRST = dt.timedelta(seconds=3)
CAP = dt.timedelta(hours=1)
HORIZON = dt.timedelta(hours=72)
ASK_FIRST = dt.timedelta(minutes=15)
ASK_CAP = dt.timedelta(hours=6)

_DOUBLINGS = 24  # 3 s * 2^24 is beyond any cap; keeps the power small
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)


def next_attempt(
    failed: int, now: dt.datetime, fraction: float, *, until: dt.datetime, retry_after: dt.timedelta | None = None
) -> dt.datetime | None:
    """When to try again after the `failed`-th failed attempt (1 is the first); None where it isn't worth it any more.

    Args:
        failed: attempts that failed so far, this one included.
        now: the time.
        fraction: chance, 0 <= fraction < 1.
        until: the end: the envelope's `expires`, or the horizon if that is earlier (`end_of`).
        retry_after: what the peer asked for.
    """
    wait = fraction * min(FIRST * 2 ** min(failed - 1, _DOUBLINGS), CAP)
    if retry_after is not None:
        wait = max(wait, min(retry_after, CAP))
    return _within(now + wait, until)


def ask_again(asked: int, now: dt.datetime, *, until: dt.datetime) -> dt.datetime | None:
    """When to send a receipted message again, for want of a business receipt; `asked` times it was since receipted.

    A receiver that was restored from a backup gets the message back by this; any other answers its receipts again.
    """
    return _within(now + min(ASK_FIRST * 2 ** min(asked, _DOUBLINGS), ASK_CAP), until)


def end_of(created: dt.datetime, expires: dt.datetime) -> dt.datetime:
    """Until when a message is worth sending."""
    return min(expires, created + HORIZON)


def _within(at: dt.datetime, until: dt.datetime) -> dt.datetime | None:
    return at if at < until else None


def read_retry_after(value: str | None, now: dt.datetime) -> dt.timedelta | None:
    """The wait that a Retry-After field asks for (RFC 9110 section 10.2.3); None where it says nothing usable."""
    if value is None:
        return None
    if _SECONDS.fullmatch(value):
        return dt.timedelta(seconds=int(value))
    try:
        at = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=dt.UTC)
    return max(at - now, dt.timedelta(0))
