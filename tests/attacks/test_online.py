"""What an address in a document, or the host behind it, can try with a gateway that asks (D7, D8, G8).

The public internet is played by 127.0.0.1, somebody's own network by 127.0.0.2 and whatever else isn't public.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from gateway.drivers.online import ANSWER_BYTES, OnlineClient, address_of
from gateway.drivers.reach import Reach
from gateway.kit.contract import EvidenceRequest
from gateway.verify.asking import NoAnswer
from gateway.verify.evidence import Answer, address_of_did
from tests.strangers import NOW, Names, Strangers, dripping, shown

METADATA = "169.254.169.254"


@pytest.fixture
async def strangers(tmp_path: Path) -> AsyncIterator[Strangers]:
    async with Strangers(tmp_path).answering() as answering:
        yield answering


async def test_d7_ssrf_by_a_name_that_stands_for_an_address_of_ones_own(strangers: Strangers):
    for own in ("127.0.0.2", "10.0.0.1", METADATA, "100.100.100.200", "::1", "fd00:ec2::254", "fe80::1%lo"):
        assert await strangers.ask(strangers.url("/"), names=Names(school_example=[[own]])) == "online.private", own
    assert strangers.asked == []


async def test_d7_ssrf_by_an_ipv6_address_with_an_ipv4_address_inside(strangers: Strangers):
    for own in ("::ffff:127.0.0.2", f"::ffff:{METADATA}", "64:ff9b::a9fe:a9fe", "2002:7f00:2::", "::127.0.0.2"):
        assert await strangers.ask(strangers.url("/"), names=Names(school_example=[[own]])) == "online.private", own


async def test_d7_ssrf_by_one_address_among_good_ones(strangers: Strangers):
    strangers.says("/list")
    mixed = Names(school_example=[["127.0.0.1", "127.0.0.2"]])
    assert await strangers.ask(strangers.url("/list"), names=mixed) == "online.private"
    assert strangers.asked == []


async def test_d7_ssrf_by_dns_rebinding(strangers: Strangers, tmp_path: Path):
    """The name means the public address when it is looked at, and one's own when it would be looked up again."""
    (tmp_path / "own").mkdir()
    own = Strangers(tmp_path / "own")
    own.port = strangers.port
    own.authority, own._key = strangers.authority, strangers._key
    strangers.says("/list", b'{"from": "public"}')
    own.says("/list", b'{"from": "own"}')
    async with own.answering("127.0.0.2"):
        names = Names(school_example=[["127.0.0.1"], ["127.0.0.2"]])
        async with strangers.client(names) as client:
            question = EvidenceRequest(url=strangers.url("/list"), why="why")
            first = await client.for_document().ask(question)
            second = await client.for_document().ask(question)
    assert isinstance(first, Answer)
    assert first.octets == b'{"from": "public"}'
    assert isinstance(second, NoAnswer)
    assert second.code == "online.private"
    assert names.asked == ["school.example"] * 2
    assert own.asked == []


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1.", "[::1]"),
        *(METADATA, "[::ffff:169.254.169.254]", "0xa9fea9fe", "2852039166", "[::ffff:7f00:1]", "①②⑦.⓪.⓪.①"),
        *(
            "user@school.example",
            "user:secret@school.example",
            "school.example@127.0.0.1",
            "school.example\\@127.0.0.1",
        ),
        *("school.example%2f@127.0.0.1", "school.example#@127.0.0.1", "school.example?@127.0.0.1", ""),
        *("school.example:0", "school.example:65536", "school.example:-1", "school.example:443:22", "a..example"),
        *("-a.example", "sch\u00f6ol.example", "school.example\t", "school.example\r\nHost:own", "\u212aelvin.example"),
    ],
)
async def test_d7_ssrf_by_a_host_that_is_a_number_or_is_read_in_two_ways(strangers: Strangers, host: str):
    """Decimal, octal, hexadecimal and short forms, IPv6, look-alikes, users and other tricks with an address."""
    url = f"https://{host}/latest/meta-data/"
    names = Names()
    async with OnlineClient(Reach(), now=lambda: NOW, names=names) as client:
        found = await client.for_document().ask(EvidenceRequest(url=url, why="why"))
    assert isinstance(found, NoAnswer)
    asked = address_of(url)
    if asked is not None:  # what stands behind "#" and "?" is no host
        assert asked.host == "school.example"
        assert found.code == "online.private"
    else:
        assert found.code == "online.address"
        assert names.asked == []


@pytest.mark.parametrize("scheme", ["http", "ftp", "file", "gopher", "data", "HTTPS+unix", "jar:https"])
async def test_d7_ssrf_by_another_scheme(scheme: str):
    names = Names()
    async with OnlineClient(Reach(), now=lambda: NOW, names=names) as client:
        found = await client.for_document().ask(EvidenceRequest(url=f"{scheme}://school.example/list", why="why"))
    assert isinstance(found, NoAnswer)
    assert found.code == "online.address"
    assert names.asked == []


