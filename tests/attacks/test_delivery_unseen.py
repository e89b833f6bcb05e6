"""What goes wrong where nobody looks is seen in health, and stops nothing else."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.delivery.check import Level
from gateway.delivery.door import Visitor
from gateway.delivery.problem import Stopped
from gateway.delivery.receipt import BusinessReceipt, Checked
from gateway.delivery.signing import RECEIPT_MEDIA_TYPE, sign_receipt
from gateway.delivery.states import Alarm, DeliveryState
from gateway.drivers.store.faults import full
from gateway.model.verdict import Indication
from gateway.node import retention, watch_peers
from gateway.node.conclude import conclude
from gateway.node.hand_over import _folder_name
from gateway.node.health import health_of
from gateway.node.running import Running
from gateway.node.submit import submit
from tests.delivery.makers import MESSAGE_ID, node_key, signed
from tests.delivery.nodes import NORTH, SOUTH, streamed, submission, until
from tests.delivery.seeing import seen
from tests.local_api import lonely_node


@pytest.mark.parametrize(
    ("module", "what", "name"), [(retention, "forget", "retention"), (watch_peers, "_look", "watch")]
)
async def test_a_worker_survives_what_nobody_foresaw_and_health_sees_it(
    tmp_path: Path, monkeypatch, module, what: str, name: str
):
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(module, "EVERY", 0.01)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, what, broken)
        async with lonely_node(tmp_path) as node:
            await seen(node, "worker", Level.WARN, name)
            state = node.workers[name]
            assert (state.alive, state.problem) == (True, "ZeroDivisionError")
            patched.undo()

            async def works_again() -> bool:
                return state.failures == 0

            await until(works_again)


async def test_a_damaged_row_that_stops_retention_is_one_alarm_and_a_warning_until_it_is_mended(
    tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(retention, "EVERY", 0.01)
    async with lonely_node(tmp_path) as node:
        await submit(node, submission())
        await node.store._writer.write("alarm", lambda db: db.execute("UPDATE deliveries SET size = 1"))
        check = await seen(node, "retention", Level.WARN, reason="store.damaged")
        assert "restore a backup" in check.advice

        async def several_rounds() -> bool:
            return node.workers["retention"].failures > 3

        await until(several_rounds)
        told = [alarm for alarm in await node.store.alarms() if alarm.message == "retention"]
        assert [alarm.code for alarm in told] == ["store.damaged"]


async def test_r20_a_damaged_row_keeps_its_own_document_and_no_other(tmp_path: Path):
    """What is done with is deleted all the same; the damaged row's own stays for whoever mends it."""
    async with lonely_node(tmp_path) as node:
        sent = [await submit(node, submission()) for _ in range(3)]
        for one in sent[:2]:
            await node.store.decided(one.id, b"receipt", DeliveryState.ACCEPTED, node.now() - dt.timedelta(days=2))
        orphan = await kept(node, b"of no row")
        await node.store._writer.write(
            "alarm", lambda db: db.execute("UPDATE deliveries SET size = 1 WHERE sequence = 1")
        )
        with pytest.raises(Stopped, match="kept"):
            await retention.forget(node)
        there = [node.bodies.place(name).exists() for name in (*(one.body for one in sent), orphan)]
        assert there == [True, False, True, False]


async def kept(node: Running, octets: bytes) -> str:
    async with node.bodies.incoming() as body:
        await body.write(octets)
        return await body.keep()


async def test_g10_a_peer_that_makes_alarms_hides_nobody_elses_from_health(tmp_path: Path):
    async with lonely_node(tmp_path) as node:
        now = node.now()
        await node.store.alarm(Alarm(at=now, code="store.damaged", peer=None, message=None))
        await node.store.alarm(Alarm(at=now, code="receipt.conflict", peer=SOUTH, message=None))
        for number in range(60):
            at = now + dt.timedelta(milliseconds=number)
            await node.store.alarm(Alarm(at=at, code="envelope.conflict", peer=NORTH, message=None))
        checks = [one for one in (await health_of(node)).checks if one.name == "alarms"]
        reasons = {check.about: check.reason for check in checks}
        assert reasons == {
            "": "1 within 7 days: store.damaged",
            SOUTH: "1 within 7 days: receipt.conflict",
            NORTH: "50 within 7 days: envelope.conflict",
        }


def test_a_participant_with_a_very_long_name_gets_folders_that_a_file_system_takes():
    one, other = "a" + ":" * 199, "a" + ":" * 198 + "/"
    names = {_folder_name(sender, MESSAGE_ID) for sender in (one, other)}
    assert len(names) == 2
    assert all(len(f"{name}.ready".encode()) <= 255 for name in names)
    assert _folder_name(NORTH, MESSAGE_ID).startswith(f"{NORTH}_")


async def no_room(_: object) -> None:
    raise full()


async def test_an_alarm_that_cannot_be_kept_changes_nothing_of_what_it_is_about(tmp_path: Path, monkeypatch):
    """A receipt for what was never sent is refused as that, whether or not the store takes the alarm."""
    async with lonely_node(tmp_path) as node:
        monkeypatch.setattr(node.store, "alarm", no_room)
        peer = replace(node.peers[SOUTH], keys={node_key().key_id: node_key().public_key})
        sent = signed()
        said = BusinessReceipt(
            message=sent.envelope.id,
            envelope_sha256=sent.sha256,
            sender=SOUTH,
            to=node.id,
            decided=node.stamp(),
            trace=sent.envelope.trace,
            decision="accepted",
            original=Checked(sha256=sent.envelope.parts[0].sha256, verdict=Indication.PASSED),
        )
        octets = sign_receipt(said, node_key())
        visitor = Visitor(
            peer=peer,
            key_id=node_key().key_id,
            nonce="n" * 22,
            expires=node.now() + dt.timedelta(minutes=1),
            content_sha256=hashlib.sha256(octets).hexdigest(),
            media_type=RECEIPT_MEDIA_TYPE,
            length=len(octets),
        )
        with pytest.raises(Stopped) as caught:
            await conclude(node, visitor, streamed(octets))
        assert caught.value.code == "receipt.unknown_message"
