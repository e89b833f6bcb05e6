"""PDF is set in a process of its own where tests draw pages themselves: nodes of other tests are forked from this one.

typst keeps threads from its first page on. They aren't there in a process that is forked later, which then waits for
them for ever. A node that runs draws in the processes that it forked, and never in itself; tests do both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from typing import Any

from gateway.rendering import pdf

_HERE = os.getpid()
_compiler = pdf._compiler


class _Elsewhere:
    """As typst's compiler, in the other process."""

    def __init__(self, data: Mapping[str, Any], folder: str) -> None:
        self._given = data, folder

    def compile(self, **how: Any) -> Any:
        return _typist().submit(_compiled, *self._given, how).result()


def begin() -> None:
    """From now on; processes that are forked from this one draw by themselves."""
    pdf._compiler = _chosen


def _chosen(data: Mapping[str, Any], folder: str) -> Any:
    return _Elsewhere(data, folder) if os.getpid() == _HERE else _compiler(data, folder)


@cache
def _typist() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def _compiled(data: Mapping[str, Any], folder: str, how: Mapping[str, Any]) -> Any:
    return _compiler(data, folder).compile(**how)