@pytest.mark.parametrize(
    "did",
    [
        *(f"did:web:{METADATA}", "did:web:127.0.0.1%3A22", "did:web:localhost", "did:web:user%40school.example"),
        *("did:web:school.example%2F..", "did:web:school.example:..:x", "did:web:[::1]", "did:web:2130706433"),
    ],
)
async def test_d7_ssrf_by_did_web(did: str):
    names = Names()
    async with OnlineClient(Reach(), now=lambda: NOW, names=names) as client:
        found = await client.for_document().ask(EvidenceRequest(url=address_of_did(did) or did, why="why"))
    assert isinstance(found, NoAnswer)
    assert found.code in {"online.address", "online.host"}
    assert names.asked == []


async def test_d7_ssrf_by_another_port_of_a_public_host():
    names = Names()
    async with OnlineClient(Reach(), now=lambda: NOW, names=names) as client:
        found = await client.for_document().ask(EvidenceRequest(url="https://school.example:22/", why="why"))
    assert isinstance(found, NoAnswer)
    assert (found.code, names.asked) == ("online.host", [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", [f"http://{METADATA}/latest/meta-data/", "https://127.0.0.2/", "/list", "file:///etc"])
async def test_d7_redirect_to_the_metadata_address_or_anywhere(strangers: Strangers, status: int, to: str):
    strangers.says("/list")
    strangers.says("/moved", status=status, Location=to)
    assert await strangers.ask(strangers.url("/moved")) == "online.redirect"
    assert strangers.asked == ["/moved"]


async def test_a_network_of_ones_own_is_open_to_named_hosts_alone(strangers: Strangers):
    any_host = await strangers.ask("https://other.example/list", hosts=("*",))
    assert any_host == "online.private"
    assert strangers.names.asked == ["other.example"]
    assert strangers.asked == []


async def test_bomb_in_the_transfer(strangers: Strangers):
    strangers.says("/bomb", gzip.compress(bytes(ANSWER_BYTES * 16)), Content_Encoding="gzip")
    assert await strangers.ask(strangers.url("/bomb")) == "online.bomb"


async def test_nested_bomb_in_the_transfer_is_not_unpacked_at_all(strangers: Strangers):
    strangers.says("/bomb", gzip.compress(gzip.compress(bytes(1024))), Content_Encoding="gzip, gzip")
    assert await strangers.ask(strangers.url("/bomb")) == "online.encoding"


async def test_an_answer_without_end(strangers: Strangers):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for _ in range(2 * ANSWER_BYTES // 65_536):
            await response.write(bytes(65_536))
        return response

    strangers.pages["/endless"] = endless
    assert await strangers.ask(strangers.url("/endless")) == "online.size"


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: ", b"a"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    ],
    ids=["status line", "header", "body", "chunks"],
)
async def test_slow_loris(strangers: Strangers, first: bytes, drop: bytes):
    """Who says one octet after the other is heard no longer than the budget says, however busy it looks."""
    async with dripping(strangers, first, drop) as port:
        url = f"https://school.example:{port}/list"
        found = await strangers.ask(url, hosts=(f"school.example:{port}",), seconds=0.5)
    assert found in {"online.timeout", "online.broken"} if not first else found == "online.timeout"


def clings(listening: socket.socket, context: ssl.SSLContext, first: bytes) -> bool:
    """A host that says `first`, and never agrees that a line of TLS is to end; whether the line ended all the same."""
    plain, _ = listening.accept()
    plain.settimeout(10)
    with plain.dup() as below, context.wrap_socket(plain, server_side=True) as line:
        below.settimeout(10)
        line.recv(65_536)
        line.sendall(first)
        try:
            while below.recv(65_536):
                pass
        except ConnectionResetError:
            pass
        except TimeoutError:
            return False
    return True


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (b"", "online.timeout"),
        (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 4000000\r\n\r\n ", "online.redirect"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n ", "online.timeout"),
    ],
    ids=["silent", "redirect", "half an answer"],
)
async def test_a_host_that_never_lets_go_holds_no_line_of_ours(strangers: Strangers, first: bytes, told: str):
    """TLS ends a line when both sides agree; a host that doesn't would hold each of them for half a minute."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        ended = asyncio.create_task(asyncio.to_thread(clings, listening, strangers.context(), first))
        async with strangers.client(hosts=(f"school.example:{port}",), seconds=1.0) as client:
            question = EvidenceRequest(url=f"https://school.example:{port}/list", why="why")
            assert shown(await client.for_document().ask(question)) == told
            assert await ended


async def test_headers_without_end(strangers: Strangers):
    async with dripping(strangers, b"HTTP/1.1 200 OK\r\n", b"X: " + b"a" * 60_000 + b"\r\n") as port:
        url = f"https://school.example:{port}/list"
        assert await strangers.ask(url, hosts=(f"school.example:{port}",)) == "online.broken"


async def test_nothing_of_the_address_or_the_answer_is_logged(strangers: Strangers, logged):
    strangers.says("/badge-of-a-learner", "<p>secret</p>", kind="text/html")
    await strangers.ask(strangers.url("/badge-of-a-learner"))
    await strangers.ask("https://elsewhere.example/badge-of-a-learner")
    assert "badge-of-a-learner" not in logged.getvalue()
