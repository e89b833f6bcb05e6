"""R5 to R11, R16, R18, R25: bad lines, full disks, locked files, clocks, backups. The queues drain when it ends."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from gateway.drivers.store.backup import back_up_folder
from gateway.errors import RequestError
from gateway.node.submit import submit
from tests.delivery.nodes import submission
from tests.faults.history import check
from tests.faults.troubles import ALL, bad_line, one_run
from tests.faults.world import World, world
from tests.local_api import lonely_node


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


@pytest.mark.parametrize("what", ["few files", "little memory"])
async def test_r14_without_files_or_memory_a_node_refuses_or_starts_clean_and_loses_nothing(
    quick_path: Path, what: str
) -> None:
    async with world(quick_path, seed=14) as made:
        for _ in range(3):
            await one_run(made, ALL[what])


async def test_g7_a_forged_receipt_is_an_alarm_and_the_message_is_sent_until_a_true_one_comes(quick_path: Path) -> None:
    async with world(quick_path, seed=4) as made:
        await one_run(made, ALL["altered answer"])
        histories = await made.histories()
        alarms = [code for history in histories.values() for code in history["alarms"]]
        assert alarms
        assert all(code.startswith("receipt.") for code in alarms)


async def test_h10_g1_r12_r18_a_receiver_restored_from_a_backup_gets_back_what_it_hadnt_decided(
    quick_path: Path,
) -> None:
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


async def test_h10_r18_a_sender_restored_from_a_backup_sends_again_and_nothing_is_doubled(quick_path: Path) -> None:
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


@pytest.mark.parametrize("running", [True, False], ids=["running", "killed"])
async def test_h10_r18_a_store_that_was_lost_is_put_back_from_a_backup_as_the_page_says(
    quick_path: Path, running: bool
):
    """`testamur backup`, with the node running or dead; then the whole folder is lost, and the copy takes its place.

    What came or was submitted since then comes again: from its sender, or from the registry that was told no end.
    """
    async with world(quick_path, seed=8) as made:
        made.south.line.faults, made.south.line.share = ("busy",), 1.0
        sent = [await made.submit(made.north) for _ in range(3)] + [await made.submit(made.south)]
        if not running:
            made.north.kill()
        copy = made.north.store.with_name("copy")
        done = await asyncio.to_thread(back_up_folder, made.north.store, copy)
        assert (done.lost, done.bodies >= 3) == ((), True)
        assert {place.stat().st_mode & 0o077 for place in [copy, *copy.rglob("*")]} == {0}
        made.north.kill()
        shutil.rmtree(made.north.store)
        copy.rename(made.north.store)
        made.bad_lines()
        made.north.start()
        await made.north.until_up()
        await made.skip(1000)
        await made.drained()
        histories = await made.histories()
        check(made, histories, restored=True)
        assert {one["state"] for one in histories[made.north.name]["deliveries"]} <= {"accepted", "refused"}
        assert len(sent) == 4


async def test_r18_a_body_that_is_lost_or_altered_is_told_by_the_backup(tmp_path: Path):
    async with lonely_node(tmp_path) as node:
        first, second, third = [await submit(node, submission()) for _ in range(3)]
        node.bodies.place(first.body).unlink()
        node.bodies.place(second.body).write_bytes(b"other octets")
        done = back_up_folder(node.settings.node.store, tmp_path / "copy")
        assert set(done.lost) == {first.body, second.body}
        assert done.bodies == 1
        assert (tmp_path / "copy" / "bodies" / third.body[:2] / third.body).is_file()
        with pytest.raises(RequestError) as caught:
            back_up_folder(tmp_path, tmp_path / "other")
        assert caught.value.code == "backup.no_store"
        assert not (tmp_path / "other").exists()


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
