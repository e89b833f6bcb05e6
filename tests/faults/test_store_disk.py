"""What disks do to a store: torn writes, flipped bits, no room, a lock held by others, a copy of last week."""

from __future__ import annotations

import asyncio
import random
import resource
import shutil
import sqlite3
import struct
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.delivery.states import DeliveryState
from gateway.drivers.store import database
from gateway.drivers.store.database import NAME, migrations
from gateway.drivers.store.log import damaged_copy
from gateway.drivers.store.sqlite import SqliteStore, open_store
from gateway.errors import ConfigError, RequestError
from tests.delivery.store_laws import everything
from tests.delivery.store_makers import HOUR, NOW, after, delivery
from tests.faults.store_life import live, steps, until_killed

WAL = f"{NAME}-wal"
WAL_HEADER, FRAME_HEADER = 32, 24


async def look(folder: Path) -> list[object]:
    """All that the store in a folder tells."""
    store = open_store(folder)
    try:
        return await everything(store)
    finally:
        await store.close()


def files_of(folder: Path, to: Path) -> Path:
    """A copy of a store's files, as a machine without power leaves them."""
    to.mkdir(mode=0o700)
    for name in (NAME, WAL):
        shutil.copy(folder / name, to / name)
    return to


async def record(folder: Path, copy: Path) -> list[tuple[int, list[object]]]:
    """Live once; after each step the size of the log, and what the store tells. The files are copied at the end."""
    store = open_store(folder)
    told = [((folder / WAL).stat().st_size, await everything(store))]
    for step in steps():
        await step(store)
        told.append(((folder / WAL).stat().st_size, await everything(store)))
    files_of(folder, copy)
    await store.close()
    return told


# --- R3


def test_r3_a_log_torn_at_any_frame_leaves_a_prefix_of_history_and_nothing_acknowledged_before_it_is_lost(quick_path):
    told = asyncio.run(record(quick_path / "store", quick_path / "copy"))
    log = (quick_path / "copy" / WAL).read_bytes()
    frame = FRAME_HEADER + struct.unpack(">I", log[8:12])[0]
    cuts = [at + more for at in range(WAL_HEADER, len(log), frame) for more in (0, frame // 2)]
    assert len(cuts) > 200
    for number, size in enumerate(random.Random(3).sample(cuts, 60)):
        torn = files_of(quick_path / "copy", quick_path / str(number))
        (torn / WAL).write_bytes(log[:size])
        assert asyncio.run(look(torn)) == [seen for length, seen in told if length <= max(size, told[0][0])][-1]
        assert not damaged_copy(torn / WAL).exists()


@pytest.mark.parametrize("damage", ["zeros", "short", "noise"])
def test_r3_the_last_page_torn_takes_only_the_last_step(quick_path, damage):
    told = asyncio.run(record(quick_path / "store", quick_path / "copy"))
    log = (quick_path / "copy" / WAL).read_bytes()
    end = {"zeros": bytes(4096), "short": b"", "noise": random.Random(1).randbytes(4096)}[damage]
    (quick_path / "copy" / WAL).write_bytes(log[:-4096] + end)
    assert asyncio.run(look(quick_path / "copy")) == told[-2][1]
    assert not damaged_copy(quick_path / "copy" / WAL).exists()


async def used_again(folder: Path, copy: Path) -> list[object]:
    """A log that was begun again from its start, with what is left of before behind its end; the files at that time."""
    store = open_store(folder)
    for n in range(20):
        await store.submit(delivery(n))
    long = (folder / WAL).stat().st_size
    await store._writer.write("alarm", lambda _: None)
    with sqlite3.connect(folder / NAME) as other:
        assert other.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0
    await store.submit(delivery("after"))
    assert (folder / WAL).stat().st_size == long
    files_of(folder, copy)
    told = await everything(store)
    other.close()
    await store.close()
    return told


def test_r3_what_is_left_of_a_log_before_is_neither_believed_nor_taken_for_damage(quick_path):
    told = asyncio.run(used_again(quick_path / "store", quick_path / "copy"))
    assert asyncio.run(look(quick_path / "copy")) == told
    assert not damaged_copy(quick_path / "copy" / WAL).exists()


# --- R10


async def fill(store: SqliteStore, many: int = 400) -> tuple[list[str], set[str]]:
    """Submit until it is refused; the ids that were acknowledged, and the codes of the refusals."""
    given = [delivery(("fill", n)) for n in range(many)]
    results = await asyncio.gather(*(store.submit(one) for one in given), return_exceptions=True)
    refused = {one.code for one in results if isinstance(one, Stopped)}
    return [one.id for one, result in zip(given, results, strict=True) if not isinstance(result, Stopped)], refused


async def set_pages(store: SqliteStore, pages: int) -> None:
    await store._writer.write("alarm", lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchall())


async def test_r10_when_the_disk_is_full_nothing_is_acknowledged_that_is_not_there_and_it_goes_on_when_there_is_room(
    tmp_path,
):
    store = open_store(tmp_path / "store")
    await set_pages(store, 60)
    first, refused = await fill(store, 5)
    assert (len(first), refused) == (5, set())
    more, refused = await fill(store)
    assert refused == {"store.full"}
    kept = [*first, *more]
    assert {one.id for one in await store.deliveries(limit=999)} == set(kept)
    assert await store.faults(thorough=True) == ()
    await set_pages(store, 100_000)
    assert (await fill(store))[1] == set()
    assert len(await store.deliveries(limit=999)) == 400
    await store.close()


async def limited(folder: Path, told: Callable[[object], None]) -> None:
    """A process whose files may not grow beyond a limit, which is then lifted."""
    store = open_store(folder)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, most))
    kept, refused = await fill(store)
    told((kept, refused))
    there = [one.id for one in await store.deliveries(limit=999)]
    told(set(there) == set(kept))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    told((await fill(store))[1])
    from gateway.drivers.failpoints import reach

    reach("body.kept")


