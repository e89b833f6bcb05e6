"""`testamur inbox list|done|retry|discard`: what came, and waits for the registry's own system or for a person."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.delivery_text import arrival_lines
from gateway.cli.local import CONFIG, JSON, print_json, print_list, through_node
from gateway.drivers.local_client import Query

_ID = click.argument("id_", metavar="ID", type=click.UUID)
_SENDER = click.option("--sender", metavar="PARTICIPANT", help="Who sent it, where two peers chose the same id.")


@click.group("inbox", short_help="What came and waits; mend what was set aside.")
def command() -> None:
    """List what came, say that your own system has it, and mend what was set aside; through the running node."""


@command.command("list", short_help="Documents that wait, oldest first.")
@click.option("--set-aside", is_flag=True, help="Those that this node gave up to decide about by itself.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@CONFIG
@JSON
def list_(set_aside: bool, limit: int, config: Path | None, as_json: bool) -> None:
    """List documents that were accepted and wait to be fetched; or those that were set aside."""
    query: Query = {"set_aside": "true" if set_aside else None, "limit": str(limit)}
    answer = through_node(config, lambda node: node.get("/v1/inbox", query))
    print_list(answer, "arrivals", arrival_lines, as_json=as_json)


@command.command("done", short_help="Say that your own system has it.")
@_ID
@_SENDER
@CONFIG
@JSON
def done(id_: object, sender: str | None, config: Path | None, as_json: bool) -> None:
    """Say that your own system has a document: it is handed over."""
    _post(f"/v1/inbox/{id_}/done", {"sender": sender}, config, as_json=as_json)


@command.command("retry", short_help="Try once more what was set aside.")
@_ID
@_SENDER
@CONFIG
@JSON
def retry(id_: object, sender: str | None, config: Path | None, as_json: bool) -> None:
    """Try once more to decide about a document that was set aside, or to hand it over."""
    _post(f"/v1/inbox/{id_}/retry", {"sender": sender}, config, as_json=as_json)


@command.command("discard", short_help="Give up for good what was set aside.")
@_ID
@_SENDER
@click.option("--reason", metavar="WORD", help="A word for the timeline; never about a person.")
@CONFIG
@JSON
def discard(id_: object, sender: str | None, reason: str | None, config: Path | None, as_json: bool) -> None:
    """Give up for good a document that was set aside. Its sender is told nothing: its delivery ends undecided."""
    _post(f"/v1/inbox/{id_}/discard", {"sender": sender, "reason": reason}, config, as_json=as_json)


def _post(path: str, query: Query, config: Path | None, *, as_json: bool) -> None:
    arrival = through_node(config, lambda node: node.post(path, query))
    if as_json:
        print_json(arrival)
    else:
        click.echo("\n".join(arrival_lines([arrival])))
