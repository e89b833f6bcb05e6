"""One peer floods a node; the others don't wait for it (attack G10, the noisy neighbour)."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from gateway.delivery.states import Arrival, ArrivalState
from gateway.drivers import online
from gateway.drivers.bodies import Bodies
from gateway.node import examine
from gateway.node.decide import OF_EACH, _Decide
from gateway.node.running import Running
from gateway.proofs.jwk import write_jwk
from gateway.verify.engine import VerifiedDocument
from tests.attacks.test_poison import values_of_one_thing
from tests.delivery.nodes import NORTH, PATIENCE, Participant, pair, until
from tests.delivery.simulators import Sender
from tests.jose_makers import key
from tests.school import School
from tests.strangers import Names, Strangers

EAST = "east.example.org"


async def nothing_to_do(_: object, _limit: int) -> list[Arrival]:
    return []


@asynccontextmanager
async def with_two_peers(
    folder: Path, queue_depth: int, extra: str = ""
) -> AsyncIterator[tuple[Running, Sender, Sender]]:
    """The southern node, its northern peer that floods it, and an eastern one."""
    _, south = pair(folder)
    south.peer(Participant(folder, EAST))
    south.delivery, south.extra = f"queue_depth = {queue_depth}\n", extra
    async with south.running() as node:
        yield node, Sender(node, NORTH), Sender(node, EAST)


async def is_accepted(node: Running, other: Sender) -> None:
    """What the eastern one sends now is accepted, whatever else waits."""
    good, octets = other.signed()
    await other.post(octets)

    async def decided() -> bool:
        return (await node.store.arrival(EAST, good.envelope.id)).state is ArrivalState.ACCEPTED

    await until(decided)


async def statuses(sender: Sender, count: int) -> list[int]:
    """What is answered to so many messages, one after the other."""
    return [(await sender.post(sender.signed()[1]))[0] for _ in range(count)]


async def test_g10_a_peer_that_fills_its_share_is_told_to_wait_and_the_others_are_let_in(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_Decide, "take", nothing_to_do)
    async with with_two_peers(tmp_path, queue_depth=4) as (node, flooding, other):
        assert await statuses(flooding, 4) == [200, 200, 429, 429]
        octets = flooding.signed()[1]
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{node.url}/v1/messages", data=octets, headers=flooding.door(octets)) as refused,
        ):
            assert (refused.status, (await refused.json(content_type=None))["code"]) == (429, "capacity.peer")
            assert int(refused.headers["Retry-After"]) > 0
        assert await statuses(other, 1) == [200]
        assert await node.store.unfinished(NORTH) == 2


async def test_g10_many_messages_at_once_take_no_more_than_the_share(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_Decide, "take", nothing_to_do)
    async with with_two_peers(tmp_path, queue_depth=8) as (node, flooding, other):
        answers = await asyncio.gather(*[flooding.post(flooding.signed()[1]) for _ in range(16)])
        assert await node.store.unfinished(NORTH) == [status for status, _ in answers].count(200) <= 4
        assert await statuses(other, 1) == [200]


async def test_g10_a_peer_that_fills_its_share_of_the_disk_is_told_to_wait_and_the_others_are_let_in(
    tmp_path: Path, monkeypatch
):
    """Of room for five messages one peer gets two, also when they are done with and only wait for retention."""
    async with with_two_peers(tmp_path, queue_depth=100) as (node, flooding, other):
        octets = flooding.signed()[1]
        room = 5 * len(octets)

        def free(_: object) -> int:
            return room - sum(file.stat().st_size for file in node.bodies.folder.glob("??/*"))

        monkeypatch.setattr(Bodies, "free_bytes", free)
        assert await statuses(flooding, 3) == [200, 200, 429]

        async def all_decided() -> bool:
            return (await node.store.depth()).undecided == 0

        await until(all_decided)
        assert await statuses(flooding, 1) == [429]
        assert await statuses(other, 1) == [200]
        assert not +node.incoming


async def test_g10_a_refused_message_leaves_no_place_taken(tmp_path: Path):
    async with with_two_peers(tmp_path, queue_depth=4) as (node, flooding, _):
        for _ in range(5):
            assert (await flooding.post(flooding.signed(to=EAST)[1]))[0] == 421
        assert not +node.receiving


async def test_g10_a_node_with_one_peer_keeps_its_queue_for_it(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(_Decide, "take", nothing_to_do)
    _, south = pair(tmp_path)
    south.delivery = "queue_depth = 4\n"
    async with south.running() as node:
        assert await statuses(Sender(node, NORTH), 4) == [200] * 4


async def test_g10_what_waits_is_decided_in_turns_of_the_senders(tmp_path: Path, monkeypatch):
    """A message that comes behind a flood is among the first two rounds of what is decided, not the last."""
    decided: list[str] = []
    held = asyncio.Event()
    take, decide = _Decide.take, _Decide.decide

    async def once_let_go(self: _Decide, limit: int) -> Sequence[Arrival]:
        return await take(self, limit) if held.is_set() else []

    async def noted(self: _Decide, arrival: Arrival) -> None:
        decided.append(arrival.sender)
        await decide(self, arrival)

    monkeypatch.setattr(_Decide, "take", once_let_go)
    monkeypatch.setattr(_Decide, "decide", noted)
    async with with_two_peers(tmp_path, queue_depth=100) as (node, flooding, other):
        assert await statuses(flooding, 2 * OF_EACH) == [200] * 2 * OF_EACH
        assert await statuses(other, 1) == [200]
        held.set()
        node.wake("undecided")

        async def all_decided() -> bool:
            return len(decided) == 2 * OF_EACH + 1

        await until(all_decided)
    assert decided.index(EAST) < 2


async def test_g10_slow_documents_of_one_peer_keep_no_other_waiting(tmp_path: Path, monkeypatch):
    """Every one of them hangs, and there are more than places and processes: another peer's is decided meanwhile."""
    go, genuine = tmp_path / "go", examine.verify

    def slow(octets: bytes, **terms: object) -> VerifiedDocument:
        while octets == b"slow" and not go.exists():
            time.sleep(0.01)
        return genuine(octets, **terms)

    monkeypatch.setattr(examine, "verify", slow)
    async with with_two_peers(tmp_path, queue_depth=100) as (node, flooding, other):
        floods = [flooding.signed(b"slow") for _ in range(3 * OF_EACH)]
        assert {(await flooding.post(octets))[0] for _, octets in floods} == {200}
        await is_accepted(node, other)
        assert await node.store.unfinished(NORTH) == len(floods)
        go.touch()


