"""Every request is counted and logged: by the pattern of its path, never by what stands in it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.drivers.logs import say
from gateway.drivers.metrics import Metrics
from gateway.web.connection import Connection
from gateway.web.problems import route_of

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def counted(api: str, metrics: Metrics, *, quiet: Collection[str] = ()) -> Middleware:
    """Middleware: the outermost one. `quiet` are the paths that are asked all the time: counted, not logged."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        line = request.protocol
        with line.answering() if isinstance(line, Connection) else contextlib.nullcontext():
            response = await handler(request)
        seconds = time.perf_counter() - began
        method = request.method if request.method in _METHODS else "other"
        route = route_of(request)
        metrics.request(api, route, method, response.status, seconds)
        if route not in quiet:
            say("http.request", method=method, route=route, status=response.status, seconds=seconds)
        return response

    return middleware
