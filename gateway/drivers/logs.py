"""Structured logs: one JSON object a line, and never what a document says.

What can be said is closed: an event is a fixed word, and its fields are the parameters of `say`, which hold ids, codes
and numbers. JSON is written in ASCII, so that nothing in a value ends a line, moves a terminal's cursor or turns the
direction of writing. Of what libraries log, and of exceptions, the unfilled template and the places in the code are
kept: filled messages can hold anything.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

from gateway.delivery.envelope import TraceId
from gateway.drivers.processes import Broke, places_of

_LOG = logging.getLogger("testamur")
_TRACE: ContextVar[TraceId | None] = ContextVar("testamur_trace", default=None)
_LONGEST = 300
_PLAIN = re.compile(r"[\w.:/+@-]+", re.ASCII)


def say(
    event: str,
    /,
    *,
    level: int = logging.INFO,
    error: BaseException | None = None,
    peer: str | None = None,
    message: str | None = None,
    code: str | None = None,
    stage: str | None = None,
    state: str | None = None,
    attempt: int | None = None,
    status: int | None = None,
    method: str | None = None,
    route: str | None = None,
    worker: str | None = None,
    address: str | None = None,
    count: int | None = None,
    octets: int | None = None,
    seconds: float | None = None,
) -> None:
    """Log that something happened.

    Args:
        event: a fixed word such as `delivery.receipted`; never made from a value.
        level: of the logging module.
        error: its class and the places in the code that it passed are logged, not its text.
        peer: a participant's id.
        message: the id of a message.
        code: of an error or problem.
        stage: of a problem.
        state: of a delivery, an arrival or a part of this node.
        attempt: the number of the attempt.
        status: of HTTP.
        method: of HTTP, if it is one that is known.
        route: the pattern of a path, never the path itself.
        worker: which of this node's workers.
        address: where this node listens.
        count: how many.
        octets: how large.
        seconds: how long.
    """
    if not _LOG.isEnabledFor(level):
        return
    fields = {
        "peer": peer, "message": message, "code": code, "stage": stage, "state": state, "attempt": attempt,
        "status": status, "method": method, "route": route, "worker": worker, "address": address, "count": count,
        "octets": octets, "seconds": None if seconds is None else round(seconds, 4),
    }  # fmt: skip
    said = {name: value for name, value in fields.items() if value is not None}
    failed = None if error is None else (type(error), error, error.__traceback__)
    _LOG.log(level, event, extra={"said": said}, exc_info=failed)


@contextmanager
def tracing(trace: TraceId) -> Iterator[None]:
    """Everything said inside is about the document with this trace id, also by the tasks begun there."""
    token = _TRACE.set(trace)
    try:
        yield
    finally:
        _TRACE.reset(token)


def trace_now() -> TraceId | None:
    """The trace id of the document that is worked on."""
    return _TRACE.get()


def log_to(stream: TextIO = sys.stderr, *, level: int = logging.INFO) -> None:
    """Send all logs of this process to a stream: readable lines on a terminal, JSON elsewhere."""
    handler = logging.StreamHandler(stream)
    handler.addFilter(_stamp)
    handler.setFormatter(ReadableLines() if stream.isatty() else JsonLines())
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)  # its lines hold URLs; `http.request` is ours
    logging.captureWarnings(capture=True)


def _stamp(record: logging.LogRecord) -> bool:
    record.trace = _TRACE.get()
    return True


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """`at`, `level`, `event`, `trace`, then what was said."""
        return json.dumps(_entry(record))


class ReadableLines(logging.Formatter):
    """Lines for a terminal: the time in UTC, the event, then what was said."""

    def format(self, record: logging.LogRecord) -> str:
        """`10:15:02 delivery.receipted peer=… message=…`."""
        entry = _entry(record)
        time = entry.pop("at")[11:19]
        level = entry.pop("level")
        mark = "" if level == "info" else f"{level.upper()} "
        said = "".join(f" {name}={_plain(value)}" for name, value in entry.items() if name != "event")
        return f"{time} {mark}{entry['event']}{said}"


def _entry(record: logging.LogRecord) -> dict[str, Any]:
    own = record.name == _LOG.name
    entry: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "event": str(record.msg) if own else "library.said",
    }
    if (trace := getattr(record, "trace", None)) is not None:
        entry["trace"] = trace
    if own:
        entry |= {name: _cut(value) for name, value in getattr(record, "said", {}).items()}
    else:
        entry |= {"library": record.name, "template": _cut(str(record.msg).partition("\n")[0])}
    if record.exc_info and record.exc_info[0] is not None:
        entry |= _of_error(record.exc_info[1])
    return entry


def _of_error(error: BaseException | None) -> dict[str, Any]:
    """Its class and the places in the code; of what went wrong in another process, those that it told."""
    if isinstance(error, Broke):
        return {"error": error.kind, "places": list(error.places)}
    return {"error": type(error).__name__, "places": list(places_of(error))}


def _cut(value: Any) -> Any:
    return f"{value[:_LONGEST]}…" if isinstance(value, str) and len(value) > _LONGEST else value


def _plain(value: Any) -> str:
    return value if isinstance(value, str) and _PLAIN.fullmatch(value) else json.dumps(value)