def test_r10_a_file_that_may_not_grow_is_the_same(quick_path):
    (kept, refused), same, after_it = until_killed(limited, "body.kept", quick_path / "store")
    assert refused <= {"store.full", "store.failed"}
    assert refused
    assert same
    assert after_it == set()

    async def there() -> set[str]:
        store = open_store(quick_path / "store")
        assert await store.faults(thorough=True) == ()
        found = {one.id for one in await store.deliveries(limit=999)}
        await store.close()
        return found

    found = asyncio.run(there())
    assert set(kept) <= found
    assert len(found) == 400


# --- R11


async def test_r11_while_another_process_holds_it_locked_everyone_is_told_to_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    store = open_store(tmp_path / "store")
    await store.submit(delivery(1))
    other = sqlite3.connect(tmp_path / "store" / NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    results = await asyncio.gather(*(store.submit(delivery(n)) for n in range(2, 9)), return_exceptions=True)
    assert {(one.code, one.status, one.retryable) for one in results} == {("store.busy", 503, True)}
    assert all(one.retry_after for one in results)
    assert [one.id for one in await store.due(NOW, limit=9)] == [delivery(1).id]
    other.execute("ROLLBACK")
    other.close()
    await store.submit(delivery(2))
    assert len(await store.deliveries()) == 2
    await store.close()


async def test_r11_a_store_that_is_locked_at_the_start_is_refused_with_a_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    await open_store(tmp_path / "store").close()
    other = sqlite3.connect(tmp_path / "store" / NAME, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ConfigError) as caught:
        open_store(tmp_path / "store")
    assert caught.value.code == "store.unusable"
    assert caught.value.advice
    other.close()
    await open_store(tmp_path / "store").close()


# --- R18


async def test_r18_a_backup_is_one_moment_of_a_running_store_and_lives_on_alone(tmp_path):
    store = open_store(tmp_path / "store")
    for step in steps()[:9]:
        await step(store)
    before = await everything(store)
    writing = asyncio.create_task(fill(store))
    await store.back_up(tmp_path / "copy.db")
    await writing
    await store.close()
    restored = tmp_path / "restored"
    restored.mkdir(mode=0o700)
    shutil.copy(tmp_path / "copy.db", restored / NAME)
    told = await look(restored)
    held = [one.id for one in told[0]]
    filled = [delivery(("fill", n)).id for n in range(400)]
    assert set(held) - set(filled) == {one.id for one in before[0]}
    assert [name for name in reversed(held) if name in filled] == filled[: len(set(held) & set(filled))]
    assert (tmp_path / "copy.db").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "restored", "store"]


async def test_r18_a_backup_by_sqlites_own_command_beside_a_running_node_is_whole(tmp_path):
    """As docs/how-to/back-up-and-restore.md says."""
    store = open_store(tmp_path / "store")
    for step in steps()[:9]:
        await step(store)
    other = sqlite3.connect(tmp_path / "store" / NAME)
    (tmp_path / "restored").mkdir(mode=0o700)
    other.execute("VACUUM INTO ?", (str(tmp_path / "restored" / NAME),))
    other.close()
    assert await look(tmp_path / "restored") == await everything(store)
    await store.close()


