"""A copy of the store while it runs (docs/how-to/back-up-and-restore.md)."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from gateway.drivers.folders import flush_folder
from gateway.drivers.store.database import connect, create
from gateway.errors import RequestError


def back_up(file: Path, to: Path) -> None:
    """Copy the database as it is at one moment. The copy gets its name when it is whole and flushed.

    Raises:
        RequestError: `request.out_in_use`, `request.not_writable`.
        sqlite3.Error: the store can't be read, or the copy not be written.
    """
    if to.exists():
        raise RequestError("request.out_in_use", f"{to} is there already", advice="name a file that isn't there yet")
    hidden = to.with_name(f".{to.name}.part")
    try:
        hidden.unlink(missing_ok=True)
        create(hidden)
        _copy(file, hidden)
        hidden.rename(to)
        flush_folder(to.parent)
    except OSError as error:
        raise RequestError(
            "request.not_writable",
            f"{to} can't be written: {error.strerror}",
            advice="check the path, its permissions, and the room on the disk",
        ) from error
    finally:
        hidden.unlink(missing_ok=True)


def _copy(file: Path, to: Path) -> None:
    with contextlib.closing(connect(file, reading=True)) as source, contextlib.closing(sqlite3.connect(to)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode = DELETE")  # one file, and no log beside it
