"""The SQLite file: how it is opened, its schema, whether it is sound."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

from gateway.drivers.failpoints import reach
from gateway.errors import ConfigError

NAME = "messages.db"
BUSY_SECONDS = 2.0
"""How long a statement waits for another process that holds the file locked. Everything waits behind it."""

WAL_KEPT_BYTES = 16 * 1024 * 1024
_CACHE_KIB = 16 * 1024
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"
_MIGRATION = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


def connect(file: Path, *, reading: bool = False) -> sqlite3.Connection:
    """A connection: durable at each commit, never blocking readers, with what is deleted overwritten.

    A reading one never checkpoints: two that do so at once is a way in which SQLite can damage its file.
    """
    database = sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        database.row_factory = sqlite3.Row
        database.text_factory = _text
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("PRAGMA cell_size_check = ON")
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        database.execute(f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}")
        if reading:
            database.execute("PRAGMA wal_autocheckpoint = 0")
            database.execute("PRAGMA query_only = ON")
        else:
            _keep_log(database, file)
    except BaseException:
        database.close()
        raise
    return database


def _keep_log(database: sqlite3.Connection, file: Path) -> None:
    if database.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise ConfigError(
            "store.unusable",
            f"{file} can't keep a write-ahead log there",
            advice="put [node] store on a local disk: network file systems can't",
        )


def _text(octets: bytes) -> str:
    """Text that isn't UTF-8 is a damaged row; its checksum tells which, and the others can be read."""
    return octets.decode("utf-8", "surrogateescape")


def create(file: Path) -> None:
    """Make the file, for its owner alone; SQLite gives its log the same mode."""
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def migrations() -> Mapping[int, str]:
    """The packaged migrations, by the number of the schema that each leads to."""
    folder = files("gateway.drivers.store").joinpath("migrations")
    named = ((_MIGRATION.fullmatch(entry.name), entry) for entry in folder.iterdir())
    return {int(match[1]): entry.read_text("utf-8") for match, entry in named if match}


def migrate(database: sqlite3.Connection, scripts: Mapping[int, str]) -> None:
    """Bring the schema up to date. Each script and its number are one transaction: it is there whole, or not at all.

    Raises:
        ConfigError: `store.newer` where the file was written by a later Testamur.
    """
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version > max(scripts):
        raise ConfigError(
            "store.newer",
            f"the store has schema {version}, and this Testamur knows {max(scripts)}",
            advice="run the version that wrote it, or a later one",
        )
    for number in sorted(number for number in scripts if number > version):
        database.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements(scripts[number]):
                reach("migration.statement")
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {number}")
            reach("migration.statement")
            database.execute("COMMIT")
        except BaseException:
            if database.in_transaction:
                database.execute("ROLLBACK")
            raise
        reach("migration.committed")


def check_schema(database: sqlite3.Connection, scripts: Mapping[int, str]) -> None:
    """See that tables and indexes are those that the migrations make.

    Raises:
        ConfigError: `store.unusable` where somebody, or the disk, altered them.
    """
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as expected:
        for number in sorted(scripts):
            expected.executescript(scripts[number])
        if set(map(tuple, database.execute(_SCHEMA))) != set(expected.execute(_SCHEMA)):
            raise ConfigError(
                "store.unusable",
                "the tables of the store aren't as its migrations made them",
                advice="restore a backup (docs/how-to/back-up-and-restore.md)",
            )


def touch(database: sqlite3.Connection) -> None:
    """Write what stands there already, so that the page goes to the log and is flushed."""
    version = database.execute("PRAGMA user_version").fetchone()[0]
    database.execute(f"PRAGMA user_version = {version}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script."""
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""
