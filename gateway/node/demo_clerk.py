"""The demonstration's clerk: looks at the register (simulated, on loopback), and attests what it shows.

Nobody here asks the register itself. Every verdict that rests on the simulator says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.drivers.did_keys import DidKey
from gateway.drivers.evidence_files import keep_attested
from gateway.drivers.files import write_file
from gateway.drivers.node_keys import new_node_key
from gateway.drivers.node_secret import make_node_secret
from gateway.kit.contract import Adapter
from gateway.node.attest import load_witness, question_of
from gateway.node.demo_register import PATH, Register
from gateway.node.demo_report import EXPIRED, REPORT, shown
from gateway.trust.anchors import Anchor
from gateway.verify.asking import name_of
from gateway.verify.evidence import Answer
from gateway.verify.online import attest

FOLDER = "clerk"
ATTESTED = "attested"
"""The folder of a node in which it looks for what the clerk attests."""


@dataclass(frozen=True, kw_only=True)
class Clerk:
    """Somebody whose word counts for what the register answered, and for nothing else."""

    key: DidKey
    adapters: Sequence[Adapter]
    address: str

    @property
    def anchor(self) -> Anchor:
        """What those trust who take the clerk's word."""
        return Anchor(key=self.key.private_key.public_key(), controller=self.key.method.controller)

    async def look(self, report: bytes, now: dt.datetime) -> Answer:
        """What the register answers about a report, attested."""
        import aiohttp

        question = question_of(report, self.adapters)
        async with aiohttp.ClientSession() as session, session.post(self.address, data=question.form) as response:
            found = Answer(
                url=question.url,
                fetched_at=now,
                octets=await response.read(),
                status=response.status,
                media_type=response.content_type,
            )
        return attest(found, self.key)

    async def look_for(self, node: Path, report: bytes, now: dt.datetime) -> None:
        """Put what the register answers where the node in a folder looks for it."""
        question = question_of(report, self.adapters)
        name = name_of(question, make_node_secret(node / "node.secret"))
        keep_attested(node / ATTESTED, await self.look(report, now), name.removeprefix(f"{question.url}#"))


def make_clerk(folder: Path) -> None:
    """The clerk's key, and the DID by which they are trusted."""
    (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
    write_file(folder / FOLDER / "clerk.key.pem", new_node_key())
    write_file(folder / FOLDER / "clerk.did", _key(folder).method.controller.encode())


@asynccontextmanager
async def clerk(folder: Path, adapters: Sequence[Adapter]) -> AsyncIterator[Clerk]:
    """The clerk at work: the register answers at a port of loopback."""
    from aiohttp import web

    register = Register(reports={REPORT["vcode"]: shown(), EXPIRED: replace(shown(), state="expired")})
    runner = web.AppRunner(register.application(), shutdown_timeout=0.1)  # by 0 it would wait for ever
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}{PATH}"
        yield Clerk(key=_key(folder), adapters=adapters, address=address)
    finally:
        await runner.cleanup()


def _key(folder: Path) -> DidKey:
    return load_witness(folder / FOLDER / "clerk.key.pem")
