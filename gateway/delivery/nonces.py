"""The nonces of door signatures that were seen: each is good for one request.

They are kept in memory for as long as their signatures live. A replay after a restart finds an empty memory and is
stopped one step later, by the message's id: it is answered with the receipt that was made for it.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter

from gateway.delivery.problem import Stopped

MOST = 200_000
"""Nonces of one key that are remembered at once: a peer that sends more in five minutes waits."""


class Nonces:
    """Which nonces were used, by key."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._used: set[tuple[str, str]] = set()
        self._ends: list[tuple[dt.datetime, str, str]] = []
        self._of_key: Counter[str] = Counter()

    def use(self, key_id: str, nonce: str, expires: dt.datetime, now: dt.datetime) -> None:
        """Use up a nonce whose signature holds until `expires`.

        Raises:
            Stopped: `door.replay` (425) where it was used already, `door.too_many` (429).
        """
        self._forget(now)
        if (key_id, nonce) in self._used:
            raise Stopped(
                "door.replay",
                "the nonce was used already",
                status=425,
                stage="door",
                retryable=True,
                advice="sign each attempt anew, with a nonce of its own",
            )
        if self._of_key[key_id] >= self._most:
            raise Stopped(
                "door.too_many",
                f"got more than {self._most} requests of one key within the life of their signatures",
                status=429,
                stage="door",
                retryable=True,
                retry_after=60,
                advice="send more slowly",
            )
        self._used.add((key_id, nonce))
        self._of_key[key_id] += 1
        heapq.heappush(self._ends, (expires, key_id, nonce))

    def _forget(self, now: dt.datetime) -> None:
        while self._ends and self._ends[0][0] < now:
            _, key_id, nonce = heapq.heappop(self._ends)
            self._used.discard((key_id, nonce))
            self._of_key[key_id] -= 1

    def __len__(self) -> int:
        return len(self._used)
