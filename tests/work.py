"""Work counted, never timed: a count is the same on any machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
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
