"""R16: a wall clock that jumps moves the node's time only when it stays where it jumped to."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.drivers import clock as module
from gateway.drivers.clock import BELIEVED, SystemClock

START = 1_700_000_000.0


class Machine:
    """Both clocks of a machine."""

    def __init__(self) -> None:
        self.wall, self.monotonic = START, 1000.0

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(module.time, "time", lambda: machine.wall)
    monkeypatch.setattr(module.time, "clock_gettime", lambda _: machine.monotonic)
    return machine


def seconds(clock: SystemClock) -> float:
    return (clock.now() - dt.datetime.fromtimestamp(START, dt.UTC)).total_seconds()


def test_time_passes(machine: Machine):
    clock = SystemClock()
    machine.pass_by(60)
    assert (seconds(clock), clock.jumped) == (60, 0)


@pytest.mark.parametrize("jump", [3600.0, -3600.0, 86400.0, -86400.0])
def test_a_jump_is_told_and_not_followed(machine: Machine, jump: float):
    clock = SystemClock()
    machine.wall += jump
    machine.pass_by(10)
    assert (seconds(clock), clock.jumped) == (10, jump)


def test_a_jump_that_is_taken_back_leaves_nothing(machine: Machine):
    clock = SystemClock()
    machine.wall += 3600
    clock.now()
    machine.wall -= 3600
    machine.pass_by(10)
    assert (seconds(clock), clock.jumped) == (10, 0)


def test_a_clock_that_was_put_right_is_believed_in_the_end(machine: Machine):
    clock = SystemClock()
    machine.wall += 3600
    clock.now()
    machine.pass_by(BELIEVED)
    assert (seconds(clock), clock.jumped) == (3600 + BELIEVED, 0)


def test_small_corrections_are_followed_at_once(machine: Machine):
    clock = SystemClock()
    machine.wall += 2
    assert seconds(clock) == 2
