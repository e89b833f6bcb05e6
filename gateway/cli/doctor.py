"""`testamur doctor`: what is wrong with this node, and how to mend it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from gateway.cli.local import CONFIG, JSON, print_json
from gateway.delivery.check import Check, Level
from gateway.node import startup
from gateway.node.doctor import examine, exit_code
from gateway.rendering.markup import on_one_line, shown

_MARK = {Level.PASS: ("✓", "green"), Level.WARN: ("!", "yellow"), Level.FAIL: ("✗", "red")}


@click.command("doctor", short_help="Find what is wrong with this node, and how to mend it.")
@CONFIG
@click.option("--all", "every_check", is_flag=True, help="Show every check, also those that are well.")
@JSON
def command(config: Path | None, every_check: bool, as_json: bool) -> None:
    """Look at settings, keys, trust, disk, ports, store, clock and peers; the node may run or not.

    Exit code: 0 all is well (or only to be looked at), 2 something here must be mended, 4 a peer isn't as it should be.
    """
    checks = asyncio.run(examine(config, now=startup.right_now()))
    if as_json:
        print_json({"checks": [check.model_dump(mode="json") for check in checks]})
    else:
        click.echo("\n".join(_lines(checks, every_check=every_check)))
    sys.exit(exit_code(checks))


def _lines(checks: Iterable[Check], *, every_check: bool) -> Iterator[str]:
    checks = tuple(checks)
    for check in checks:
        if every_check or check.status is not Level.PASS:
            yield from _in_full(check)
    well = sum(check.status is Level.PASS for check in checks)
    yield f"{well} of {len(checks)} checks are well" + ("" if every_check or well == 0 else " (--all shows them)")


def _in_full(check: Check) -> Iterator[str]:
    mark, colour = _MARK[check.status]
    about = f" {on_one_line(check.about)}" if check.about else ""
    yield f"  {click.style(mark, fg=colour)} {click.style(check.name, bold=True)}{about}"
    yield "      " + shown(check.reason).replace("\n", "\n      ")
    if check.advice and check.status is not Level.PASS:
        yield f"      {click.style('what to do', bold=True)}  {on_one_line(check.advice)}"
