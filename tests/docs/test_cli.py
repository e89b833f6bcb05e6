"""docs/reference/cli.md is the command's own help."""

from __future__ import annotations

from scripts.cli_reference import PAGE, reference


def test_the_page_is_the_real_help() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run: python -m scripts.cli_reference"
