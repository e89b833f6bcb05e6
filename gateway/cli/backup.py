"""`testamur backup FOLDER`: a copy of this node's store."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gateway.cli.local import CONFIG, settings_of
from gateway.drivers.store.backup import back_up_folder
from gateway.drivers.store.faults import SQLITE_FAULTS, stopped


@click.command("backup", short_help="Copy the store of this node to a folder, whether it runs or not.")
@click.argument("folder", type=click.Path(path_type=Path))
@CONFIG
def command(folder: Path, config: Path | None) -> None:
    """Copy the store of this node to FOLDER, which isn't there yet: the database as it is at one moment, and all bodies
    that it names, each held against its digest. FOLDER is a store itself, and holds documents of persons as that does.

    Exit code: 0 copied, 2 not copied, or bodies of unfinished messages aren't there as they were written.
    """
    try:
        done = back_up_folder(settings_of(config).node.store, folder)
    except SQLITE_FAULTS as error:
        raise stopped(error) from error
    click.echo(f"{folder}  {done.bodies} bodies, {done.octets} octets")
    for name in done.lost:
        click.echo(f"lost: {name}", err=True)
    sys.exit(2 if done.lost else 0)
