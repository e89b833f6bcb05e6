"""The tables of faults, attacks and bad input in the docs are what the tests say: each by its name, and where it is tested."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.attacks import test_bad_badges, test_bad_input
from tests.reference import ROOT

DOCS = ROOT / "docs"
BAD_INPUT = "reference/bad-input.md"
NAMED = {
    "reliability.md": [
        f"{letter}{n}" for letter, last in (("R", 27), ("G", 11), ("H", 13)) for n in range(1, last + 1)
    ],
    BAD_INPUT: [f"{letter}{n}" for letter, last in (("C", 15), ("D", 10)) for n in range(1, last + 1)],
}
of_each_page = pytest.mark.parametrize("page", list(NAMED))
ANSWERS = {0: "PASSED, with a note", 1: "FAILED", 3: "INDETERMINATE"}
_ROW = re.compile(r"^\| ([CDGHR]\d+) [^|]+\| [^|]+\| ([^|]+) \|$", re.MULTILINE)
_BAD = re.compile(r"^\| `(\w+)` \| ([^|]+) \| `([\w.]+)`(?:, `([\w.]+)`)? \|$", re.MULTILINE)
_NAMES = re.compile(r"def test_((?:[a-z]\d+_)+)")
_CODE, _SUB = re.compile(r"[a-z]+\.[a-z_]+"), re.compile("[A-Z_]+")


def mapped(page: str) -> dict[str, set[str]]:
    """Fault or attack to the names of files that a page lists for it."""
    rows = _ROW.findall((DOCS / page).read_text("utf-8"))
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


@of_each_page
def test_every_fault_and_attack_of_the_catalogue_has_a_row_and_a_test_of_its_name(page: str) -> None:
    assert list(mapped(page)) == NAMED[page]
    assert set(NAMED[page]) <= set(by_name())


@of_each_page
def test_each_row_lists_the_files_that_have_such_tests_and_no_other(page: str) -> None:
    found = by_name()
    for name, files in mapped(page).items():
        listed = {path for file in files for path in found[name] if path == file or path.endswith(f"/{file}")}
        assert listed == found[name], name
        assert len(listed) == len(files), name


def told(expected: Mapping[str, tuple[int, str, *tuple[str, ...]]]) -> list[tuple[str, str, str, str]]:
    """What tests expect of each bad document: the answer, the check that speaks, and its code or sub-indication."""
    return [(name, ANSWERS[code], check, _code(more)) for name, (code, check, *more) in expected.items()]


def _code(more: list[str]) -> str:
    return next((word for kind in (_CODE, _SUB) for word in more if kind.fullmatch(word)), "")


def test_the_page_of_bad_input_says_what_the_tests_expect_of_each() -> None:
    _, sealed, badges, _ = (DOCS / BAD_INPUT).read_text("utf-8").split("\n## ")
    assert _BAD.findall(sealed) == told(test_bad_input.EXPECTED)
    assert _BAD.findall(badges) == told(test_bad_badges.EXPECTED)
