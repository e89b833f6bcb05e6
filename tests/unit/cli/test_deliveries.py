"""`testamur send` and `testamur deliveries`: through the local API of a node that runs."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.delivery.states import Alarm
from gateway.delivery.store import Retry
from gateway.drivers.store.sqlite import open_store
from gateway.node.demo_nodes import free_port
from gateway.node.running import Running
from gateway.node.serving import run as run_node
from gateway.node.settings import load_settings
from gateway.web.app import listening
from tests.delivery.nodes import SOUTH, document, forged, pair
from tests.delivery.store_makers import arrival
from tests.delivery.store_makers import delivery as made
from tests.in_thread import in_thread
from tests.unit.cli.conftest import Ran

Run = Callable[..., Ran]
LATER = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass
class Nodes:
    """Two nodes that run, and the settings of the northern one."""

    config: Path
    north: Running
    loop: asyncio.AbstractEventLoop

    def do(self, work):
        """Do something on the nodes' loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)


@asynccontextmanager
async def two_that_listen(folder: Path) -> AsyncIterator[Nodes]:
    files = []
    for participant in pair(folder, wants=None):
        file = participant.settings_file()
        text = file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{free_port()}"')
        file.write_text(text)
        files.append(file)
    async with (
        run_node(load_settings(files[0])) as north,
        run_node(load_settings(files[1])) as south,
        listening(north),
        listening(south),
    ):
        yield Nodes(config=files[0], north=north, loop=asyncio.get_running_loop())


@pytest.fixture(scope="module")
def nodes(tmp_path_factory) -> Iterator[Nodes]:
    with in_thread(lambda: two_that_listen(tmp_path_factory.mktemp("nodes"))) as nodes:
        yield nodes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "genuine.xml"
    path.write_bytes(document())
    return path


def test_a_document_is_sent_and_waited_for(run: Run, nodes: Nodes, file: Path):
    ran = run("send", file, "--to", SOUTH, "--purpose", "recognition", "--wait", "--config", nodes.config)
    assert ran.code == 0
    assert ran.out.startswith("accepted")
    assert "found the original PASSED" in ran.out
    assert "queued: in the queue" in ran.err or "receipted" in ran.err or "accepted" in ran.err


def test_json_is_one_document_with_both_receipts(run: Run, nodes: Nodes, file: Path):
    answer = run("send", file, "--to", SOUTH, "--wait", "--json", "--config", nodes.config).json
    assert answer["business_receipt"]["says"]["decision"] == "accepted"
    assert run("deliveries", "show", answer["id"], "--json", "--config", nodes.config).json == answer
    assert run("deliveries", "show", answer["id"], "--config", nodes.config).out.startswith("accepted")
    listed = run("deliveries", "list", "--state", "accepted", "--json", "--config", nodes.config).json
    assert answer["id"] in [one["id"] for one in listed["deliveries"]]
    assert answer["id"] in run("deliveries", "list", "--config", nodes.config).out


def test_a_submission_said_again_under_its_key_is_the_same_delivery(run: Run, nodes: Nodes, file: Path):
    sends = ("send", file, "--to", SOUTH, "--idempotency-key", "case 17".replace(" ", "-"), "--json")
    first, again = (run(*sends, "--config", nodes.config).json["id"] for _ in range(2))
    assert again == first
    other = run(*sends, "--purpose", "another", "--config", nodes.config)
    assert (other.code, "(request.key_reused)" in other.err) == (2, True)