async def test_r18_a_backup_replaces_nothing_and_is_never_half(tmp_path, monkeypatch):
    store = open_store(tmp_path / "store")
    (tmp_path / "there").write_bytes(b"other")
    for to, code in ((tmp_path / "there", "request.out_in_use"), (tmp_path / "no" / "x", "request.not_writable")):
        with pytest.raises(RequestError) as caught:
            await store.back_up(to)
        assert caught.value.code == code
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    await fill(store, 50)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, most))
    try:
        with pytest.raises(Stopped):
            await store.back_up(tmp_path / "half")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["store", "there"]
    await store.close()


# --- R19

VERSION = max(migrations())
NEXT = {
    VERSION + 1: "ALTER TABLE deliveries ADD COLUMN lane TEXT;\n"
    "UPDATE deliveries SET lane = 'slow';\n"
    "CREATE INDEX deliveries_lane ON deliveries (lane);\n"
}


async def migrate_next(folder: Path, told: Callable[[object], None]) -> None:
    open_store(folder, {**migrations(), **NEXT})
    told("open")


def schema(folder: Path) -> tuple[int, list[str]]:
    with sqlite3.connect(folder / NAME) as plain:
        version = plain.execute("PRAGMA user_version").fetchone()[0]
        columns = [row[1] for row in plain.execute("PRAGMA table_info(deliveries)")]
    plain.close()
    return version, columns


@pytest.mark.parametrize("statement", [1, 2, 3, 4])
def test_r19_a_migration_of_a_full_queue_killed_at_any_statement_leaves_the_old_schema_and_every_row(
    quick_path, statement
):
    folder = quick_path / "store"
    asyncio.run(live(folder, 9))
    before = asyncio.run(look(folder))
    assert until_killed(migrate_next, f"migration.statement:{statement}", folder) == []
    assert schema(folder)[0] == VERSION
    assert asyncio.run(look(folder)) == before
    with pytest.raises(AssertionError):
        until_killed(migrate_next, "body.kept", folder)
    version, columns = schema(folder)
    assert (version, "lane" in columns) == (VERSION + 1, True)


def test_r19_a_migration_that_fails_leaves_the_old_schema(tmp_path):
    folder = tmp_path / "store"
    asyncio.run(live(folder, 9))
    before = asyncio.run(look(folder))
    for broken in ("CREATE TABLE deliveries (n);", "no SQL;"):
        with pytest.raises(ConfigError, match="can't be opened"):
            open_store(
                folder, {**migrations(), VERSION + 1: f"ALTER TABLE deliveries ADD COLUMN lane TEXT;\n{broken}\n"}
            )
    assert asyncio.run(look(folder)) == before


def test_r19_a_store_of_a_later_version_is_refused_and_left_as_it_is(tmp_path):
    folder = tmp_path / "store"
    asyncio.run(open_store(folder, {**migrations(), **NEXT}).close())
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            open_store(folder)
        assert caught.value.code == "store.newer"
    assert schema(folder)[0] == VERSION + 1


# --- R20


def flips(folder: Path, name: str, count: int, seed: int, scratch: Path, *histories: list[object]) -> dict[str, int]:
    """Flip one bit in a copy of a store, `count` times: what came of it. Fails where another than these histories is told."""
    octets = (folder / name).read_bytes()
    chance, came = random.Random(seed), {"harmless": 0, "found": 0}
    for number in range(count):
        copy = files_of(folder, scratch / str(number))
        at, bit = chance.randrange(len(octets)), chance.randrange(8)
        damaged = bytearray(octets)
        damaged[at] ^= 1 << bit
        (copy / name).write_bytes(damaged)
        came[asyncio.run(judge(copy, histories, f"{name}, octet {at}, bit {bit}"))] += 1
        shutil.rmtree(copy)
    return came


async def judge(folder: Path, histories: Sequence[list[object]], where: str) -> str:
    try:
        store = open_store(folder)
    except ConfigError as error:
        assert error.code in {"store.unusable", "store.newer"}, where  # noqa: PT017
        return "found"
    try:
        told = await everything(store)
        if told in histories:
            return "harmless"
        assert await store.faults(thorough=True) or "store.damaged" in {one.code for one in told[-3]}, where
    except Stopped as error:
        assert error.code in {"store.damaged", "store.failed"}, where  # noqa: PT017
    finally:
        await store.close()
    return "found"


def flips_in_database(scratch: Path, count: int) -> dict[str, int]:
    """Everything is in the database, and the log is empty."""
    asyncio.run(live(scratch / "store", 99))
    (scratch / "store" / WAL).write_bytes(b"")
    sound = asyncio.run(look(files_of(scratch / "store", scratch / "sound")))
    return flips(scratch / "store", NAME, count, 20, scratch, sound)


