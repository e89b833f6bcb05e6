"""The tables of attacks and of bad input in the docs are what the tests say: each by its name, and where it is tested."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from tests.attacks import test_bad_badges, test_bad_input
from tests.reference import ROOT

DOCS = ROOT / "docs"
ATTACKS = {
    "reliability.md": [*(f"G{n}" for n in range(1, 12)), *(f"H{n}" for n in range(1, 14))],
    "reference/bad-input.md": [*(f"C{n}" for n in range(1, 16)), *(f"D{n}" for n in range(1, 11))],
}
of_each_page = pytest.mark.parametrize("page", list(ATTACKS))
ANSWERS = {0: "PASSED, with a note", 1: "FAILED", 3: "INDETERMINATE"}
_ROW = re.compile(r"^\| ([CDGH]\d+) [^|]+\| [^|]+\| ([^|]+) \|$", re.MULTILINE)
_BAD = re.compile(r"^\| `(\w+)` \| ([^|]+) \| `([\w.]+)`(?:, `([\w./]+)`)? \|$", re.MULTILINE)
_NAMES = re.compile(r"def test_((?:[a-z]\d+_)+)")
_CODE, _SUB = re.compile(r"[a-z]+\.[a-z_]+"), re.compile("[A-Z_]+")


def mapped(page: str) -> dict[str, set[str]]:
    """Attack to the names of files that a page lists for it."""
    rows = _ROW.findall((DOCS / page).read_text("utf-8"))
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


@of_each_page
def test_every_attack_of_the_catalogue_has_a_row_and_a_test_of_its_name(page: str) -> None:
    assert list(mapped(page)) == ATTACKS[page]
    assert set(ATTACKS[page]) <= set(by_attack())


@of_each_page
def test_each_row_lists_the_files_that_have_such_tests_and_no_other(page: str) -> None:
    found = by_attack()
    for attack, files in mapped(page).items():
        listed = {path for name in files for path in found[attack] if path == name or path.endswith(f"/{name}")}
        assert listed == found[attack], attack
        assert len(listed) == len(files), attack


def told(expected: Mapping[str, tuple[int, str, *tuple[str, ...]]]) -> list[tuple[str, str, str, str]]:
    """What tests expect of each bad document: the answer, the check that speaks, and its code or sub-indication."""
    return [
        (
            name,
            ANSWERS[code],
            check,
            next((word for kind in (_CODE, _SUB) for word in more if kind.fullmatch(word)), ""),
        )
        for name, (code, check, *more) in expected.items()
    ]


def test_the_page_of_bad_input_says_what_the_tests_expect_of_each() -> None:
    page = (DOCS / "reference" / "bad-input.md").read_text("utf-8")
    _, sealed, badges, _ = page.split("\n## ")
    assert _BAD.findall(sealed) == told(test_bad_input.EXPECTED)
    assert _BAD.findall(badges) == told(test_bad_badges.EXPECTED)
