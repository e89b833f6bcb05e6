"""The local API as a web application: its table of routes, behind the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.drivers.token import Token
from gateway.node.running import Running
from gateway.node.settings import is_loopback
from gateway.web.counted import counted
from gateway.web.headers import set_headers
from gateway.web.local import alarms, deliveries, documents, inbox, watching
from gateway.web.local.guard import hosts_of, known_callers, known_hosts
from gateway.web.local.routes import Route, query_of
from gateway.web.problems import problems

ROUTES = (*documents.ROUTES, *deliveries.ROUTES, *inbox.ROUTES, *alarms.ROUTES, *watching.ROUTES)
_BARE = frozenset({"/livez", "/startupz", "/readyz"})
_PATTERNS = {"id": "[0-9a-f-]{36}", "number": "[0-9]{1,2}", "alarm": "[1-9][0-9]{0,11}"}  # no path is two routes


def local_app(running: Running, token: Token, *, host: str) -> web.Application:
    """The application; `host` is the address that it will listen on.

    Only the loopback is shown checks and metrics without the token: elsewhere they are nobody else's business.
    """
    open_paths = frozenset(route.path for route in ROUTES if route.open)
    loopback = is_loopback(host)

    def is_open(request: web.Request) -> bool:
        path = request.rel_url.raw_path
        return path in open_paths if loopback else path in _BARE and not request.query_string

    app = web.Application(
        middlewares=[
            counted("local", running.metrics, quiet=open_paths),
            problems("local"),
            known_hosts(hosts_of(host)),
            known_callers(token, is_open),
        ]
    )
    app.on_response_prepare.append(set_headers)
    for route in ROUTES:
        path = route.path
        for name, pattern in _PATTERNS.items():
            path = path.replace(f"{{{name}}}", f"{{{name}:{pattern}}}")
        app.router.add_route(route.method, path, _handler(running, route), name=route.name)
    return app


def _handler(running: Running, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await route.handler(running, request, query_of(request, route.query))

    return handle
