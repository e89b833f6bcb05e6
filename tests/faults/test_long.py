"""The long form (make test-long): a thousand runs, none of which loses, doubles or half does anything."""

from __future__ import annotations

import pytest

from tests.faults.long import PAIR, Figures, some_runs


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 21))
async def test_of_a_thousand_runs_none_loses_or_doubles_anything(seed) -> None:
    figures = Figures()
    await some_runs(figures, PAIR, seed)
    assert figures.runs.total() == PAIR
