"""How much waits."""

from __future__ import annotations

import datetime as dt
import sqlite3

from gateway.delivery.store import Depth
from gateway.drivers.store.rows import moment

DEPTH = """
    SELECT
        (SELECT count(*) FROM deliveries WHERE state = 'queued') AS queued,
        (SELECT count(*) FROM deliveries WHERE state = 'receipted') AS receipted,
        (SELECT count(*) FROM deliveries WHERE state = 'dead') AS dead,
        (SELECT count(*) FROM receipts WHERE next_attempt IS NOT NULL) AS receipts,
        (SELECT count(*) FROM arrivals WHERE state = 'received') AS undecided,
        (SELECT count(*) FROM arrivals WHERE state = 'accepted') AS inbox,
        (SELECT created FROM deliveries WHERE state = 'queued' ORDER BY sequence LIMIT 1) AS oldest_queued,
        (SELECT created FROM deliveries WHERE state = 'receipted' ORDER BY sequence LIMIT 1) AS oldest_receipted,
        (SELECT min(created) FROM receipts WHERE next_attempt IS NOT NULL) AS oldest_receipt,
        (SELECT received FROM arrivals WHERE state = 'received' ORDER BY sequence LIMIT 1) AS oldest_undecided,
        (SELECT received FROM arrivals WHERE state = 'accepted' ORDER BY sequence LIMIT 1) AS oldest_inbox
"""


def depth(database: sqlite3.Connection) -> Depth:
    """Counts and ages of what waits; rows come in the order of time, so the first is the oldest."""
    row = database.execute(DEPTH).fetchone()
    return Depth(
        outbox=row["queued"] + row["receipted"],
        receipts=row["receipts"],
        undecided=row["undecided"],
        inbox=row["inbox"],
        dead=row["dead"],
        oldest_outbox=_oldest(row["oldest_queued"], row["oldest_receipted"]),
        oldest_receipt=_oldest(row["oldest_receipt"]),
        oldest_undecided=_oldest(row["oldest_undecided"]),
        oldest_inbox=_oldest(row["oldest_inbox"]),
    )


def _oldest(*ticks: int | None) -> dt.datetime | None:
    known = [count for count in ticks if count is not None]
    return moment(min(known)) if known else None
