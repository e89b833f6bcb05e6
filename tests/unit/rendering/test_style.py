"""The style sheet of pages: whole, with a form of its own for dark, wide and narrow screens and for paper."""

from __future__ import annotations

import re

import pytest

from gateway.rendering.html import html_page
from tests.reference import ROOT
from tests.unit.rendering.accounts import account

SHEET = (ROOT / "gateway" / "rendering" / "page.css").read_text("utf-8")
FORMS = {
    "@media (prefers-color-scheme: dark)": {":root"},
    "@media screen and (min-width: 72rem)": {":root", "main", "#verdict", ".checks > h3"},
    "@media screen and (max-width: 40rem)": {":root", "body", "dl > div", ".courses thead", ".courses td"},
    "@media print": {"@page", ":root", "nav", "thead", "details::details-content", "header > [data-word]::after"},
}
_PIECE = re.compile(r"[^{};]*[{};]")


class BrokenSheetError(Exception):
    """The sheet isn't what it should be."""


def forms(sheet: str) -> dict[str, list[str]]:
    """Each `@media` block with the selectors of its rules; those outside stand under "". Raises `BrokenSheetError`."""
    found: dict[str, list[str]] = {"": []}
    medium, inside = "", False
    pieces = _PIECE.findall(sheet)
    if "".join(pieces) != sheet.rstrip():
        raise BrokenSheetError("something stands behind the last rule")
    for piece in pieces:
        told, mark = " ".join(piece[:-1].split()), piece[-1]
        if mark == "{" and not inside and told.startswith("@media"):
            if medium or told in found:
                raise BrokenSheetError(f"{told} stands in {medium}, or twice")
            medium = told
            found[medium] = []
        elif mark == "{":
            if inside or not told:
                raise BrokenSheetError(f"a rule in a rule: {told}")
            found[medium].append(told)
            inside = True
        elif mark == "}" and inside:
            inside = False
        elif mark == "}" and medium:
            medium = ""
        elif not inside or not re.fullmatch(r"[a-z-]+: .+", told):
            raise BrokenSheetError(f"no declaration: {told}")
    if inside or medium:
        raise BrokenSheetError("a block without an end")
    if {name: set(told) >= FORMS[name] for name, told in found.items() if name} != dict.fromkeys(FORMS, True):
        raise BrokenSheetError("a form of the page lacks its rules")
    return found


def test_the_sheet_is_whole_and_has_every_form_of_the_page() -> None:
    assert len(forms(SHEET)[""]) > 50


@pytest.mark.parametrize("brace", ["{", "}"])
def test_no_brace_can_be_lost_or_doubled_unseen(brace: str) -> None:
    for found in re.finditer(re.escape(brace), SHEET):
        for change in ("", brace * 2):
            with pytest.raises(BrokenSheetError):
                forms(SHEET[: found.start()] + change + SHEET[found.end() :])


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_the_page_can_lose_its_rules_unseen(form: str) -> None:
    """As a search-and-replace once put the rules of the draft's banner in the place of three of them."""
    start = SHEET.index(form + " {")
    end = SHEET.index("\n}\n", start)
    with pytest.raises(BrokenSheetError):
        forms(f"{SHEET[:start]}{form} {{\n  header > .draft {{ color: #000; }}{SHEET[end:]}")
    with pytest.raises(BrokenSheetError):
        forms(SHEET[:start] + SHEET[end + 3 :])


def test_every_class_of_the_sheet_is_one_that_pages_have() -> None:
    """What a drawer or the description calls its parts; statuses and kinds come from the model's own words."""
    code = "".join(file.read_text("utf-8") for file in (ROOT / "gateway" / "rendering").rglob("*.py"))
    model = "".join(file.read_text("utf-8") for file in (ROOT / "gateway" / "model").rglob("*.py")).lower()
    for name in set(re.findall(r"\.([a-z][a-z_]+)\d?\b", re.sub(r"\{[^{}]*\}", "{}", SHEET))):
        assert re.search(rf"\b{name}\b", code + model), name
    assert b"color-scheme: light dark" in html_page(account())
