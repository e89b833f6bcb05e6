"""R15: a machine with far too little processor. Everything takes longer, and nothing is given up, lost or done twice."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from gateway.node.demo_nodes import free_port
from tests.delivery.nodes import NORTH, SOUTH
from tests.faults.history import check
from tests.faults.world import world

BUSY = 4
"""Programs that do nothing but count, on the core that both nodes have to themselves otherwise."""


@contextlib.contextmanager
def one_core_for_all() -> Iterator[None]:
    """Everything that this thread begins from now on shares one core with programs that never rest."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BUSY)]
    try:
        yield
    finally:
        for one in busy:
            one.kill()
            one.wait()
        os.sched_setaffinity(threading.get_native_id(), before)


async def test_r15_on_a_starved_core_documents_are_late_and_health_answers_before_them(quick_path: Path):
    """Limits are those of a node as it is installed; a limit that is passed shows as a try that failed."""
    port = free_port()
    with one_core_for_all():
        async with world(quick_path, seed=15, rate=1.0, read_seconds=60, work_seconds=60, direct=True) as made:
            file = made.north.participant.folder / "node.toml"
            file.write_text(
                file.read_text().replace('local_listen = "127.0.0.1:0"', f'local_listen = "127.0.0.1:{port}"')
            )
            made.north.stop()
            made.north.start()
            await made.north.until_up()
            sent = [await made.submit(made.north) for _ in range(8)]
            async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                assert answer.status == 200
                assert (await made.north.ask("GET", "/waits"))[1]["waits"] > 0, "health waited for the documents"
            await made.drained()
            histories = await made.histories()
            check(made, histories)
    assert {one["state"] for one in histories[NORTH]["deliveries"]} == {"accepted"}
    assert len(histories[SOUTH]["arrivals"]) == len(sent)
    for history in histories.values():
        assert (history["tries"], history["lost"], history["alarms"]) == ([], {}, [])
