"""Adapters in processes of their own: a call that hangs, crashes or eats memory ends there, and the node goes on.

Used for adapters that ask for it (`isolation="process"`) and for all that come from outside. This guards against
faults, not against malice: an enabled adapter is code that its operator trusts. Values go over a pipe, a document as
its bytes; it is parsed again on the other side by the same parser.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from gateway.errors import AdapterError, TestamurError
from gateway.kit.contract import (
    Adapter,
    Content,
    Draft,
    Head,
    Manifest,
    Opened,
    Reading,
    Recognition,
    WriteRequest,
    comparing,
)
from gateway.kit.discovery import Found
from gateway.kit.guard import failed
from gateway.model.record import Record
from gateway.model.verdict import Finding
from gateway.readers.document import Document
from gateway.readers.limits import MIB

_SPAWN = multiprocessing.get_context("spawn")
_STARTING_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """What one call may use: seconds by the clock, seconds of processor, bytes of address space of the process."""

    wall_seconds: float = 30.0
    cpu_seconds: int = 20
    memory_bytes: int = 2048 * MIB


DEFAULT_WORKER_LIMITS = WorkerLimits()


def isolate(found: Iterable[Found], limits: WorkerLimits = DEFAULT_WORKER_LIMITS) -> tuple[Adapter, ...]:
    """The adapters as core calls them: those from outside, and those that ask for it, each behind a process."""
    return tuple(
        IsolatedAdapter(one.adapter, limits)
        if one.outside or one.adapter.manifest.isolation == "process"
        else one.adapter
        for one in found
    )


class IsolatedAdapter:
    """An adapter whose every call runs in a worker process; calls wait for each other.

    Raises, from every call, what the adapter raises of ours, and AdapterError: `adapter.failed` (an exception),
    `adapter.not_importable`, `adapter.timeout`, `adapter.cpu`, `adapter.memory`, `adapter.crashed`. After the last
    four the worker is replaced.
    """

    def __init__(self, adapter: Adapter, limits: WorkerLimits = DEFAULT_WORKER_LIMITS) -> None:
        self._adapter = adapter
        self._limits = limits
        self._lock = threading.Lock()
        self._worker: _Worker | None = None

    @property
    def wrapped(self) -> Adapter:
        """The adapter itself, as it stands in this process: to look at, never to call."""
        return self._adapter

    @property
    def manifest(self) -> Manifest:
        """What the adapter says of itself."""
        return self._adapter.manifest

    def recognise(self, head: Head) -> Recognition | None:
        """See `Adapter.recognise`."""
        return self._call("recognise", head)  # type: ignore[no-any-return]

    def open(self, document: Document) -> Opened:
        """See `Adapter.open`."""
        return self._call("open", document)  # type: ignore[no-any-return]

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """See `Adapter.conform`."""
        return self._call("conform", content)  # type: ignore[no-any-return]

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:
        """See `Adapter.read`."""
        return self._call("read", content, inner)  # type: ignore[no-any-return]

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """See `Adapter.write`."""
        return self._call("write", record, request)  # type: ignore[no-any-return]

    def core(self, body: bytes) -> bytes:
        """See `Adapter.core`."""
        return self._call("core", body)  # type: ignore[no-any-return]

    @property
    def compare(self) -> Callable[[Content, Content], tuple[Finding, ...]] | None:
        """See `Comparing.compare`; None where the adapter can't."""
        return partial(self._call, "compare") if comparing(self._adapter) is not None else None

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _call(self, name: str, *arguments: Any) -> Any:
        with self._lock:
            if self._worker is None:
                self._worker = self._start()
            try:
                answer, value = self._worker.ask(name, arguments)
            except _Gone as gone:
                self._end()
                raise gone.as_error(self.manifest.id, name) from None
        if answer == "raised":
            raise value
        return value

    def _start(self) -> _Worker:
        try:
            return _Worker(self._adapter, self._limits)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise AdapterError(
                "adapter.not_importable",
                f"the adapter {self.manifest.id!r} can't be sent to a process: {error}",
                advice="Define its class, and the functions in its manifest, at the top of a module.",
            ) from error

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
        self._worker = None


class _Gone(Exception):  # noqa: N818 - never leaves this module
    """The worker is no longer there, or no longer of use."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(code)
        self.code = code
        self.told = told

    def as_error(self, adapter: str, name: str) -> AdapterError:
        advice = "This is a fault of the adapter, or its limits are too low for such a document: please report it."
        return AdapterError(f"adapter.{self.code}", f"the adapter {adapter!r} {self.told} in `{name}`", advice=advice)


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, adapter: Adapter, limits: WorkerLimits) -> None:
        self._limits = limits
        self._pipe, theirs = _SPAWN.Pipe()
        self._process: BaseProcess = _SPAWN.Process(target=_serve, args=(theirs, adapter, limits), daemon=True)
        self._process.start()
        theirs.close()
        self._started = False

    def ask(self, name: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
        """The answer to one call; `_Gone` where none comes."""
        if not self._started:
            self._receive(_STARTING_SECONDS)
            self._started = True
        try:
            self._pipe.send((name, arguments))
        except OSError:
            raise self._gone() from None
        return self._receive(self._limits.wall_seconds)

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _receive(self, seconds: float) -> tuple[str, Any]:
        try:
            if not self._pipe.poll(seconds):
                raise _Gone("timeout", f"gave no answer within {seconds:g} s")
            answer, value = self._pipe.recv()
        except (EOFError, OSError):
            raise self._gone() from None
        if answer == "memory":
            raise _Gone("memory", f"needed more than {self._limits.memory_bytes // MIB} MiB")
        return answer, value

    def _gone(self) -> _Gone:
        self._process.join(timeout=1)
        code = self._process.exitcode
        if code == -getattr(signal, "SIGXCPU", 0):
            return _Gone("cpu", f"used more than {self._limits.cpu_seconds} s of processor time")
        return _Gone("crashed", f"ended its process (exit code {code})")


# --- in the worker ---------------------------------------------------------------------------------------------------


def _serve(pipe: Connection, adapter: Adapter, limits: WorkerLimits) -> None:
    """Answer calls until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the node decides when a worker ends
    _limit_memory(limits)
    pipe.send(("ready", None))
    with contextlib.suppress(EOFError):
        while True:
            name, arguments = pipe.recv()
            _limit_processor(limits)
            _send(pipe, _answer(adapter, name, arguments))


def _answer(adapter: Adapter, name: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    try:
        return "returned", getattr(adapter, name)(*arguments)
    except TestamurError as error:
        return "raised", error
    except MemoryError:
        return "memory", None
    except Exception as error:  # noqa: BLE001 - whatever it was, it is told to the parent
        return "raised", failed(adapter, error)


def _send(pipe: Connection, answer: tuple[str, Any]) -> None:
    try:
        octets = pickle.dumps(answer)
    except MemoryError:
        octets = pickle.dumps(("memory", None))
    except Exception as error:  # noqa: BLE001 - what can't cross is the adapter's fault
        octets = pickle.dumps(
            ("raised", AdapterError("adapter.failed", f"the answer is no value: {type(error).__name__}"))
        )
    pipe.send_bytes(octets)


def _limit_memory(limits: WorkerLimits) -> None:
    try:
        import resource
    except ImportError:  # no such limits on this system: the clock alone guards
        return
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_processor(limits: WorkerLimits) -> None:
    """Processor time is counted for the whole life of a process: each call gets its share on top."""
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + limits.cpu_seconds, hard))
