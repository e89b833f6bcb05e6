"""`testamur deliveries list|show|retry|discard`: what became of what was sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gateway.cli.delivery_text import STATES, delivery_lines, list_lines
from gateway.cli.local import CONFIG, JSON, print_json, print_list, through_node
from gateway.drivers.local_client import Query

_ID = click.argument("id_", metavar="ID", type=click.UUID)


@click.group("deliveries", short_help="What became of what was sent.")
def command() -> None:
    """List deliveries, show one with its receipts, and mend dead letters; through the running node."""


@command.command("list", short_help="Deliveries, newest first.")
@click.option("--state", type=click.Choice(list(STATES)), help="Those in this state alone.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="At most so many.")
@CONFIG
@JSON
def list_(state: str | None, limit: int, config: Path | None, as_json: bool) -> None:
    """List deliveries, newest first."""
    query: Query = {"state": state, "limit": str(limit)}
    answer = through_node(config, lambda node: node.get("/v1/deliveries", query))
    print_list(answer, "deliveries", list_lines, as_json=as_json)


@command.command("show", short_help="One delivery with its timeline and receipts.")
@_ID
@CONFIG
@JSON
def show(id_: object, config: Path | None, as_json: bool) -> None:
    """Show one delivery: its timeline, and what the peer's receipts say. --json has the signed receipts too."""
    _tell(through_node(config, lambda node: node.get(f"/v1/deliveries/{id_}")), as_json=as_json)


@command.command("retry", short_help="Send a dead letter after all.")
@_ID
@CONFIG
@JSON
def retry(id_: object, config: Path | None, as_json: bool) -> None:
    """Send a dead letter after all: it goes back into the queue."""
    _post(f"/v1/deliveries/{id_}/retry", None, config, as_json=as_json)


@command.command("discard", short_help="Give a dead letter up for good.")
@_ID
@click.option("--reason", metavar="WORD", help="A word for the timeline; never about a person.")
@CONFIG
@JSON
def discard(id_: object, reason: str | None, config: Path | None, as_json: bool) -> None:
    """Give a dead letter up for good."""
    _post(f"/v1/deliveries/{id_}/discard", {"reason": reason}, config, as_json=as_json)


def _post(path: str, query: Query | None, config: Path | None, *, as_json: bool) -> None:
    _tell(through_node(config, lambda node: node.post(path, query)), as_json=as_json)


def _tell(delivery: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(delivery)
    else:
        click.echo("\n".join(delivery_lines(delivery)))
