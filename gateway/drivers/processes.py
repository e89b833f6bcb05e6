"""A child process that answers questions, one after the other, within limits: what work processes and isolated adapters
have in common.

Questions and answers go over a stream socket, each as its length and its pickle. The other end is a process of this
very node, so what comes is trusted; it guards against faults (a hang, a crash, too much memory), not against malice.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import struct
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.errors import TestamurError
from gateway.readers.limits import MIB

HEAD = struct.Struct("!Q")
"""The length of what follows."""

_COLLECTED = 50_000
"""New values after which Python looks for cycles within a question; between two of them it always does."""
_YOUNG = 1
"""The generation searched between two questions: the last question's values, not what the process keeps for all of
them. To search everything took 1 to 4 ms, and longer with each document."""
_PLACES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessLimits:
    """What one question may use: seconds by the clock, seconds of processor, octets of memory.

    Memory is counted as address space, over what the process has when it begins.
    """

    wall_seconds: float = 30.0
    cpu_seconds: int = 20
    memory_bytes: int = 2048 * MIB


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Broke(Exception):  # noqa: N818 - "the question broke its process's code"
    """A fault in the code that answers, which nobody foresaw: the class of the exception, and the places in the code.

    Its words aren't kept: they may be the document's.
    """

    def __init__(self, kind: str, places: tuple[str, ...]) -> None:
        super().__init__(kind, places)
        self.kind = kind
        self.places = places


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a question: a value, or an error to be raised; `short` where memory didn't suffice."""

    value: Any = None
    error: Exception | None = None
    short: bool = False

    def given(self) -> Any:
        """The value. Raises the error."""
        if self.error is not None:
            raise self.error
        return self.value


def frame(value: Any) -> bytes:
    """A value as it goes over the line."""
    octets = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return HEAD.pack(len(octets)) + octets


def unframe(octets: bytes | bytearray) -> Any:
    """The value of a frame without its head."""
    return pickle.loads(octets)  # noqa: S301 - from a process of our own


def places_of(error: BaseException | None) -> tuple[str, ...]:
    """The innermost places in the code that an exception passed: file, line, function."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:] if error is not None else []
    return tuple(f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}" for one in frames)


# --- in the child ----------------------------------------------------------------------------------------------------


def answer_all(line: socket.socket, answer: Callable[[Any], Any], limits: ProcessLimits) -> None:
    """Answer questions until the other end closes. What the answering costs is bounded by the system's own limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal: whoever asks decides when its processes end
    _limit_memory(limits)
    gc.freeze()  # what is here now stays: it isn't searched again
    gc.set_threshold(_COLLECTED, 10, 10)
    while (question := receive(line)) is not None:
        _limit_processor(limits)
        line.sendall(_framed(_answer(answer, question)))
        del question
        gc.collect(_YOUNG)  # nobody waits for it: the answer is on its way


def receive(line: socket.socket) -> Any | None:
    """The next value; None where the other end closed. The line's own timeout applies.

    Raises:
        TimeoutError: the line has a timeout, and it passed.
    """
    head = _exactly(line, HEAD.size)
    if head is None:
        return None
    octets = _exactly(line, HEAD.unpack(head)[0])
    return None if octets is None else unframe(octets)


def _exactly(line: socket.socket, size: int) -> bytearray | None:
    octets = bytearray(size)
    view, got = memoryview(octets), 0
    while got < size:
        try:
            count = line.recv_into(view[got:])
        except ConnectionError:
            return None
        if not count:
            return None
        got += count
    return octets


def _answer(answer: Callable[[Any], Any], question: Any) -> Answer:
    try:
        return Answer(value=answer(question))
    except TestamurError as error:
        return Answer(error=error)
    except MemoryError:
        return Answer(short=True)
    except Exception as error:  # noqa: BLE001 - whatever it was, it is told to the parent
        return Answer(error=_broke(error))


def _framed(answer: Answer) -> bytes:
    try:
        return frame(answer)
    except MemoryError:
        return frame(Answer(short=True))
    except Exception as error:  # noqa: BLE001 - what can't cross is a fault of whoever made the answer
        return frame(Answer(error=_broke(error)))


def _broke(error: Exception) -> Broke:
    return Broke(type(error).__name__, places_of(error))


def _limit_memory(limits: ProcessLimits) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system: the clock alone guards
        return
    most = _address_space() + limits.memory_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """Octets that this process has mapped; 0 where the system doesn't say."""
    import resource

    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _limit_processor(limits: ProcessLimits) -> None:
    """Processor time is counted for the whole life of a process: each question gets its share on top."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + limits.cpu_seconds, hard))
