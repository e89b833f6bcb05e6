"""A bad line between two nodes: loses answers, breaks off, delays, repeats, goes silent, alters. Chance is seeded."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

FAULTS = (
    "lost answer",
    "reset",
    "cut request",
    "late",
    "twice",
    "silent",
    "slow",
    "altered answer",
    "altered request",
    "busy",
)
_DROPPED = {"host", "connection", "accept-encoding", "accept", "user-agent"}


@dataclass
class Line:
    """One direction: stands where the receiver's address is, and passes requests on to it.

    faults  what may happen to a request, by chance; empty: nothing
    seen    how often each happened
    asked   how many messages and receipts came by; of which `now` are on their way, and `most` were at once
    """

    target: str
    faults: Sequence[str] = ()
    chance: random.Random = field(default_factory=random.Random)
    share: float = 0.6
    seen: list[str] = field(default_factory=list)
    asked: int = 0
    now: int = 0
    most: int = 0

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**28)
        app.router.add_route("*", "/{path:.*}", self._pass)
        return app

    async def _pass(self, request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return await self._bad(request)
        self.asked, self.now = self.asked + 1, self.now + 1
        self.most = max(self.most, self.now)
        try:
            return await self._bad(request)
        finally:
            self.now -= 1

    async def _bad(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        fault = self.chance.choice(self.faults) if self.faults and self.chance.random() < self.share else ""
        if fault:
            self.seen.append(fault)
        if fault == "reset":
            return self._abort(request)
        if fault == "silent":
            await asyncio.sleep(1.5)  # longer than the sender waits
            return self._abort(request)
        if fault == "busy":
            return web.Response(status=503, headers={"Retry-After": "1"})
        if fault == "cut request":
            await self._half(request, body)
            return self._abort(request)
        if fault == "late":
            await asyncio.sleep(self.chance.random() * 0.4)
        if fault == "altered request" and body:
            at = self.chance.randrange(len(body))
            body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
        return await self._forward(request, body, fault)

    async def _forward(self, request: web.Request, body: bytes, fault: str) -> web.StreamResponse:
        answers = [self._send(request, body, slow=fault == "slow") for _ in range(3 if fault == "twice" else 1)]
        done = await asyncio.gather(*answers, return_exceptions=True)
        answer = done[self.chance.randrange(len(done))]
        if isinstance(answer, BaseException) or fault == "lost answer":
            return self._abort(request)
        status, headers, octets = answer
        if fault == "altered answer" and octets:
            at = self.chance.randrange(len(octets))
            octets = octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]
        return web.Response(status=status, headers=headers, body=octets)

    async def _send(self, request: web.Request, body: bytes, *, slow: bool) -> tuple[int, dict[str, str], bytes]:
        headers = [(n.decode(), v.decode()) for n, v in request.raw_headers if n.decode().lower() not in _DROPPED]

        async def dripping() -> object:
            for start in range(0, len(body), 1 + len(body) // 10):
                yield body[start : start + 1 + len(body) // 10]
                await asyncio.sleep(0.02)

        data = dripping() if slow else body
        async with aiohttp.request(request.method, self.target + request.path, data=data, headers=headers) as answer:
            kept = {name: answer.headers[name] for name in ("Content-Type", "Retry-After") if name in answer.headers}
            return answer.status, kept, await answer.read()

    async def _half(self, request: web.Request, body: bytes) -> None:
        """Half of the request arrives, then the line breaks."""
        parts = urlsplit(self.target)
        try:
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
        except OSError:
            return
        head = b"".join([b"%s: %s\r\n" % pair for pair in request.raw_headers])
        writer.write(b"POST %s HTTP/1.1\r\n%s\r\n" % (request.path.encode(), head) + body[: len(body) // 2])
        await writer.drain()
        writer.transport.abort()

    def _abort(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=502)
