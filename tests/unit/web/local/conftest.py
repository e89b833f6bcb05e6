"""One node whose peer is silent, and its local API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.local_api import Api, api_of, lonely_node


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with lonely_node(tmp_path) as running, api_of(running) as api:
        yield api
