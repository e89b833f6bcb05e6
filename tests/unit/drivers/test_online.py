"""What the guarded client asks of strangers, and how it tells that no answer came. Attacks: tests/attacks."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.drivers.online import ANSWER_BYTES, QUESTIONS, UNDER_WAY, OnlineClient, address_of
from gateway.drivers.reach import Reach
from gateway.errors import ConfigError
from gateway.kit.contract import EvidenceRequest
from gateway.verify.evidence import Answer
from tests.strangers import HOSTS, NOW, Names, Strangers, certificate, shown


@pytest.fixture
async def strangers(tmp_path: Path) -> AsyncIterator[Strangers]:
    async with Strangers(tmp_path).answering() as answering:
        yield answering


async def test_an_answer_is_what_was_said_with_its_time_status_and_media_type(strangers: Strangers):
    strangers.says("/list?n=3", b"{}")
    strangers.says("/list", b'{"a": 1}', kind="application/vc+jwt; charset=utf-8")
    url = strangers.url("/list?n=3")
    assert await strangers.ask(url) == Answer(
        url=url, fetched_at=NOW, octets=b'{"a": 1}', status=200, media_type="application/vc+jwt", fetched_here=True
    )
    assert strangers.asked == ["/list?n=3"]


async def test_the_request_says_nothing_of_who_asks_or_why(strangers: Strangers):
    strangers.says("/list", b"{}", Set_Cookie="seen=1; Path=/")
    async with strangers.client() as client:
        for _ in range(2):
            await client.for_document().ask(EvidenceRequest(url=strangers.url("/list#fragment"), why="why"))
    assert set(strangers.headers) == {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert strangers.headers["user-agent"] == "testamur"
    assert strangers.headers["accept-encoding"] == "identity"
    assert strangers.asked == ["/list", "/list"]


async def test_a_refusal_is_an_answer_too(strangers: Strangers):
    strangers.says("/badge", b'{"revoked": true}', status=410)
    strangers.says("/down", b"<p>down</p>", status=503, kind="text/html")
    gone, down = await strangers.ask(strangers.url("/badge")), await strangers.ask(strangers.url("/down"))
    assert isinstance(gone, Answer)
    assert isinstance(down, Answer)
    assert (gone.status, gone.is_success, gone.octets) == (410, False, b'{"revoked": true}')
    assert (down.status, down.is_success) == (503, False)


async def test_nothing_there(strangers: Strangers):
    strangers.names.turns["other.example"] = [[]]
    assert await strangers.ask(strangers.url("/list", "other.example")) == "online.unreachable"
    closed = strangers.url("/list").replace(f":{strangers.port}", ":1")
    assert await strangers.ask(closed, hosts=("school.example:1",)) == "online.unreachable"


async def test_a_host_that_breaks_off_or_speaks_no_http(strangers: Strangers):
    async def break_off(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100", "Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b"{")
        assert request.transport is not None
        request.transport.abort()
        return response

    strangers.pages["/half"] = break_off
    assert await strangers.ask(strangers.url("/half")) == "online.broken"


async def test_a_certificate_of_nobody_that_is_known_or_for_another_name(strangers: Strangers, tmp_path: Path):
    unknown, _ = certificate(tmp_path, ("third.example",))
    assert await strangers.ask(strangers.url("/list"), authority=unknown) == "online.tls"
    other = strangers.url("/list", "third.example")
    assert await strangers.ask(other, hosts=(f"third.example:{strangers.port}",)) == "online.tls"
    assert strangers.asked == []


async def test_a_host_that_nobody_allowed_is_not_even_looked_up(strangers: Strangers):
    assert await strangers.ask("https://elsewhere.example/list") == "online.host"
    assert await strangers.ask(strangers.url("/list"), hosts=("school.example",)) == "online.host"
    assert await strangers.ask(strangers.url("/list"), hosts=()) == "online.host"
    assert strangers.names.asked == []


async def test_a_page_for_people_is_asked_of_named_hosts_alone_and_taken_for_no_data(strangers: Strangers):
    strangers.says("/check", "<p>verified</p>", kind="text/html; charset=UTF-8")
    url = strangers.url("/check")
    found = await strangers.ask(url, vouches=True)
    assert isinstance(found, Answer)
    assert (found.octets, "text/html" in strangers.headers["accept"]) == (b"<p>verified</p>", True)
    assert await strangers.ask(url) == "online.type"
    assert await strangers.ask("https://check.example/", vouches=True, hosts=("*",)) == "online.host"
    assert strangers.asked == ["/check", "/check"]


async def test_data_is_preferred_to_a_page_where_a_host_has_both(strangers: Strangers):
    """The host of a badge has a page for people at the badge's own address (Open Badges 2.0, Setting Content-Type)."""

    async def either(request: web.Request) -> web.StreamResponse:
        accepted = [one.partition(";") for one in request.headers["Accept"].split(",")]
        kind = accepted[0][0]
        return web.Response(body=b"{}", headers={"Content-Type": kind})

    strangers.pages["/badge"] = either
    found = await strangers.ask(strangers.url("/badge"), vouches=True)
    assert isinstance(found, Answer)
    assert found.media_type == "application/ld+json"


@pytest.mark.parametrize(
    "kind", ["text/html", "image/png", "application/xml", "application/zip", "multipart/form-data"]
)
async def test_something_of_another_kind_than_was_asked_for(strangers: Strangers, kind: str):
    strangers.says("/list", kind=kind)
    assert await strangers.ask(strangers.url("/list")) == "online.type"


@pytest.mark.parametrize(
    "kind",
    [
        "application/vc",
        "application/did",
        "application/did+ld+json",
        "application/vc+jwt",
        "application/jwt",
        "text/plain",
        "application/did+json",
    ],
)
async def test_what_lists_and_did_documents_are_published_as_is_taken(strangers: Strangers, kind: str):
    strangers.says("/list", kind=kind)
    assert isinstance(await strangers.ask(strangers.url("/list")), Answer)


