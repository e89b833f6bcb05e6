"""What the README and the how-tos show is what happens: every console block is run, in the order of the page.

A block is run in a folder that `testamur demo --keep` left. `…` stands for anything, and a line of it alone for any
number of lines.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.node.demo import demonstration
from tests.reference import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "how-to").glob("*.md"))]
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")

    async def make() -> None:
        async with demonstration(folder) as shown:
            async for step in shown.alone():
                assert step.held, step

    asyncio.run(make())
    return folder


def blocks(page: Path) -> Iterator[tuple[str, str]]:
    """(command, what it prints) of every command of a page."""
    for block in _BLOCK.findall(page.read_text("utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.replace("\\\n", "").partition("\n")
            yield command, output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_prints_what_the_page_shows(page: Path, world: Path, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(world, folder)
    shown = list(blocks(page))
    assert shown, "a how-to without a command that is run"
    for command, expected in shown:
        printed = run(command, folder)
        assert re.fullmatch(pattern(expected), printed), f"$ {command}\n{printed}"


def run(command: str, folder: Path) -> str:
    """Run one command; `testamur` is that of this environment, `echo $?` its last exit code."""
    words = shlex.split(command)
    if words == ["echo", "$?"]:
        return f"{run.last}\n"  # type: ignore[attr-defined]
    assert words[0] in ("testamur", "ls", "cat"), command
    program = [sys.executable, "-m", "gateway.cli.main"] if words[0] == "testamur" else [words[0]]
    done = subprocess.run(
        [*program, *words[1:]], cwd=folder, capture_output=True, text=True, check=False, env=_environment()
    )
    run.last = done.returncode  # type: ignore[attr-defined]
    return done.stdout + done.stderr


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


def pattern(expected: str) -> str:
    """The regular expression of what a page shows."""
    parts = []
    for line in expected.rstrip("\n").splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(re.escape(line.rstrip()).replace("…", ".*") + r"[ ]*\n")
    return "".join(parts) + r"\n*"


@pytest.mark.parametrize(
    ("shown", "printed", "agrees"),
    [
        ("PASSED  …\n…\n  end\n", "PASSED  authentic\n  a\n  b\n  end\n", True),
        ("PASSED\n", "PASSED\n", True),
        ("PASSED\n", "FAILED\n", False),
        ("PASSED\n", "PASSED\nand more\n", False),
        ("PASSED\n…\n", "PASSED\nand more\n", True),
        ("a (b)\n", "a (c)\n", False),
    ],
)
def test_a_page_that_shows_something_else_is_noticed(shown: str, printed: str, agrees: bool) -> None:
    assert bool(re.fullmatch(pattern(shown), printed)) is agrees
