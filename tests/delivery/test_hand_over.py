"""What was accepted gets to the registry's own system: as a folder that appears whole and once, or by a signed notice."""

from __future__ import annotations

import hashlib
import hmac
import json
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
from aiohttp import web

from gateway.delivery.problem import Stopped
from gateway.delivery.states import ArrivalState
from gateway.drivers.hand_over import FolderHandOver
from gateway.errors import ConfigError
from gateway.node import arrival_pages
from gateway.node.demo_nodes import free_port
from gateway.node.hand_over import hand_over_worker
from gateway.node.retention import forget
from gateway.node.settings.delivery import HandOverSection
from gateway.node.submit import submit
from gateway.packaged import data_folder
from gateway.rendering import pdf as pdf_drawer
from tests.delivery.nodes import NORTH, Participant, document, ended, pair, submission, until
from tests.delivery.store_makers import arrival
from tests.local_api import api_of

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
    assert "pages" not in notice


# --- pages beside the document


PADES = '[[seal]]\nfor = ["pades"]\nkey = "seal.key.pem"\ncertificate = "seal.pem"\n'


async def taken_over(north: Participant, south: Participant, octets: bytes | None = None) -> Path:
    """The folder that appeared."""
    async with north.running() as sending, south.running() as receiving:
        queued = await submit(sending, submission() if octets is None else submission(octets=octets))

        async def handed_over() -> bool:
            arrival = await receiving.store.arrival(NORTH, queued.id)
            return arrival is not None and arrival.state is ArrivalState.HANDED_OVER

        await until(handed_over)
    return south.folder / "inbox" / f"{NORTH}_{queued.id}"


def into_folder(participant: Participant, pages: str, more: str = "") -> None:
    participant.extra = f'[hand_over]\nkind = "folder"\nfolder = "inbox"\npages = {pages}\n{more}'


async def test_pages_stand_beside_the_document_in_the_languages_of_the_settings_and_sealed(tmp_path: Path):
    north, south = pair(tmp_path, wants=None)
    into_folder(south, '["pdf", "html"]', 'page_languages = ["de"]\n' + PADES)
    folder = await taken_over(north, south)
    assert {file.name for file in folder.iterdir()} - {"sender-verdict.json"} == {
        "original.xml",
        "account.json",
        "page.pdf",
        "page.html",
    }
    pdf, html = json.loads((folder / "account.json").read_text())["pages"]
    octets = (folder / "page.pdf").read_bytes()
    assert pdf == {
        "form": "pdf",
        "file": "page.pdf",
        "sha256": hashlib.sha256(octets).hexdigest(),
        "sealed": True,
        "verdict": "PASSED",
    }
    assert pypdf.PdfReader(folder / "page.pdf").attachments["original.xml"] == [document()]
    assert (html["form"], html["sealed"]) == ("html", False)
    page = (folder / "page.html").read_text()
    assert '<html lang="de">' in page
    assert "Was darin steht" in page


