"""A node with its own check taken out, for the demonstration alone: it sends what no honest node lets go.

It is a pinned peer with good keys, so that nothing but what the receiver finds by itself can stop it.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import hashlib
import json
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import web

from gateway.delivery.door import sign_request
from gateway.delivery.envelope import Envelope, Part, PartRole
from gateway.delivery.message import MEDIA_TYPE, message_head
from gateway.delivery.receipt import BusinessReceipt
from gateway.delivery.signing import read_business_receipt, sign_envelope
from gateway.drivers.files import write_file
from gateway.drivers.http_client import Outgoing, PeerClient
from gateway.drivers.node_keys import load_node_key
from gateway.kit.contract import Draft
from gateway.node.demo_nodes import PATIENCE, ROGUE_FOLDER, ROGUE_ID, DemoNode, make_keys
from gateway.node.demo_settings import settings_of
from gateway.node.demo_world import REGISTRIES
from gateway.node.sealing import seal_draft
from gateway.node.settings import load_settings
from gateway.node.startup import Node, right_now, start
from gateway.node.translate import Order, Translated, translate_now
from gateway.translate.papers import losses_paper

Parts = list[tuple[PartRole, str, bytes]]


@dataclass(kw_only=True)
class Rogue:
    """The rogue, listening for what its victims answer."""

    folder: Path
    node: Node
    client: PeerClient
    answers: dict[str, asyncio.Future[bytes]] = field(default_factory=dict)

    def forged(self, document: bytes) -> Parts:
        """A document that was tampered with, alone."""
        return [("original", "application/xml", document)]

    def with_other_grade(self, genuine: bytes, before: bytes, after: bytes) -> Parts:
        """A genuine original; in its translation one grade is raised, and all of it properly sealed."""
        done = self._translated(genuine)
        body = _draft(done).body
        if before not in body:
            raise AssertionError("the grade stands in the translation")
        return self._sealed(done, genuine, body.replace(before, after))

    def with_other_page(self, genuine: bytes, forged: bytes) -> Parts:
        """A genuine original and a true translation, whose page image shows another grade."""
        done, lie = self._translated(genuine), self._translated(forged, unsealed=True)
        body, shown = json.loads(_draft(done).body), json.loads(_draft(lie).body)
        displays = (credential["displayParameter"]["individualDisplay"] for credential in (body, shown))
        for true, false in zip(*displays, strict=True):
            true["displayDetail"] = false["displayDetail"]
        return self._sealed(done, genuine, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())

    async def send(self, parts: Parts, to: DemoNode) -> BusinessReceipt:
        """Send it as a node would; what the receiver decided."""
        message, octets = self._compose(parts, to)
        answer = self.answers[message] = asyncio.get_running_loop().create_future()
        await self._post(octets, to)
        async with asyncio.timeout(PATIENCE):
            return read_business_receipt(await answer, to.peer)

    def _translated(self, document: bytes, *, unsealed: bool = False) -> Translated:
        done = translate_now(self.node, Order(octets=document, to="europass", unsealed=unsealed), right_now())
        if not isinstance(done, Translated):
            raise AssertionError(done.message)  # noqa: TRY004 - nothing of a type: the demonstration's own fault
        return done

    def _sealed(self, done: Translated, genuine: bytes, body: bytes) -> Parts:
        draft, key = replace(_draft(done), body=body), self.node.seals["jades"]
        sealed = seal_draft(draft, key, None, now=right_now(), limits=self.node.limits)
        return [
            ("original", "application/xml", genuine),
            ("translation", "application/json", sealed),
            ("derivation", "application/jose", done.derivation_octets),
            ("losses", "application/json", losses_paper(done.losses)),
        ]

    def _compose(self, parts: Parts, to: DemoNode) -> tuple[str, bytes]:
        message, now = str(uuid.uuid4()), right_now()
        envelope = Envelope(
            id=message,
            sender=ROGUE_ID,
            to=to.id,
            created=now,
            expires=now + dt.timedelta(hours=1),
            purpose="recognition",
            trace=secrets.token_hex(16),
            parts=tuple(
                Part(role=role, sha256=hashlib.sha256(octets).hexdigest(), size=len(octets), media_type=kind)
                for role, kind, octets in parts
            ),
        )
        signed = sign_envelope(envelope, load_node_key(self.folder / "node.key.pem"))
        return message, message_head(signed) + b"".join(octets for _, _, octets in parts)

    async def _post(self, octets: bytes, to: DemoNode) -> None:
        async def body() -> AsyncIterator[bytes]:
            yield octets

        url = f"{to.url}/v1/messages"
        headers = sign_request(
            "POST",
            url,
            content_sha256=hashlib.sha256(octets).hexdigest(),
            media_type=MEDIA_TYPE,
            length=len(octets),
            signer=load_node_key(self.folder / "node.key.pem"),
            now=right_now(),
            nonce=secrets.token_urlsafe(18),
        )
        outgoing = Outgoing(method="POST", url=url, headers=headers, size=len(octets), open_body=body)
        answer = await self.client.send(outgoing)
        if answer.status != web.HTTPOk.status_code:
            raise AssertionError(f"the receiver answered {answer.status}")

    async def receipts(self, request: web.Request) -> web.Response:
        """What victims answer comes here."""
        receipt = await request.read()
        payload = receipt.split(b".")[1]
        message = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))["message"]
        if message in self.answers and not self.answers[message].done():
            self.answers[message].set_result(receipt)
        return web.Response(status=web.HTTPNoContent.status_code)


def make_rogue_keys(folder: Path) -> None:
    """Its keys and settings, before the others are told of it."""
    make_keys(folder / ROGUE_FOLDER, "Authority of Nowhere")
    about = "The rogue of the demonstration: its settings are those of an honest node."
    settings = settings_of(ROGUE_ID, about=about, owner="Authority of Nowhere", trust=[REGISTRIES[0].anchor])
    write_file(folder / ROGUE_FOLDER / "node.toml", settings)


@asynccontextmanager
async def rogue(folder: Path, port: int) -> AsyncIterator[Rogue]:
    """The rogue at work."""
    place = folder / ROGUE_FOLDER
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(PeerClient(connect_seconds=5, read_seconds=PATIENCE))
        node = start(load_settings(place / "node.toml"), now=right_now())
        found = Rogue(folder=place, node=node, client=client)
        app = web.Application()
        app.router.add_post("/v1/receipts", found.receipts)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield found


def _draft(done: Translated) -> Draft:
    draft = done.results[0].draft
    if draft is None:
        raise AssertionError("a translation has a draft")
    return draft
