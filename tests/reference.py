"""Where the reference documents of other parties stand: `TESTAMUR_REFERENCE`, default `../shared/reference` beside the checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("TESTAMUR_REFERENCE", ROOT.parent / "shared" / "reference"))

needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="reference data not present")
"""Mark for tests that read the reference documents."""


def reference(path: str) -> Path:
    """A file or folder of the reference documents; skips the test when it isn't there."""
    found = REFERENCE / path
    if not found.exists():
        pytest.skip(f"reference data not present: {path}")
    return found
