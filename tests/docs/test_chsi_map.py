"""The table of bad input in docs/reference/chsi.md is what the tests say: each has a test of its name, and its code."""

from __future__ import annotations

import ast
import re

from tests.reference import ROOT

PAGE = ROOT / "docs" / "reference" / "chsi.md"
WANTED = (
    "bomb PDF", "PDF with scripts", "page with another host's code", "captcha page", "mixed encodings",
    "number of another school", "look-alike domain", "code in lower case with spaces",
    "17 digits, and impossible numbers", "name as image",
)  # fmt: skip
_ROW = re.compile(r"^\| ([^|`]+) \| [^|]*`([^`]+)` \| `([a-z_]+\.py)::(test_[a-z_]+)` \|$", re.MULTILINE)


def rows() -> dict[str, tuple[str, str, str]]:
    """Input to its code, the file of its test, and the test."""
    section = PAGE.read_text("utf-8").partition("## Bad input")[2].partition("\n## ")[0]
    found = {name: (code, file, test) for name, code, file, test in _ROW.findall(section)}
    assert len(found) == section.count("\n| ") - 1, "a row of another form"
    return found


def test_every_bad_input_of_the_list_has_a_row() -> None:
    assert set(WANTED) <= set(rows())


def test_each_row_names_a_test_that_is_there_and_asserts_its_code() -> None:
    for name, (code, file, test) in rows().items():
        source = (ROOT / "tests" / "attacks" / file).read_text("utf-8")
        [found] = [n for n in ast.parse(source).body if isinstance(n, ast.FunctionDef) and n.name == test]
        parts = (found, *found.decorator_list)
        said = {n.value for part in parts for n in ast.walk(part) if isinstance(n, ast.Constant)}
        assert code in said, name
