"""docs/your-first-adapter.md works: every file of it is written, every command of it run, every output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.packaging.conftest import TOY
from tests.reference import ROOT

TUTORIAL = (ROOT / "docs" / "your-first-adapter.md").read_text()
_BLOCK = re.compile(r"^```(\w+)(?: ([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    language: str
    about: str
    text: str


BLOCKS = [Block(*found.groups(default="")) for found in _BLOCK.finditer(TUTORIAL)]
FILES = [block for block in BLOCKS if "/" in block.about or block.about.endswith(".toml")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files of the tutorial, as a reader would have put them there: blocks of one file in turn."""
    root = tmp_path_factory.mktemp("lanterna")
    for block in FILES:
        path = root / block.about
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(block.text + "\n")
    return root


def run(folder, *arguments):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join((str(folder), str(ROOT)))}
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_tutorial_builds_the_toy_adapter(folder):
    """Line by line (but blank ones), what a reader typed is the adapter that the other tests hold to the laws."""
    ours = {path.relative_to(TOY) for path in TOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    theirs = {
        path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert theirs == ours
    for path in ours:
        assert lines(folder / path) == lines(TOY / path)


def lines(path):
    return [line for line in path.read_text().splitlines() if line.strip()]


def test_its_tests_pass(folder):
    """The command that the tutorial gives runs the laws, and they pass."""
    [command] = [block.text for block in BLOCKS if block.language == "console" and "pytest" in block.text]
    assert command == '$ python -m pytest -q -m "not long"\n'
    done = run(folder, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "ignore", "-m", "not long")
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 40


@pytest.mark.parametrize("number", range(2))
def test_its_examples_print_what_it_says(folder, number):
    """Each example, run, prints the block of output under it."""
    [program] = [block for block in BLOCKS if block.about == "run"][number : number + 1]
    [output] = [block for block in BLOCKS if block.about == "output"][number : number + 1]
    done = run(folder, "-c", program.text)
    assert done.stdout == output.text, done.stderr


def test_every_block_is_executed_or_known():
    """No block of the tutorial escapes the test: but the one installation."""
    rest = [block for block in BLOCKS if block not in FILES and block.about not in ("run", "output")]
    assert [block.text.split()[:2] for block in rest] == [["$", "pip"], ["$", "python"]]
