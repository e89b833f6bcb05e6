"""The files of a store: for their owner alone, bounded, and closed for good."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.delivery.states import Alarm
from gateway.drivers.store import history
from gateway.drivers.store import sqlite as module
from gateway.drivers.store.database import NAME
from gateway.drivers.store.sqlite import open_store
from gateway.errors import ConfigError
from tests.delivery.store_makers import NOW, delivery


async def test_h8_files_are_for_their_owner_alone(tmp_path):
    store = open_store(tmp_path / "deep" / "store")
    await store.submit(delivery())
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep" / "store").iterdir()}
    assert files == {NAME: 0o600, f"{NAME}-wal": 0o600, f"{NAME}-shm": 0o600, "lock": 0o600}
    assert stat.S_IMODE((tmp_path / "deep" / "store").stat().st_mode) == 0o700
    await store.close()


def test_h8_a_folder_that_others_may_look_into_is_refused(tmp_path):
    (tmp_path / "store").mkdir(mode=0o755)
    with pytest.raises(ConfigError) as caught:
        open_store(tmp_path / "store")
    assert caught.value.code == "store.permissions"
    assert "chmod 700" in caught.value.advice


@pytest.mark.parametrize("there", ["file", "no folder above that can be made"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path, there):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError) as caught:
        open_store(tmp_path / "file" / ("" if there == "file" else "store"))
    assert caught.value.code == "store.unwritable"


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path):
    (tmp_path / "store").mkdir(mode=0o700)
    (tmp_path / "store" / NAME).write_bytes(b"something else " * 1000)
    for _ in range(2):
        with pytest.raises(ConfigError) as caught:
            open_store(tmp_path / "store")
        assert caught.value.code == "store.unusable"
    assert (tmp_path / "store" / NAME).read_bytes() == b"something else " * 1000


def test_tables_that_somebody_altered_are_refused(tmp_path):
    asyncio.run(open_store(tmp_path / "store").close())
    with sqlite3.connect(tmp_path / "store" / NAME) as other:
        other.execute("DROP INDEX deliveries_due")
    other.close()
    with pytest.raises(ConfigError, match="migrations"):
        open_store(tmp_path / "store")


async def test_what_is_deleted_is_overwritten(tmp_path):
    """An account names persons: when it is released, its octets leave the file."""
    store = open_store(tmp_path / "store")
    secret = b"Nobody Nemo, born 1990"
    await store.submit(delivery(1))
    await store._writer.write("alarm", lambda db: db.execute("UPDATE deliveries SET business_receipt = ?", (secret,)))
    await store._writer.write("alarm", lambda db: db.execute("UPDATE deliveries SET business_receipt = NULL"))
    await store.close()
    assert not any(secret in path.read_bytes() for path in (tmp_path / "store").iterdir())


async def test_after_the_end_every_call_is_refused_and_closing_again_is_nothing(tmp_path):
    store = open_store(tmp_path / "store")
    await store.close()
    await store.close()
    for call in (store.submit(delivery()), store.due(NOW, limit=1), store.depth(), store.probe()):
        with pytest.raises(Stopped) as caught:
            await call
        assert caught.value.code == "store.failed"
    await open_store(tmp_path / "store").close()


async def test_r24_a_log_that_a_reader_holds_is_cut_when_it_lets_go(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOG_LARGEST_BYTES", 1024 * 1024)
    monkeypatch.setattr(module, "LOG_STEP_BYTES", 512 * 1024)
    store = open_store(tmp_path / "store")
    await store._writer.write("alarm", lambda db: db.execute("PRAGMA busy_timeout = 10").fetchall())
    log, batch = tmp_path / "store" / f"{NAME}-wal", 0
    reader = sqlite3.connect(tmp_path / "store" / NAME, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM deliveries").fetchall()
    while log.stat().st_size < 3 * 1024 * 1024:
        await asyncio.gather(*(store.submit(delivery((batch, n))) for n in range(50)))
        batch += 1
    reader.execute("ROLLBACK")
    reader.close()
    held = log.stat().st_size
    for _ in range(40):
        await asyncio.gather(*(store.submit(delivery((batch, n))) for n in range(10)))
        batch += 1
    assert log.stat().st_size < held
    await store.close()


async def test_r24_the_log_stays_small_while_readers_never_rest(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LOG_LARGEST_BYTES", 1024 * 1024)
    store = open_store(tmp_path / "store")
    log, ended, largest = tmp_path / "store" / f"{NAME}-wal", threading.Event(), 0

    def read(file: Path) -> None:
        database = sqlite3.connect(file, isolation_level=None)
        while not ended.is_set():
            database.execute("SELECT sum(size) FROM deliveries").fetchall()
        database.close()

    readers = [asyncio.create_task(asyncio.to_thread(read, tmp_path / "store" / NAME)) for _ in range(2)]
    for batch in range(20):
        await asyncio.gather(*(store.submit(delivery((batch, n))) for n in range(60)))
        largest = max(largest, log.stat().st_size)
    ended.set()
    await asyncio.gather(*readers)
    await store.close()
    assert largest < 4 * 1024 * 1024


def test_alarms_are_bounded(monkeypatch):
    """A peer that makes conflicts without end doesn't fill the disk."""
    from gateway.drivers.store.database import migrations

    monkeypatch.setattr(history, "MOST_ALARMS", 3)
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(migrations()[1])
    for _ in range(9):
        history.raise_alarm(database, Alarm(at=NOW, code="envelope.conflict", peer="a.example", message=None))
    assert [row[0] for row in database.execute("SELECT sequence FROM alarms ORDER BY sequence")] == [7, 8, 9]
    database.close()
