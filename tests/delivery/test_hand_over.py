"""What was accepted gets to the registry's own system: as a folder that appears whole and once, or by a signed notice."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from gateway.delivery.states import ArrivalState
from gateway.drivers.hand_over import FolderHandOver
from gateway.node.demo_nodes import free_port
from gateway.node.retention import forget
from gateway.node.submit import submit
from tests.delivery.nodes import NORTH, Participant, document, ended, pair, submission, until
from tests.delivery.store_makers import arrival

LATER = datetime(2999, 1, 1, tzinfo=UTC)


def files(**named: bytes) -> dict[str, Callable[[], AsyncIterator[bytes]]]:
    async def chunks(octets: bytes) -> AsyncIterator[bytes]:
        yield octets

    return {name: (lambda octets=octets: chunks(octets)) for name, octets in named.items()}


async def test_a_folder_appears_whole_with_the_original_its_translation_and_our_own_account(tmp_path: Path):
    north, south = pair(tmp_path)
    south.extra = '[hand_over]\nkind = "folder"\nfolder = "inbox"\n'
    async with north.running() as sending, south.running() as receiving:
        queued = await submit(sending, submission())
        await ended(sending, queued.id)

        async def handed_over() -> bool:
            arrival = await receiving.store.arrival(NORTH, queued.id)
            return arrival.state is ArrivalState.HANDED_OVER

        await until(handed_over)
    folder = south.folder / "inbox" / f"{NORTH}_{queued.id}"
    names = {"original.xml", "sender-verdict.json", "translation.json", "derivation.jws", "losses.json", "account.json"}
    assert {file.name for file in folder.iterdir()} == names
    assert (folder / "original.xml").read_bytes() == document()
    account = json.loads((folder / "account.json").read_text())
    assert account["from"] == NORTH
    assert account["original"]["verdict"] == "PASSED"
    assert account["translations"][0]["outcome"] == "reproduced"
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())


async def test_after_a_crash_before_it_was_written_down_a_folder_that_was_taken_away_does_not_come_again(tmp_path):
    folder = FolderHandOver(tmp_path / "inbox")
    await folder.put("a_1", files(**{"original.xml": b"<a/>"}))
    shutil.rmtree(tmp_path / "inbox" / "a_1")  # the registry's system took it
    await FolderHandOver(tmp_path / "inbox").put("a_1", files(**{"original.xml": b"<a/>"}))
    assert not (tmp_path / "inbox" / "a_1").exists()


async def test_a_folder_that_was_half_written_when_the_node_died_is_written_anew(tmp_path):
    half = tmp_path / "inbox" / ".testamur" / "a_1"
    folder = FolderHandOver(tmp_path / "inbox")
    half.mkdir()
    (half / "original.xml").write_bytes(b"<a")
    await folder.put("a_1", files(**{"original.xml": b"<a/>"}))
    await folder.forget("a_1")
    assert (tmp_path / "inbox" / "a_1" / "original.xml").read_bytes() == b"<a/>"
    assert list((tmp_path / "inbox" / ".testamur").iterdir()) == []


async def test_what_a_crash_left_of_a_hand_over_that_is_done_is_tidied_away_and_nothing_else(tmp_path: Path):
    north, south = pair(tmp_path)
    south.extra = '[hand_over]\nkind = "folder"\nfolder = "inbox"\n'
    async with north.running() as sending, south.running() as receiving:
        queued = await submit(sending, submission())
        await ended(sending, queued.id)

        async def handed_over() -> bool:
            return (await receiving.store.arrival(NORTH, queued.id)).state is ArrivalState.HANDED_OVER

        await until(handed_over)
        waiting = replace(arrival(), sender=NORTH, state=ArrivalState.ACCEPTED, next_attempt=LATER)
        await receiving.store.admit(waiting)
        hidden = south.folder / "inbox" / ".testamur"
        done = f"{NORTH}_{queued.id}"
        (hidden / done).mkdir()
        left = {f"{done}.ready", f"{NORTH}_{waiting.id}.ready", f"nobody.example_{waiting.id}.ready", "something else"}
        for name in left:
            (hidden / name).touch()
        await forget(receiving)
        assert {place.name for place in hidden.iterdir()} == left - {f"{done}.ready"}


class Hook:
    """The registry's own system: it keeps what it is told, and answers what it is told to."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.notices: list[tuple[dict[str, str], bytes]] = []

    async def take(self, request: web.Request) -> web.Response:
        self.notices.append((dict(request.headers), await request.read()))
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)


@pytest.fixture
async def hook() -> AsyncIterator[tuple[Hook, str]]:
    hook, port = Hook(500), free_port()
    app = web.Application()
    app.router.add_post("/documents", hook.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield hook, f"http://127.0.0.1:{port}/documents"
    await runner.cleanup()


def with_hook(participant: Participant, url: str) -> str:
    secret = participant.folder / "hook.secret"
    secret.touch(mode=0o600)
    secret.write_text("s" * 40)
    participant.extra = f'[hand_over]\nkind = "hook"\nhook = "{url}"\nsecret = "hook.secret"\n'
    return "s" * 40


async def test_a_hook_that_fails_is_told_again_under_the_same_key_and_every_notice_is_signed(tmp_path, hook):
    told, url = hook
    north, south = pair(tmp_path)
    secret = with_hook(south, url)
    async with north.running() as sending, south.running() as receiving:
        queued = await submit(sending, submission())

        async def handed_over() -> bool:
            arrival = await receiving.store.arrival(NORTH, queued.id)
            return arrival is not None and arrival.state is ArrivalState.HANDED_OVER

        await until(handed_over)
    assert len(told.notices) == 2
    assert {headers["Idempotency-Key"] for headers, _ in told.notices} == {f"{NORTH}/{queued.id}"}
    for headers, notice in told.notices:
        signed = headers["Testamur-Timestamp"].encode() + b"." + notice
        expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["Testamur-Signature"] == f"sha256={expected}"
    notice = json.loads(told.notices[0][1])
    assert notice["original"]["verdict"] == "PASSED"
    assert notice["parts"][0]["role"] == "original"
    assert notice["parts"][0]["url"].endswith(f"/v1/inbox/{NORTH}/{queued.id}/parts/0")
