"""Who may use the local API: programs on this machine that know the token, and no page in anybody's browser.

A page from elsewhere could make a browser send requests here, or give a name of its own this address (DNS rebinding):
so that the Host must be one that was chosen for this API, no answer lets other origins read it (no CORS), and nothing
is done by cookie: a request without the token in its header is nobody's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from gateway.delivery.problem import Stopped
from gateway.drivers.token import Token

_MISDIRECTED = 421
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def hosts_of(listen_host: str) -> frozenset[str]:
    """The names under which a listener is asked: the loopback's, and the address that it was told to listen on."""
    return _LOOPBACK | {f"[{listen_host}]" if ":" in listen_host else listen_host.lower()}


def known_hosts(hosts: Collection[str]) -> Middleware:
    """Middleware: whoever asks under another name is refused (OWASP ASVS 5, V3.5; attack H2)."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.getall("Host", [])
        if len(given) != 1 or _without_port(given[0]) not in hosts:
            raise Stopped(
                "request.host",
                "the Host of the request isn't a name of this API",
                status=_MISDIRECTED,
                stage="local",
                advice="ask under the address of [node] local_listen, or as localhost",
            )
        return await handler(request)

    return middleware


def known_callers(token: Token, is_open: Callable[[web.Request], bool]) -> Middleware:
    """Middleware: whoever doesn't know the token is refused on every path, also on those that don't exist."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_open(request):
            _require(token, request.headers.getall("Authorization", []))
        return await handler(request)

    return middleware


def _require(token: Token, given: list[str]) -> None:
    scheme, _, word = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token.matches(word.strip()):
        raise Stopped(
            "request.token",
            "the request has no token of this node" if not given else "the token isn't this node's",
            status=401,
            stage="local",
            advice="send `Authorization: Bearer TOKEN`; the token is in the file of [node] token",
        )


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()
