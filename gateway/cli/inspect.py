"""`testamur inspect FILE`: the record that a document holds, and what of it can't be carried."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gateway.cli.options import FILE, verifying
from gateway.cli.presentation import json_line, verdict_lines
from gateway.cli.terms import Judging
from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.model.record import Learner, Name
from gateway.model.texts import When, is_when
from gateway.model.verdict import Indication
from gateway.node import startup
from gateway.rendering import words
from gateway.rendering.markup import on_one_line
from gateway.rendering.tree import tree
from gateway.verify.engine import VerifiedDocument, verify
from gateway.vocabulary.name_match import Match, match_learners


@click.command("inspect", short_help="Show the record that a document holds.")
@click.argument("file", type=FILE)
@verifying
@click.option("--json", "as_json", is_flag=True, help="Print verdict, record and losses as one JSON document.")
@click.option("--learner", metavar="NAME", help="Say whether the learner is this person; - reads the name from stdin.")
@click.option(
    "--born", metavar="DAY", callback=lambda *given: _day(given[-1]), help="When that person was born, for --learner."
)
def command(
    file: Path,
    judging: Judging,
    as_json: bool,
    learner: str | None,
    born: When | None,
) -> None:
    """Show the record that FILE holds, and what of it can't be carried into the record.

    With --learner a name is compared in any script and order: exact, equivalent, mismatch, or review, where letters
    can't tell and somebody has to look.

    Exit code: 0 when a record was shown, whatever the verdict, which is shown too; 1 or 3 where FILE can't be read.
    """
    if born is not None and learner is None:
        raise click.UsageError("--born belongs to --learner")
    octets, adapters = startup.read_file(file), startup.adapters()
    document = verify(octets, adapters=adapters, terms=judging.terms(octets, adapters))
    reading = _read(document)
    match = None if isinstance(reading, Refused) else _match(reading, learner, born)
    if as_json:
        told = _as_json(document, reading) | ({} if match is None else {"learner": asdict(match)})
        click.echo(json_line(json.dumps(told, ensure_ascii=False)))
    else:
        click.echo("\n".join([*_lines(document, reading), *_match_lines(match)]))
    if isinstance(reading, Refused):
        sys.exit(1 if document.verdict.verdict is Indication.FAILED else 3)


def _day(value: str | None) -> When | None:
    if value is not None and not is_when(value):
        raise click.BadParameter(f"got {value!r}, expected a day such as 2001-10-03")
    return value


def _match(reading: Reading, name: str | None, born: When | None) -> Match | None:
    """How the learner compares with the person who was asked for; None where nobody was."""
    if name is None:
        return None
    text = sys.stdin.readline() if name == "-" else name
    asked = Learner(names=(Name(full=text.strip()),), born=born)
    return match_learners(reading.record.learner, asked)


def _match_lines(match: Match | None) -> Iterator[str]:
    if match is not None:
        colour = {"exact": "green", "equivalent": "green", "review": "yellow", "mismatch": "red"}[match.answer]
        yield click.style(f"the learner: {match.answer}", fg=colour, bold=True) + f": {match.reason}"


def _read(document: VerifiedDocument) -> Reading | Refused:
    try:
        return document.read()
    except Refused as refused:
        return refused


def _as_json(document: VerifiedDocument, reading: Reading | Refused) -> dict[str, Any]:
    """What a program is given: `record` is null where the document can't be read, and `unread` says why."""
    inner = [
        {"path": path, "role": inside.role, **_as_json(inside, _read(inside))}
        for path, inside in document.inner.items()
    ]
    told: dict[str, Any] = {"verdict": document.verdict.verdict.value, "format": document.verdict.format}
    if isinstance(reading, Refused):
        unread = {"code": reading.code, "message": reading.message, "advice": reading.advice}
        return {**told, "unread": unread, "record": None, "losses": [], "inner": inner}
    return {
        **told,
        "document": reading.document.model_dump(mode="json", exclude_defaults=True),
        "record": reading.record.model_dump(mode="json", exclude_defaults=True),
        "losses": [loss.model_dump(mode="json", by_alias=True, exclude_defaults=True) for loss in reading.losses],
        "inner": inner,
    }


def _lines(document: VerifiedDocument, reading: Reading | Refused) -> Iterator[str]:
    yield from verdict_lines(document.verdict)
    yield ""
    if isinstance(reading, Refused):
        yield click.style(f"it can't be read: {on_one_line(reading.message)}", fg="red")
        yield f"  {reading.advice}"
        return
    if reading.document.derived is not None:
        maker = on_one_line(reading.document.derived.node) or "somebody whom it doesn't name"
        yield click.style("a translation", fg="yellow", bold=True) + f", made by {maker}"
    yield click.style("record", bold=True)
    yield from (f"  {line}" for line in tree(reading.record))
    yield ""
    yield from _loss_lines(reading)
    originals = [path for path, inside in document.inner.items() if inside.role == "original"]
    yield from (
        f"the original is enclosed: {on_one_line(path)}; `testamur translate` works on it" for path in originals
    )


def _loss_lines(reading: Reading) -> Iterator[str]:
    if not reading.losses:
        yield click.style("everything in the document is in the record", fg="green")
        return
    yield click.style(f"not in the record as it stands in the document: {len(reading.losses)}", bold=True)
    for loss in reading.losses:
        change = f": {on_one_line(loss.from_)}" if loss.from_ is not None else ""
        change += f" → {on_one_line(loss.to)}" if loss.to is not None else ""
        why = f" ({on_one_line(loss.detail)})" if loss.detail else ""
        yield f"  {words.KINDS[loss.kind]}  {on_one_line(loss.source or loss.path)}{change}{why}"
