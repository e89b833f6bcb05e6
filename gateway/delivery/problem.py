"""Problem answers (RFC 9457): why a request wasn't done, at which stage, and whether to try again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from gateway.errors import TestamurError
from gateway.model.noun import Noun

Stage = Literal[
    "transport", "door", "capacity", "envelope", "message", "receipt", "store", "verify", "translate", "local"
]

MEDIA_TYPE = "application/problem+json"


class Problem(Noun):
    """The body of a problem answer. Holds no personal data.

    code       stable, e.g. `envelope.expired` (docs/reference/errors.md); `type` is this code as a URN
    stage      where on its way the request was stopped
    retryable  whether the same request may succeed later
    hint       what to do
    trace      the trace id, where one is known
    """

    type: str
    title: str
    status: int
    code: str
    stage: Stage
    retryable: bool
    hint: str = ""
    trace: str | None = None


class Stopped(TestamurError):  # noqa: N818 - "the request was stopped at this stage"
    """A request between nodes, or to the local API, that isn't done: becomes a problem answer.

    `retry_after` is in seconds; only where `retryable`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        status: int,
        stage: Stage,
        retryable: bool = False,
        retry_after: int | None = None,
        advice: str = "",
    ) -> None:
        super().__init__(code, message, advice=advice)
        self.status = status
        self.stage = stage
        self.retryable = retryable
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        """Let it cross the border of a process."""
        more = {
            "status": self.status,
            "stage": self.stage,
            "retryable": self.retryable,
            "retry_after": self.retry_after,
            "advice": self.advice,
        }
        return (_rebuild, (self.code, self.message, more))

    def problem(self, trace: str | None = None) -> Problem:
        """The body of the answer."""
        return Problem(
            type=f"urn:testamur:problem:{self.code}",
            title=self.message,
            status=self.status,
            code=self.code,
            stage=self.stage,
            retryable=self.retryable,
            hint=self.advice,
            trace=trace,
        )


def _rebuild(code: str, message: str, more: Mapping[str, Any]) -> Stopped:
    return Stopped(code, message, **more)
