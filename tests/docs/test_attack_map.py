"""The tables of faults and of attacks in docs/reliability.md are what the tests say: each file that has one of the name."""

from __future__ import annotations

import re

from tests.reference import ROOT

PAGE = ROOT / "docs" / "reliability.md"
NAMED = [*(f"R{n}" for n in range(1, 28)), *(f"G{n}" for n in range(1, 12)), *(f"H{n}" for n in range(1, 14))]
_ROW = re.compile(r"^\| ([GHR]\d+) [^|]+\| [^|]+\| ([^|]+) \|$", re.MULTILINE)
_NAMES = re.compile(r"def test_((?:[a-z]\d+_)+)")


def mapped() -> dict[str, set[str]]:
    """Fault or attack to the names of files that the page lists for it."""
    rows = _ROW.findall(PAGE.read_text("utf-8"))
    assert len({name for name, _ in rows}) == len(rows)
    return {name: set(re.findall(r"`([^`]+)`", files)) for name, files in rows}


def by_name() -> dict[str, set[str]]:
    """Fault or attack to the paths of the files with a test of its name."""
    found: dict[str, set[str]] = {}
    for file in (ROOT / "tests").rglob("*.py"):
        for marks in _NAMES.findall(file.read_text("utf-8")):
            for mark in marks.rstrip("_").upper().split("_"):
                found.setdefault(mark, set()).add(str(file.relative_to(ROOT)))
    return found


def test_every_fault_and_attack_of_the_catalogue_has_a_row_and_a_test_of_its_name() -> None:
    assert list(mapped()) == NAMED
    assert set(NAMED) <= set(by_name())


def test_each_row_lists_the_files_that_have_such_tests_and_no_other() -> None:
    found = by_name()
    for name, files in mapped().items():
        listed = {path for file in files for path in found[name] if path == file or path.endswith(f"/{file}")}
        assert listed == found[name], name
        assert len(listed) == len(files), name
