"""`testamur serve`: this node at work, until it is told to stop."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from gateway.cli.options import FILE
from gateway.drivers.logs import log_to
from gateway.node.settings import STANDARD_FILE, load_settings


@click.command("serve", short_help="Exchange documents with other nodes.")
@click.option(
    "--config", type=FILE, default=STANDARD_FILE, show_default=True, help="The node's settings (config/node.toml)."
)
def command(config: Path) -> None:
    """Run this node: send and receive documents, until SIGTERM or Ctrl-C; then finish what was begun.

    Exit code: 0 stopped, 2 something in the settings can't be used.
    """
    from gateway.web.app import serve

    log_to()
    asyncio.run(serve(load_settings(config)))
