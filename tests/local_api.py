"""The local API of a node in this process, as a program of the registry uses it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from jsonschema_rs import validator_for

from gateway.drivers.clock import Clock
from gateway.drivers.token import Token
from gateway.node.running import Running
from gateway.node.serving import run
from gateway.node.settings import load_settings
from gateway.web.local.app import local_app
from tests.delivery.nodes import Participant
from tests.reference import ROOT

TOKEN = Token("t" * 43)
PROBLEM = validator_for(
    {"$ref": "#/components/schemas/Problem", **json.loads((ROOT / "schemas" / "openapi.json").read_text())}
)


@dataclass(frozen=True)
class Answered:
    """An answer, read."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem answer, which is one by our schema."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        PROBLEM.validate(self.json)
        assert self.json["status"] == self.status
        assert self.json["type"] == f"urn:testamur:problem:{self.json['code']}"
        return self.json["code"]


class Api:
    """Asks the local API; with the token unless another one, or None, is given."""

    def __init__(self, client: TestClient, running: Running) -> None:
        self._client = client
        self.port = client.port
        self.running = running

    async def __call__(
        self,
        method: str,
        path: str,
        *,
        token: str | None = TOKEN.secret,
        headers: Mapping[str, str] | None = None,
        **how,
    ) -> Answered:
        given = dict(headers or {})
        if token is not None:
            given.setdefault("Authorization", f"Bearer {token}")
        async with self._client.request(method, path, headers=given, allow_redirects=False, **how) as response:
            return Answered(response.status, response.headers, await response.read())

    async def get(self, path: str, **how) -> Answered:
        return await self("GET", path, **how)

    async def post(self, path: str, body: bytes | None = None, **how) -> Answered:
        how.setdefault("headers", {}).setdefault("Content-Type", "application/octet-stream")
        return await self("POST", path, data=body, **how)


@asynccontextmanager
async def api_of(running: Running, *, host: str = "127.0.0.1") -> AsyncIterator[Api]:
    """The local API of a node that runs."""
    server = TestServer(local_app(running, TOKEN, host=host))
    await server.start_server(auto_decompress=False)
    async with TestClient(server) as client:
        yield Api(client, running)


@asynccontextmanager
async def lonely_node(
    folder: Path,
    *,
    watermark: int = 0,
    more: str = "",
    limits: str = "",
    sections: str = "",
    clock: Clock | None = None,
) -> AsyncIterator[Running]:
    """A node whose one peer doesn't answer: nothing happens by itself. `more` stands under [delivery], `sections` by themselves."""
    alone = Participant(folder, "north.example.org")
    other = Participant(folder, "south.example.org")
    alone.peer(other)
    alone.extra = f"[limits]\n{limits}{sections}"
    file = alone.settings_file()
    file.write_text(file.read_text().replace("min_free_bytes = 0\n", f"min_free_bytes = {watermark}\n{more}"))
    async with run(load_settings(file), clock=clock) as running:
        yield running
