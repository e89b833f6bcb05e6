"""The client of the local API: how the command talks to the node that runs on this machine."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

import aiohttp
from pydantic import ValidationError

from gateway.delivery.problem import Problem, Stopped
from gateway.drivers.token import Token
from gateway.drivers.trust_files import without_waiting
from gateway.errors import RequestError

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104 - where a node may listen, nothing is bound here
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=600)

Query = Mapping[str, str | None]


def base_url(listen: str) -> str:
    """The address of a node on this machine that listens there."""
    host, _, port = listen.rpartition(":")
    return f"http://{_ANY_ADDRESS.get(host, host)}:{port}"


class LocalNode:
    """The running node. Made by `local_node`."""

    def __init__(self, session: aiohttp.ClientSession, listen: str) -> None:
        self._session = session
        self._listen = listen

    async def get(self, path: str, query: Query | None = None) -> Any:
        """The JSON at a path.

        Raises:
            Stopped: what the node answered with, and `node.not_running`, `node.broke_off`, `node.answer`.
        """
        return await self._ask("GET", path, query, None)

    async def get_status(self, path: str, query: Query | None = None) -> Any:
        """The JSON at a path that also answers 503 with it: of health. Raises as `get`."""
        return await self._ask("GET", path, query, None, also=503)

    async def post(
        self, path: str, query: Query | None = None, document: Path | None = None, *, key: str | None = None
    ) -> Any:
        """The JSON that a POST is answered with; `document` is streamed, `key` is its Idempotency-Key.

        Raises as `get`, and RequestError for the document.
        """
        return await self._ask("POST", path, query, document, key=key)

    async def _ask(
        self,
        method: Literal["GET", "POST"],
        path: str,
        query: Query | None,
        document: Path | None,
        *,
        also: int | None = None,
        key: str | None = None,
    ) -> Any:
        given = {name: value for name, value in (query or {}).items() if value is not None}
        headers = {"Content-Type": "application/octet-stream"} if document is not None else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        body = _opened(document) if document is not None else None
        try:
            async with self._session.request(
                method, path, params=given, data=body, headers=headers, allow_redirects=False
            ) as response:
                octets = await response.read()
                if not response.ok and response.status != also:
                    raise _problem(response.status, octets)
                return json.loads(octets)
        except aiohttp.ClientConnectorError:
            raise self._not_running() from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            raise _transport("node.broke_off", "the node broke off", "see its log; then ask again") from None
        except ValueError:
            raise _strange() from None

    def _not_running(self) -> Stopped:
        return _transport(
            "node.not_running",
            f"no node answers at {self._listen}",
            "start it with `testamur serve`; `testamur doctor` says what may keep it from starting",
        )


@asynccontextmanager
async def local_node(listen: str, token: Token | None) -> AsyncIterator[LocalNode]:
    """The node that listens there; without a token only what is open can be asked."""
    headers = {"Authorization": f"Bearer {token.secret}"} if token is not None else {}
    async with aiohttp.ClientSession(
        base_url(listen), headers=headers, timeout=_TIMEOUT, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield LocalNode(session, listen)


def _opened(file: Path) -> BinaryIO:
    """The file: it is streamed, and closed when it was sent."""
    try:
        return open(file, "rb", opener=without_waiting)
    except OSError as error:
        raise RequestError(
            "request.file_unreadable",
            f"{file} can't be read: {error.strerror}",
            advice="check the path and its permissions",
        ) from error


def _problem(status: int, octets: bytes) -> Stopped:
    """What the node answered, as it said it."""
    try:
        problem = Problem.model_validate_json(octets)
    except ValidationError:
        return _strange()
    return Stopped(
        problem.code,
        problem.title,
        status=status,
        stage=problem.stage,
        retryable=problem.retryable,
        advice=problem.hint,
    )


def _strange() -> Stopped:
    return _transport("node.answer", "what answers there is no node of Testamur", "check [node] local_listen")


def _transport(
    code: Literal["node.not_running", "node.broke_off", "node.answer"], message: str, advice: str
) -> Stopped:
    return Stopped(code, message, status=503, stage="transport", retryable=True, advice=advice)
