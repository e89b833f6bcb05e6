"""Parsing PDF in a process of its own: a file of a few kB can ask for more time and memory than a machine has (F7)."""

from __future__ import annotations

import os
import threading
from functools import cache
from importlib.util import find_spec
from typing import cast

from gateway.drivers.processes import Answer, Broke, ProcessLimits
from gateway.drivers.workers import Gone, Worker
from gateway.errors import Refused
from gateway.proofs.pdf.examine import Examined, examine
from gateway.readers.limits import MIB, Limits
from gateway.readers.pdf_text import PdfText, read_text
from gateway.verify.terms import PdfExaminer, PdfReader

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
        found = self._asked("examine", octets, limits)
        return Examined(refused=found) if isinstance(found, Refused) else cast("Examined", found)

    def text(self, octets: bytes) -> PdfText | Refused:
        """What a file says, or why that can't be read; `limit.work` where it needs more than one may."""
        return cast("PdfText | Refused", self._asked("text", octets))

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _asked(self, what: str, *values: object) -> object:
        with self._lock:
            try:
                return self._ask(what, *values).given()
            except Gone as gone:
                self._end()
                message = f"examining the PDF {gone.told}"
                advice = "No genuine report is like that: ask its issuer for a smaller file, or don't trust its source."
                return Refused("limit.work", message, advice=advice)
            except Refused as refused:
                return refused
            except Broke as broke:
                message = f"got a PDF that can't be examined ({broke.kind})"
                return Refused("pdf.broken", message, advice="Please report it.")

    def _ask(self, what: str, *values: object) -> Answer:
        if self._worker is None or self._begun_by != os.getpid():  # a forked process begins its own
            self._worker, self._begun_by = Worker(_Examiner(), self._limits), os.getpid()
        return self._worker.ask(what, values)

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.kill()
        self._worker = None


class _Examiner:
    """What stands at the other end of the line."""

    def examine(self, octets: bytes, limits: Limits) -> Examined:
        return examine(octets, limits)

    def text(self, octets: bytes) -> PdfText:
        return read_text(octets)


@cache
def _process() -> PdfProcess | None:
    return PdfProcess() if all(find_spec(name) is not None for name in ("pyhanko", "pypdf", "pypdfium2")) else None


def pdf_examiner() -> PdfExaminer | None:
    """The examiner of this process; None where not all is installed that reads PDF (the extra `pdf`)."""
    return _process()


def pdf_reader() -> PdfReader | None:
    """Who reads the text of PDF in this process; None as before."""
    process = _process()
    return None if process is None else process.text
