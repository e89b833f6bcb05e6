"""Start-up: the only place that chooses drivers, reads the clock and finds adapters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from gateway.drivers.trust_files import load_anchors
from gateway.drivers.workers import isolate
from gateway.errors import RequestError
from gateway.kit.contract import Adapter
from gateway.kit.discovery import discover
from gateway.readers.limits import DEFAULT_LIMITS, Limits
from gateway.trust.policies import load_policy
from gateway.verify.terms import Terms

DEFAULT_POLICY = "strict"


def adapters(enabled: Iterable[str] = ()) -> tuple[Adapter, ...]:
    """The adapters of this installation: those in the tree, and those from outside that are enabled by name."""
    return isolate(discover(enabled).found)


def right_now() -> dt.datetime:
    """The time, in UTC and whole seconds: read here and handed down as an argument everywhere."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)


def terms(
    trust: Iterable[str] = (),
    *,
    policy: str | None = None,
    at: dt.datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    conformity: bool = True,
) -> Terms:
    """What a caller's options say a document is judged by."""
    return Terms(
        now=at or right_now(),
        policy=load_policy(policy or DEFAULT_POLICY),
        anchors=load_anchors(trust),
        limits=limits,
        conformity=conformity,
    )


def read_file(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a document, one more than the limit at the most; `RequestError` when it can't be read."""
    try:
        with path.open("rb") as stream:
            return stream.read(limits.document_bytes + 1)
    except OSError as error:
        raise RequestError(
            "request.file_unreadable",
            f"{path} can't be read: {error.strerror}",
            advice="check the path and its permissions",
        ) from error
