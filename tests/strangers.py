"""Strangers on the internet, simulated on loopback: hosts with TLS, and the names that lead to them.

`Strangers` serves what a test puts under a path; `Names` says which addresses a name stands for, each time it is asked.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from gateway.drivers.online import OnlineClient
from gateway.drivers.reach import Reach
from gateway.kit.contract import EvidenceRequest
from gateway.verify.asking import NoAnswer
from gateway.verify.evidence import Answer

HOSTS = ("school.example", "list.example", "other.example")
SIMULATED = (ip_network("127.0.0.1/32"),)
"""What stands for the public internet: every other address of loopback is somebody's own."""
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def certificate(folder: Path, names: tuple[str, ...] = HOSTS) -> tuple[Path, Path]:
    """A certificate for names that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "strangers")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / f"{names[0]}.pem", folder / f"{names[0]}.key.pem"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


class Names(AbstractResolver):
    """Names to addresses; a name with several turns stands for another set of addresses each time it is asked for."""

    def __init__(self, **turns: list[list[str]]) -> None:
        self.turns = {name.replace("_", "."): [*sets] for name, sets in turns.items()}
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        sets = self.turns.get(host, [["127.0.0.1"]])
        addresses = sets.pop(0) if len(sets) > 1 else sets[0]
        if not addresses:
            raise OSError("no such name")
        return [
            ResolveResult(hostname=host, host=one, port=port, family=_family(one), proto=0, flags=0)
            for one in addresses
        ]

    async def close(self) -> None:
        pass


def _family(address: str) -> int:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


class Strangers:
    """Hosts that answer over TLS; `asked` are the paths that came, `headers` what came with the last."""

    def __init__(self, folder: Path) -> None:
        self.authority, self._key = certificate(folder)
        self.pages: dict[str, Handler] = {}
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.port = 0
        self.names = Names()

    def url(self, path: str, host: str = "school.example") -> str:
        return f"https://{host}:{self.port}{path}"

    def says(
        self, path: str, body: bytes | str = b"{}", *, status: int = 200, kind: str = "application/json", **headers: str
    ) -> None:
        octets = body if isinstance(body, bytes) else body.encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def page(_request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=octets, headers={"Content-Type": kind, **named})

        self.pages[path] = page

    @asynccontextmanager
    async def answering(self, address: str = "127.0.0.1") -> AsyncIterator[Strangers]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)  # by 0 it would wait for ever
        await runner.setup()
        site = web.TCPSite(runner, address, self.port, ssl_context=self.context())
        try:
            await site.start()
            self.port = runner.addresses[0][1]
            yield self
        finally:
            await runner.cleanup()
            for _ in range(5):
                await asyncio.sleep(0)  # turns of the loop in which connections end

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        self.headers = {name.lower(): value for name, value in request.headers.items()}
        page = self.pages.get(request.path)
        return await page(request) if page is not None else web.Response(status=404, body=b"")

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.authority, self._key)
        return context

    def reach(self, **changes: object) -> Reach:
        """These hosts and no others, at this port; `changes` as the settings would make them."""
        named = tuple(f"{host}:{self.port}" for host in HOSTS)
        whole = {"hosts": named, "networks": SIMULATED, "authority": self.authority, "seconds": 60.0, **changes}
        return Reach(**whole)  # type: ignore[arg-type]

    @asynccontextmanager
    async def client(self, names: Names | None = None, **changes: object) -> AsyncIterator[OnlineClient]:
        async with OnlineClient(self.reach(**changes), now=lambda: NOW, names=names or self.names) as client:
            yield client

    async def ask(self, url: str, *, vouches: bool = False, names: Names | None = None, **changes: object) -> object:
        """An answer, or the code of why none came."""
        async with self.client(names, **changes) as client:
            return shown(await client.for_document().ask(EvidenceRequest(url=url, why="why", vouches=vouches)))


def shown(found: Answer | NoAnswer) -> object:
    return found.code if isinstance(found, NoAnswer) else found


@asynccontextmanager
async def dripping(strangers: Strangers, first: bytes, drop: bytes) -> AsyncIterator[int]:
    """A host that never comes to an end: it says `first`, and then a drop, as long as somebody listens; its port."""

    async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(first)
            while not writer.is_closing():
                writer.write(drop)
                await writer.drain()
                await asyncio.sleep(0.02)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(drip, "127.0.0.1", 0, ssl=strangers.context())
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
