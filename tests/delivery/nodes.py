"""Nodes for tests: two registries on loopback, with keys made for a session, and genuine documents."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.delivery.states import Delivery, DeliveryState
from gateway.drivers.clock import Clock
from gateway.node.demo_nodes import free_port
from gateway.node.running import Running
from gateway.node.serving import run
from gateway.node.settings import load_settings
from gateway.node.submit import Submission, submit
from gateway.packaged import data_folder
from gateway.web.app import listening
from tests.toy_node import seal_key, sealed, university, write_key

NORTH, SOUTH = "north.example.org", "south.example.org"
PATIENCE = 60.0
"""Seconds until something that never comes is given up: not a measure of how fast a busy machine is."""


@cache
def document() -> bytes:
    """A genuine ELMO document, sealed by the university."""
    return sealed((data_folder("config") / "demo" / "elmo.xml").read_bytes())


def forged() -> bytes:
    """The same with one grade raised."""
    return document().replace(b"<resultLabel>7,5</resultLabel>", b"<resultLabel>9,5</resultLabel>")


@cache
def node_private_key(who: str) -> Ed25519PrivateKey:
    """The node key of a participant: one for each in a session."""
    return Ed25519PrivateKey.generate()


class Participant:
    """A participant's folder, address and settings; `peer` adds another one to whom it talks."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.port = folder / name, name, free_port()
        self.folder.mkdir()
        self.extra, self.delivery = "", ""
        self._peers: dict[str, str] = {}
        key = node_private_key(name)
        file = self.folder / "node.key.pem"
        file.touch(mode=0o600)
        file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (self.folder / "node.pem").write_bytes(public)
        write_key(self.folder, seal_key(f"seal of {name}", f"Ministry of {name}", "NTRXX-12345678"), "seal")
        write_key(self.folder, university(), "university")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def peer(self, other: Participant, *, wants: str | None = None, url: str | None = None, more: str = "") -> None:
        """Know another participant; `more` are further lines of its entry."""
        self._peers[other.name] = (
            f'[[peer]]\nid = "{other.name}"\nurl = "{url or other.url}"\nkeys = ["{other.folder / "node.pem"}"]\n'
            f'seals = ["{other.folder / "seal.pem"}"]\n' + (f'wants = "{wants}"\n' if wants else "") + more
        )

    def settings_file(self) -> Path:
        file = self.folder / "node.toml"
        file.write_text(
            f'[node]\nid = "{self.name}"\nurl = "{self.url}"\nlisten = "127.0.0.1:{self.port}"\n'
            f'local_listen = "127.0.0.1:0"\nkey = "node.key.pem"\n'
            '[[seal]]\nfor = ["xmldsig", "jades"]\nkey = "seal.key.pem"\ncertificate = "seal.pem"\n'
            f'[[trust]]\nanchor = "university.pem"\n[delivery]\nmin_free_bytes = 0\n{self.delivery}'
            f"{''.join(self._peers.values())}{self.extra}"
        )
        return file

    @asynccontextmanager
    async def running(self, clock: Clock | None = None) -> AsyncIterator[Running]:
        """The node at work, listening."""
        async with run(load_settings(self.settings_file()), clock=clock) as running, listening(running):
            yield running


def pair(folder: Path, *, wants: str | None = "europass") -> tuple[Participant, Participant]:
    """Two participants that know each other; the southern one wants translations."""
    north, south = Participant(folder, NORTH), Participant(folder, SOUTH)
    north.peer(south, wants=wants)
    south.peer(north)
    return north, south


@asynccontextmanager
async def two_nodes(folder: Path, **terms: str | None) -> AsyncIterator[tuple[Running, Running]]:
    """Two nodes at work."""
    north, south = pair(folder, **terms)
    async with AsyncExitStack() as stack:
        yield (
            await stack.enter_async_context(north.running()),
            await stack.enter_async_context(south.running()),
        )


async def streamed(octets: bytes) -> AsyncIterator[bytes]:
    """Octets as they would stream in."""
    for start in range(0, len(octets), 5000):
        yield octets[start : start + 5000]


def submission(octets: bytes | None = None, to: str = SOUTH, **terms) -> Submission:
    """A document for the southern node."""
    return Submission(to=to, octets=streamed(document() if octets is None else octets), **terms)


async def until(found: Callable[[], Awaitable[object]]) -> None:
    """Wait until something holds; fails when it takes too long."""
    async with asyncio.timeout(PATIENCE):
        while not await found():  # noqa: ASYNC110 - it asks what has no event
            await asyncio.sleep(0.01)


async def decided_between(
    north: Participant, south: Participant, octets: bytes
) -> tuple[DeliveryState, dict[str, Any]]:
    """What became of a document that the northern one sent, and the southern one's account of it; both run for it."""
    async with north.running() as sending, south.running() as receiving:
        queued = await submit(sending, submission(octets))
        done = await ended(sending, queued.id)
        arrival = await receiving.store.arrival(NORTH, queued.id)
        assert arrival is not None
        assert arrival.account is not None
        return done.state, json.loads(arrival.account)


async def ended(node: Running, message: str) -> Delivery:
    """The delivery, once it waits no more."""
    waiting = {DeliveryState.QUEUED, DeliveryState.RECEIPTED}

    async def decided() -> bool:
        delivery = await node.store.delivery(message)
        return delivery is not None and delivery.state not in waiting

    await until(decided)
    delivery = await node.store.delivery(message)
    assert delivery is not None
    return delivery
