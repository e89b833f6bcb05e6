"""A folder in memory, where there is one: a killed process loses nothing there either, and flushing costs nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHARED = Path("/dev/shm")


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder for one test."""
    usable = os.access(_SHARED, os.W_OK)
    folder = Path(tempfile.mkdtemp(prefix="testamur-test-", dir=_SHARED if usable else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
