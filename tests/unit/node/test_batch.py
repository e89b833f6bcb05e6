"""The same work on many things: in their order, here or in processes, and one that breaks its process is lost alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.delivery.problem import Stopped
from gateway.drivers.processes import ProcessLimits
from gateway.node import batch
from gateway.node.batch import Work, do_each, do_some
from gateway.readers.limits import MIB

LIMITS = ProcessLimits(wall_seconds=20, cpu_seconds=1, memory_bytes=256 * MIB)


def lost(thing: object, stopped: Stopped) -> str:
    return f"{thing} lost: {stopped.code}"


def spin() -> None:
    while True:
        pass


def done(one: Callable[[Any], Any], things: list[Any], processes: int = 2) -> list[Any]:
    told: list[Any] = []
    do_each(Work(one=one, lost=lost, limits=LIMITS), things, told.append, processes=processes)
    return told


@pytest.fixture
def given_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but the first two things is worth processes."""
    monkeypatch.setattr(batch, "WORTH_PROCESSES", -1.0)
    monkeypatch.setattr(batch, "LEARNING", -1.0)


def test_a_few_quick_things_are_done_here_and_nothing_is_begun() -> None:
    assert set(done(lambda _: os.getpid(), [0] * 500)) == {os.getpid()}


def test_one_processor_does_everything_here(given_out) -> None:
    assert set(done(lambda _: os.getpid(), [0] * 20, processes=1)) == {os.getpid()}


def test_much_work_is_given_out_to_so_many_processes_and_no_more() -> None:
    def slow(_: int) -> int:
        time.sleep(0.01)
        return os.getpid()

    where = done(slow, list(range(100)))
    assert where[0] == os.getpid()
    assert len(set(where) - {os.getpid()}) == 2


def test_what_came_is_told_in_the_order_of_the_things(given_out) -> None:
    def uneven(n: int) -> int:
        time.sleep(0.02 if n % 10 == 0 else 0)
        return n

    assert done(uneven, list(range(200))) == list(range(200))


def test_processes_know_what_was_learned_here_before_they_began(given_out) -> None:
    known: list[int] = []

    def learn(n: int) -> int:
        known.append(n)
        return known[0]

    assert set(done(learn, list(range(10)))) == {0}


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "work.crashed"),
        (spin, "work.cpu"),
        (lambda: bytearray(2**31), "work.memory"),
    ],
    ids=["crashes", "spins", "eats"],
)
def test_what_breaks_its_process_is_lost_alone(given_out, breaks: Callable[[], object], code: str) -> None:
    here = os.getpid()

    def one(n: int) -> str:
        if n == 33:
            assert os.getpid() != here
            breaks()
        return f"{n} done"

    expected = [f"{n} done" if n != 33 else f"33 lost: {code}" for n in range(60)]
    assert done(one, list(range(60))) == expected


def test_what_hangs_is_tried_with_its_portion_and_by_itself_and_no_more(given_out, tmp_path: Path) -> None:
    def one(n: int) -> str:
        if n == 33:
            with (tmp_path / "tries").open("a") as tries:
                tries.write(".")
            time.sleep(60)
        return f"{n} done"

    told: list[str] = []
    limits = ProcessLimits(wall_seconds=2, cpu_seconds=1, memory_bytes=256 * MIB)
    do_each(Work(one=one, lost=_told_of, limits=limits), list(range(60)), told.append, processes=2)
    assert told[33] == "33 lost: the work wasn't done after 2 s"
    assert told[:33] + told[34:] == [f"{n} done" for n in range(60) if n != 33]
    assert (tmp_path / "tries").read_text() == ".."


def _told_of(thing: object, stopped: Stopped) -> str:
    return f"{thing} lost: {stopped.message}"


def test_a_process_gives_its_portion_back_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that many slow things in one portion aren't taken for one that hangs."""
    monkeypatch.setattr(batch, "PORTION_SECONDS", 0.02)

    def slow(n: int) -> int:
        time.sleep(0.015)
        return n

    assert 1 <= len(do_some(slow, list(range(50)))) < 10
    assert done(slow, list(range(50))) == list(range(50))


def test_whoever_is_told_may_stop_it_and_no_process_stays(given_out, tmp_path: Path) -> None:
    def noted(n: int) -> int:
        (tmp_path / str(os.getpid())).touch()
        return n

    def enough(n: int) -> None:
        if n == 5:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        do_each(Work(one=noted, lost=lost, limits=LIMITS), list(range(100)), enough, processes=2)
    others = [int(file.name) for file in tmp_path.iterdir() if file.name != str(os.getpid())]
    assert others
    assert not any(Path(f"/proc/{pid}").exists() for pid in others)
