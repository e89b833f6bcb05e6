"""The use case: give what was accepted to the registry's own system, with this node's account of it.

At least once, with the message's name as key; into a folder once. What is pulled (`GET /v1/inbox`) needs no worker.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from gateway.delivery.message import Slice, slices
from gateway.delivery.problem import Stopped
from gateway.delivery.schedule import next_attempt
from gateway.delivery.signing import SignedEnvelope
from gateway.delivery.states import Arrival
from gateway.delivery.store import Retry
from gateway.drivers.failpoints import reach
from gateway.drivers.hand_over import FolderHandOver, HookHandOver
from gateway.drivers.logs import say, tracing
from gateway.drivers.token import Token, load_token
from gateway.errors import ConfigError
from gateway.node.arrival_pages import pages_of
from gateway.node.examine import found_type
from gateway.node.queue_worker import QueueWorker, Task
from gateway.node.running import Running
from gateway.node.source import extension_of
from gateway.rendering.pdf import renderer
from gateway.translate.papers import paper

AT_ONCE = 4
_LONGEST_SENDER = 200
_ID_LENGTH = 36  # of a UUID
_NAMES = {"derivation": ".jws", "losses": ".json", "verdict": ".json"}


class Giving(Protocol):
    """One way to give a message to the registry's own system."""

    async def give(self, arrival: Arrival) -> None:
        """Give it; Stopped where that didn't work."""
        ...

    async def given(self, arrival: Arrival) -> None:
        """It is written down that it was given."""
        ...


def hand_over_worker(running: Running) -> QueueWorker[Arrival] | None:
    """The worker that hands over; None where the registry's system fetches for itself.

    Raises:
        ConfigError: a folder that can't be used, a secret that can't be read, pages that can't be drawn.
    """
    section = running.settings.hand_over
    if "pdf" in section.pages:
        renderer()  # what can't be drawn at all is said at the start
    giving: Giving
    if section.kind == "folder" and section.folder is not None:
        giving = _IntoFolder(running, FolderHandOver(section.folder))
    elif section.kind == "hook" and section.hook is not None and section.secret is not None:
        giving = _ByHook(running, HookHandOver(running.client, section.hook, load_secret(section.secret)))
    else:
        return None
    handing = _HandOver(running, giving)
    return QueueWorker(
        running,
        Task(
            queue="inbox",
            take=handing.take,
            name=lambda arrival: (arrival.sender, arrival.id),
            do=handing.hand_over,
            failed=handing.unforeseen,
            most=AT_ONCE,
        ),
    )


async def tidy_folder(running: Running) -> int:
    """Take away what a crash between a hand-over's commit and its end left out of sight; returns how much.

    What isn't known to be finished stays: a mark is what keeps a folder from appearing twice.
    """
    section, tidied = running.settings.hand_over, 0
    if section.kind != "folder" or section.folder is None:
        return 0
    folder = FolderHandOver(section.folder)
    for name in await folder.begun():
        arrival = await _arrival_of(running, name)
        if arrival is not None and arrival.finished is not None:
            await folder.forget(name)
            tidied += 1
    return tidied


async def _arrival_of(running: Running, name: str) -> Arrival | None:
    message = name[-_ID_LENGTH:]
    sender = next((one for one in running.peers if _folder_name(one, message) == name), None)
    return None if sender is None else await running.store.arrival(sender, message)


def load_secret(file: Path) -> Token:
    """The secret of the hook: of the form of a token, but made by whoever runs the hook.

    Raises:
        ConfigError: `config.secret`.
    """
    try:
        return load_token(file)
    except ConfigError as error:
        raise ConfigError(
            "config.secret",
            f"the secret of the hook, {file}, can't be used ({error.code})",
            advice="[hand_over] secret is a file of mode 0600 with one line of 32 to 512 letters and digits",
        ) from None


class _HandOver:
    def __init__(self, running: Running, giving: Giving) -> None:
        self._running = running
        self._giving = giving
        self._last = ""

    async def take(self, limit: int) -> Sequence[Arrival]:
        return await self._running.store.to_hand_over(self._running.now(), limit=limit, after=self._last)

    async def hand_over(self, arrival: Arrival) -> None:
        running, self._last = self._running, arrival.sender
        with tracing(arrival.trace):
            reach("hand_over.begun")
            try:
                await self._giving.give(arrival)
            except Stopped as stopped:
                await self._later(arrival, stopped.code)
                return
            reach("hand_over.done")
            await running.store.handed_over(arrival.sender, arrival.id, running.now())
            await self._giving.given(arrival)
            running.metrics.arrival(arrival.sender, "handed_over")
            say("arrival.handed_over", peer=arrival.sender, message=arrival.id)

    async def unforeseen(self, arrival: Arrival, error: Exception) -> None:
        await self._later(arrival, error.code if isinstance(error, Stopped) else "internal.failed")

    async def _later(self, arrival: Arrival, code: str) -> None:
        """It is tried for ever: it was accepted, and the peer was told so."""
        now, failures = self._running.now(), arrival.attempts + 1
        at = next_attempt(failures, now, random.random(), until=now + timedelta(days=1))  # noqa: S311 - jitter
        await self._running.store.hand_over_failed(arrival.sender, arrival.id, now, Retry(code=code, at=at))
        level, peer, message = logging.WARNING, arrival.sender, arrival.id
        say("hand_over.failed", level=level, peer=peer, message=message, code=code, attempt=failures)


