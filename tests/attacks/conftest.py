"""The command in this process, with the adapters of the tree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.cli.main import main
from tests.attacks.command import Ran
from tests.work import verdicts_in


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Callable[..., Ran]:
    """Run `testamur …` in an empty folder, with the adapters of the tree."""
    monkeypatch.chdir(tmp_path)

    def ended() -> int:
        try:
            main()
        except SystemExit as stop:
            return int(stop.code or 0)
        return 0

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr("sys.argv", ["testamur", *map(str, arguments)])
        cost, code = verdicts_in(ended)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err, cost)

    return run
