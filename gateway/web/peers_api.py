"""The peers' API (docs/protocol.md): messages and receipts through the door, and what this node says of itself."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version

from aiohttp import web

from gateway.delivery.door import Request, Visitor, check_request
from gateway.delivery.envelope import PROTOCOL
from gateway.delivery.problem import Stopped
from gateway.delivery.signing import RECEIPT_MEDIA_TYPE, STATEMENT_BYTES
from gateway.drivers.http_client import LEAST_RATE
from gateway.node.conclude import conclude
from gateway.node.receive import receive
from gateway.node.running import Running
from gateway.web.counted import counted
from gateway.web.headers import set_headers
from gateway.web.problems import problems

PATIENCE_SECONDS = 15.0
"""How long a body may lag behind the least rate."""
_CHUNK = 256 * 1024
_DRAINED = 1024 * 1024


def peers_app(running: Running) -> web.Application:
    """The application of the listener for peers."""
    api = _PeersApi(running)
    app = web.Application(
        middlewares=[counted("peers", running.metrics), problems("transport")], client_max_size=STATEMENT_BYTES
    )
    app.on_response_prepare.append(set_headers)
    app.router.add_post("/v1/messages", api.messages)
    app.router.add_post("/v1/receipts", api.receipts)
    app.router.add_get("/v1/about", api.about)
    return app


class _PeersApi:
    def __init__(self, running: Running) -> None:
        self._running = running

    async def messages(self, request: web.Request) -> web.StreamResponse:
        """Take a message in; the answer is the transport receipt."""
        visitor = self._visitor(request)
        receipt = await receive(self._running, visitor, _body(request))
        await _drain(request)
        return web.Response(body=receipt, content_type=RECEIPT_MEDIA_TYPE)

    async def receipts(self, request: web.Request) -> web.StreamResponse:
        """Take a business receipt in."""
        visitor = self._visitor(request)
        await conclude(self._running, visitor, _body(request))
        return web.Response(status=204)

    async def about(self, request: web.Request) -> web.StreamResponse:  # noqa: ARG002 - the same for everybody
        """Who this node is, and what it takes."""
        running = self._running
        return web.json_response(
            {
                "id": running.id,
                "protocol": [PROTOCOL],
                "gateway": version("testamur"),
                "keys": [running.signer.key_id],
                "limits": {
                    "message_bytes": running.admission.message_bytes,
                    "document_bytes": running.node.limits.document_bytes,
                    "max_hops": running.admission.max_hops,
                },
                "adapters": [adapter.manifest.id for adapter in running.node.adapters],
            }
        )

    def _visitor(self, request: web.Request) -> Visitor:
        """Who stands at the door; this node's own address counts, not what the request says of its host."""
        if self._running.stopping.is_set():
            raise Stopped(
                "capacity.stopping",
                "this node is being stopped",
                status=503,
                stage="capacity",
                retryable=True,
                retry_after=30,
                advice="send it again later",
            )
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.raw_headers)
        seen = Request(method=request.method, target_uri=self._running.url + request.path, headers=headers)
        return check_request(seen, self._running.keys, self._running.now())


async def _body(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes; a line slower than the least rate is given up (attack G5)."""
    loop = asyncio.get_running_loop()
    began, octets = loop.time(), 0
    while True:
        patience = began + PATIENCE_SECONDS + octets / LEAST_RATE - loop.time()
        try:
            async with asyncio.timeout(max(patience, 0)):
                chunk = await request.content.read(_CHUNK)
        except TimeoutError:
            raise _too_slow() from None
        if not chunk:
            return
        octets += len(chunk)
        yield chunk


def _too_slow() -> Stopped:
    return Stopped(
        "transport.slow",
        f"the body came slower than {LEAST_RATE} octets a second",
        status=408,
        stage="transport",
        retryable=True,
        advice="send it again over a better line",
    )


async def _drain(request: web.Request) -> None:
    """Read what is left of a small body, so that the connection can be used again."""
    left = _DRAINED
    with contextlib.suppress(TimeoutError):  # then the connection is closed
        async with asyncio.timeout(PATIENCE_SECONDS):
            while left > 0 and (chunk := await request.content.readany()):
                left -= len(chunk)