class _IntoFolder:
    """One folder for each message: its parts under the names of their roles, its pages, and `account.json`."""

    def __init__(self, running: Running, folder: FolderHandOver) -> None:
        self._running = running
        self._folder = folder

    async def give(self, arrival: Arrival) -> None:
        files = {name: self._part(arrival, one) for name, one in _named_parts(arrival).items()}
        pages = await pages_of(self._running, arrival)
        reach("hand_over.drawn")
        files |= {page.name: _once(page.drawn.octets) for page in pages if page.drawn is not None}
        account = account_of(arrival) | ({"pages": [page.told() for page in pages]} if pages else {})
        await self._folder.put(
            _folder_name(arrival.sender, arrival.id), files | {"account.json": _once(paper(account))}
        )

    async def given(self, arrival: Arrival) -> None:
        await self._folder.forget(_folder_name(arrival.sender, arrival.id))

    def _part(self, arrival: Arrival, one: Slice) -> Callable[[], AsyncIterator[bytes]]:
        body, part = arrival.body or "", one.part
        return lambda: self._running.bodies.read(body, part.sha256, offset=one.offset, size=part.size)


class _ByHook:
    """A notice: the account, and where each part and page is to be fetched from the local API."""

    def __init__(self, running: Running, hook: HookHandOver) -> None:
        self._running = running
        self._hook = hook

    async def give(self, arrival: Arrival) -> None:
        base = (
            f"http://{self._running.settings.node.local_listen}/v1/inbox/{quote(arrival.sender, safe='')}/{arrival.id}"
        )
        parts = [
            {**part.model_dump(mode="json"), **_original_type(arrival, number), "url": f"{base}/parts/{number}"}
            for number, part in enumerate(arrival.envelope.parts)
        ]
        forms = self._running.settings.hand_over.pages
        pages = {"pages": [{"form": form, "url": f"{base}/page?form={form}"} for form in forms]} if forms else {}
        notice = json.dumps({**account_of(arrival), "parts": parts, **pages}).encode()
        key = f"{arrival.sender}/{arrival.id}"
        await self._hook.put(key, notice, int(self._running.now().timestamp()))

    async def given(self, arrival: Arrival) -> None:
        """The receiver knows the key."""


def _original_type(arrival: Arrival, number: int) -> dict[str, str]:
    return {"media_type": found_type(arrival)} if number == 0 else {}


def account_of(arrival: Arrival) -> dict[str, Any]:
    """What this node says of a message: whence it came, what it found itself, and what it answered.

    `envelope` and `receipt` are the signed statements, for whoever keeps evidence.
    """
    envelope = arrival.envelope
    found = json.loads(arrival.account) if arrival.account is not None else {}
    return {
        "message": arrival.id,
        "from": arrival.sender,
        "purpose": envelope.purpose,
        "consent": envelope.consent,
        "via": list(envelope.via),
        "received": arrival.received.isoformat(),
        "trace": arrival.trace,
        **found,
        "envelope": arrival.envelope_jws.decode("ascii"),
        "receipt": (arrival.business_receipt or b"").decode("ascii"),
    }


def _folder_name(sender: str, message: str) -> str:
    """File systems take names of 255 octets; what is longer is told apart by its digest."""
    sender = quote(sender, safe="")
    if len(sender) > _LONGEST_SENDER:
        sender = f"{sender[:100]}_{hashlib.sha256(sender.encode()).hexdigest()}"
    return f"{sender}_{message}"


def _named_parts(arrival: Arrival) -> dict[str, Slice]:
    """Parts by file name. What the sender says of itself is named so; names come from roles and types alone."""
    found = slices(SignedEnvelope(jws=arrival.envelope_jws, envelope=arrival.envelope))
    many = sum(one.part.role == "translation" for one in found) > 1
    names: dict[str, Slice] = {}
    number = 0
    for one in found:
        role = one.part.role
        number += role == "translation"
        stem = {"verdict": "sender-verdict"}.get(role, f"{role}-{number}" if many and role != "original" else role)
        kind = found_type(arrival) if role == "original" else one.part.media_type
        names[stem + _NAMES.get(role, extension_of(kind))] = one
    return names


def _once(octets: bytes) -> Callable[[], AsyncIterator[bytes]]:
    async def chunks() -> AsyncIterator[bytes]:
        yield octets

    return chunks
