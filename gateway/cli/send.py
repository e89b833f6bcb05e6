"""`testamur send FILE --to PARTICIPANT`: give a document to the running node to deliver."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from gateway.cli.delivery_text import STATES, delivery_lines, rehearsal_lines
from gateway.cli.local import CONFIG, JSON, print_json, through_node
from gateway.cli.options import FILE, Languages
from gateway.drivers.local_client import LocalNode

EXIT = {"refused": 1, "dead": 4, "discarded": 4}
_SHORTEST, _LONGEST = 0.1, 2.0

_AS_HELP = "Translate it for this system, or `original`: send it alone; without it as the peer wants."


@click.command("send", short_help="Give a document to the running node to deliver.")
@click.argument("file", type=FILE)
@click.option("--to", "to", required=True, metavar="PARTICIPANT", help="Who gets it: the id of a [[peer]].")
@click.option("--as", "adapter", metavar="ADAPTER", help=_AS_HELP)
@click.option("--purpose", metavar="P", help="Why: a word that both registries know, never about a person.")
@click.option("--consent", metavar="SHA256", help="The digest of a consent statement that the two registries keep.")
@click.option(
    "--lang", "languages", type=Languages(), default=(), help="Languages of a translation, the first being primary."
)
@click.option(
    "--idempotency-key",
    "key",
    metavar="KEY",
    help="Your own name for this submission: said again under the same key, it is the same delivery.",
)
@click.option("--dry-run", is_flag=True, help="Do all of it, but keep and send nothing.")
@click.option("--wait", is_flag=True, help="Wait until the peer has decided, and show how it goes.")
@CONFIG
@JSON
def command(
    file: Path,
    to: str,
    adapter: str | None,
    purpose: str | None,
    consent: str | None,
    languages: tuple[str, ...],
    key: str | None,
    dry_run: bool,
    wait: bool,
    config: Path | None,
    as_json: bool,
) -> None:
    """Give FILE to the running node: it verifies it, translates it, and sends it until the peer has answered.

    Without --wait this ends when the node has it on its disk; `testamur deliveries show` tells the rest.
    Exit code: 0 taken in (with --wait: accepted), 1 refused by the peer, 4 given up, or no node answers here.
    """
    query = {
        "to": to,
        "as": adapter,
        "purpose": purpose,
        "consent": consent,
        "lang": ",".join(languages) or None,
        "dry_run": "true" if dry_run else None,
    }

    async def send(node: LocalNode) -> Any:
        answer = await node.post("/v1/deliveries", query, file, key=key)
        return await _decided(node, answer) if wait and not dry_run else answer

    answer = through_node(config, send)
    if as_json:
        print_json(answer)
    else:
        click.echo("\n".join(rehearsal_lines(answer) if dry_run else delivery_lines(answer)))
    sys.exit(0 if dry_run else EXIT.get(answer["state"], 0))


async def _decided(node: LocalNode, delivery: Any) -> Any:
    """Ask until it came to an end; each new state is told on stderr."""
    said, pause = None, _SHORTEST
    while True:
        if delivery["state"] != said:
            said, pause = delivery["state"], _SHORTEST
            click.echo(f"{delivery['id']}  {said}: {STATES[said][1]}", err=True)
        if said not in {"queued", "receipted"}:
            return delivery
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, _LONGEST)
        delivery = await node.get(f"/v1/deliveries/{delivery['id']}")
