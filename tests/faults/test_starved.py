"""R15: a machine with far too little processor. Everything takes longer, and nothing is given up, lost or done twice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import aiohttp

from gateway.node.demo_nodes import free_port
from tests.delivery.nodes import NORTH, SOUTH
from tests.faults.history import check
from tests.faults.troubles import children, work_processes
from tests.faults.world import Process, world

BUSY = 4
"""Programs that do nothing but count, on the core that both nodes have to themselves otherwise."""


@contextlib.contextmanager
def starved(nodes: Iterable[Process]) -> Iterator[None]:
    """The nodes and all that they begin share one core with programs that never rest."""
    core = {min(os.sched_getaffinity(0))}
    for node in nodes:
        for pid in (node.pid, *children(node.pid), *work_processes(node)):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setaffinity(int(thread.name), core)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        for one in busy:
            os.sched_setaffinity(one.pid, core)
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()


async def test_r15_on_a_starved_core_documents_are_late_and_health_answers_before_them(quick_path: Path):
    """Limits are those of a node as it is installed; a limit that is passed shows as a try that failed."""
    port = free_port()
    async with world(quick_path, seed=15, rate=1.0, read_seconds=60, work_seconds=60, direct=True) as made:
        file = made.north.participant.folder / "node.toml"
        file.write_text(file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{port}"'))
        made.north.stop()
        made.north.start()
        await made.north.until_up()
        with starved(made.nodes):
            sending = asyncio.gather(*(made.submit(made.north) for _ in range(16)))
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                assert answer.status == 200
                assert not sending.done(), "health waited for the documents"
            sent = await sending
            await made.drained()
        histories = await made.histories()
        check(made, histories)
    assert {one["state"] for one in histories[NORTH]["deliveries"]} == {"accepted"}
    assert len(histories[SOUTH]["arrivals"]) == len(sent)
    for history in histories.values():
        assert (history["tries"], history["lost"], history["alarms"]) == ([], {}, [])
