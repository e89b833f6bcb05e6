"""What a fault of SQLite means for whoever asked."""

from __future__ import annotations

import sqlite3

from gateway.delivery.problem import Stopped

SQLITE_FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the latter where a damaged file has put noise into its message."""

BUSY_RETRY_SECONDS = 5
_PRIMARY = 0xFF  # the primary result code is the low octet of the extended one

_FULL = frozenset({sqlite3.SQLITE_FULL})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def stopped(error: BaseException) -> Stopped:
    """The problem to answer with: `store.full`, `store.busy`, `store.damaged` or `store.failed`."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
    if code in _FULL:
        return full()
    if code in _BUSY:
        return Stopped(
            "store.busy",
            "the store is locked by another process",
            status=503,
            stage="store",
            retryable=True,
            retry_after=BUSY_RETRY_SECONDS,
            advice="end the program that holds messages.db locked",
        )
    if code in _DAMAGED or isinstance(error, UnicodeDecodeError):
        return damaged("a page of the store's file can't be read as what it should be")
    return failed(f"the store failed: {type(error).__name__} {getattr(error, 'sqlite_errorname', '')}".rstrip())


def full() -> Stopped:
    """There is no room."""
    return Stopped(
        "store.full",
        "there is no room left for the store",
        status=507,
        stage="store",
        retryable=True,
        retry_after=60,
        advice="make room on the disk of [node] store",
    )


def failed(message: str) -> Stopped:
    """It didn't work this time; nothing was written."""
    return Stopped(
        "store.failed",
        message,
        status=503,
        stage="store",
        retryable=True,
        retry_after=BUSY_RETRY_SECONDS,
        advice="see the log; `testamur doctor` checks the disk and the store",
    )


def damaged(message: str) -> Stopped:
    """What stands on the disk isn't what was written there."""
    return Stopped(
        "store.damaged",
        message,
        status=500,
        stage="store",
        advice="the disk alters what it holds: replace it, and restore a backup (docs/how-to/back-up-and-restore.md)",
    )
