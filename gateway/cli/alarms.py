"""`testamur alarms list|acknowledge`: what a person must look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli.delivery_text import alarm_lines
from gateway.cli.local import CONFIG, JSON, print_json, print_list, through_node
from gateway.drivers.local_client import LocalNode

_MOST = "500"


@click.group("alarms", short_help="What a person must look at; say that somebody has.")
def command() -> None:
    """List alarms, and acknowledge them: health names those that nobody has looked at; through the running node."""


@command.command("list", short_help="Alarms, newest first.")
@click.option("--all", "every", is_flag=True, help="Also those that somebody has acknowledged.")
@CONFIG
@JSON
def list_(every: bool, config: Path | None, as_json: bool) -> None:
    """List alarms, newest first. docs/how-to/watch-a-node.md says what each means."""
    alarms = through_node(config, lambda node: _alarms(node, every=every))
    print_list({"alarms": alarms}, "alarms", alarm_lines, as_json=as_json)


@command.command("acknowledge", short_help="Say that somebody has looked at alarms.")
@click.argument("numbers", metavar="[NUMBER]...", nargs=-1, type=click.IntRange(1, 999_999_999_999))
@click.option("--all", "every", is_flag=True, help="All that there are now.")
@CONFIG
@JSON
def acknowledge(numbers: tuple[int, ...], every: bool, config: Path | None, as_json: bool) -> None:
    """Say that somebody has looked at alarms, by their numbers."""
    if bool(numbers) is every:
        raise click.UsageError("give the numbers of alarms, or --all")

    async def ask(node: LocalNode) -> list[Any]:
        wanted = numbers or [alarm["number"] for alarm in await _alarms(node, every=False)]
        return [await node.post(f"/v1/alarms/{number}/acknowledge") for number in wanted]

    alarms = through_node(config, ask)
    if as_json:
        print_json({"alarms": alarms})
    else:
        click.echo("\n".join(alarm_lines(alarms)) or "none")


async def _alarms(node: LocalNode, *, every: bool) -> list[Any]:
    found = (await node.get("/v1/alarms", {"limit": _MOST}))["alarms"]
    return [alarm for alarm in found if every or alarm["acknowledged"] is None]
