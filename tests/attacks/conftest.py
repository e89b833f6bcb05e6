"""The command in this process, with the adapters of the tree."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli.main import main
from tests.attacks.command import Ran


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Callable[..., Ran]:
    """Run `testamur …` in an empty folder, with the adapters of the tree."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr("sys.argv", ["testamur", *map(str, arguments)])
        start = time.process_time()
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        seconds = time.process_time() - start
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err, seconds)

    return run
