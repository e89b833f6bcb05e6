"""R5 to R16, R18, R23: bad lines, full disks, locked files, clocks, lost logs, backups. The queues drain when it ends."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from gateway.drivers.store.backup import back_up_folder
from gateway.errors import RequestError
from gateway.node.submit import submit
from tests.delivery.nodes import submission
from tests.faults.history import check
from tests.faults.troubles import ALL, bad_line, one_run
from tests.faults.world import STANDSTILL, World, world
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


async def test_r5_answers_lost_after_the_peer_committed_come_again_and_are_the_same(quick_path: Path) -> None:
    """The receipts that are kept are those that were made when each message came first: the history says so."""
    async with world(quick_path, seed=15) as made:
        for _ in range(3):
            await one_run(made, ALL["lost answer"])
        assert (made.north.line.seen + made.south.line.seen).count("lost answer") > 3


async def test_what_a_receiver_refuses_has_its_one_end_too_whatever_goes_wrong(quick_path: Path) -> None:
    """Most documents here are proven by nobody, which these nodes refuse: their receipts say so, and nothing is handed over."""
    async with world(quick_path, seed=11, more='[receive]\nindeterminate = "refuse"\n') as made:
        for what in ("killed", "both killed", "lost answer"):
            await one_run(made, ALL[what])
        histories = await made.histories()
    states = Counter(one["state"] for history in histories.values() for one in history["deliveries"])
    assert states["refused"] > 0
    assert set(states) <= {"refused", "accepted"}
    assert len(made.north.taken) + len(made.south.taken) == states["accepted"]


@pytest.mark.parametrize("what", ["full", "locked"])
async def test_r10_r11_what_a_full_disk_or_a_locked_database_held_up_goes_on_when_it_ends(
    quick_path: Path, what: str
) -> None:
    async with world(quick_path, seed=10) as made:
        for _ in range(2):
            await one_run(made, ALL[what])


async def test_r13_a_machine_or_a_worker_that_stood_still_goes_on_and_nothing_is_done_twice(quick_path: Path) -> None:
    async with world(quick_path, seed=13) as made:
        for what in ("paused", "work processes paused"):
            await one_run(made, ALL[what])


async def test_r16_a_clock_set_by_an_hour_or_by_days_lets_nothing_expire_and_sends_nothing_twice(
    quick_path: Path,
) -> None:
    async with world(quick_path, seed=16) as made:
        for _ in range(3):
            await one_run(made, ALL["clock set"])


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


@pytest.mark.parametrize("side", ["sender", "receiver"])
async def test_r23_a_store_whose_log_lost_its_tail_is_made_whole_by_the_other_side(quick_path: Path, side: str) -> None:
    """What a disk that lied about its flushes does, or a standby that was behind: commits that were answered are gone.

    The registry submits again, under its keys, whatever it was told no end of. No decision had gone through yet: of
    those the other side would hold the only copy.
    """
    async with world(quick_path, seed=23) as made:
        node = made.north if side == "sender" else made.south
        cut = made.south.line if side == "sender" else made.north.line
        cut.faults, cut.share = ("busy",), 1.0
        sent = [await made.submit(made.north) for _ in range(6)]
        await all_committed(made, side, len(sent))
        node.kill()
        lost = cut_log(node.store / "messages.db-wal")
        assert lost > 0
        made.bad_lines()
        await made.revive(node)
        for one in sent if side == "sender" else ():
            await made.submit_again(one)
        await made.skip(1000)
        await made.drained()
        histories = await made.histories()
        made.south.taken = sorted(set(made.south.taken))  # handed over again: a registry knows it by its name
        check(made, histories, restored=side == "receiver")


async def all_committed(made: World, side: str, count: int) -> None:
    """Wait until as much is in the store as can be, while one line is busy."""
    async with asyncio.timeout(STANDSTILL):
        while side == "receiver":
            arrivals = (await made.south.ask("GET", "/history"))[1]["arrivals"]
            if sum(arrival["business"] is not None for arrival in arrivals) == count:
                return
            await asyncio.sleep(0.02)


def cut_log(log: Path) -> int:
    """Cut the second half off SQLite's log; how many octets of it are gone."""
    size = log.stat().st_size
    with log.open("r+b") as file:
        file.truncate(size // 2)
    return size - size // 2


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
