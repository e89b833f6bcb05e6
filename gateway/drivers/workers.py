"""Adapters in processes of their own: a call that hangs, crashes or eats memory ends there, and the node goes on.

Used for adapters that ask for it (`isolation="process"`) and for all that come from outside. This guards against
faults, not against malice: an enabled adapter is code that its operator trusts. Values go over a pipe, a document as
its bytes; it is parsed again on the other side by the same parser.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any

from gateway.drivers.processes import Answer, Broke, ProcessLimits, answer_all, frame, receive
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
    revoking,
)
from gateway.kit.discovery import Found
from gateway.kit.guard import failed
from gateway.model.record import Record
from gateway.model.verdict import Finding
from gateway.readers.document import Document
from gateway.readers.limits import MIB

_SPAWN = multiprocessing.get_context("spawn")
_STARTING_SECONDS = 30.0

DEFAULT_LIMITS = ProcessLimits()


def isolate(found: Iterable[Found], limits: ProcessLimits = DEFAULT_LIMITS) -> tuple[Adapter, ...]:
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

    def __init__(self, adapter: Adapter, limits: ProcessLimits = DEFAULT_LIMITS) -> None:
        self._adapter = adapter
        self._limits = limits
        self._lock = threading.Lock()
        self._worker: Worker | None = None

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

    @property
    def revoked(self) -> Callable[[Content, int, Document | None], bool] | None:
        """See `Revoking.revoked`; None where the adapter can't."""
        return partial(self._call, "revoked") if revoking(self._adapter) is not None else None

    def close(self) -> None:
        """End the worker."""
        with self._lock:
            self._end()

    def _call(self, name: str, *arguments: Any) -> Any:
        with self._lock:
            if self._worker is None:
                self._worker = self._start()
            try:
                answer = self._worker.ask(name, arguments)
            except Gone as gone:
                self._end()
                raise gone.as_error(self.manifest.id, name) from None
        try:
            return answer.given()
        except Broke as broke:
            raise AdapterError("adapter.failed", f"the answer is no value: {broke.kind}") from None

    def _start(self) -> Worker:
        try:
            return Worker(self._adapter, self._limits)
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


class Gone(Exception):  # noqa: N818 - never leaves this room
    """The worker is no longer there, or no longer of use."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(code)
        self.code = code
        self.told = told

    def as_error(self, adapter: str, name: str) -> AdapterError:
        """What it is to whoever called an adapter."""
        advice = "This is a fault of the adapter, or its limits are too low for such a document: please report it."
        return AdapterError(f"adapter.{self.code}", f"the adapter {adapter!r} {self.told} in `{name}`", advice=advice)


class Worker:
    """One process, the object whose functions it calls, and the line to it."""

    def __init__(self, adapter: Any, limits: ProcessLimits) -> None:
        self._limits = limits
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process: BaseProcess = _SPAWN.Process(target=_serve, args=(theirs, adapter, limits), daemon=True)
            self._process.start()
        self._started = False

    def ask(self, name: str, arguments: tuple[Any, ...]) -> Answer:
        """The answer to one call; `Gone` where none comes."""
        if not self._started:
            self._receive(_STARTING_SECONDS)
            self._started = True
        try:
            self._line.sendall(frame((name, arguments)))
        except OSError:
            raise self._gone() from None
        answer = self._receive(self._limits.wall_seconds)
        if answer.short:
            raise Gone("memory", f"needed more than {self._limits.memory_bytes // MIB} MiB")
        return answer

    def kill(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self._line.close()

    def _receive(self, seconds: float) -> Answer:
        self._line.settimeout(seconds)
        try:
            answer: Answer | None = receive(self._line)
        except TimeoutError:
            raise Gone("timeout", f"gave no answer within {seconds:g} s") from None
        if answer is None:
            raise self._gone()
        return answer

    def _gone(self) -> Gone:
        self._process.join(timeout=1)
        code = self._process.exitcode
        if code == -getattr(signal, "SIGXCPU", 0):
            return Gone("cpu", f"used more than {self._limits.cpu_seconds} s of processor time")
        return Gone("crashed", f"ended its process (exit code {code})")


# --- in the worker ---------------------------------------------------------------------------------------------------


def _serve(line: socket.socket, adapter: Any, limits: ProcessLimits) -> None:
    """Answer calls until the line closes."""

    def call(question: tuple[str, tuple[Any, ...]]) -> Any:
        name, arguments = question
        try:
            return getattr(adapter, name)(*arguments)
        except (TestamurError, MemoryError):
            raise
        except Exception as error:
            raise failed(adapter, error) from error

    line.sendall(frame(Answer()))  # it has begun
    answer_all(line, call, limits)