async def test_the_largest_answer_is_taken_and_one_octet_more_is_not(strangers: Strangers):
    strangers.says("/largest", bytes(ANSWER_BYTES))
    strangers.says("/larger", bytes(ANSWER_BYTES + 1))
    assert isinstance(await strangers.ask(strangers.url("/largest")), Answer)
    assert await strangers.ask(strangers.url("/larger")) == "online.size"


async def test_who_packs_the_answer_unasked_is_understood_within_the_limit(strangers: Strangers):
    strangers.says("/packed", gzip.compress(b'{"a": 1}'), Content_Encoding="gzip")
    strangers.says("/broken", b"no gzip", Content_Encoding="gzip")
    strangers.says("/other", b"{}", Content_Encoding="br")
    packed = await strangers.ask(strangers.url("/packed"))
    assert isinstance(packed, Answer)
    assert packed.octets == b'{"a": 1}'
    assert await strangers.ask(strangers.url("/broken")) == "online.encoding"
    assert await strangers.ask(strangers.url("/other")) == "online.encoding"


async def test_the_same_question_is_asked_once_for_a_document_and_again_for_the_next(strangers: Strangers):
    strangers.says("/list")
    question = EvidenceRequest(url=strangers.url("/list"), why="why")
    async with strangers.client() as client:
        asker = client.for_document()
        first, second = await asyncio.gather(asker.ask(question), asker.ask(question))
        assert first is second is await asker.ask(question)
        assert strangers.asked == ["/list"]
        await client.for_document().ask(question)
    assert strangers.asked == ["/list", "/list"]


async def test_few_questions_are_under_way_at_once_and_they_are_counted(strangers: Strangers):
    now, most = 0, 0
    full = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == UNDER_WAY:
            full.set()
        await full.wait()
        now -= 1
        return web.json_response({})

    urls = [strangers.url(f"/{at}") for at in range(QUESTIONS + 2)]
    strangers.pages |= {f"/{at}": slow for at in range(QUESTIONS + 2)}
    async with strangers.client() as client:
        asker = client.for_document()
        found = await asyncio.gather(*[asker.ask(EvidenceRequest(url=url, why="why")) for url in urls])
    assert [shown(one) for one in found[QUESTIONS:]] == ["online.budget"] * 2
    assert all(isinstance(one, Answer) for one in found[:QUESTIONS])
    assert most == UNDER_WAY


async def test_all_answers_for_a_document_have_one_budget_of_octets(strangers: Strangers):
    strangers.pages |= {}
    for at in range(5):
        strangers.says(f"/{at}", bytes(ANSWER_BYTES))
    async with strangers.client() as client:
        asker = client.for_document()
        asked = [EvidenceRequest(url=strangers.url(f"/{at}"), why="why") for at in range(5)]
        found = [shown(await asker.ask(question)) for question in asked]
    assert all(isinstance(one, Answer) for one in found[:4])
    assert found[4] == "online.budget"


async def test_all_questions_of_a_document_have_one_budget_of_time(strangers: Strangers):
    strangers.says("/list")
    assert await strangers.ask(strangers.url("/list"), seconds=0.0) == "online.budget"
    assert strangers.asked == []


def test_an_authority_that_cannot_be_used_is_the_operators_fault(tmp_path: Path):
    async def opened() -> None:
        async with OnlineClient(Reach(authority=tmp_path / "none.pem"), now=lambda: NOW):
            pass

    with pytest.raises(ConfigError) as caught:
        asyncio.run(opened())
    assert caught.value.code == "online.authority"


def test_hosts_are_named_exactly_or_by_what_is_above_them():
    reach = Reach(hosts=("school.example", "*.city.example", "list.example:8443"))
    assert reach.allows("school.example", 443, check=True)
    assert reach.allows("a.b.city.example", 443, check=True)
    assert reach.allows("list.example", 8443, check=True)
    refused = [
        ("school.example", 8443),
        ("city.example", 443),
        ("evilcity.example", 443),
        ("list.example", 443),
        ("school.example.evil.example", 443),
    ]
    assert not [one for one in refused if reach.allows(*one, check=False)]


def test_any_host_means_names_with_a_dot_at_the_usual_port():
    assert Reach().allows("school.example", 443, check=False)
    assert not Reach().allows("school.example", 22, check=False)
    assert not Reach().allows("metadata", 443, check=False)
    assert not Reach().allows("school.example", 443, check=True)


@given(st.text() | st.from_regex(r"https://[a-z0-9.:@\\/%\[\]-]{0,40}", fullmatch=True))
def test_an_address_is_read_in_one_way_or_not_asked_at_all(text: str):
    address = address_of(text)
    if address is not None:
        assert address.scheme == "https"
        assert address.user is None
        assert str(address.host).isascii()
        assert text.lower().startswith(f"https://{address.host}")


@settings(max_examples=10)
@given(
    st.lists(
        st.text() | st.from_regex(r"https://[a-z0-9.:-]{1,80}/[!-~]{0,20}", fullmatch=True), min_size=10, max_size=20
    )
)
def test_no_address_makes_the_client_raise(texts: list[str]):
    async def ask() -> set[object]:
        async with OnlineClient(Reach(), now=lambda: NOW, names=Names()) as client:
            return {shown(await client.for_document().ask(EvidenceRequest(url=text, why="why"))) for text in texts}

    assert asyncio.run(ask()) <= {"online.address", "online.host", "online.private"}


def test_the_simulated_hosts_are_names_that_nobody_has():
    assert all(host.endswith(".example") for host in HOSTS)
