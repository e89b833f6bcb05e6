"""Calling an adapter, which somebody else wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gateway.errors import AdapterError, TestamurError
from gateway.kit.contract import Adapter

_T = TypeVar("_T")


def guarded(adapter: Adapter, call: Callable[[Adapter], _T]) -> _T:
    """Call an adapter so that only errors of ours come out of it."""
    try:
        return call(adapter)
    except TestamurError:
        raise
    except Exception as error:
        raise failed(adapter, error) from error


def failed(adapter: Adapter, error: Exception) -> AdapterError:
    """An exception of an adapter as an error of ours; its words may be the document's, so none is kept."""
    return AdapterError(
        "adapter.failed",
        f"the adapter {adapter.manifest.id!r} failed with {type(error).__name__}",
        advice="this is a fault of the adapter, not of the document: please report it",
    )
