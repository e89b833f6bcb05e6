"""Asking a peer who it is and what time it has."""

from __future__ import annotations

import contextlib
import datetime as dt
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from gateway.delivery.envelope import PROTOCOL
from gateway.delivery.peers import Peer
from gateway.delivery.problem import Stopped
from gateway.drivers.clock import Clock
from gateway.drivers.http_client import Outgoing, PeerClient

_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What asking a peer showed: code of what is wrong with it (None: nothing), and its clock minus ours."""

    at: dt.datetime
    problem: str | None = None
    skew: dt.timedelta | None = None


class _About(BaseModel):
    """What we read of what a peer says about itself."""

    id: str
    protocol: tuple[int, ...]


async def look_at(peer: Peer, client: PeerClient, clock: Clock, authority: Path | None) -> Seen:
    """Ask a peer who it is. The time of its answer is held against the middle of our wait."""
    before = clock.now()
    try:
        answer = await client.send(Outgoing(method="GET", url=f"{peer.url}/v1/about", headers={}, authority=authority))
    except Stopped as stopped:
        return Seen(at=before, problem=stopped.code)
    after = clock.now()
    skew = _skew(answer.headers.get("date"), before + (after - before) / 2)
    return Seen(at=after, problem=_problem(peer, answer.status, answer.body), skew=skew)


def _skew(date: str | None, ours: dt.datetime) -> dt.timedelta | None:
    """Its clock minus ours; a date counts whole seconds, so that half a second is added."""
    with contextlib.suppress(TypeError, ValueError, OverflowError):
        if date is not None:
            return parsedate_to_datetime(date) + dt.timedelta(seconds=0.5) - ours
    return None


def _problem(peer: Peer, status: int, body: bytes) -> str | None:
    if status != _OK:
        return "peer.answer"
    try:
        about = _About.model_validate_json(body)
    except ValidationError:
        return "peer.answer"
    if about.id != peer.id:
        return "peer.other_id"
    return None if PROTOCOL in about.protocol else "peer.protocol"
