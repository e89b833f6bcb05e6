"""R4: what is answered is on the disk first, as the kernel saw it (strace): flushes before the 200, and before the 202."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from gateway.delivery.door import sign_request
from gateway.delivery.message import MEDIA_TYPE, message_head
from gateway.delivery.signing import sign_envelope
from gateway.drivers.node_keys import NodeKey
from gateway.node.demo_nodes import free_port
from tests.delivery import makers
from tests.delivery.nodes import NORTH, SOUTH, node_private_key, pair
from tests.reference import ROOT

CALLS = "fsync,fdatasync,rename,renameat,renameat2,pwrite64,write,writev,sendto,sendmsg"
_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
BODY_FLUSHED, NAMED, FOLDER_FLUSHED, ROW_WRITTEN, ROW_FLUSHED, ANSWERED = range(6)
STEPS = {
    BODY_FLUSHED: ("fsync", re.compile(r"bodies/incoming/[0-9a-f]{32}>")),
    NAMED: ("rename", re.compile(r"bodies/incoming/[0-9a-f]{32}\"")),
    FOLDER_FLUSHED: ("fsync", re.compile(r"bodies/[0-9a-f]{2}>")),
    ROW_WRITTEN: ("pwrite64", re.compile(r"messages\.db-wal>")),
    ROW_FLUSHED: ("fdatasync", re.compile(r"messages\.db-wal>")),
}


@dataclass(frozen=True)
class Call:
    """One system call: when it was begun and when it was done, as numbers of lines."""

    name: str
    what: str
    begun: int
    done: int


def calls_in(trace: str) -> list[Call]:
    """The calls of a trace; of one that another thread's lines interrupt, both halves."""
    found, begun = [], {}
    for number, line in enumerate(trace.splitlines()):
        match = _LINE.match(line)
        if match is None:
            continue
        pid, resumed, name, rest = match.groups()
        if resumed is None and rest.endswith("<unfinished ...>"):
            begun[pid, name] = number, rest
        elif resumed is not None:
            at, what = begun.pop((pid, resumed), (number, ""))
            found.append(Call(resumed, what + rest, at, number))
        else:
            found.append(Call(name, rest, number, number))
    return sorted(found, key=lambda call: call.begun)


def out_of_order(trace: str, answer: str) -> list[int]:
    """The steps that weren't done before the next one was begun, up to the answer."""
    calls, wrong, after = calls_in(trace), [], -1
    [end] = [call.begun for call in calls if answer in call.what]
    for step, (name, what) in STEPS.items():
        done = [call.done for call in calls if call.name.startswith(name) and what.search(call.what)]
        first = min((number for number in done if after < number < end), default=None)
        if first is None:
            wrong.append(step)
        else:
            after = first
    return wrong


def require_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("needs strace, to see in which order the kernel was asked (apt-get install strace)")
    tried = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        pytest.skip(f"strace may trace nothing here: {tried.stderr.strip()[:100]}")


@asynccontextmanager
async def traced(folder: Path, unflushed: str | None = None) -> AsyncIterator[tuple[str, int, Path]]:
    """A node under strace: its url, the port of its local API, and the file of its trace."""
    require_strace()
    _, south = pair(folder, wants=None)
    file, port, trace = south.settings_file(), free_port(), folder / "trace"
    file.write_text(file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{port}"'))
    node = [sys.executable, "-m", "tests.faults.traced_node", str(file)]
    node += ["--unflushed", unflushed] if unflushed else []
    process = await asyncio.create_subprocess_exec(
        *("strace", "-D", "-f", "-y", "-s", "300", "-e", f"trace={CALLS}", "-o", str(trace), *node),
        cwd=ROOT,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await until_it_answers(f"http://127.0.0.1:{port}/readyz", process)
        yield south.url, port, trace
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 60)
        async with asyncio.timeout(60):
            while "+++ exited with" not in trace.read_text().rpartition("\n")[0].rpartition("\n")[2]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def until_it_answers(url: str, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(90), aiohttp.ClientSession() as session:
        while True:
            assert process.returncode is None, "the node ended"
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


async def send_message(url: str) -> int:
    """As its northern peer does."""
    key, now, octets = NodeKey(node_private_key(NORTH)), dt.datetime.now(dt.UTC).replace(microsecond=0), b"anything\n"
    said = makers.envelope((octets,), **{"from": NORTH, "to": SOUTH})
    sent = sign_envelope(said.model_copy(update={"created": now, "expires": now + dt.timedelta(hours=1)}), key)
    body = message_head(sent) + octets
    headers = sign_request(
        "POST",
        f"{url}/v1/messages",
        content_sha256=makers.hashlib.sha256(body).hexdigest(),
        media_type=MEDIA_TYPE,
        length=len(body),
        signer=key,
        now=now,
        nonce="n" * 22,
    )
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{url}/v1/messages", data=body, headers=headers) as answer,
    ):
        return answer.status


async def submit_document(folder: Path, port: int) -> int:
    """As its registry does."""
    token = (folder / SOUTH / "local.token").read_text().strip()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/octet-stream"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"http://127.0.0.1:{port}/v1/deliveries", params={"to": NORTH}, data=b"anything\n", headers=headers
        ) as answer,
    ):
        return answer.status


async def test_r4_a_message_and_its_row_are_flushed_before_the_receipt_is_sent(tmp_path: Path) -> None:
    async with traced(tmp_path) as (url, _, trace):
        assert await send_message(url) == 200
    assert out_of_order(trace.read_text(), "application/jose") == []


async def test_r4_a_submission_and_its_row_are_flushed_before_it_is_said_to_be_taken_in(tmp_path: Path) -> None:
    async with traced(tmp_path) as (_, port, trace):
        assert await submit_document(tmp_path, port) == 202
    assert out_of_order(trace.read_text(), "HTTP/1.1 202") == []


@pytest.mark.parametrize(("unflushed", "missed"), [("rows", {ROW_FLUSHED}), ("bodies", {BODY_FLUSHED, FOLDER_FLUSHED})])
async def test_r4_a_node_that_flushes_too_little_is_found_out(tmp_path: Path, unflushed: str, missed: set[int]) -> None:
    """The tests above can fail."""
    async with traced(tmp_path, unflushed) as (url, _, trace):
        assert await send_message(url) == 200
    assert missed <= set(out_of_order(trace.read_text(), "application/jose"))


def test_r4_a_flush_that_ends_after_the_answer_is_out_of_order() -> None:
    """Two threads: what counts is when a flush is done, not when it was begun."""
    calls = [
        "1 fsync(9</s/bodies/incoming/" + "0" * 32 + ">) = 0",
        '1 rename("/s/bodies/incoming/' + "0" * 32 + '", "/s/bodies/ab/abc") = 0',
        "1 fsync(9</s/bodies/ab>) = 0",
        '1 pwrite64(5</s/messages.db-wal>, "", 4096, 0) = 4096',
        "1 fdatasync(5</s/messages.db-wal> <unfinished ...>",
        '2 sendto(7<socket:[1]>, "HTTP/1.1 200 OK", 15) = 15',
        "1 <... fdatasync resumed>) = 0",
    ]
    assert out_of_order("\n".join(calls), "HTTP/1.1 200") == [ROW_FLUSHED]
    calls[5], calls[6] = calls[6], calls[5]
    assert out_of_order("\n".join(calls), "HTTP/1.1 200") == []
