"""The time that deleting goes by: one that somebody vouches for, whatever the machine's clock says.

A wall clock that is set ahead, and stays there, is followed after a while (`gateway.drivers.clock`): nobody can tell it
from one that was put right. What it lets expire is seen, and can be sent again; what is deleted by it can't be brought
back, and a row that is forgotten too early lets a message take effect twice. So deleting goes by the time that was kept
before, and what this process has seen pass since; and jumps ahead only as far as the peers' clocks say. Where it is
behind (the node was down, and no peer answers yet) documents are kept longer, never shorter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

TOLERANCE = dt.timedelta(seconds=5)
"""What a time service may put a clock forward between two rounds."""


def next_kept_time(
    now: dt.datetime, *, kept: dt.datetime | None, passed: dt.timedelta, peers: Sequence[dt.datetime]
) -> dt.datetime:
    """The time to go by from now on, never later than `now`.

    Args:
        now: what the machine's clock says.
        kept: what was gone by before; None the first time ever: then there is nothing to hold the clock against.
        passed: what this process saw pass since then, by a clock that nobody sets.
        peers: what the clocks of peers showed when they were asked last. The middle one counts, of an even number the
            earlier.
    """
    if kept is None:
        return now
    vouched = kept + passed + TOLERANCE
    if peers:
        vouched = max(vouched, sorted(peers)[(len(peers) - 1) // 2])
    return min(now, vouched)
