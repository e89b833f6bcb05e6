"""R5 to R11, R16, R18, R25: bad lines, full disks, locked files, clocks, backups. The queues drain when it ends."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.faults.history import check
from tests.faults.troubles import ALL, bad_line, one_run
from tests.faults.world import World, world


@pytest.mark.parametrize("half", range(2))
async def test_whatever_goes_wrong_the_queues_drain_when_it_ends(quick_path: Path, half) -> None:
    """Each trouble by itself, under load from both ends."""
    async with world(quick_path, seed=half) as made:
        for trouble in list(ALL.values())[half::2]:
            await one_run(made, trouble)


async def test_r6_r7_on_a_line_that_does_all_it_can_each_document_has_one_effect(quick_path: Path) -> None:
    async with world(quick_path, seed=3) as made:
        for _ in range(8):
            await one_run(made, bad_line)
        seen = made.north.line.seen + made.south.line.seen
        assert len(set(seen)) >= 6, seen


async def test_g7_a_forged_receipt_is_an_alarm_and_the_message_is_sent_until_a_true_one_comes(quick_path: Path) -> None:
    async with world(quick_path, seed=4) as made:
        await one_run(made, ALL["altered answer"])
        histories = await made.histories()
        alarms = [code for history in histories.values() for code in history["alarms"]]
        assert alarms
        assert all(code.startswith("receipt.") for code in alarms)


async def test_r12_r18_a_receiver_restored_from_a_backup_gets_back_what_it_hadnt_decided(quick_path: Path) -> None:
    async with world(quick_path, seed=5) as made:
        await made.some(4)
        await made.drained()
        backup = copied(made.south.store / "messages.db")
        await made.south.call("/arm", point="decide.found")
        await made.submit(made.north)
        await made.south.until_dead(made.south.starts)
        made.south.bury()
        await restore(made, backup)
        await made.skip(1000)
        await made.drained()
        check(made, await made.histories(), restored=True)


async def test_r18_a_sender_restored_from_a_backup_sends_again_and_nothing_is_doubled(quick_path: Path) -> None:
    async with world(quick_path, seed=6) as made:
        made.south.kill()
        for _ in range(3):
            await made.submit(made.north)
        backup = copied(made.north.store / "messages.db")
        await made.drained()
        before = (await made.histories())[made.south.name]["arrivals"]
        made.north.kill()
        await restore(made, backup, of="north")
        await made.drained()
        histories = await made.histories()
        assert histories[made.south.name]["arrivals"] == before
        check(made, histories)


def copied(file: Path) -> bytes:
    """A backup, as an operator makes it while the node runs."""
    with sqlite3.connect(file) as source, sqlite3.connect(":memory:") as target:
        source.backup(target)
        octets = target.serialize()
    source.close()
    target.close()
    return octets


async def restore(made: World, backup: bytes, of: str = "south") -> None:
    """Put a backup in the place of a database; the bodies stay as they are."""
    node = made.south if of == "south" else made.north
    for file in node.store.glob("messages.db*"):
        file.unlink()
    database = node.store / "messages.db"
    database.touch(mode=0o600)
    database.write_bytes(backup)
    node.start()
    await node.until_up()
