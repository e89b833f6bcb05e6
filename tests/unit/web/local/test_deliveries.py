"""A registry's programs use the local API of two nodes: one sends, the other fetches."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.delivery.peers import Peer
from gateway.delivery.signing import read_business_receipt
from gateway.delivery.states import Arrival, ArrivalState
from gateway.delivery.store import Retry
from gateway.node.serving import run
from gateway.node.settings import load_settings
from tests.delivery.nodes import NORTH, SOUTH, Participant, document, ended, forged, two_nodes, until
from tests.local_api import Api, api_of

Pair = tuple[Api, Api]


@pytest.fixture
async def apis(tmp_path: Path) -> AsyncIterator[Pair]:
    async with AsyncExitStack() as stack:
        north, south = await stack.enter_async_context(two_nodes(tmp_path))
        yield await stack.enter_async_context(api_of(north)), await stack.enter_async_context(api_of(south))


async def sent(api: Api, body: bytes, **query) -> dict:
    """A delivery that came to an end."""
    answer = await api.post("/v1/deliveries", body, params={"to": SOUTH, **query})
    assert answer.status == 202, answer.body
    await ended(api.running, answer.json["id"])
    return (await api.get(answer.headers["Location"])).json


async def test_a_document_is_submitted_delivered_fetched_and_done(apis: Pair):
    north, south = apis
    delivery = await sent(north, document(), purpose="recognition of a degree")
    assert delivery["state"] == "accepted"
    assert {"original", "translation", "derivation"} <= {part["role"] for part in delivery["parts"]}

    (waiting,) = (await south.get("/v1/inbox")).json["arrivals"]
    assert (waiting["id"], waiting["from"]) == (delivery["id"], NORTH)
    place = f"/v1/inbox/{NORTH}/{waiting['id']}"
    arrival = (await south.get(place)).json
    assert arrival["receipt"]["says"]["decision"] == "accepted"
    for number, part in enumerate(arrival["parts"]):
        fetched = await south.get(f"{place}/parts/{number}")
        assert hashlib.sha256(fetched.body).hexdigest() == part["sha256"]
        assert fetched.headers["Content-Type"] == part["media_type"]
        assert fetched.headers["Content-Disposition"] == "attachment"
        digest = base64.b64encode(bytes.fromhex(part["sha256"])).decode()
        assert fetched.headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert (await south.get(f"{place}/parts/0")).body == document()

    for _ in range(2):
        assert (await south.post(f"/v1/inbox/{waiting['id']}/done")).json["state"] == "handed_over"
    assert (await south.get("/v1/inbox")).json["arrivals"] == []
    assert (await south.get(f"{place}/parts/0")).body == document()


async def test_a_delivery_shows_its_timeline_and_both_receipts_signed_and_decoded(apis: Pair):
    north, south = apis
    delivery = await sent(north, document())
    times = [dt.datetime.fromisoformat(event["at"]) for event in delivery["timeline"]]
    assert len(times) >= 3
    assert times == sorted(times)
    transport, business = delivery["transport_receipt"], delivery["business_receipt"]
    assert transport["says"]["kind"] == "transport"
    assert business["says"]["original"]["verdict"] == "PASSED"
    assert [one["outcome"] for one in business["says"]["translations"]] == ["reproduced"]
    key = south.running.signer
    peer = Peer(id=SOUTH, url="", keys={key.key_id: key.public_key})  # type: ignore[attr-defined]
    said = read_business_receipt(business["jws"].encode(), peer)
    assert said.model_dump(mode="json", by_alias=True) == business["says"]
    assert transport["says"]["envelope_sha256"] == hashlib.sha256(delivery["envelope"].encode()).hexdigest()


async def test_a_forged_document_is_not_sent_and_the_answer_says_why(apis: Pair):
    north, _ = apis
    answer = await north.post("/v1/deliveries", forged(), params={"to": SOUTH})
    assert (answer.status, answer.code) == (422, "document.failed")
    assert (await north.get("/v1/deliveries")).json == {"deliveries": [], "next": None}


async def test_a_dry_run_says_what_would_be_sent_and_keeps_nothing(apis: Pair):
    north, _ = apis
    rehearsal = (await north.post("/v1/deliveries", document(), params={"to": SOUTH, "dry_run": "true"})).json
    assert rehearsal["verdict"]["verdict"] == "PASSED"
    assert rehearsal["parts"][0]["sha256"] == hashlib.sha256(document()).hexdigest()
    assert rehearsal["losses"]
    assert (await north.get("/v1/deliveries")).json["deliveries"] == []
    assert await north.running.bodies.sweep(north.running.store.bodies) == 0


async def test_the_same_idempotency_key_is_the_same_delivery_and_another_request_under_it_is_refused(apis: Pair):
    north, _ = apis
    key = {"Idempotency-Key": "case-4711"}
    first = await north.post("/v1/deliveries", document(), params={"to": SOUTH}, headers=dict(key))
    again = await north.post("/v1/deliveries", document(), params={"to": SOUTH}, headers=dict(key))
    assert first.json["id"] == again.json["id"]
    other = await north.post("/v1/deliveries", document() + b"\n", params={"to": SOUTH}, headers=dict(key))
    assert (other.status, other.code) == (409, "request.key_reused")


async def test_deliveries_are_listed_newest_first_page_by_page(apis: Pair):
    north, _ = apis
    ids = [(await sent(north, document()))["id"] for _ in range(3)]
    first = (await north.get("/v1/deliveries?limit=2")).json
    assert [one["id"] for one in first["deliveries"]] == ids[:0:-1]
    rest = (await north.get(f"/v1/deliveries?limit=2&before={first['next']}")).json
    assert [one["id"] for one in rest["deliveries"]] == ids[:1]
    assert rest["next"] is None
    assert (await north.get("/v1/deliveries?state=dead")).json["deliveries"] == []


async def test_a_dead_letter_is_retried_and_another_discarded(apis: Pair):
    north, south = apis
    south.running.stop()
    ids = []
    for _ in range(2):
        answer = await north.post("/v1/deliveries", document(), params={"to": SOUTH})
        ids.append(answer.json["id"])
        await north.running.store.attempted(ids[-1], north.running.now(), Retry(code="delivery.expired", at=None))
    retried = (await north.post(f"/v1/deliveries/{ids[0]}/retry")).json
    assert retried["state"] == "queued"
    discarded = (await north.post(f"/v1/deliveries/{ids[1]}/discard?reason=no_longer_wanted")).json
    assert discarded["state"] == "discarded"
    assert "no_longer_wanted" in json.dumps(discarded["timeline"])
    assert (await north.post(f"/v1/deliveries/{ids[1]}/retry")).code == "delivery.not_dead"


async def test_what_is_not_there_is_said_so(apis: Pair):
    north, _ = apis
    unknown = uuid.uuid4()
    assert (await north.get(f"/v1/deliveries/{unknown}")).code == "delivery.unknown"
    for verb in ("retry", "discard"):
        assert (await north.post(f"/v1/deliveries/{unknown}/{verb}")).code == "delivery.unknown"
    assert (await north.get(f"/v1/inbox/{SOUTH}/{unknown}")).code == "arrival.unknown"
    assert (await north.post(f"/v1/inbox/{unknown}/done")).code == "arrival.unknown"
    assert (await north.post(f"/v1/inbox/{unknown}/done?sender=gone.example")).code == "arrival.unknown"
    assert (await north.post("/v1/deliveries", b"x", params={"to": "nobody.example"})).code == "peer.unknown"
    answer = await north.post("/v1/deliveries", b"x", params={"to": SOUTH, "as": "nothing"})
    assert answer.code == "request.unknown_adapter"


async def test_what_was_not_accepted_is_not_handed_out(apis: Pair):
    north, south = apis
    await sent(north, document())
    (arrival,) = await south.running.store.arrivals()
    other = south.running
    place = f"/v1/inbox/{NORTH}/{arrival.id}"

    async def undecided(sender: str, message: str) -> Arrival:
        return replace(arrival, state=ArrivalState.REFUSED)

    store = other.store
    try:
        store.arrival = undecided  # type: ignore[method-assign]
        assert (await south.get(f"{place}/parts/0")).code == "arrival.not_accepted"
        assert (await south.post(f"/v1/inbox/{arrival.id}/done")).code == "arrival.not_accepted"
    finally:
        del store.arrival  # type: ignore[method-assign]
    assert (await south.get(f"{place}/parts/9")).code == "arrival.no_part"


async def test_a_part_that_the_disk_altered_never_ends_well(apis: Pair):
    north, south = apis
    await sent(north, document())
    (arrival,) = await south.running.store.arrivals()
    file = south.running.bodies.place(arrival.body or "")
    octets = bytearray(file.read_bytes())
    octets[len(arrival.envelope_jws) + 50] ^= 1
    file.write_bytes(octets)
    assert (await south.get(f"/v1/inbox/{NORTH}/{arrival.id}/parts/0")).code == "store.damaged"


async def test_an_upload_that_breaks_off_leaves_nothing(apis: Pair):
    north, _ = apis

    async def begun() -> bool:
        return any(north.running.bodies.folder.glob("incoming/*"))

    async def half() -> AsyncIterator[bytes]:
        yield document()[:1000]
        await until(begun)
        raise ConnectionResetError

    with pytest.raises(Exception):  # noqa: B017 - however the client says it
        await north.post("/v1/deliveries", half(), params={"to": SOUTH})  # type: ignore[arg-type]

    async def ended() -> bool:
        return not await begun()

    await until(ended)
    assert (await north.get("/v1/deliveries")).json["deliveries"] == []


async def test_two_peers_with_one_message_id_are_told_apart(tmp_path: Path):
    participants = [Participant(tmp_path, name) for name in (SOUTH, NORTH, "west.example.org")]
    for other in participants[1:]:
        participants[0].peer(other)
    async with run(load_settings(participants[0].settings_file())) as running, api_of(running) as api:
        asked = []

        async def both(sender: str, message: str) -> object:
            asked.append(sender)
            return object()

        running.store.arrival = both  # type: ignore[method-assign]
        answer = await api.post(f"/v1/inbox/{uuid.uuid4()}/done")
        assert (answer.status, answer.code) == (409, "request.ambiguous")
        assert asked == [NORTH, "west.example.org"]


async def test_a_document_that_is_forwarded_names_the_message_that_it_came_in(apis: Pair):
    north, south = apis
    first = await sent(north, document())
    came = {"came_from": NORTH, "came_as": first["id"]}
    back = await south.post("/v1/deliveries", document(), params={"to": NORTH, "as": "original", **came})
    assert (back.status, back.json["trace"]) == (202, first["trace"])
    half = await south.post("/v1/deliveries", document(), params={"to": NORTH, "came_from": NORTH})
    assert (half.status, half.code) == (409, "request.parameter")
    other = await south.post("/v1/deliveries", b"else", params={"to": NORTH, "as": "original", **came})
    assert (other.status, other.code) == (422, "arrival.other_document")
