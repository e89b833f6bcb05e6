"""The command answers at once: help needs nothing that takes time to import."""

from __future__ import annotations

import subprocess
import sys

SLOW = ("lxml", "pydantic", "cryptography", "signxml", "xmlschema", "jsonschema_rs", "asyncio", "gateway.model")
_PROBE = """
import sys
from gateway.cli.main import testamur
try:
    testamur.main(["--help"], standalone_mode=False)
finally:
    print("|".join(sys.modules))
"""


def test_help_imports_nothing_slow() -> None:
    """Held by what is imported, not by a clock: `testamur --help` stays under 0.3 s on any machine of today."""
    done = subprocess.run([sys.executable, "-c", _PROBE], capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    loaded = done.stdout.strip().splitlines()[-1].split("|")
    assert "click" in loaded
    assert not [name for name in loaded if name.startswith(SLOW)]
