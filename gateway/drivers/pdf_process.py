"""Parsing PDF in a process of its own: a file of a few kB can ask for more time and memory than a machine has (F7)."""

from __future__ import annotations

import os
import threading
from functools import cache
from importlib.util import find_spec

from gateway.drivers.processes import Answer, Broke, ProcessLimits
from gateway.drivers.workers import Gone, Worker
from gateway.errors import Refused
from gateway.proofs.pdf.examine import Examined, examine
from gateway.readers.limits import MIB, Limits
from gateway.verify.terms import PdfExaminer

DEFAULT_LIMITS = ProcessLimits(wall_seconds=20.0, cpu_seconds=5, memory_bytes=512 * MIB)
"""Of one file. Seconds by the clock leave room for a loaded machine: those of the processor are what counts."""


class PdfProcess:
    """Examines files in one process, one after the other; it begins with the first, and anew after one over a limit."""

    def __init__(self, limits: ProcessLimits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._begun_by = 0

    def __call__(self, octets: bytes, limits: Limits) -> Examined:
        """What was found of a file; refused with `limit.work` where it needs more than one may."""
        with self._lock:
            try:
                return _given(self._ask(octets, limits))
            except Gone as gone:
                self._end()
                message = f"examining the PDF {gone.told}"
                advice = "No genuine report is like that: ask its issuer for a smaller file, or don't trust its source."
                return Examined(refused=Refused("limit.work", message, advice=advice))

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _ask(self, octets: bytes, limits: Limits) -> Answer:
        if self._worker is None or self._begun_by != os.getpid():  # a forked process begins its own
            self._worker, self._begun_by = Worker(_Examiner(), self._limits), os.getpid()
        return self._worker.ask("examine", (octets, limits))

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
        self._worker = None


def _given(answer: Answer) -> Examined:
    try:
        found: Examined = answer.given()
    except Broke as broke:
        message = f"got a PDF that can't be examined ({broke.kind})"
        return Examined(refused=Refused("pdf.broken", message, advice="Please report it."))
    return found


class _Examiner:
    """What stands at the other end of the line."""

    def examine(self, octets: bytes, limits: Limits) -> Examined:
        return examine(octets, limits)


@cache
def pdf_examiner() -> PdfExaminer | None:
    """The examiner of this process; None where nothing that reads PDF is installed (the extra `pdf`)."""
    return PdfProcess() if find_spec("pyhanko") is not None else None
