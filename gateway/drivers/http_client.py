"""The one HTTP client: to pinned peers (and the operator's own hook), and nowhere else.

On the terms of `http_session`, with a limit on every wait, and on what is read of an answer. An address is one of the
settings', never one that came in a message.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import aiohttp
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from gateway.delivery.problem import Stopped
from gateway.drivers.http_session import Lines, Session, tls_context
from gateway.errors import ConfigError

ANSWER_BYTES = 128 * 1024
"""Octets of the largest answer: a receipt, a problem, or what a peer says about itself."""
LEAST_RATE = 10_000
"""Octets a second that a line carries at least; slower ones are given up."""
CONNECTING_TRIES = 3
_CONNECTIONS_OF_PEER = 16
_KEEP_ALIVE_SECONDS = 15  # less than the other side's, so that we never write into a line that it just closed


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """What came back. `headers` by lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Outgoing:
    """One request. `open_body` is called for each try to connect; `size` in octets."""

    method: Literal["GET", "POST"]
    url: str
    headers: Mapping[str, str]
    size: int = 0
    open_body: Callable[[], AsyncIterator[bytes]] | None = None
    authority: Path | None = None


class PeerClient:
    """A session with guards; used inside `async with`."""

    def __init__(self, *, connect_seconds: float, read_seconds: float) -> None:
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._contexts: dict[Path | None, ssl.SSLContext] = {}
        self._session: Session | None = None

    async def __aenter__(self) -> Self:
        lines = Lines(limit=0, limit_per_host=_CONNECTIONS_OF_PEER, keepalive_timeout=_KEEP_ALIVE_SECONDS)
        self._session = Session(lines)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def send(self, outgoing: Outgoing) -> Answer:
        """Send one request, and read its answer. Only connecting is tried again within.

        Raises:
            Stopped: `peer.unreachable`, `peer.tls`, `peer.timeout`, `peer.broke_off`, `peer.answer` (all 502,
                retryable).
        """
        try:
            async for attempt in AsyncRetrying(
                retry=retry_if_exception_type(aiohttp.ClientConnectorError),
                stop=stop_after_attempt(CONNECTING_TRIES),
                wait=wait_random_exponential(multiplier=0.1, max=1),
                reraise=True,
            ):
                with attempt:
                    return await self._send(outgoing)
        except (aiohttp.ClientSSLError, ssl.SSLError, ConfigError):
            raise _stopped("peer.tls", "the peer's certificate or its TLS isn't acceptable") from None
        except aiohttp.ClientConnectorError:
            raise _stopped("peer.unreachable", "nothing answers at the peer's address") from None
        except TimeoutError:
            raise _stopped("peer.timeout", "the peer took too long") from None
        except (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, ConnectionError):
            raise _stopped("peer.broke_off", "the peer broke off before its answer was complete") from None
        except aiohttp.ClientError:
            raise _stopped("peer.answer", "the peer's answer is no HTTP") from None
        raise AssertionError("the last try returns or raises")

    async def _send(self, outgoing: Outgoing) -> Answer:
        if self._session is None:
            raise AssertionError("the client is used inside `async with`")
        async with self._session.request(
            outgoing.method,
            outgoing.url,
            headers=outgoing.headers,
            data=outgoing.open_body() if outgoing.open_body is not None else None,
            tls=self._context(outgoing.authority) if outgoing.url.startswith("https:") else True,
            patience=self._timeout(outgoing.size),
        ) as response:
            body = await _read(response)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=headers, body=body)

    def _timeout(self, size: int) -> aiohttp.ClientTimeout:
        total = self._connect_seconds + self._read_seconds + size / LEAST_RATE
        return aiohttp.ClientTimeout(
            total=total, sock_connect=self._connect_seconds, sock_read=None if size > ANSWER_BYTES else total
        )

    def _context(self, authority: Path | None) -> ssl.SSLContext:
        if authority not in self._contexts:
            self._contexts[authority] = tls_context(authority)
        return self._contexts[authority]


async def _read(response: aiohttp.ClientResponse) -> bytes:
    """The answer, if it isn't too large."""
    body = bytearray()
    async for chunk in response.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise _stopped("peer.answer", f"the peer's answer is over {ANSWER_BYTES} octets")
    return bytes(body)


def _stopped(code: str, message: str) -> Stopped:
    return Stopped(
        code,
        message,
        status=502,
        stage="transport",
        retryable=True,
        advice="it is tried again by itself; `testamur doctor` looks at each peer",
    )
