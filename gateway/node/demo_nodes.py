"""The nodes of the demonstration: each a process of its own on loopback, with keys made on the spot."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.drivers.files import write_file
from gateway.drivers.local_client import local_node
from gateway.drivers.node_keys import load_peer_keys, new_node_key
from gateway.drivers.token import load_token
from gateway.drivers.trust_files import load_anchors
from gateway.node.demo_clerk import ATTESTED
from gateway.node.demo_clerk import FOLDER as CLERK
from gateway.node.demo_keys import make_seal, public_pem
from gateway.node.demo_settings import Listening, PeerEntry, settings_of

PATIENCE = 20.0
_FIRST_PORT, _PORTS = 20_000, 12_000  # below those that systems give to outgoing connections
_LOOK_AGAIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A registry that exchanges documents: the folder of its node, what it wants, and by what it is trusted.

    `sends` is the adapter that reads its own documents; `anchor` None: nothing seals them, and what vouches for them is
    the register's answer.
    """

    id: str
    folder: str
    wants: str
    sends: str
    anchor: str | None


PARTICIPANTS = (
    Participant(
        id="registry.shore.example",
        folder="node-of-the-shore",
        wants="elmo",
        sends="elmo",
        anchor="registry-of-the-shore/authority.pem",
    ),
    Participant(
        id="registry.river.example",
        folder="node-of-the-river",
        wants="europass",
        sends="europass",
        anchor="registry-of-the-river/authority.pem",
    ),
    Participant(
        id="registry.isle.example",
        folder="node-of-the-isle",
        wants="clr",
        sends="clr",
        anchor="registry-of-the-isle/university.did",
    ),
    Participant(id="registry.east.example", folder="node-of-the-east", wants="dossier", sends="chsi", anchor=None),
)
ROGUE_ID = "registry.rogue.example"
ROGUE_FOLDER = "node-of-a-rogue"


@dataclass(kw_only=True)
class DemoNode:
    """A participant of the demonstration: its folder, where it listens, and the id of its process while it runs.

    `wants` is the adapter in whose format it wants translations, `sends` the one that reads its own documents.
    """

    id: str
    folder: Path
    wants: str
    sends: str
    port: int
    local_port: int
    process: int | None = None

    @property
    def url(self) -> str:
        """Where peers reach it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def local_listen(self) -> str:
        """Where its local API is."""
        return f"127.0.0.1:{self.local_port}"

    @property
    def peer(self) -> Peer:
        """The node as others pin it."""
        files = [self.folder / name for name in ("seal.pem", "credentials.did")]
        seals = frozenset(anchor.key_sha256 for anchor in load_anchors(files))
        return Peer(id=self.id, url=self.url, keys=load_peer_keys(self.folder / "node.pem"), seals=seals)

    # --- its process

    def start(self) -> None:
        """Start the process, in a session of its own: it may go on when this one ends."""
        log = str(self.folder / "node.log")
        arguments = [sys.executable, "-m", "gateway.cli.main", "serve", "--config", str(self.folder / "node.toml")]
        self.process = os.posix_spawn(
            sys.executable,
            arguments,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    async def ready(self) -> bool:
        """Wait until it answers; False where it doesn't."""
        for _ in range(int(PATIENCE / _LOOK_AGAIN)):
            try:
                async with local_node(self.local_listen, None) as node:
                    await node.get("/livez")
            except Stopped:
                await asyncio.sleep(_LOOK_AGAIN)
            else:
                return True
        return False

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Tell it to end: it finishes what it began."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            os.kill(self.process, how)
            os.waitpid(self.process, 0)
        self.process = None

    # --- its local API

    async def submit(self, document: Path, to: DemoNode) -> str:
        """Give it a document to deliver; the id of the delivery. Raises Stopped where it refuses."""
        async with self._api() as api:
            answer = await api.post("/v1/deliveries", {"to": to.id, "purpose": "recognition"}, document)
        return str(answer["id"])

    async def delivery(self, message: str) -> dict[str, Any]:
        """What it says of a delivery."""
        async with self._api() as api:
            answer: dict[str, Any] = await api.get(f"/v1/deliveries/{message}")
        return answer

    async def reaches(self, message: str, *states: str) -> dict[str, Any]:
        """The delivery, once it is in one of these states; as it is, where it takes too long."""
        answer = await self.delivery(message)
        for _ in range(int(PATIENCE / _LOOK_AGAIN)):
            if answer["state"] in states:
                break
            await asyncio.sleep(_LOOK_AGAIN)
            answer = await self.delivery(message)
        return answer

    async def tried(self, message: str) -> dict[str, Any]:
        """The delivery, once an attempt to send it has failed."""
        answer = await self.delivery(message)
        for _ in range(int(PATIENCE / _LOOK_AGAIN)):
            if answer["attempts"] or answer["state"] != "queued":
                break
            await asyncio.sleep(_LOOK_AGAIN)
            answer = await self.delivery(message)
        return answer

    async def inbox(self) -> list[dict[str, Any]]:
        """What waits to be fetched from it."""
        async with self._api() as api:
            answer = await api.get("/v1/inbox")
        return list(answer["arrivals"])

    def keep(self, name: str, answer: dict[str, Any]) -> None:
        """Put what it answered beside its settings, with both receipts and the envelope: the evidence."""
        folder = self.folder / "evidence"
        folder.mkdir(exist_ok=True)
        write_file(folder / f"{name}.json", json.dumps(answer, indent=2, ensure_ascii=False).encode())

    def _api(self) -> Any:
        return local_node(self.local_listen, load_token(self.folder / "local.token"))


def make_nodes(
    folder: Path, rogue_url: str, participants: Sequence[Participant] = PARTICIPANTS, *, with_clerk: bool = True
) -> tuple[DemoNode, ...]:
    """The nodes of registries, each a peer of every other. All know one more, which will turn out to be a rogue.

    Those with a clerk trust what the clerk attests, and look for it.
    """
    nodes = tuple(_make(folder, one) for one in participants)
    rogue = PeerEntry(id=ROGUE_ID, url=rogue_url, folder=ROGUE_FOLDER)
    for node in nodes:
        others = [
            PeerEntry(id=other.id, url=other.url, folder=other.folder.name, wants=other.wants)
            for other in nodes
            if other is not node
        ]
        settings = settings_of(
            node.id,
            about="A node of the demonstration.",
            owner=f"Authority {node.id}",
            trust=[one.anchor for one in participants if one.anchor is not None],
            listening=Listening(url=node.url, listen=f"127.0.0.1:{node.port}", local=node.local_listen),
            peers=[*others, rogue],
            witness=f"{CLERK}/clerk.did" if with_clerk else None,
            attested=ATTESTED if with_clerk else None,
        )
        write_file(node.folder / "node.toml", settings)
    return nodes


def _make(folder: Path, one: Participant) -> DemoNode:
    node = DemoNode(
        id=one.id,
        folder=folder / one.folder,
        wants=one.wants,
        sends=one.sends,
        port=free_port(),
        local_port=free_port(),
    )
    make_keys(node.folder, f"Authority {node.id}")
    return node


def make_keys(folder: Path, owner: str) -> None:
    """A node key and a seal."""
    folder.mkdir(mode=0o700)
    secret = new_node_key()
    write_file(folder / "node.key.pem", secret)
    write_file(folder / "node.pem", public_pem(secret))
    make_seal(folder, owner)


def free_port() -> int:
    """A port of loopback that nobody listens at now.

    Not one that the system picks: it gives the same ones to outgoing connections, and one of those could take it before
    its node listens.
    """
    while True:
        port = _FIRST_PORT + secrets.randbelow(_PORTS)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
