"""Asking strangers: the guarded client behind `--online` and `[online]`, and the only one that follows a document.

An address in a document is an attacker's to choose. So: https alone, GET alone (a question with fields of its own is
posted: its secret stands in no address), no redirect, no cookie, no credential,
no proxy from the environment; a host by its name, never by a number; every address that the name resolves to is one of
the public internet (or of a network that the settings name), and the one that was looked at is the one connected to.
Limits on every wait, on octets and inflation of an answer, and one budget for all the questions of a document. Nothing
is kept but within that document. No address is logged: that of a hosted badge tells whose it is.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import socket
import ssl
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from gateway.drivers.http_session import Lines, Session, tls_context
from gateway.drivers.reach import HTTPS, Reach
from gateway.errors import ConfigError, Refused
from gateway.kit.contract import EvidenceRequest
from gateway.readers.containers import inflate
from gateway.readers.limits import MIB
from gateway.verify.asking import NoAnswer
from gateway.verify.evidence import Answer

QUESTIONS = 24
"""Questions asked for one document."""
UNDER_WAY = 4
"""Questions of one document under way at the same time."""
ANSWER_BYTES = 4 * MIB
"""Octets of one answer, as it comes and inflated."""
DOCUMENT_BYTES = 16 * MIB
"""Octets of all answers for one document."""
QUESTION_SECONDS = 5.0

_LONGEST = 2_048
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"https://(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?(?P<rest>[/?][!-\[\]-~]*)?", re.IGNORECASE | re.ASCII
)
_DATA = re.compile(r"application/(?:json|jwt|jose|vc|did|cid|octet-stream|[a-z0-9.+-]+\+(?:json|jwt|gzip))|text/plain")
_CHECK = re.compile(r"text/html|application/(?:xhtml\+xml|(?:ld\+)?json)")
_ACCEPT = {
    False: "application/json, application/*;q=0.9, text/plain;q=0.5",
    True: "application/ld+json, application/json;q=0.9, text/html;q=0.8",
}
_REDIRECTS = range(300, 400)


class _NotPublic(Exception):  # noqa: N818 - never leaves this module
    """A name that stands for an address that isn't to be asked."""


class _CheckedResolver(AbstractResolver):
    """Names to addresses, all of them looked at.

    The connector connects to what it is given here, and asks no second time, so that a name can't mean another address
    when it comes to connecting (DNS rebinding).
    """

    def __init__(self, names: AbstractResolver, reach: Reach) -> None:
        self._names = names
        self._reach = reach

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._names.resolve(host, port, family)
        if not all(self._reach.permits(host, port, one["host"]) for one in found):
            raise _NotPublic
        return found

    async def close(self) -> None:
        await self._names.close()


class OnlineClient:
    """A session to strangers; used inside `async with`. `now` tells when an answer came, in UTC."""

    def __init__(self, reach: Reach, *, now: Callable[[], dt.datetime], names: AbstractResolver | None = None) -> None:
        self._reach = reach
        self._now = now
        self._names = names
        self._session: Session | None = None

    async def __aenter__(self) -> Self:
        resolver = _CheckedResolver(self._names or aiohttp.ThreadedResolver(), self._reach)
        lines = Lines(resolver=resolver, use_dns_cache=False, force_close=True, ssl=_tls(self._reach.authority))
        self._session = Session(lines)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def for_document(self) -> DocumentAsker:
        """Who asks for one document, with a budget of its own."""
        if self._session is None:
            raise AssertionError("the client is used inside `async with`")
        return DocumentAsker(self._session, self._reach, self._now)


