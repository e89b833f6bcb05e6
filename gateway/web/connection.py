"""One line from outside. What isn't HTTP, or can't be read as it, is answered with a problem as everything else is."""

from __future__ import annotations

import http
import logging

from aiohttp import web

from gateway.delivery.problem import Stage
from gateway.drivers.logs import say
from gateway.drivers.metrics import Metrics
from gateway.web.headers import set_headers_of
from gateway.web.problems import internal, problem_answer, unreadable

KEEP_ALIVE_SECONDS = 75.0


class Connection(web.RequestHandler):
    """A line of one listener. `stage` is that of problems which no route answers."""

    __slots__ = ("_api", "_metrics", "_stage")

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
