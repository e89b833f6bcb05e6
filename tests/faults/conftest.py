"""Faults of the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quick_disk import quick_folder


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder in memory: these tests kill processes, not the machine."""
    with quick_folder() as folder:
        yield folder