async def test_g10_a_peer_whose_documents_ask_hosts_that_keep_silent_keeps_no_other_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """They are more than all places, and those that it may have wait; what another peer sends is decided meanwhile."""
    monkeypatch.setattr(aiohttp, "ThreadedResolver", Names)
    monkeypatch.setattr(online, "QUESTION_SECONDS", 60.0)
    asked, answer = asyncio.Semaphore(0), asyncio.Event()

    async def silent(_request: web.Request) -> web.StreamResponse:
        asked.release()
        await answer.wait()
        return web.Response(status=404)

    async with Strangers(tmp_path).answering() as strangers:
        school = School(strangers)
        strangers.pages["/status/3"] = silent
        (tmp_path / "school.jwk").write_text(json.dumps(write_jwk(key("ed25519").public_key())))
        trusted = f'[[trust]]\nanchor = "{tmp_path / "school.jwk"}"\n'
        more = f"{trusted}{school.allowed}seconds = 60.0\n[work]\nprocesses = 1\n"
        async with (
            with_two_peers(tmp_path, queue_depth=100, extra=more) as (node, flooding, other),
            AsyncExitStack() as stack,
        ):
            stack.callback(answer.set)
            floods = [flooding.signed(school.badge()) for _ in range(5 * OF_EACH)]
            assert {(await flooding.post(octets))[0] for _, octets in floods} == {200}
            for _ in range(OF_EACH):
                await asyncio.wait_for(asked.acquire(), PATIENCE)
            await is_accepted(node, other)
            assert await node.store.unfinished(NORTH) == len(floods)


async def test_d3_poisoned_linked_data_is_decided_as_too_large_costs_no_process_and_others_flow(tmp_path: Path):
    poison = json.dumps(values_of_one_thing()).encode()
    async with with_two_peers(tmp_path, queue_depth=100) as (node, poisoning, other):
        sent = [poisoning.signed(poison) for _ in range(4)]
        assert {(await poisoning.post(octets))[0] for _, octets in sent} == {200}
        good, octets = other.signed()
        await other.post(octets)

        async def all_decided() -> bool:
            return (await node.store.depth()).undecided == 0

        await until(all_decided)
        assert (await node.store.arrival(EAST, good.envelope.id)).state is ArrivalState.ACCEPTED
        accounts = [json.loads((await node.store.arrival(NORTH, one.envelope.id)).account) for one, _ in sent]
        assert {account["original"]["sub_indication"] for account in accounts} == {"TOO_LARGE"}
        assert node.processes.state.lost == {}
