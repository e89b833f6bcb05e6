"""The demonstration checks itself, and its checks can fail."""

from __future__ import annotations

import os
import re
import signal
from itertools import permutations
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.node import demo
from gateway.node.demo import altered_badge, altered_grade, altered_name, demonstration, wrapped
from gateway.packaged import data_folder

CHINA = (
    "A report from China, unsealed as they are",
    "A clerk fetches the register's page (simulated) and attests it",
    "The same page for a report whose level was altered: refused",
    "An expired code says nothing of the degree: neither yes nor no",
    "Translate it from chsi to elmo, and seal the translation",
    "Translate it from chsi to europass, and seal the translation",
    "Translate it from chsi to clr, and seal the translation",
    "A clerk asks the register (simulated) about a Chinese report, and attests its answer for each node",
    "Four registries' nodes start, each a process of its own with its own keys",
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def test_the_demonstration_ends_well_and_leaves_nothing(tmp_path: Path) -> None:
    result = CliRunner().invoke(main.testamur, ["demo"])
    assert result.exit_code == 0, result.output
    assert "All of it happened as it must." in result.output
    ways = re.findall(
        r"goes from registry\.(\w+)\.example to registry\.(\w+)\.example, translated into (\w+)  ✓", result.output
    )
    wanted = {"shore": "elmo", "river": "europass", "isle": "clr", "east": "dossier"}
    assert sorted(ways) == sorted((one, other, wanted[other]) for one, other in permutations(wanted, 2))
    for step in CHINA:
        assert re.search(rf"^ *\d+  {re.escape(step)}  ✓$", result.output, re.MULTILINE), step
    assert "\x1b" not in result.output
    assert list(tmp_path.iterdir()) == []


def test_kept_nodes_go_on_and_kept_files_are_all_there_and_private(tmp_path: Path) -> None:
    result = CliRunner().invoke(main.testamur, ["demo", "--keep"])
    left = re.search(r"^  kill (\d+) (\d+) (\d+) (\d+)$", result.output, re.MULTILINE)
    assert left is not None, result.output
    for process in map(int, left.groups()):
        os.kill(process, signal.SIGTERM)  # they were still there
    (folder,) = tmp_path.iterdir()
    assert str(folder) in result.output
    assert folder.stat().st_mode & 0o077 == 0
    for name in ("elmo-to-europass", "europass-to-elmo", "elmo-to-clr", "clr-to-europass"):
        names = {file.name.partition(".")[0] for file in (folder / name).iterdir()}
        assert names == {"original", "translation", "losses", "verdict", "derivation", "page"}
    assert "FAILED" in (folder / "forged" / "altered.xml.html").read_text()


@pytest.mark.parametrize("forge", ["altered_grade", "wrapped", "altered_badge", "altered_name"])
async def test_a_forgery_that_is_none_would_be_noticed(
    forge: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a forged document PASSED (here because nothing was forged), the demonstration would not end well."""
    monkeypatch.setattr(demo, forge, lambda genuine: genuine)
    async with demonstration(tmp_path) as shown:
        steps = [step async for step in shown.alone()]
    assert [step.held for step in steps].count(False) == 1


def test_each_forgery_changes_what_it_says() -> None:
    elmo = (data_folder("config") / "demo" / "elmo.xml").read_bytes()
    assert altered_grade(elmo) != elmo
    assert wrapped(elmo).count(b"<learner>") == 2
    assert altered_badge(b'{"value":"B"}') == b'{"value":"A"}'
    assert altered_name('{"payload":"Мила"}'.encode()) == '{"payload": "Елена"}'.encode()
