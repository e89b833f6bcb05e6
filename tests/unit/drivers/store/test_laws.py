"""SQLite keeps the laws of the store port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.drivers.store.sqlite import SqliteStore, open_store
from tests.delivery.store_laws import StoreLaws


class TestSqliteStore(StoreLaws):
    @asynccontextmanager
    async def opened(self, folder: Path) -> AsyncIterator[SqliteStore]:
        store = open_store(folder)
        yield store
        await store.close()
