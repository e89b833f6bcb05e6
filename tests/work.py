"""Work counted, or held against other work, never timed: that is the same on any machine, however busy it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any, TypeVar

_T = TypeVar("_T")


def calls_in(run: Callable[[], _T]) -> tuple[int, _T]:
    """How many functions are called, of Python and of C, and what comes out. Those of lxml aren't seen."""
    count = 0

    def seen(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        made = run()
    finally:
        sys.setprofile(before)
    return count, made


def lines_in(run: Callable[[], _T]) -> tuple[int, _T]:
    """How many lines of Python are gone through, each as often as it is, and what comes out: loops count, too."""
    count = 0

    def seen(_frame: FrameType, event: str, _arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return seen

    before = sys.gettrace()
    sys.settrace(seen)
    try:
        made = run()
    finally:
        sys.settrace(before)
    return count, made


def verdicts_in(run: Callable[[], _T]) -> tuple[float, _T]:
    """What a run costs, in verdicts about a small sealed document, and what comes out.

    Both are processor time of this process, one after the other: a busy machine makes both longer. A verdict is some
    0.3 ms on a machine of 2026.
    """
    before = seconds_of_a_verdict()
    began = time.process_time()
    made = run()
    cost = time.process_time() - began
    return cost / max(before, seconds_of_a_verdict()), made


def seconds_of_a_verdict(rounds: int = 25) -> float:
    """The processor time of a verdict about a small sealed document, now."""
    judge = _judge()
    began = time.process_time()
    for _ in range(rounds):
        judge()
    return (time.process_time() - began) / rounds


@cache
def _judge() -> Callable[[], object]:
    from gateway.verify.engine import verify
    from tests.signing import elmo, signed
    from tests.unit.verify.paper import Paper
    from tests.unit.verify.test_engine import terms

    document, adapter, given = signed(elmo()), Paper(), terms()
    return lambda: verify(document, adapters=[adapter], terms=given)
