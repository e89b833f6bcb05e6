"""What all the proofs of one document may cost together.

A small document can ask for much: proofs side by side and one after another, credentials inside credentials, lists to
be looked up, parts of a graph that can't be told apart without trying every order. Each step of that is counted before
it is done, on one account for the document and all that belongs to it. Counted, not timed: the same document is refused
everywhere, on a slow machine as on a fast one, whatever was verified before.
"""

from __future__ import annotations

from gateway.errors import Refused

MOST_STEPS = 800_000
"""Steps of about a microsecond: what is over it is refused in less than a second. A badge costs some 9,000, a learner
record of 23 kB with six credentials inside some 65,000, one of 130 such credentials nearly all."""

TRY = 150
"""One key tried on one signature."""

_ADVICE = "No genuine credential is like that: ask its issuer for a smaller one, or don't trust its source."


class Budget:
    """The account of one document.

    seen   what was paid for once and isn't again, such as a context that many parts name
    """

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self._most = self._left = steps
        self.seen: set[object] = set()

    @property
    def spent(self) -> int:
        """Steps so far."""
        return self._most - self._left

    @property
    def is_spent(self) -> bool:
        """Whether something was refused for its cost."""
        return self._left < 0

    def spend(self, steps: int) -> None:
        """Pay for what is about to be done.

        Raises:
            Refused: `limit.work`, and from then on always.
        """
        self._left -= steps
        if self._left < 0:
            message = (
                f"got proofs that cost more than {self._most} steps to check, with all that belongs to the document"
            )
            raise Refused("limit.work", message, advice=_ADVICE)

    def spend_once(self, what: object, steps: int) -> None:
        """Pay for what is kept once it is done."""
        if what not in self.seen:
            self.spend(steps)
            self.seen.add(what)
