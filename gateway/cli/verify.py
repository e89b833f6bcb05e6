"""`testamur verify FILE`: what is proven of a document, and what isn't."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from gateway.cli.options import FILE, verifying
from gateway.cli.presentation import json_line, verdict_lines
from gateway.cli.terms import Judging
from gateway.model.verdict import Indication
from gateway.node import startup
from gateway.verify.engine import verify

EXIT = {Indication.PASSED: 0, Indication.FAILED: 1, Indication.INDETERMINATE: 3}


@click.command("verify", short_help="Say what is proven of a document.")
@click.argument("file", type=FILE)
@verifying
@click.option("--all", "every_check", is_flag=True, help="Show every check, also those that passed.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as one JSON document.")
def command(
    file: Path,
    trust: tuple[str, ...],
    policy: str | None,
    at: dt.datetime | None,
    evidence: Path | None,
    online: bool,
    keep_evidence: Path | None,
    every_check: bool,
    as_json: bool,
) -> None:
    """Say what is proven of FILE, by whom, and what isn't.

    Exit code: 0 PASSED, 1 FAILED, 3 INDETERMINATE.
    """
    judging = Judging(trust=trust, policy=policy, at=at, evidence=evidence, online=online, keep_evidence=keep_evidence)
    octets, adapters = startup.read_file(file), startup.adapters()
    verdict = verify(octets, adapters=adapters, terms=judging.terms(octets, adapters)).verdict
    if as_json:
        click.echo(json_line(verdict.model_dump_json(by_alias=True)))
    else:
        click.echo("\n".join(verdict_lines(verdict, every_check=every_check)))
    sys.exit(EXIT[verdict.verdict])
