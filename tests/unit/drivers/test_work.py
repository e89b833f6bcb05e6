"""Work in processes of its own: what goes wrong in one harms no other job, and each party has its turn."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.delivery.problem import Stopped
from gateway.drivers import work as module
from gateway.drivers.processes import Broke, ProcessLimits
from gateway.drivers.work import OURS, WorkProcesses, _Turns
from gateway.errors import Refused
from gateway.readers.limits import MIB

LIMITS = ProcessLimits(wall_seconds=20, cpu_seconds=1, memory_bytes=256 * MIB)
NORTH, EAST = "north.example.org", "east.example.org"


@asynccontextmanager
async def processes(size: int = 2, limits: ProcessLimits = LIMITS) -> AsyncIterator[WorkProcesses[str]]:
    work = WorkProcesses("made once", size=size, limits=limits)
    try:
        yield work
    finally:
        await work.close()


# --- jobs


def told(context: str, *words: str) -> tuple[str, ...]:
    return (context, *words)


def pid(_: str) -> int:
    return os.getpid()


def spin(_: str) -> None:
    while True:
        pass


def eat(_: str) -> int:
    return len(bytearray(2**31))


def refuse(_: str) -> None:
    raise Refused("toy.no", "got no", advice="send yes")


def stop(_: str) -> None:
    raise Stopped("body.missing", "it isn't there", status=410, stage="store", retryable=True, retry_after=7)


def fail(_: str) -> None:
    raise RuntimeError("Astrid Lindqvist")


def no_value(_: str) -> object:
    return lambda: None


def die(_: str, file: str, times: int) -> str:
    """End the process so many times; the file counts."""
    with Path(file).open("a", encoding="ascii") as noted:
        noted.write("x")
    if Path(file).stat().st_size <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def leave(_: str, noted: str, how: str) -> None:
    """Write a document to a temporary folder, and never come to taking it away."""
    with tempfile.TemporaryDirectory(prefix="testamur-") as folder:
        Path(folder, "original.xml").write_text("Astrid Lindqvist", "utf-8")
        with Path(noted).open("a", encoding="utf-8") as places:
            places.write(f"{folder}\n")
        while how == "spin":
            pass
        os.kill(os.getpid(), signal.SIGKILL)


def is_private(folder: Path) -> bool:
    return folder.is_dir() and folder.stat().st_mode & 0o777 == 0o700


def temporary_folder(_: str) -> str:
    return tempfile.gettempdir()


def hold(_: str, begun: str, go: str) -> int:
    """Work until a file is there."""
    Path(begun).touch()
    while not Path(go).exists():
        time.sleep(0.005)
    return os.getpid()


def hang(_: str, begun: str) -> None:
    Path(begun).touch()
    time.sleep(10_000)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - another process has no event
            await asyncio.sleep(0.005)


async def there(*files: Path) -> None:
    await until(lambda: all(file.exists() for file in files))


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{one}").exists() for one in pids)


async def code_of(job) -> str:
    with pytest.raises(Stopped) as stopped:
        await job
    return stopped.value.code


# --- what a job gives


async def test_a_job_is_given_what_the_processes_were_made_with_and_runs_elsewhere():
    async with processes() as work:
        assert await work(OURS, told, "a", "b") == ("made once", "a", "b")
        assert await work(OURS, pid) not in {os.getpid(), None}
        assert await work(OURS, pid) == await work(OURS, pid)


async def test_large_values_come_and_go_as_they_are():
    octets = os.urandom(MIB) * 20
    async with processes(limits=ProcessLimits()) as work:
        assert await work(OURS, told, octets) == ("made once", octets)


async def test_an_error_of_ours_comes_out_as_it_was_raised():
    async with processes() as work:
        with pytest.raises(Refused) as refused:
            await work(OURS, refuse)
        assert (refused.value.code, refused.value.message, refused.value.advice) == ("toy.no", "got no", "send yes")
        with pytest.raises(Stopped) as stopped:
            await work(OURS, stop)
        found = stopped.value
        assert (found.code, found.status, found.stage, found.retryable, found.retry_after) == (
            "body.missing", 410, "store", True, 7,
        )  # fmt: skip


async def test_an_error_nobody_foresaw_tells_its_class_and_place_and_none_of_its_words():
    async with processes() as work:
        with pytest.raises(Broke) as broke:
            await work(OURS, fail)
        assert broke.value.kind == "RuntimeError"
        assert broke.value.places[-1].endswith(" fail")
        assert "Astrid" not in repr(broke.value)
        with pytest.raises(Broke):
            await work(OURS, no_value)
        assert work.state.lost == {}


# --- what goes wrong


@pytest.mark.parametrize(("job", "code"), [(spin, "work.cpu"), (eat, "work.memory")])
async def test_r21_a_job_over_its_limits_ends_with_its_process_and_others_go_on(job, code):
    async with processes() as work:
        lost = asyncio.create_task(code_of(work(NORTH, job)))
        assert await work(EAST, told) == ("made once",)
        assert await lost == code
        assert sum(work.state.lost.values()) == 1
        assert await work(NORTH, told) == ("made once",)


async def test_r21_a_job_that_hangs_is_tried_in_another_process_and_then_given_up(tmp_path: Path):
    async with processes(limits=ProcessLimits(wall_seconds=0.3)) as work:
        assert await code_of(work(NORTH, hang, str(tmp_path / "begun"))) == "work.time"
        assert work.state.lost == {"time": 2}


async def test_a_job_whose_process_is_killed_is_done_again(tmp_path: Path):
    async with processes() as work:
        assert await work(OURS, die, str(tmp_path / "noted"), 1) == "done"
        assert work.state.lost == {"crashed": 1}


async def test_a_job_that_kills_its_process_each_time_is_given_up_as_retryable(tmp_path: Path):
    async with processes() as work:
        with pytest.raises(Stopped) as stopped:
            await work(OURS, die, str(tmp_path / "noted"), 99)
        assert (stopped.value.code, stopped.value.status, stopped.value.retryable) == ("work.crashed", 503, True)
        assert await work(OURS, told) == ("made once",)


async def test_a_paused_process_is_given_up_and_its_job_done_by_another(tmp_path: Path):
    begun, go = tmp_path / "begun", tmp_path / "go"
    async with processes(size=1, limits=ProcessLimits(wall_seconds=1)) as work:
        paused = await work(OURS, pid)
        job = asyncio.create_task(work(OURS, hold, str(begun), str(go)))
        await there(begun)
        os.kill(paused, signal.SIGSTOP)
        go.touch()
        assert await job != paused
        assert work.state.lost == {"time": 1}


async def test_whoever_waits_no_more_leaves_nothing_at_work(tmp_path: Path):
    async with processes(size=1) as work:
        abandoned = [asyncio.create_task(work(OURS, hang, str(tmp_path / f"begun{n}"))) for n in range(3)]
        await there(tmp_path / "begun0")
        for job in abandoned:
            job.cancel()
        await asyncio.gather(*abandoned, return_exceptions=True)
        assert (work.state.waiting, work.state.processes) == (0, 0)
        assert await work(OURS, told) == ("made once",)


async def test_a_process_is_replaced_after_many_jobs(monkeypatch):
    monkeypatch.setattr(module, "JOBS", 2)
    async with processes(size=1) as work:
        seen = [await work(OURS, pid) for _ in range(4)]
        assert seen[0] == seen[1] != seen[2] == seen[3]
        assert work.state.lost == {}


async def test_where_no_process_can_begin_the_caller_is_told_to_come_again():
    async with processes() as work:
        os.kill(work._server.pid, signal.SIGKILL)
        assert await code_of(work(OURS, told)) == "work.no_process"
        assert not work.state.able


async def test_all_processes_end_with_the_one_that_made_them(tmp_path: Path):
    """Also where one of them hangs: a node that was killed leaves nothing behind."""
    async with processes() as work:
        jobs = [asyncio.create_task(work(NORTH, hang, str(tmp_path / f"begun{n}"))) for n in range(2)]
        await there(tmp_path / "begun0", tmp_path / "begun1")
        children = children_of(work._server.pid)
        assert len(children) == 2
    await asyncio.gather(*jobs, return_exceptions=True)
    await until(lambda: gone(children))


# --- whose turn it is


async def test_g10_slow_jobs_of_one_party_keep_no_other_waiting(tmp_path: Path):
    go = tmp_path / "go"
    async with processes(size=2) as work:
        slow = [asyncio.create_task(work(NORTH, hold, str(tmp_path / f"n{n}"), str(go))) for n in range(10)]
        await there(tmp_path / "n0", tmp_path / "n1")
        assert await work(EAST, told) == ("made once",)
        assert await work(OURS, told) == ("made once",)
        assert work.state.waiting == 8
        go.touch()
        await asyncio.gather(*slow)
        assert work.state.processes <= 2


async def test_g10_parties_that_wait_take_turns():
    turns, order = _Turns(1), []

    async def one(party: str) -> None:
        async with turns.of(party):
            order.append(party)

    async with turns.of(NORTH), turns.of(EAST):
        waiting = [asyncio.create_task(one(party)) for party in [NORTH] * 6 + [EAST] * 2]
        await asyncio.sleep(0)
        assert turns.waiting == 8
    await asyncio.gather(*waiting)
    assert order.index(EAST) < 2
    assert sorted(order[:4]) == [EAST, EAST, NORTH, NORTH]


@pytest.mark.parametrize("how", ["spin", "die"])
async def test_attack_residue_a_document_that_ends_its_process_leaves_no_copy_of_itself(
    tmp_path: Path, how: str
) -> None:
    """Drawing pages, the original stands in a temporary folder, which nobody tidies up after a process that is ended."""
    noted = tmp_path / "noted"
    async with processes() as work:
        with pytest.raises(Stopped):
            await work(OURS, leave, str(noted), how)
        places = [Path(line) for line in noted.read_text("utf-8").splitlines()]
        assert places
        assert not [place for place in places if place.exists() or place.parent.exists()]
        own = Path(await work(OURS, temporary_folder))
        assert is_private(own)
    assert not is_private(own)
