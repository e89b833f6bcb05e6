"""R8, R17: a peer that is down for an hour; trust and keys that change while documents are on their way."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gateway.delivery.breaker import FAILURES, PAUSE
from gateway.delivery.peers import Peer, key_id
from gateway.delivery.signing import SignedEnvelope, read_business_receipt, read_transport_receipt
from gateway.delivery.states import ArrivalState, Delivery, DeliveryState
from gateway.node.running import Running
from gateway.node.submit import submit
from gateway.readers.jws import parse_compact
from tests.delivery.nodes import NORTH, SOUTH, Participant, ended, node_private_key, pair, submission, until
from tests.faults.history import check
from tests.faults.world import RATE, World, world

AT_ONCE = 8
"""Requests to one peer: [delivery] peer_concurrency."""


async def test_r8_a_peer_that_is_down_for_an_hour_is_asked_seldom_and_not_overrun_when_it_is_back(quick_path: Path):
    async with world(quick_path, seed=8) as made:
        line = made.south.line
        made.south.kill()
        began = time.monotonic()
        await asyncio.gather(*(made.submit(made.north) for _ in range(30)))
        for _ in range(36):
            await made.skip(100)
            await waiting(made)
        hour = 3600 + (time.monotonic() - began) * RATE
        assert FAILURES <= line.asked <= FAILURES + AT_ONCE + hour / PAUSE
        line.most = 0
        await made.drained()
        assert line.most <= AT_ONCE
        histories = await made.histories()
        check(made, histories)
        assert {one["state"] for one in histories[NORTH]["deliveries"]} == {"accepted"}


async def waiting(made: World) -> None:
    """Until the northern node does nothing but wait."""
    while (await made.north.ask("GET", "/waits"))[1]["busy"]:  # noqa: ASYNC110 - another process has no event
        await asyncio.sleep(0.01)


# --- R17: what is trusted changes between taking in and deciding


async def held(south: Participant, north: Running) -> str:
    """A message that the southern node has taken in, and not decided about, when it ends."""
    others = asyncio.all_tasks()
    async with south.running() as node:
        (deciding,) = [task for task in asyncio.all_tasks() - others if task.get_name() == "undecided"]
        deciding.cancel()
        queued = await submit(north, submission())

        async def taken_in() -> bool:
            return (await north.store.delivery(queued.id)).state is DeliveryState.RECEIPTED

        await until(taken_in)
        assert (await node.store.arrival(NORTH, queued.id)).state is ArrivalState.RECEIVED
    return queued.id


def distrusting(settings: Path) -> None:
    """The university is taken out of the trust list."""
    settings.write_text(settings.read_text().replace('[[trust]]\nanchor = "university.pem"\n', ""))


@pytest.mark.parametrize("trusted_at_first", [True, False])
async def test_r17_a_document_is_judged_by_the_trust_of_one_time_that_of_its_decision(
    tmp_path: Path, trusted_at_first: bool
):
    """Original and translation have one answer each; the receipt, the account and the sender's row say the same."""
    north, south = pair(tmp_path)
    settings = south.settings_file
    with_trust = {True: settings, False: lambda: without_trust(settings)}
    async with north.running() as sender:
        south.settings_file = with_trust[trusted_at_first]
        message = await held(south, sender)
        south.settings_file = with_trust[not trusted_at_first]
        async with south.running() as receiver:
            done = await ended(sender, message)
            arrival = await receiver.store.arrival(NORTH, message)
            assert [alarm.code for alarm in await receiver.store.alarms()] == ["trust.changed"]
    receipt = read_business_receipt(done.business_receipt, sender.peers[SOUTH])
    verdict = "INDETERMINATE" if trusted_at_first else "PASSED"
    assert (receipt.original.verdict, receipt.decision) == (verdict, done.state)
    account = json.loads(arrival.account)
    assert account["original"]["verdict"] == verdict
    outcomes = [one["outcome"] for one in account["translations"]]
    assert outcomes == [one.outcome for one in receipt.translations] == ["reproduced"]


def without_trust(settings) -> Path:
    file = settings()
    distrusting(file)
    return file


# --- R17: a node's key changes while a message waits


def new_key(of: Participant) -> Ed25519PrivateKey:
    """A new node key for a participant, as the page on keys says: peers hold both for a while."""
    key = Ed25519PrivateKey.generate()
    octets = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (of.folder / "node.key.pem").write_bytes(octets)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (of.folder / "node-new.pem").write_bytes(public)
    return key


def holding(whom: Participant, here: Participant, *names: str) -> None:
    """Pin these keys of a peer, and no others."""
    made = here.settings_file
    files = ", ".join(f'"{whom.folder / name}"' for name in names)

    def settings_file() -> Path:
        file = made()
        file.write_text(file.read_text().replace(f'keys = ["{whom.folder / "node.pem"}"]', f"keys = [{files}]"))
        return file

    here.settings_file = settings_file


async def queued_then_rolled(north: Participant) -> tuple[str, Ed25519PrivateKey]:
    """A message that waits, and a sender that changes its key meanwhile."""
    async with north.running() as node:
        message = (await submit(node, submission())).id
    return message, new_key(north)


async def test_r17_what_waited_when_a_node_changed_its_key_is_taken_where_peers_hold_both(tmp_path: Path):
    north, south = pair(tmp_path)
    message, _ = await queued_then_rolled(north)
    holding(north, south, "node.pem", "node-new.pem")
    async with south.running() as receiver, north.running() as sender:
        done = await ended(sender, message)
        assert done.state is DeliveryState.ACCEPTED
        next_one = await ended(sender, (await submit(sender, submission())).id)
        assert next_one.state is DeliveryState.ACCEPTED
        assert keys_of(done, receiver.peers[NORTH]) != keys_of(next_one, receiver.peers[NORTH])
        for one in (done, next_one):
            sent = SignedEnvelope(jws=one.envelope_jws, envelope=one.envelope)
            read_transport_receipt(one.transport_receipt, sender.peers[SOUTH], sent)


def keys_of(delivery: Delivery, peer: Peer) -> str:
    """Which key of the peer's an envelope is signed with."""
    said = parse_compact(delivery.envelope_jws).signatures[0].header["kid"]
    assert said in peer.keys
    return str(said)


async def test_r17_with_the_old_key_pinned_no_more_what_waited_is_a_dead_letter_that_one_sees(tmp_path: Path):
    north, south = pair(tmp_path)
    message, key = await queued_then_rolled(north)
    holding(north, south, "node-new.pem")
    async with south.running() as receiver, north.running() as sender:
        done = await ended(sender, message)
        assert (done.state, done.problem) == (DeliveryState.DEAD, "envelope.key")
        assert await receiver.store.arrivals() == []
        assert (
            set(receiver.peers[NORTH].keys)
            == {key_id(key.public_key())}
            != {key_id(node_private_key(NORTH).public_key())}
        )
