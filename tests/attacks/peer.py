"""A pinned peer that isn't honest: it has good keys, and sends what no honest node lets go."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.delivery.door import sign_request
from gateway.delivery.envelope import Envelope, Part
from gateway.delivery.message import MEDIA_TYPE, message_head
from gateway.delivery.signing import SignedEnvelope, sign_envelope
from gateway.delivery.states import Arrival, ArrivalState
from gateway.drivers.http_client import Answer, Outgoing
from gateway.drivers.node_keys import NodeKey
from gateway.node.prepare import Wish, prepare
from gateway.node.running import Running
from gateway.node.serving import run
from gateway.node.settings import load_settings
from tests.delivery.nodes import NORTH, SOUTH, document, node_private_key, pair, until

PartGiven = tuple[str, str, bytes]
"""Role, media type, octets."""


@dataclass(kw_only=True)
class Attacker:
    """The northern peer, which talks to the southern node as it likes. `own` is its node, without listeners."""

    own: Running
    south: Running
    key: NodeKey = field(default_factory=lambda: NodeKey(node_private_key(NORTH)))

    def honest_parts(self, to: str = "europass", octets: bytes | None = None) -> list[PartGiven]:
        """What an honest node would send of a genuine document."""
        wish = Wish(asked=to, peer_wants=None)
        given = octets or document()
        prepared = prepare(self.own.node, given, wish, self.own.stamp())
        return [
            (one.part.role, one.part.media_type, given if one.octets is None else one.octets) for one in prepared.parts
        ]

    def envelope(self, parts: Iterable[PartGiven], **changes: object) -> SignedEnvelope:
        """An envelope of these parts, signed by the pinned key."""
        now = self.own.stamp()
        members = {
            "id": str(uuid.uuid4()),
            "from": NORTH,
            "to": SOUTH,
            "created": now,
            "expires": now + dt.timedelta(hours=1),
            "purpose": "recognition",
            "trace": secrets.token_hex(16),
            "parts": tuple(
                Part(role=role, media_type=kind, sha256=hashlib.sha256(octets).hexdigest(), size=len(octets))
                for role, kind, octets in parts
            ),
        }
        return sign_envelope(Envelope.model_validate(members | changes), self.key)

    async def post(self, octets: bytes, path: str = "/v1/messages", media_type: str = MEDIA_TYPE) -> Answer:
        """One request, properly signed at the door."""
        url = self.south.url + path
        headers = sign_request(
            "POST",
            url,
            content_sha256=hashlib.sha256(octets).hexdigest(),
            media_type=media_type,
            length=len(octets),
            signer=self.key,
            now=self.own.now(),
            nonce=secrets.token_urlsafe(18),
        )

        async def body() -> AsyncIterator[bytes]:
            yield octets

        outgoing = Outgoing(method="POST", url=url, headers=headers, size=len(octets), open_body=body)
        return await self.own.client.send(outgoing)

    async def decided(self, parts: Sequence[PartGiven], **changes: object) -> Arrival:
        """Send these parts; the arrival once the southern node has decided about it."""
        signed = self.envelope(parts, **changes)
        answer = await self.post(message_head(signed) + b"".join(octets for _, _, octets in parts))
        assert answer.status == 200, answer.body
        found: list[Arrival] = []

        async def no_more_open() -> bool:
            arrival = await self.south.store.arrival(NORTH, signed.envelope.id)
            assert arrival is not None
            found[:] = [arrival]
            return arrival.state is not ArrivalState.RECEIVED

        await until(no_more_open)
        return found[0]


@asynccontextmanager
async def attacked(folder: Path, extra: str = "") -> AsyncIterator[Attacker]:
    """A southern node that listens, and its dishonest peer."""
    north, south = pair(folder)
    south.extra = extra
    async with AsyncExitStack() as stack:
        victim = await stack.enter_async_context(south.running())
        own = await stack.enter_async_context(run(load_settings(north.settings_file())))
        yield Attacker(own=own, south=victim)
