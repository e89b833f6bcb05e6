"""`testamur reproduce DERIVATION --source FILE`: run a translation again, and compare."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import click

from gateway.cli.options import FILE
from gateway.cli.presentation import json_line
from gateway.cli.translation_text import reproduced_lines
from gateway.node import startup
from gateway.node.reproduce import Answer, Claim, reproduce
from gateway.translate.reproduction import Outcome

EXIT = {Outcome.REPRODUCED: 0, Outcome.PAGES_NOT_COMPARED: 0, Outcome.DIFFERS: 1, Outcome.NOT_HERE: 3}


@click.command("reproduce", short_help="Run a translation again, and compare.")
@click.argument("derivation", type=FILE)
@click.option("--source", type=FILE, required=True, metavar="FILE", help="The original that was translated.")
@click.option("--result", type=FILE, metavar="FILE", help="The translation as it was delivered.")
@click.option("--config", type=FILE, metavar="FILE", help="The node's settings; without it ./node.toml, if there.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as one JSON document.")
def command(derivation: Path, source: Path, result: Path | None, config: Path | None, as_json: bool) -> None:
    """Run the translation that DERIVATION describes again, and compare it with what the derivation says and, with
    --result, with what was delivered. It tells nothing of who made source and derivation: `testamur verify` does.

    Exit code: 0 reproduced (also where pages couldn't be compared), 1 differs, 3 cannot be re-run here.
    """
    now = startup.right_now()
    node = startup.start(startup.find_settings(config), now=now)
    claim = Claim(
        derivation=startup.read_file(derivation),
        source=startup.read_file(source, node.limits),
        result=None if result is None else startup.read_file(result, node.limits),
    )
    answer = asyncio.run(reproduce(node, claim, now=now))
    if as_json:
        click.echo(json_line(json.dumps(_as_json(answer), ensure_ascii=False)))
    else:
        click.echo("\n".join(reproduced_lines(answer, compared_result=result is not None)))
    sys.exit(EXIT[answer.reproduction.outcome])


def _as_json(answer: Answer) -> dict[str, object]:
    return {
        **answer.reproduction.model_dump(mode="json"),
        "signed_by": answer.signer,
        "source": None if answer.source is None else answer.source.verdict.model_dump(mode="json", by_alias=True),
    }
