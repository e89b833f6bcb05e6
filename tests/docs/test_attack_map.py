"""The table of attacks in docs/reliability.md is what the tests say: each attack, and each file that has one of its name."""

from __future__ import annotations

import re

from tests.reference import ROOT

PAGE = ROOT / "docs" / "reliability.md"
ATTACKS = [*(f"G{n}" for n in range(1, 12)), *(f"H{n}" for n in range(1, 14))]
_ROW = re.compile(r"^\| ([GH]\d+) [^|]+\| [^|]+\| ([^|]+) \|$", re.MULTILINE)
_NAMES = re.compile(r"def test_((?:[a-z]\d+_)+)")


def mapped() -> dict[str, set[str]]:
    """Attack to the names of files that the page lists for it."""
    rows = _ROW.findall(PAGE.read_text("utf-8"))
    assert len({attack for attack, _ in rows}) == len(rows)
    return {attack: set(re.findall(r"`([^`]+)`", files)) for attack, files in rows}


def by_attack() -> dict[str, set[str]]:
    """Attack to the paths of the files with a test of its name."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "tests").rglob("*.py"):
        for marks in _NAMES.findall(file.read_text("utf-8")):
            for mark in marks.rstrip("_").upper().split("_"):
                found.setdefault(mark, set()).add(str(file.relative_to(ROOT)))
    return found


def test_every_attack_of_the_catalogue_has_a_row_and_a_test_of_its_name() -> None:
    assert list(mapped()) == ATTACKS
    assert set(ATTACKS) <= set(by_attack())


def test_each_row_lists_the_files_that_have_such_tests_and_no_other() -> None:
    found = by_attack()
    for attack, files in mapped().items():
        listed = {path for name in files for path in found[attack] if path == name or path.endswith(f"/{name}")}
        assert listed == found[attack], attack
        assert len(listed) == len(files), attack
