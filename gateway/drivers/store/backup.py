"""A copy of the store, whether its node runs or not (docs/how-to/back-up-and-restore.md)."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.drivers.bodies import BODY_NAME
from gateway.drivers.folders import flush_folder
from gateway.drivers.store.database import NAME, connect, create
from gateway.drivers.store.lock import ProcessLock
from gateway.drivers.store.log import keep_if_damaged
from gateway.errors import ConfigError, RequestError

NEEDED_BODIES = """
    SELECT body FROM deliveries WHERE body IS NOT NULL AND finished IS NULL
    UNION ALL SELECT body FROM arrivals WHERE body IS NOT NULL AND finished IS NULL
"""
KEPT_BODIES = """
    SELECT body FROM deliveries WHERE body IS NOT NULL UNION ALL SELECT body FROM arrivals WHERE body IS NOT NULL
"""
_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BackedUp:
    """How many bodies were copied, their octets, and which of unfinished messages aren't there as they were written."""

    bodies: int
    octets: int
    lost: tuple[str, ...]


def back_up_folder(store: Path, to: Path) -> BackedUp:
    """Copy a store to a folder that isn't there yet, and that is a store itself: first the database as it is at one
    moment, then the bodies that it names, each held against its digest. The folder gets its name when it is whole.

    A body that is deleted meanwhile was of a message that is done with: nothing needs it.

    Raises:
        RequestError: `request.out_in_use`, `request.not_writable`, `backup.no_store`.
        sqlite3.Error: the store can't be read, or the copy not be written.
    """
    if not (store / NAME).is_file():
        raise RequestError(
            "backup.no_store", f"there is no store in {store}", advice="it is made when the node is first started"
        )
    if to.exists():
        raise _in_use(to)
    with _writing(to), _hidden_folder(to) as hidden:
        _copy_database(store, hidden / NAME)
        found = _copy_bodies(store / "bodies", hidden)
        hidden.rename(to)
        flush_folder(to.parent)
    return found


def back_up(file: Path, to: Path) -> None:
    """Copy the database as it is at one moment. The copy gets its name when it is whole and flushed.

    Raises:
        RequestError: `request.out_in_use`, `request.not_writable`.
        sqlite3.Error: the store can't be read, or the copy not be written.
    """
    if to.exists():
        raise _in_use(to)
    hidden = to.with_name(f".{to.name}.part")
    with _writing(to):
        try:
            hidden.unlink(missing_ok=True)
            create(hidden)
            _copy(file, hidden)
            hidden.rename(to)
            flush_folder(to.parent)
        finally:
            hidden.unlink(missing_ok=True)


def _copy_database(store: Path, to: Path) -> None:
    """Where no node has the store, none may start meanwhile; and damage in its log isn't overlooked by reading it."""
    try:
        lock = ProcessLock(store / "lock")
    except ConfigError:
        back_up(store / NAME, to)
        return
    try:
        with contextlib.closing(connect(store / NAME)) as database:
            keep_if_damaged(database, store / f"{NAME}-wal")
        back_up(store / NAME, to)
    finally:
        lock.release()


def _copy_bodies(bodies: Path, to: Path) -> BackedUp:
    with contextlib.closing(connect(to / NAME, reading=True)) as database:
        needed = {row["body"] for row in database.execute(NEEDED_BODIES)}
        kept = {row["body"] for row in database.execute(KEPT_BODIES)}
    copied = {name: _copy_body(bodies, to / "bodies", name) for name in sorted(kept)}
    sizes = [size for size in copied.values() if size is not None]
    lost = tuple(name for name, size in copied.items() if size is None and name in needed)
    return BackedUp(bodies=len(sizes), octets=sum(sizes), lost=lost)


def _copy_body(bodies: Path, to: Path, name: str) -> int | None:
    """Copy one; its octets, or None where it isn't there as it was written."""
    if not BODY_NAME.fullmatch(name):
        return None
    place = to / name[:2] / name
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    try:
        source = (bodies / name[:2] / name).open("rb")
    except FileNotFoundError:
        return None
    with source, open(place, "xb", opener=_owner_only) as target:
        while chunk := source.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    if digest.hexdigest() != name:
        place.unlink()
        return None
    flush_folder(place.parent)
    return size


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _hidden_folder(to: Path) -> Iterator[Path]:
    """A folder beside, for its owner alone; gone at the end, unless it was renamed."""
    hidden = Path(tempfile.mkdtemp(prefix=".testamur-", dir=to.parent))
    try:
        (hidden / "bodies").mkdir(mode=0o700)
        yield hidden
    finally:
        shutil.rmtree(hidden, ignore_errors=True)


@contextlib.contextmanager
def _writing(to: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RequestError(
            "request.not_writable",
            f"{to} can't be written: {error.strerror}",
            advice="check the path, its permissions, and the room on the disk",
        ) from error


def _in_use(to: Path) -> RequestError:
    return RequestError("request.out_in_use", f"{to} is there already", advice="name one that isn't there yet")


def _copy(file: Path, to: Path) -> None:
    with contextlib.closing(connect(file, reading=True)) as source, contextlib.closing(sqlite3.connect(to)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, and no log beside it