class DocumentAsker:
    """Asks for one document (`gateway.verify.asking.Asker`)."""

    def __init__(self, session: Session, reach: Reach, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._reach = reach
        self._now = now
        self._asked: dict[tuple[str, ...], asyncio.Task[Answer | NoAnswer]] = {}
        self._turns = asyncio.Semaphore(UNDER_WAY)
        self._octets = DOCUMENT_BYTES
        self._until: float | None = None

    async def ask(self, question: EvidenceRequest) -> Answer | NoAnswer:
        """What was answered, or why nothing was; the same question is asked once."""
        if question.identity not in self._asked:
            if len(self._asked) >= QUESTIONS:
                return NoAnswer(code="online.budget", why=f"more than {QUESTIONS} questions would have to be asked")
            self._asked[question.identity] = asyncio.create_task(self._answer(question))
        return await self._asked[question.identity]

    async def _answer(self, question: EvidenceRequest) -> Answer | NoAnswer:
        address = address_of(question.url)
        if address is None:
            why = "its address isn't one that may be asked (https, and a host by its name)"
            return NoAnswer(code="online.address", why=why)
        if not self._reach.allows(str(address.host), address.port or HTTPS, check=question.vouches):
            return NoAnswer(code="online.host", why="its host isn't one that may be asked here")
        async with self._turns:
            seconds = self._seconds_left()
            if seconds <= 0 or self._octets <= 0:
                return NoAnswer(code="online.budget", why="the answers before took all the time, or all the room")
            return await self._fetch(question, address, min(seconds, QUESTION_SECONDS))

    def _seconds_left(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._until is None:
            self._until = now + self._reach.seconds
        return self._until - now

    async def _fetch(self, question: EvidenceRequest, address: URL, seconds: float) -> Answer | NoAnswer:
        try:
            async with self._session.request(
                "POST" if question.form else "GET",
                address,
                data=question.form or None,
                headers={"Accept": _ACCEPT[question.vouches]},
                patience=aiohttp.ClientTimeout(total=seconds),
            ) as response:
                return await self._answered(question, response)
        except _NotPublic:
            return NoAnswer(code="online.private", why="its host's name stands for an address that isn't public")
        except TimeoutError:
            return NoAnswer(code="online.timeout", why="its host took too long")
        except (aiohttp.ClientSSLError, ssl.SSLError):
            return NoAnswer(code="online.tls", why="its host's certificate or TLS isn't acceptable")
        except aiohttp.ClientConnectorError:
            return NoAnswer(code="online.unreachable", why="its host can't be reached")
        except (aiohttp.ClientError, ConnectionError):
            return NoAnswer(code="online.broken", why="its host's answer is no HTTP, or broke off")

    async def _answered(self, question: EvidenceRequest, response: aiohttp.ClientResponse) -> Answer | NoAnswer:
        if response.status in _REDIRECTS:
            return NoAnswer(code="online.redirect", why="its host points elsewhere, and redirects aren't followed")
        media_type, success = response.content_type.lower(), 200 <= response.status < 300  # noqa: PLR2004 - HTTP
        if success and not (_CHECK if question.vouches else _DATA).fullmatch(media_type):
            return NoAnswer(code="online.type", why="its host answered with something of another kind")
        octets = await self._octets_of(response)
        if isinstance(octets, NoAnswer):
            return octets
        return Answer(
            url=question.url,
            fetched_at=self._now().replace(microsecond=0),  # as those who judge by it take the time
            octets=octets,
            status=response.status,
            media_type=media_type,
            fetched_here=True,
            posted=question.form is not None,
        )

    async def _octets_of(self, response: aiohttp.ClientResponse) -> bytes | NoAnswer:
        body = bytearray()
        async for piece in response.content.iter_chunked(16 * 1024):
            body += piece
            self._octets -= len(piece)
            if len(body) > ANSWER_BYTES or self._octets < 0:
                return NoAnswer(code="online.size", why="its host's answer is larger than what is taken")
        return _plain(bytes(body), response.headers.get("Content-Encoding", "identity").strip().lower())


def address_of(url: str) -> URL | None:
    """An address as it is asked, in one reading for the checks and for the request; None where it may not be asked.

    What stands behind "#" is never sent.
    """
    parts = _ADDRESS.fullmatch(url.partition("#")[0]) if len(url) <= _LONGEST else None
    port = int(parts["port"] or HTTPS) if parts else 0
    if parts is None or not 0 < port < 2**16:
        return None
    address = URL(f"https://{parts['host'].lower()}:{port}{parts['rest'] or '/'}", encoded=True)
    return address if (address.host, address.port) == (parts["host"].lower(), port) else None


def _plain(body: bytes, encoding: str) -> bytes | NoAnswer:
    """The answer as it was meant. None was asked to compress; who does it all the same may use gzip, within a limit."""
    if encoding == "identity":
        return body
    if encoding not in {"gzip", "x-gzip"}:
        return NoAnswer(code="online.encoding", why="its host packed the answer in a way that isn't known")
    try:
        return inflate(body, ANSWER_BYTES, "gzip")
    except Refused as refused:
        if refused.code == "limit.inflate":
            return NoAnswer(code="online.bomb", why="its host's answer inflates to more than what is taken")
        return NoAnswer(code="online.encoding", why="its host's answer can't be unpacked")


def _tls(authority: Path | None) -> ssl.SSLContext:
    context = tls_context(None)
    if authority is not None:
        try:
            context.load_verify_locations(authority)
        except OSError as error:  # ssl.SSLError is one
            raise ConfigError(
                "online.authority",
                f"the authority {authority} can't be used: {error.strerror or type(error).__name__}",
                advice="name the certificate (PEM) of the authority that issued the hosts' TLS certificates",
            ) from None
    return context
