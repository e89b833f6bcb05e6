"""One line from outside. What isn't HTTP, or can't be read as it, is answered with a problem as everything else is."""

from __future__ import annotations

import http
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from aiohttp import web

from gateway.delivery.problem import Stage
from gateway.drivers.logs import say
from gateway.drivers.metrics import Metrics
from gateway.web.headers import set_headers_of
from gateway.web.problems import internal, problem_answer, unreadable

KEEP_ALIVE_SECONDS = 75.0


class Connection(web.RequestHandler):
    """A line of one listener. `stage` is that of problems which no route answers.

    waiting_since  since when (seconds of the loop) nothing whole was asked; None while a request is answered
    """

    __slots__ = ("_api", "_hung_up", "_metrics", "_server_loop", "_stage", "waiting_since")

    def __init__(self, server: web.Server, *, api: str, stage: Stage, metrics: Metrics) -> None:
        super().__init__(
            server,
            loop=server._loop,  # noqa: SLF001 - as `web.Server` makes its own
            access_log=None,  # type: ignore[arg-type]  # None: no log, as `web.AppRunner` says
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            auto_decompress=False,  # a digest is of what came over the line; nobody asked to unpack a packed body
        )
        self._api = api
        self._stage = stage
        self._metrics = metrics
        self._hung_up = False
        self._server_loop = server._loop  # noqa: SLF001
        self.waiting_since: float | None = self._server_loop.time()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A request that came whole up to its body is being answered."""
        self.waiting_since = None
        try:
            yield
        finally:
            self.waiting_since = self._server_loop.time()

    @property
    def ended(self) -> bool:
        """Whether nobody is at the other end any more."""
        return self._hung_up or self.transport is None

    def hang_up(self) -> None:
        """End it at once."""
        self._hung_up = True
        if self.transport is not None:
            self.transport.abort()

    @property
    def caller(self) -> str:
        """The address at the other end."""
        name = self.transport.get_extra_info("peername") if self.transport is not None else None
        return str(name[0]) if name else ""

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - it repeats what was sent
    ) -> web.StreamResponse:
        """Answer what came to no route: aiohttp would in plain text, with a piece of the request."""
        ours = status >= http.HTTPStatus.INTERNAL_SERVER_ERROR
        say("http.unreadable", level=logging.ERROR if ours else logging.INFO, status=status, error=exc)
        self._metrics.request(self._api, "other", "other", status, 0.0)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was begun: there is no other")
        answer = problem_answer(internal(self._stage) if ours else unreadable(status, self._stage))
        set_headers_of(answer)
        answer.force_close()
        return answer


def give_way(lines: Iterable[Connection]) -> bool:
    """Hang up one line on which nothing is asked, so that somebody else is let in; False where all are at work.

    Of whoever holds most such lines the one that has waited longest: a stranger who holds lines open, or asks a letter
    at a time, pushes out their own first (attack G5).
    """
    waiting = [line for line in lines if line.waiting_since is not None and not line.ended]
    if not waiting:
        return False
    held = Counter(line.caller for line in waiting)
    max(waiting, key=lambda line: (held[line.caller], -(line.waiting_since or 0.0))).hang_up()
    return True
