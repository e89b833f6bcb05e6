"""Two implementations of one protocol agree: a node of ours, and one written from docs/protocol.md alone."""

from __future__ import annotations

import ast
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.delivery.states import ArrivalState, Delivery, DeliveryState
from gateway.node.running import Running
from gateway.node.submit import submit
from tests.delivery import independent
from tests.delivery.independent import MESSAGE, Independent, Problem, stamp
from tests.delivery.nodes import NORTH, SOUTH, Participant, document, ended, node_private_key, submission, until
from tests.reference import ROOT

VECTORS = json.loads((ROOT / "docs" / "protocol-vectors.json").read_text("utf-8"))


@dataclass
class _Pair:
    """A node of ours in the north, and the other implementation in the south."""

    ours: Running
    other: Independent


@asynccontextmanager
async def pair(folder: Path) -> AsyncIterator[_Pair]:
    north, south = Participant(folder, NORTH), Participant(folder, SOUTH)
    other = Independent(SOUTH, node_private_key(SOUTH))
    async with TestServer(other.app(), host="127.0.0.1") as server:
        other.url = str(server.make_url("")).rstrip("/")
        north.peer(south, url=other.url, wants="europass")
        async with north.running() as running:
            other.knows(NORTH, running.url, running.signer.public_key)
            yield _Pair(running, other)


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[_Pair]:
    async with pair(tmp_path) as made:
        yield made


async def arrived(both: _Pair, message: str) -> None:
    async def there() -> bool:
        return (NORTH, message) in both.other.arrived

    await until(there)


async def sent_to_the_other(both: _Pair) -> Delivery:
    queued = await submit(both.ours, submission())
    await arrived(both, queued.id)
    return queued


def test_the_other_implementation_knows_nothing_of_ours_and_is_short() -> None:
    source = Path(independent.__file__).read_text("utf-8")
    names = {node.module for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)}
    names |= {one.name for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import) for one in node.names}
    assert not [name for name in names if name and name.split(".")[0] in {"gateway", "adapters", "tests", "scripts"}]
    assert sum(1 for line in source.splitlines() if line.strip()) <= 200


async def test_ours_sends_and_the_other_takes_it_octet_for_octet(both) -> None:
    queued = await sent_to_the_other(both)
    _, receipt, envelope, octets = both.other.arrived[NORTH, queued.id]
    assert [part["role"] for part in envelope["parts"]] == [
        "original",
        "verdict",
        "translation",
        "derivation",
        "losses",
    ]
    assert octets[0] == document()

    async def receipted() -> bool:
        delivery = await both.ours.store.delivery(queued.id)
        return delivery.state is DeliveryState.RECEIPTED

    await until(receipted)
    assert (await both.ours.store.delivery(queued.id)).transport_receipt == receipt


@pytest.mark.parametrize(
    ("decision", "more", "state"),
    [
        ("accepted", {}, DeliveryState.ACCEPTED),
        ("refused", {"reason": "original.indeterminate"}, DeliveryState.REFUSED),
    ],
)
async def test_the_others_business_receipt_ends_our_delivery_and_may_come_twice(both, decision, more, state) -> None:
    queued = await sent_to_the_other(both)
    receipt = both.other.decide(queued.id, decision, **more)
    for _ in range(2):
        assert await both.other.post("/v1/receipts", receipt, "application/jose") == (204, b"")
    done = await ended(both.ours, queued.id)
    assert (done.state, done.business_receipt) == (state, receipt)
    second = both.other.decide(queued.id, decision, **(more | {"decided": stamp(1)}))
    status, problem = await both.other.post("/v1/receipts", second, "application/jose")
    assert (status, json.loads(problem)["code"]) == (409, "receipt.conflict")


async def test_the_other_sends_and_ours_takes_verifies_and_answers(both) -> None:
    message = both.other.message([("original", "application/xml", document())])
    answer, receipt = await both.other.send(message)
    again, _ = await both.other.send(message)
    assert again == answer

    async def told() -> bool:
        return receipt["message"] in both.other.receipts

    await until(told)
    _, business = both.other.receipts[receipt["message"]]
    assert (business["decision"], business["original"]["verdict"]) == ("accepted", "PASSED")
    arrival = await both.ours.store.arrival(SOUTH, receipt["message"])
    assert arrival.state in {ArrivalState.ACCEPTED, ArrivalState.HANDED_OVER}


async def test_g2_ours_refuses_what_the_other_sends_for_a_third(both) -> None:
    await refused(
        both, both.other.message([("original", "application/xml", b"<a/>")], to="c.example"), 421, "envelope.addressee"
    )


async def test_g1_another_envelope_under_one_id_is_a_conflict_and_an_alarm(both) -> None:
    first = both.other.message([("original", "application/xml", document())])
    _, receipt = await both.other.send(first)
    second = both.other.message([("original", "application/xml", b"<other/>")], id=receipt["message"])
    await refused(both, second, 409, "envelope.conflict")
    alarms = await both.ours.store.alarms()
    assert [alarm.code for alarm in alarms] == ["envelope.conflict"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"from": "c.example"}, 403, "envelope.sender"),
        ({"expires": stamp(-1), "created": stamp(-100)}, 410, "envelope.expired"),
        ({"created": stamp(3600), "expires": stamp(7200)}, 425, "envelope.not_yet"),
        ({"expires": stamp(40 * 86400)}, 422, "envelope.life"),
        ({"via": [NORTH]}, 422, "envelope.loop"),
        ({"via": ["c", "d", "e", "f"]}, 422, "envelope.hops"),
        ({"protocol": 2}, 400, "envelope.form"),
        ({"consent": None}, 400, "envelope.form"),
        ({"more": 1}, 400, "envelope.form"),
    ],
)
async def test_ours_answers_what_the_page_says(tmp_path, changes, status, code) -> None:
    async with pair(tmp_path) as both:
        await refused(both, both.other.message([("original", "application/xml", b"<a/>")], **changes), status, code)


async def refused(both: _Pair, message: bytes, status: int, code: str) -> None:
    with pytest.raises(Problem) as caught:
        await both.other.send(message)
    assert caught.value.args == (status, code)


async def test_g1_a_replayed_request_is_refused_at_the_door(both) -> None:
    message = both.other.message([("original", "application/xml", document())])
    fields = both.other.fields(both.other.peer_url + "/v1/messages", message, MESSAGE)
    both.other.fields = lambda *_: fields
    await both.other.send(message)
    await refused(both, message, 425, "door.replay")


async def test_who_isnt_let_in_is_told_what_opens_the_door(both) -> None:
    uri = both.other.peer_url + "/v1/messages"
    async with aiohttp.request("POST", uri, data=b"x") as answer:
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, "Signature")


def test_the_other_reads_the_vectors_of_the_page() -> None:
    made = Independent("registry.a.example", Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
    assert made.kid == VECTORS["keys"]["a"]["key_id"]
    b = base64.urlsafe_b64decode(VECTORS["keys"]["b"]["jwk"]["x"] + "=")
    made.knows("registry.b.example", "https://node.b.example", Ed25519PublicKey.from_public_bytes(b))
    sent = VECTORS["envelope"]
    made.sent[json.loads(sent["payload"])["id"]] = (sent["jws"].encode(), json.loads(sent["payload"]))
    for kind in ("transport", "business"):
        receipt = made.read("testamur-receipt+jws", VECTORS[f"{kind}_receipt"]["jws"].encode())
        made.check(receipt, kind)
        assert receipt == json.loads(VECTORS[f"{kind}_receipt"]["payload"])