async def test_pages_of_what_may_carry_no_seal_are_marked_and_handed_over_all_the_same(tmp_path: Path):
    north, south = pair(tmp_path, wants=None)
    into_folder(south, '["pdf"]', PADES)
    unsealed = (data_folder("config") / "demo" / "elmo.xml").read_bytes()
    folder = await taken_over(north, south, unsealed)
    (pdf,) = json.loads((folder / "account.json").read_text())["pages"]
    assert (pdf["sealed"], pdf["verdict"]) == (False, "INDETERMINATE")
    for sheet in pypdf.PdfReader(folder / "page.pdf").pages:
        assert "DRAFT" in sheet.extract_text()


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Stopped("work.memory", "too much", status=422, stage="verify"), "work.memory"),
        (ConfigError("reports.not_installed", "no typst"), "reports.not_installed"),
        (RuntimeError("whatever it may be"), "internal.failed"),
    ],
)
async def test_a_fault_of_the_pages_never_loses_the_hand_over(tmp_path: Path, monkeypatch, caplog, fault, code):
    async def failing(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(arrival_pages, "page_of", failing)
    north, south = pair(tmp_path, wants=None)
    into_folder(south, '["html"]')
    folder = await taken_over(north, south)
    assert {file.name for file in folder.iterdir()} == {"original.xml", "sender-verdict.json", "account.json"}
    assert json.loads((folder / "account.json").read_text())["pages"] == [{"form": "html", "problem": code}]
    assert (folder / "original.xml").read_bytes() == document()
    (said,) = [record for record in caplog.records if record.msg == "hand_over.page_failed"]
    assert said.said["code"] == code
    assert "whatever" not in str(said.said)


async def test_pages_that_cost_more_than_a_document_may_are_ended_and_the_document_is_there(tmp_path: Path):
    """A real work process comes to its limit of memory."""
    north, south = pair(tmp_path, wants=None)
    into_folder(south, '["pdf"]')
    async with north.running() as sending, south.running() as receiving:
        real = receiving.processes
        spent: list[str] = []

        async def greedy(party: str, job: Callable[..., object], *args: object) -> object:
            if job is arrival_pages.draw_page:
                spent.append(party)
                return await real(party, eat_memory)
            return await real(party, job, *args)

        receiving.processes = greedy
        queued = await submit(sending, submission())

        async def handed_over() -> bool:
            arrival = await receiving.store.arrival(NORTH, queued.id)
            return arrival is not None and arrival.state is ArrivalState.HANDED_OVER

        await until(handed_over)
    folder = south.folder / "inbox" / f"{NORTH}_{queued.id}"
    assert json.loads((folder / "account.json").read_text())["pages"] == [{"form": "pdf", "problem": "work.memory"}]
    assert spent == [NORTH]  # it is the sender's share that was used up


def eat_memory(_: object) -> int:
    return len(bytearray(2**40))


async def test_a_hook_is_told_where_the_pages_are_and_they_are_drawn_when_they_are_fetched(tmp_path, hook):
    told, url = hook
    told.statuses = []
    north, south = pair(tmp_path, wants=None)
    with_hook(south, url)
    south.extra += 'pages = ["pdf", "html"]\npage_languages = ["fr"]\n'
    async with north.running() as sending, south.running() as receiving, api_of(receiving) as api:
        queued = await submit(sending, submission())

        async def handed_over() -> bool:
            arrival = await receiving.store.arrival(NORTH, queued.id)
            return arrival is not None and arrival.state is ArrivalState.HANDED_OVER

        await until(handed_over)
        pages = json.loads(told.notices[0][1])["pages"]
        assert [page["form"] for page in pages] == ["pdf", "html"]
        paths = [page["url"].partition("/v1/")[2] for page in pages]
        answer = await api.get(f"/v1/{paths[0]}")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert answer.headers["Testamur-Verdict"] == "PASSED"
        html = (await api.get(f"/v1/{paths[1]}")).body.decode()
        assert '<html lang="fr">' in html
        html = (await api.get(f"/v1/{paths[1]}&lang=ja")).body.decode()
        assert '<html lang="ja">' in html
        assert (await api.get(f"/v1/inbox/{NORTH}/{'0' * 8}-0000-4000-8000-000000000000/page")).status == 404


def test_pdf_pages_need_the_extra_and_the_start_says_so(monkeypatch, tmp_path: Path):
    def absent(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(pdf_drawer, "version", absent)
    with pytest.raises(ConfigError) as caught:
        hand_over_worker(SimpleNamespace(settings=SimpleNamespace(hand_over=HandOverSection(pages=("pdf",)))))
    assert caught.value.code == "reports.not_installed"
    assert (
        hand_over_worker(SimpleNamespace(settings=SimpleNamespace(hand_over=HandOverSection(pages=("html",))))) is None
    )
