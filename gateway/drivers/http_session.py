"""The terms of every session that a node has with others: what is sent, what is taken, and how a line ends.

No proxy from the environment, no cookie, no redirect, nothing unpacked, TLS 1.2 or later. A line that is given up ends
there and then.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from weakref import WeakSet

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.connector import Connection
from aiohttp.tracing import Trace
from yarl import URL

from gateway.errors import ConfigError


class Lines(aiohttp.TCPConnector):
    """Connections that can be broken off.

    Closing one of TLS waits for the other side to agree, which a silent one does after half a minute or never: it would
    hold a socket of ours for so long, and outlive the loop.
    """

    def __init__(self, *, resolver: AbstractResolver | None = None, **terms: Any) -> None:
        super().__init__(resolver=resolver, **terms)
        self._opened: WeakSet[asyncio.Transport] = WeakSet()

    async def connect(
        self,
        req: aiohttp.ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as the base has it
    ) -> Connection:
        """As the base does, and the connection is remembered."""
        connection = await super().connect(req, traces, timeout)
        if connection.transport is not None:
            self._opened.add(connection.transport)
        return connection

    def break_off(self) -> None:
        """End the connections that nobody uses any more: all that was to be read of them was read."""
        for line in [line for line in self._opened if line.is_closing()]:
            self._opened.discard(line)
            line.abort()


class Session:
    """A session on these terms."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._session = aiohttp.ClientSession(
            connector=lines,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "testamur", "Accept-Encoding": "identity"},
            trust_env=False,
            auto_decompress=False,
        )

    async def close(self) -> None:
        """End all connections; when this returns, they have ended."""
        await self._session.close()
        self._lines.break_off()
        await asyncio.sleep(0)  # a connection that was broken off ends in the loop's next turn

    @asynccontextmanager
    async def request(
        self,
        method: str,
        address: str | URL,
        *,
        headers: Mapping[str, str],
        data: Any = None,
        tls: ssl.SSLContext | bool = True,
        patience: aiohttp.ClientTimeout,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request, and its answer to be read inside `async with`."""
        try:
            async with self._session.request(
                method, address, headers=headers, data=data, ssl=tls, timeout=patience, allow_redirects=False
            ) as response:
                yield response
        finally:
            self._lines.break_off()


def tls_context(authority: Path | None) -> ssl.SSLContext:
    """What a peer's certificate is checked by: the authority in a file (PEM), else those that this system trusts.

    Raises:
        ConfigError: `peer.authority`.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        raise ConfigError(
            "peer.authority",
            f"the authority {authority} can't be used: {error.strerror or type(error).__name__}",
            advice="name the certificate (PEM) of the authority that issued the peer's TLS certificate",
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
