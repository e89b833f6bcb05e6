"""`testamur demo`: verify, translate and refuse and exchange documents of fictional registries, all in a minute."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import click

from gateway.model.verdict import Indication
from gateway.node.demo import demonstration
from gateway.node.demo_step import Step

_COLOURS = {Indication.PASSED: "green", Indication.FAILED: "red", Indication.INDETERMINATE: "yellow", None: "cyan"}


@click.command("demo", short_help="Show it all with fictional registries.")
@click.option("--keep", is_flag=True, help="Keep the folder with all files, and leave the nodes running.")
def command(keep: bool) -> None:
    """Show what Testamur does with documents of fictional registries, made and sealed on the spot.

    Exit code: 0 when everything happened as it must, else 1.
    """
    if keep:
        folder = Path(tempfile.mkdtemp(prefix="testamur-demo-"))
        try:
            held = asyncio.run(_show(folder, keep=True))
        finally:
            click.echo(f"\nThe files are in {folder}")
        click.echo("  begin with elmo-to-europass/page.html in a browser")
    else:
        with tempfile.TemporaryDirectory(prefix="testamur-demo-") as name:
            held = asyncio.run(_show(Path(name), keep=False))
        click.echo("\nThe files are gone again; --keep keeps them (the pages for people are worth a look)")
    sys.exit(0 if held else 1)


async def _show(folder: Path, *, keep: bool) -> bool:
    """Print each step as it happens; whether all of them held."""
    held, number = True, 0
    async with demonstration(folder, keep=keep) as shown:
        async for step in shown.steps():
            number += 1
            held = held and step.held
            _tell(number, step)
        if held:
            click.secho("\nAll of it happened as it must.", fg="green", bold=True)
        else:
            click.secho("\nSomething did not happen as it must: see above.", fg="red", bold=True)
        if keep:
            click.echo("\nThe nodes go on running; look at them, and end them:")
            for line in shown.left_running():
                click.echo(f"  {line}")
    return held


def _tell(number: int, step: Step) -> None:
    mark = click.style("✓", fg="green") if step.held else click.style("✗ not as it must be", fg="red")
    click.echo(f"\n{click.style(f'{number:>2}', bold=True)}  {click.style(step.title, bold=True)}  {mark}")
    first, *rest = step.told
    click.echo(f"    {click.style(first, fg=_COLOURS[step.verdict])}")
    for line in rest:
        click.echo(f"    {line}")
