"""What every answer of a node says to browsers and caches; and what it doesn't say of the libraries in use (H13)."""

from __future__ import annotations

from aiohttp import web

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "testamur",
    "X-Content-Type-Options": "nosniff",
}


async def set_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Signal `on_response_prepare`."""
    set_headers_of(response)


def set_headers_of(response: web.StreamResponse) -> None:
    """The same for an answer that no application prepares."""
    response.headers.update(_HEADERS)
