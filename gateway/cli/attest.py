"""`testamur attest PAGE`: attest the answer of an official check that one has fetched oneself."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from gateway.cli.options import FILE, UtcTime
from gateway.drivers.evidence_files import keep_attested
from gateway.drivers.node_secret import make_node_secret
from gateway.node import startup
from gateway.node.attest import attested_answer, load_witness, question_of
from gateway.node.settings import load_settings
from gateway.verify.asking import name_of


@click.command("attest", short_help="Attest the answer of an official check that you fetched.")
@click.argument("page", type=FILE)
@click.option("--key", type=FILE, required=True, metavar="FILE", help="Your key (PEM, Ed25519 or P-256), mode 0600.")
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), required=True, metavar="FOLDER",
              help="The folder that --evidence is given later; files are added to it.")  # fmt: skip
@click.option("--of", "report", type=FILE, metavar="FILE", help="The report that was asked for. Default: PAGE says it.")
@click.option("--at", type=UtcTime(), help="When the page was fetched. Default: now.")
@click.option("--config", type=FILE, metavar="FILE",
              help="Name it by the HMAC of the code, under this node's secret: for this node alone, and "
              "for several reports in one folder.")  # fmt: skip
def command(
    page: Path, key: Path, output: Path, report: Path | None, at: dt.datetime | None, config: Path | None
) -> None:
    """Attest with your key that PAGE, as it was saved, is what an official check (China's register) answered you.

    By that you vouch for having fetched it yourself: never attest a page that a holder gave you. Whoever trusts your
    key for it (--trust, or [[trust]] for = ["evidence"]) takes the answer as the register's own. The page may repeat
    the code that opens the report: keep the folder as you keep documents.

    Exit code: 0 attested.
    """
    octets = startup.read_file(page)
    question = question_of(octets if report is None else startup.read_file(report), startup.adapters())
    witness = load_witness(key)
    answer = attested_answer(octets, question, witness, fetched_at=at or startup.right_now())
    asked = ""
    if config is not None:
        secret = make_node_secret(load_settings(config).node.secret)
        asked = name_of(question, secret).removeprefix(f"{question.url}#")
    note = keep_attested(output, answer, asked)
    click.echo(f"{note}  {question.url} at {answer.fetched_at.isoformat()}")
    click.echo(f"attested by {witness.method.controller}")
    click.echo(f"use it with: --evidence {output} --trust {witness.method.controller}")
