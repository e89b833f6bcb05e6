"""`testamur verify FILE…`: what is proven of documents, and what isn't."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from gateway.cli.many import IN_FULL, JSON_LINES, LINES, files_of, summary, verify_many, worst
from gateway.cli.options import verifying
from gateway.cli.presentation import EXIT, json_line, verdict_lines
from gateway.cli.terms import Judging
from gateway.model.verdict import Verdict
from gateway.node import startup
from gateway.verify.engine import verify


@click.command("verify", short_help="Say what is proven of documents.")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@verifying
@click.option("--all", "every_check", is_flag=True, help="Show every check, also those that passed.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the verdict as one JSON document; of several, a line each."
)
def command(
    files: tuple[Path, ...],
    judging: Judging,
    every_check: bool,
    as_json: bool,
) -> None:
    """Say what is proven of FILE, by whom, and what isn't.

    Of several, or of a folder (with the folders in it), each has a line, and all processors work.

    Exit code: 0 PASSED, 1 FAILED, 3 INDETERMINATE; of several that of the worst, and 2 or 4 where a file couldn't be
    looked at.
    """
    if len(files) > 1 or files[0].is_dir():
        sys.exit(_many(files, judging, every_check=every_check, as_json=as_json))
    octets, adapters = startup.read_file(files[0]), startup.adapters()
    verdict = verify(octets, adapters=adapters, terms=judging.terms(octets, adapters)).verdict
    if as_json:
        click.echo(json_line(verdict.model_dump_json(by_alias=True)))
    else:
        click.echo("\n".join(verdict_lines(verdict, every_check=every_check)))
    sys.exit(EXIT[verdict.verdict])


def _many(files: tuple[Path, ...], judging: Judging, *, every_check: bool, as_json: bool) -> int:
    form = JSON_LINES if as_json else IN_FULL if every_check else LINES
    # online each is asked about by itself, which waits for others and keeps what they answer: one after the other
    counted = verify_many(files_of(files), judge_of(judging), form, processes=1 if judging.online else None)
    if not as_json:
        click.echo(summary(counted))
    return worst(counted)


def judge_of(judging: Judging) -> Callable[[Path], Verdict]:
    """What gives the verdict of each of many files; what is judged by is read once, where it is the same for all."""
    adapters = startup.adapters()
    same = None if judging.online else judging.offline()

    def judge(file: Path) -> Verdict:
        octets = startup.read_file(file)
        return verify(octets, adapters=adapters, terms=same or judging.terms(octets, adapters)).verdict

    return judge