def flips_in_log(scratch: Path, count: int) -> dict[str, int]:
    """Everything is in the log. Its last commit can't be told from one that a crash cut off: nothing stands behind."""
    told = asyncio.run(record(scratch / "living", scratch / "store"))
    return flips(scratch / "store", WAL, count, 20, scratch, told[-1][1], told[-2][1])


def test_h7_r20_a_bit_flipped_in_the_database_is_found_or_harmless(quick_path):
    assert flips_in_database(quick_path, 150)["found"] > 10


def test_h7_r20_a_bit_flipped_in_the_log_is_found_or_takes_no_more_than_the_last_commit(quick_path):
    assert flips_in_log(quick_path, 60)["found"] > 10


@pytest.mark.long
def test_r20_two_thousand_bits_in_the_database(quick_path):
    assert flips_in_database(quick_path, 2000)["found"] > 100


@pytest.mark.long
def test_r20_two_thousand_bits_in_the_log(quick_path):
    assert flips_in_log(quick_path, 2000)["found"] > 100


async def test_h7_r20_a_damaged_row_is_set_aside_with_an_alarm_and_stops_nobody(tmp_path):
    store = open_store(tmp_path / "store")
    for n in range(3):
        await store.submit(delivery(n))
    await store._writer.write(
        "alarm", lambda db: db.execute("UPDATE deliveries SET peer = 'elsewhere.example' WHERE sequence = 2")
    )
    assert [one.id for one in await store.due(NOW, limit=9)] == [delivery(0).id, delivery(2).id]
    [alarm] = await store.alarms()
    assert (alarm.code, alarm.message, alarm.at) == ("store.damaged", "deliveries 2", NOW)
    assert len(await store.due(NOW, limit=9)) == 2
    assert len(await store.alarms()) == 1
    assert (await store.depth()).outbox == 3
    assert [one.id for one in await store.deliveries()] == [delivery(2).id, delivery(0).id]
    with pytest.raises(Stopped) as caught:
        await store.delivery(delivery(1).id)
    assert caught.value.code == "store.damaged"
    assert (await store.bodies()).doubtful == {delivery(1).body}
    with pytest.raises(Stopped):
        await store.decided(delivery(1).id, b"b", DeliveryState.ACCEPTED, after(1))
    assert await store.faults() == ()
    assert await store.faults(thorough=True) == ("row 2 of deliveries isn't as it was written",)
    await store.close()


async def test_r20_a_damaged_row_keeps_no_other_document_from_being_deleted_in_time(tmp_path):
    store = open_store(tmp_path / "store")
    for n in range(3):
        await store.submit(delivery(n))
        await store.decided(delivery(n).id, b"b", DeliveryState.ACCEPTED, NOW)
    await store._writer.write("alarm", lambda db: db.execute("UPDATE deliveries SET size = 1 WHERE sequence = 2"))
    assert set(await store.release_bodies(after(1), older_than=HOUR, limit=9)) == {delivery(0).body, delivery(2).body}
    assert await store.release_bodies(after(1), older_than=HOUR, limit=9) == ()
    await store.close()


async def test_h7_r20_a_row_changed_by_somebody_else_between_reading_and_writing_is_left_alone(tmp_path):
    store = open_store(tmp_path / "store")
    one = await store.submit(delivery())

    def race(db: sqlite3.Connection) -> None:
        from gateway.drivers.store import outbox
        from gateway.drivers.store.rows import DELIVERIES

        row = outbox.find(db, one.id)
        DELIVERIES.update(db, row, replace(row.noun, attempts=5))
        DELIVERIES.update(db, row, replace(row.noun, attempts=6))

    with pytest.raises(Stopped, match="somebody else"):
        await store._writer.write("alarm", race)
    assert await store.delivery(one.id) == one
    await store.close()


# --- R22


async def hold_store(folder: Path, told: Callable[[object], None]) -> None:
    try:
        open_store(folder)
    except ConfigError as error:
        told((error.code, error.message))
    else:
        told("open")
    from gateway.drivers.failpoints import reach

    reach("body.kept")


def test_r22_a_second_process_is_refused_and_a_killed_one_gives_the_store_free(quick_path):
    folder = quick_path / "store"
    store = open_store(folder)
    [(code, message)] = until_killed(hold_store, "body.kept", folder)
    assert code == "store.in_use"
    assert str(folder) in message
    asyncio.run(store.close())
    assert until_killed(hold_store, "body.kept", folder) == ["open"]
    asyncio.run(open_store(folder).close())


def test_r22_the_same_process_cannot_open_it_twice_either(tmp_path):
    store = open_store(tmp_path / "store")
    with pytest.raises(ConfigError) as caught:
        open_store(tmp_path / "store")
    assert caught.value.code == "store.in_use"
    asyncio.run(store.close())
