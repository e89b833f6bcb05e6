"""The table of bad input in docs/reliability.md is what the tests say: each item has a test, by a name that says so."""

from __future__ import annotations

import ast
import re

import pytest

from tests.reference import ROOT

ITEMS = {
    "markup in every field": "markup",
    "control characters in every field": "control_characters",
    "names of 10,000 characters": "ten_thousand_characters",
    "mixed directions": "mixed_directions",
    "look-alike letters": "look_alike_letters",
    "an attachment of 100 MB": "attachment_of_a_hundred_megabytes",
    "a record with 10,000 courses": "ten_thousand_courses",
}
"""What pages must bear, and the words by which its test is known."""
_ROW = re.compile(r"^\| ([^|]+) \| [^|]+ \| `(test_\w+)` \|$", re.MULTILINE)


def mapped() -> dict[str, str]:
    """Bad input to the name of the test that the page lists for it."""
    page = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    part = page.partition("## Bad input and the pages made of it")[2].partition("\n## ")[0]
    return dict(_ROW.findall(part))


def attack_tests() -> dict[str, ast.FunctionDef]:
    """The tests in tests/attacks, by name."""
    trees = [ast.parse(file.read_text("utf-8")) for file in (ROOT / "tests" / "attacks").glob("test_*.py")]
    return {
        node.name: node
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_bad_input_has_its_row_and_no_other_has() -> None:
    assert list(mapped()) == list(ITEMS)


@pytest.mark.parametrize("item", ITEMS)
def test_each_row_names_a_test_that_is_there_and_says_what_it_is_about(item: str) -> None:
    name = mapped()[item]
    assert ITEMS[item] in name
    assert any(isinstance(node, ast.Assert) for node in ast.walk(attack_tests()[name]))