def test_consent_and_languages_travel(run: Run, nodes: Nodes, file: Path):
    consent = hashlib.sha256(b"a statement").hexdigest()
    options = ("--consent", consent, "--as", "europass", "--lang", "el,en", "--wait", "--json")
    sent = run("send", file, "--to", SOUTH, *options, "--config", nodes.config).json
    payload = sent["envelope"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["consent"] == consent
    assert "translation" in [part["role"] for part in sent["parts"]]
    refused = run("send", file, "--to", SOUTH, "--lang", "neither one", "--config", nodes.config)
    assert (refused.code, "language tags" in refused.err) == (2, True)


def test_alarms_are_listed_and_acknowledged(run: Run, nodes: Nodes):
    for code in ("envelope.conflict", "receipt.conflict"):
        nodes.do(nodes.north.store.alarm(Alarm(at=nodes.north.now(), code=code, peer=SOUTH, message=None)))
    listed = run("alarms", "list", "--json", "--config", nodes.config).json["alarms"]
    assert [alarm["code"] for alarm in listed] == ["receipt.conflict", "envelope.conflict"]
    ran = run("alarms", "acknowledge", listed[0]["number"], "--config", nodes.config)
    assert (ran.code, "acknowledged" in ran.out) == (0, True)
    assert "receipt.conflict" not in run("alarms", "list", "--config", nodes.config).out
    assert "receipt.conflict" in run("alarms", "list", "--all", "--config", nodes.config).out
    assert run("alarms", "acknowledge", "--all", "--config", nodes.config).code == 0
    assert run("alarms", "list", "--config", nodes.config).out == ""
    unknown = run("alarms", "acknowledge", "99999", "--config", nodes.config)
    assert (unknown.code, "(alarm.unknown)" in unknown.err) == (2, True)
    for wrong in ((), (1, "--all")):
        assert run("alarms", "acknowledge", *wrong, "--config", nodes.config).code == 2


def test_what_was_set_aside_is_listed_and_discarded(run: Run, nodes: Nodes):
    async def set_aside() -> str:
        one = await nodes.north.store.admit(replace(arrival(), sender=SOUTH, next_attempt=LATER))
        await nodes.north.store.hand_over_failed(
            SOUTH, one.id, nodes.north.now(), Retry(code="internal.failed", at=None)
        )
        return one.id

    message = nodes.do(set_aside())
    assert run("inbox", "list", "--config", nodes.config).out == ""
    assert "internal.failed" in run("inbox", "list", "--set-aside", "--config", nodes.config).out
    wrong = run("inbox", "done", message, "--config", nodes.config)
    assert (wrong.code, "(arrival.not_accepted)" in wrong.err) == (2, True)
    ran = run("inbox", "discard", message, "--reason", "broken", "--config", nodes.config)
    assert (ran.code, "discarded" in ran.out) == (0, True)
    again = run("inbox", "retry", message, "--json", "--config", nodes.config)
    assert (again.code, "(arrival.not_set_aside)" in again.err) == (2, True)


def test_a_store_is_copied_while_its_node_runs(run: Run, nodes: Nodes, file: Path, tmp_path: Path):
    sent = run("send", file, "--to", SOUTH, "--wait", "--json", "--config", nodes.config).json["id"]
    ran = run("backup", tmp_path / "copy", "--config", nodes.config)
    assert (ran.code, "bodies" in ran.out) == (0, True)
    again = run("backup", tmp_path / "copy", "--config", nodes.config)
    assert (again.code, "(request.out_in_use)" in again.err) == (2, True)

    async def held() -> str:
        store = open_store(tmp_path / "copy")
        try:
            return (await store.delivery(sent)).state
        finally:
            await store.close()

    assert asyncio.run(held()) == "accepted"


def test_a_dry_run_sends_nothing(run: Run, nodes: Nodes, file: Path):
    before = run("deliveries", "list", "--json", "--config", nodes.config).json
    ran = run("send", file, "--to", SOUTH, "--dry-run", "--as", "europass", "--config", nodes.config)
    assert (ran.code, "nothing was sent" in ran.out) == (0, True)
    assert "translation" in ran.out
    assert run("deliveries", "list", "--json", "--config", nodes.config).json == before


def test_a_forged_document_is_not_sent(run: Run, nodes: Nodes, tmp_path: Path):
    (tmp_path / "forged.xml").write_bytes(forged())
    ran = run("send", tmp_path / "forged.xml", "--to", SOUTH, "--config", nodes.config)
    assert ran.code == 2
    assert "(document.failed)" in ran.err
    assert ran.out == ""


def test_a_dead_letter_is_listed_retried_and_discarded(run: Run, nodes: Nodes, file: Path):
    sent = run("send", file, "--to", SOUTH, "--wait", "--json", "--config", nodes.config).json["id"]
    ran = run("deliveries", "retry", sent, "--config", nodes.config)
    assert (ran.code, "(delivery.not_dead)" in ran.err) == (2, True)
    dead = nodes.do(bury(nodes))
    assert dead in run("deliveries", "list", "--state", "dead", "--config", nodes.config).out
    assert "delivery.expired" in run("deliveries", "show", dead, "--config", nodes.config).out
    discarded = run("deliveries", "discard", dead, "--reason", "sent_by_post", "--config", nodes.config)
    assert discarded.out.startswith("discarded")
    assert "sent_by_post" in discarded.out


async def bury(nodes: Nodes) -> str:
    """Make a dead letter, of a delivery that nobody answered in time."""
    delivery = made("nobody answered")
    await nodes.north.store.submit(delivery)
    await nodes.north.store.attempted(delivery.id, nodes.north.now(), Retry(code="delivery.expired", at=None))
    return delivery.id


@pytest.mark.parametrize("verb", ["show", "retry", "discard"])
def test_an_id_that_nobody_knows_is_said_so(run: Run, nodes: Nodes, verb: str):
    ran = run("deliveries", verb, uuid.uuid4(), "--config", nodes.config)
    assert ran.code == 2
    assert "(delivery.unknown)" in ran.err


def test_a_participant_who_is_no_peer_is_refused(run: Run, nodes: Nodes, file: Path):
    ran = run("send", file, "--to", "nobody.example.org", "--config", nodes.config)
    assert (ran.code, "(peer.unknown)" in ran.err) == (2, True)


def test_a_file_that_is_not_there_is_the_callers_fault(run: Run, nodes: Nodes, tmp_path: Path):
    ran = run("send", tmp_path / "absent.xml", "--to", SOUTH, "--config", nodes.config)
    assert (ran.code, "(request.file_unreadable)" in ran.err) == (2, True)


def test_a_token_that_is_not_the_nodes_is_refused(run: Run, nodes: Nodes, tmp_path: Path):
    other = nodes.config.with_name("other.toml")
    (nodes.config.parent / "other.token").touch(mode=0o600)
    (nodes.config.parent / "other.token").write_text("x" * 43)
    text = nodes.config.read_text().replace("[node]\n", '[node]\ntoken = "other.token"\n')
    other.write_text(text)
    ran = run("deliveries", "list", "--config", other)
    assert (ran.code, "(request.token)" in ran.err) == (2, True)


@pytest.mark.parametrize("began", [False, True])
def test_a_node_that_does_not_run_is_said_so_with_what_to_do(run: Run, tmp_path: Path, file: Path, began: bool):
    config = tmp_path / "node.toml"
    config.write_text(f'[node]\nid = "a.example"\nlocal_listen = "127.0.0.1:{free_port()}"\n')
    if began:
        (tmp_path / "local.token").touch(mode=0o600)
        (tmp_path / "local.token").write_text("x" * 43)
    for arguments in (("send", file, "--to", SOUTH), ("deliveries", "list")):
        ran = run(*arguments, "--config", config)
        assert ran.code == 4
        assert "(node.not_running)" in ran.err
        assert "testamur serve" in ran.err
        assert ran.out == ""


def test_without_settings_no_node_is_known(run: Run, file: Path):
    ran = run("send", file, "--to", SOUTH)
    assert (ran.code, "(config.missing)" in ran.err) == (2, True)


def test_another_program_at_the_nodes_address_is_seen(run: Run, tmp_path: Path):
    async def strange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        await writer.drain()
        writer.close()

    @asynccontextmanager
    async def serving() -> AsyncIterator[int]:
        server = await asyncio.start_server(strange, "127.0.0.1", 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    with in_thread(serving) as port:
        (tmp_path / "node.toml").write_text(f'[node]\nid = "a.example"\nlocal_listen = "127.0.0.1:{port}"\n')
        ran = run("deliveries", "list")
    assert (ran.code, "(node.answer)" in ran.err) == (4, True)
    assert json.dumps("hello") not in ran.err
