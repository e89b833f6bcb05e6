"""A node as `testamur serve` runs it, for whoever watches its system calls: python -m tests.faults.traced_node FILE.

With `--unflushed WHAT` it is the node that must be found out: what it says is on the disk wasn't flushed (`rows`,
`bodies`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from gateway.drivers import folders
from gateway.drivers.store import database
from gateway.node.settings import load_settings
from gateway.web.app import serve


def without_flushes(what: str) -> None:
    """Take them out."""
    if what == "rows":
        connect = database.sqlite3.connect

        class Unflushed(database.sqlite3.Connection):
            def execute(self, sql, *given):
                return super().execute(sql.replace("synchronous = FULL", "synchronous = OFF"), *given)

        database.sqlite3.connect = lambda *given, **named: connect(*given, factory=Unflushed, **named)
    if what == "bodies":
        os.fsync = folders.os.fsync = lambda _: None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--unflushed", choices=["rows", "bodies"])
    given = parser.parse_args()
    if given.unflushed:
        without_flushes(given.unflushed)
    asyncio.run(serve(load_settings(given.file)))
