"""R24: days and weeks of work. What a node holds in memory, in files, in rows and on the disk stays flat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import median

import pytest

from tests.faults.history import check
from tests.faults.troubles import open_files, work_processes
from tests.faults.world import Process, World, world

DAY = 86400.0
EACH_DAY, DAYS = 6, 240
KEPT_DAYS = 31
"""After so many days as much is forgotten each day as comes; the memory of ids is never shorter than thirty."""
MIB = 1024 * 1024


@dataclass(frozen=True)
class Held:
    """What one node holds at the end of a day. `memory` and `work_memory` are octets, of the node and its processes."""

    memory: int
    work_memory: int
    open_files: int
    threads: int
    rows: int
    bodies: int
    log: int
    database: int


def held_by(node: Process, history: dict) -> Held:
    return Held(
        memory=resident(node.pid),
        work_memory=sum(map(resident, work_processes(node))),
        open_files=open_files(node),
        threads=len(list(Path(f"/proc/{node.pid}/task").iterdir())),
        rows=len(history["deliveries"]) + len(history["arrivals"]),
        bodies=len(history["files"]),
        log=(node.store / "messages.db-wal").stat().st_size,
        database=(node.store / "messages.db").stat().st_size,
    )


def resident(pid: int) -> int:
    """Octets of a process that nobody else has."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return 1024 * sum(int(found) for found in re.findall(r"Private_(?:Clean|Dirty):\s+(\d+)", rollup))


async def one_day(made: World) -> dict[str, Held]:
    """Documents from both ends, each with its one end; then the day passes, and is tidied up after."""
    made.submitted.clear()
    for node in made.nodes:
        node.taken.clear()
    await made.some(EACH_DAY)
    await made.drained()
    histories = await made.histories()
    check(made, {name: of_today(made, history) for name, history in histories.items()})
    await made.skip(DAY)
    histories = await made.histories()
    return {node.name: held_by(node, histories[node.name]) for node in made.nodes}


def of_today(made: World, history: dict) -> dict:
    ids = {one.id for one in made.submitted}
    today = {rows: [row for row in history[rows] if row["id"] in ids] for rows in ("deliveries", "arrivals")}
    return {**history, **today}


def quarters(days: list[Held]) -> Iterator[tuple[str, float, float]]:
    """Of each thing that is held, the median of the third quarter and that of the last."""
    at = len(days) // 4
    for one in fields(Held):
        values = [getattr(day, one.name) for day in days]
        yield one.name, median(values[2 * at : 3 * at]), median(values[3 * at :])


MOST_GROWTH = {"memory": 3 * MIB, "work_memory": 8 * MIB, "open_files": 1, "threads": 1, "rows": 6, "bodies": 4}


@pytest.mark.long
async def test_r24_for_months_of_work_what_a_node_holds_stays_flat(quick_path: Path) -> None:
    """Eight months in minutes: the first half fills what is kept, and warms up."""
    assert KEPT_DAYS < DAYS // 4
    days: list[dict[str, Held]] = []
    async with world(quick_path, seed=24, more=f"[retention]\nrows_days = {KEPT_DAYS - 1}\n") as made:
        for _ in range(DAYS):
            days.append(await one_day(made))
            assert max(held.log for held in days[-1].values()) < 64 * MIB
        assert [node.starts for node in made.nodes] == [1, 1]
    for name in days[0]:
        found = {what: (before, after) for what, before, after in quarters([day[name] for day in days])}
        print(name, found)
        grown = {what: after - before for what, (before, after) in found.items()}
        assert {what: grew for what, grew in grown.items() if grew > MOST_GROWTH.get(what, MIB)} == {}
