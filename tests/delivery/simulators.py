"""What stands in for the world: a clock that is moved by hand, a peer that lies or loses answers, a raw sender."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import hashlib
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from gateway.delivery.door import sign_request
from gateway.delivery.envelope import Envelope, Part
from gateway.delivery.message import MEDIA_TYPE, message_head
from gateway.delivery.receipt import TransportReceipt
from gateway.delivery.signing import NodeSigner, SignedEnvelope, sign_envelope, sign_receipt
from gateway.drivers.node_keys import NodeKey
from gateway.node.running import Running
from gateway.readers.jws import parse_compact
from tests.delivery.nodes import NORTH, SOUTH, document, node_private_key


class ManualClock:
    """Time goes on by itself, and jumps when it is told to."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def advance(self, seconds: float) -> None:
        self._ahead += seconds

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    @property
    def jumped(self) -> float:
        return 0.0

    async def wait(self, event: asyncio.Event, seconds: float | None) -> None:
        end = None if seconds is None else self.monotonic() + seconds
        while not event.is_set() and (end is None or self.monotonic() < end):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(event.wait(), 0.01)


Answer = Callable[["Stranger", web.Request, bytes], Awaitable[web.StreamResponse]]


class Stranger:
    """A peer under our control: answers each message as it is told to, the last answer for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.key = NodeKey(node_private_key(SOUTH))

    async def take(self, request: web.Request) -> web.StreamResponse:
        octets = await request.read()
        self.messages.append((dict(request.headers), octets))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return await answer(self, request, octets)

    @asynccontextmanager
    async def at(self, port: int) -> AsyncIterator[Stranger]:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/messages", self.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield self
        await runner.cleanup()


def receipt_for(octets: bytes, signer: NodeSigner, **changes: object) -> bytes:
    """The transport receipt for a message; `changes` make it another one's."""
    line = octets.partition(b"\n")[0]
    envelope = Envelope.model_validate_json(parse_compact(line).payload, by_alias=True, by_name=False)
    says = {
        "message": envelope.id,
        "envelope_sha256": hashlib.sha256(line).hexdigest(),
        "sender": envelope.to,
        "to": envelope.sender,
        "received": envelope.created,
        "trace": envelope.trace,
    }
    return sign_receipt(TransportReceipt(**{**says, **changes}), signer)


async def honest(stranger: Stranger, _request: web.Request, octets: bytes) -> web.StreamResponse:
    """The right receipt."""
    return web.Response(body=receipt_for(octets, stranger.key), content_type="application/jose")


def status(code: int, **headers: str) -> Answer:
    """An answer of that status."""

    async def answer(_stranger: Stranger, _request: web.Request, _octets: bytes) -> web.StreamResponse:
        return web.Response(status=code, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def refusal(code: int) -> Answer:
    """A node's problem of that status."""

    async def answer(_stranger: Stranger, _request: web.Request, _octets: bytes) -> web.StreamResponse:
        said = {"type": "urn:testamur:problem:envelope.form", "title": "no", "status": code, "code": "envelope.form"}
        said |= {"stage": "envelope", "retryable": False}
        return web.json_response(said, status=code, content_type="application/problem+json")

    return answer


async def lost(_stranger: Stranger, request: web.Request, _octets: bytes) -> web.StreamResponse:
    """The message is taken, the answer never comes."""
    request.transport.close()
    return web.Response()


class Sender:
    """A peer that sends whatever it is told to, to a node of ours; `who` has a key that the node may know."""

    def __init__(self, to: Running, who: str = NORTH) -> None:
        self.to, self.who = to, who
        self.key = NodeKey(node_private_key(who))

    def signed(self, *bodies: bytes, **changes: object) -> tuple[SignedEnvelope, bytes]:
        """An envelope around parts (an original and translations), and the message."""
        bodies = bodies or (document(),)
        now = self.to.stamp()
        parts = [
            Part(
                role="translation" if at else "original",
                sha256=hashlib.sha256(body).hexdigest(),
                size=len(body),
                media_type="application/xml",
            )
            for at, body in enumerate(bodies)
        ]
        says = {
            "id": str(uuid.uuid4()),
            "sender": self.who,
            "to": self.to.id,
            "created": now,
            "expires": now + dt.timedelta(hours=1),
            "purpose": "test",
            "trace": secrets.token_hex(16),
            "parts": tuple(parts),
        }
        envelope = sign_envelope(Envelope(**{**says, **changes}), self.key)
        return envelope, message_head(envelope) + b"".join(bodies)

    def door(
        self,
        octets: bytes,
        *,
        path: str = "/v1/messages",
        media_type: str = MEDIA_TYPE,
        nonce: str | None = None,
    ) -> dict[str, str]:
        """The header fields of one attempt."""
        return sign_request(
            "POST",
            self.to.url + path,
            content_sha256=hashlib.sha256(octets).hexdigest(),
            media_type=media_type,
            length=len(octets),
            signer=self.key,
            now=self.to.now(),
            nonce=nonce or secrets.token_urlsafe(18),
        )

    async def post(
        self,
        octets: bytes,
        headers: dict[str, str] | None = None,
        *,
        path: str = "/v1/messages",
        media_type: str = MEDIA_TYPE,
    ) -> tuple[int, bytes]:
        """Send it; status and body of the answer."""
        headers = headers or self.door(octets, path=path, media_type=media_type)
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.to.url + path, data=octets, headers=headers) as answer,
        ):
            return answer.status, await answer.read()
