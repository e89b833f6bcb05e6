"""Write docs/reference/cli.md from the command's own help: python -m scripts.cli_reference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli.main import testamur

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
_WIDTH = 100
_HEAD = """# The command line

Kept stable: people's scripts depend on it. This page is the command's own help, written by
`python -m scripts.cli_reference`; a test compares them.

Exit codes: 0 done (`verify`: PASSED), 1 FAILED, 2 the caller's or configuration's fault, 3 INDETERMINATE. `--json`
prints one JSON document on stdout (`verify` of several files: a line each) and nothing else. Colours appear on a
terminal only, and never where `NO_COLOR` is set.
"""


def reference() -> str:
    """The whole page."""
    return _HEAD + "".join(f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in _helps("testamur", testamur))


def _helps(path: str, command: click.Command, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    name = path.rpartition(" ")[2]
    context = click.Context(command, parent, info_name=name, terminal_width=_WIDTH, **command.context_settings)
    yield path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _helps(f"{path} {name}", inner, context)


if __name__ == "__main__":
    PAGE.write_text(reference(), "utf-8")
