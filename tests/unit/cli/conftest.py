"""The command in this process, with toy systems in place of those of the tree."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.main import main
from gateway.node import startup
from tests.toy_systems import Leaf, Petal, renderer


@dataclass(frozen=True)
class Ran:
    """What a run of the command left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """The command as a function: `run("verify", "file.xml")`."""

    def run(*arguments: str | Path) -> Ran:
        monkeypatch.setattr("sys.argv", ["testamur", *map(str, arguments)])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Callable[..., Ran]:
    """Run `testamur …` in an empty folder; toy systems alone are known."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(startup, "adapters", lambda _enabled=(): (Leaf(), Petal()))
    monkeypatch.setattr(startup, "find_renderer", renderer)
    return runner(monkeypatch, capsys)
