"""Every request is counted and logged: by the pattern of its path, never by what stands in it."""

from __future__ import annotations

import time
from collections.abc import Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.drivers.logs import say
from gateway.drivers.metrics import Metrics
from gateway.web.problems import route_of

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def counted(api: str, metrics: Metrics, *, quiet: Collection[str] = ()) -> Middleware:
    """Middleware: the outermost one. `quiet` are the paths that are asked all the time: counted, not logged."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        response = await handler(request)
        seconds = time.perf_counter() - began
        method = request.method if request.method in _METHODS else "other"
        route = route_of(request)
        metrics.request(api, route, method, response.status, seconds)
        if route not in quiet:
            say("http.request", method=method, route=route, status=response.status, seconds=seconds)
        return response

    return middleware
