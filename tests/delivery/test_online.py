"""A node that may ask the outside does so before it decides, and waits without holding up its other work."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from gateway.delivery.states import DeliveryState
from gateway.drivers.work import OURS
from gateway.kit.contract import EvidenceRequest
from gateway.node.arrival_pages import page_of
from gateway.node.online import gather_about
from gateway.node.running import Running
from gateway.node.startup import Node
from gateway.node.submit import submit
from gateway.proofs.jwk import write_jwk
from gateway.verify.asking import name_of
from gateway.web.local.documents import verdict_on
from tests.delivery.nodes import NORTH, decided_between, document, ended, pair, submission
from tests.jose_makers import key
from tests.school import School
from tests.strangers import Names, Strangers


@pytest.fixture
async def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[School]:
    monkeypatch.setattr(aiohttp, "ThreadedResolver", Names)
    async with Strangers(tmp_path).answering() as strangers:
        yield School(strangers)


class Pair:
    """Two nodes that trust the school's key; the southern one may ask it, where `extra` says so."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.north, self.south = pair(folder, wants=None)
        for one in (self.north, self.south):
            (one.folder / "school.jwk").write_text(json.dumps(write_jwk(key("ed25519").public_key())))
            one.extra = '[[trust]]\nanchor = "school.jwk"\n'
        self.south.extra += extra

    async def decided(self, octets: bytes) -> tuple[DeliveryState, dict[str, Any]]:
        """What became of a document that the northern one sent, and what the southern one found of it."""
        state, account = await decided_between(self.north, self.south, octets)
        return state, account["original"]


async def test_the_receiver_asks_before_it_decides(tmp_path: Path, school: School):
    state, found = await Pair(tmp_path, school.allowed).decided(school.badge(8))
    assert (state, found["verdict"]) == (DeliveryState.ACCEPTED, "PASSED"), [
        one for one in found["findings"] if one["status"] != "PASSED"
    ]
    assert school.strangers.asked == ["/status/3"]


async def test_the_page_of_what_was_accepted_is_judged_by_what_the_outside_says_too(tmp_path: Path, school: School):
    nodes = Pair(tmp_path, school.allowed)
    async with nodes.north.running() as north, nodes.south.running() as south:
        queued = await submit(north, submission(school.badge(8)))
        await ended(north, queued.id)
        arrival = await south.store.arrival(NORTH, queued.id)
        assert arrival is not None
        page = await page_of(south, arrival, "html", ("en",), party=NORTH)
        assert page.verdict.verdict == "PASSED"


async def test_what_was_revoked_is_refused(tmp_path: Path, school: School):
    state, found = await Pair(tmp_path, school.allowed).decided(school.badge(7))
    assert (state, found["sub_indication"]) == (DeliveryState.REFUSED, "CREDENTIAL_REVOKED")


async def test_a_hosted_badge_is_asked_for_at_its_host_with_its_class_and_its_issuer(tmp_path: Path, school: School):
    badge = json.dumps(school.hosted()).encode()
    state, found = await Pair(tmp_path, school.allowed).decided(badge)
    assert (state, found["verdict"]) == (DeliveryState.ACCEPTED, "PASSED"), [
        one for one in found["findings"] if one["status"] != "PASSED"
    ]
    assert sorted(school.strangers.asked) == ["/badge", "/class", "/issuer"]


async def test_a_hosted_badge_that_its_host_calls_gone_is_refused_as_revoked(tmp_path: Path, school: School):
    badge = json.dumps(school.hosted()).encode()
    school.strangers.says("/badge", "", status=410)
    state, found = await Pair(tmp_path, school.allowed).decided(badge)
    assert (state, found["sub_indication"]) == (DeliveryState.REFUSED, "CREDENTIAL_REVOKED")


async def test_nobody_is_asked_unless_the_settings_name_him(tmp_path: Path, school: School):
    _, found = await Pair(tmp_path).decided(school.badge(7))
    assert (found["verdict"], found["sub_indication"]) == ("INDETERMINATE", "TRY_LATER")
    assert school.strangers.asked == []


async def test_a_host_that_keeps_silent_leaves_an_open_question(tmp_path: Path, school: School):
    over = asyncio.Event()

    async def silent(_request: web.Request) -> web.StreamResponse:
        await over.wait()
        return web.Response(status=404)

    school.strangers.pages["/status/3"] = silent
    _, found = await Pair(tmp_path, school.allowed + "seconds = 0.5\n").decided(school.badge(8))
    assert (found["verdict"], found["sub_indication"]) == ("INDETERMINATE", "TRY_LATER")
    assert [one["about"] for one in found["findings"] if one["check"] == "evidence.asked"] == ["online.timeout"]
    over.set()


def secret(_node: Node) -> bytes:
    return name_of(EvidenceRequest(url="https://school.example/", why="", form={"code": "0000"})).encode()


async def test_a_work_process_knows_an_answer_by_the_name_that_its_node_gave_it(tmp_path: Path, school: School):
    """What was posted stands in a name as an HMAC, by a secret that both have."""
    async with Pair(tmp_path).south.running() as south:
        assert await south.work(OURS, secret) == secret(south.node)


async def verdict(node: Running, octets: bytes) -> str:
    """As the local API verifies."""
    gathered = await gather_about(node, octets)
    return (await node.work(OURS, verdict_on, octets, node.stamp(), gathered)).verdict


async def test_while_one_document_waits_for_an_answer_others_are_judged(tmp_path: Path, school: School):
    asked, answer = asyncio.Event(), asyncio.Event()
    page = school.strangers.pages["/status/3"]

    async def slow(request: web.Request) -> web.StreamResponse:
        asked.set()
        await answer.wait()
        return await page(request)

    school.strangers.pages["/status/3"] = slow
    nodes = Pair(tmp_path, school.allowed + "[work]\nprocesses = 1\n")
    async with nodes.south.running() as south:
        waiting = asyncio.create_task(verdict(south, school.badge(8)))
        await asked.wait()
        assert await verdict(south, document()) == "PASSED"
        assert not waiting.done()
        answer.set()
        assert await waiting == "PASSED"
