"""`testamur render FILE`: a document as pages for people."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import NoReturn

import click

from gateway.cli.options import FILE, Languages, verifying
from gateway.cli.presentation import EXIT, verdict_lines
from gateway.cli.terms import Judging, terms_in_place
from gateway.cli.translation_text import withheld_lines
from gateway.drivers.files import write_file
from gateway.errors import RequestError
from gateway.model.verdict import Indication
from gateway.node import startup
from gateway.node.render import Form, Page, Rendered, render_file
from gateway.node.translate import Withheld

_OUT_HELP = "OUT.pdf is PDF with the original inside, OUT.html is HTML. Without it, HTML goes to stdout."
_LANG_HELP = "The reader's languages; one alone stands beside the document's own. Without it the document's own."
_TO_HELP = "Translate for this system too: the page tells what it changed, and the PDF carries it."

_DRAFT = (
    "no seal: these pages are marked as a draft. To get one: the settings of a node, and no --unsealed, --trust, "
    "--policy or --at"
)


@click.command("render", short_help="A document as pages for people.")
@click.argument("file", type=FILE)
@click.option("-o", "out", type=FILE, metavar="OUT", help=_OUT_HELP)
@click.option("--lang", "languages", type=Languages(), default=(), help=_LANG_HELP)
@click.option("--to", "to", metavar="ADAPTER", help=_TO_HELP)
@click.option("--unsealed", is_flag=True, help="No seal: pages and translation are marked as drafts.")
@click.option("--config", type=FILE, metavar="FILE", help="The node's settings; without it ./node.toml.")
@verifying
def command(
    file: Path,
    out: Path | None,
    languages: tuple[str, ...],
    to: str | None,
    unsealed: bool,
    config: Path | None,
    judging: Judging,
) -> None:
    """Make pages of FILE for people: whether it is genuine, what it states, what can't be carried, how to check it.

    The issuer's own words are never translated; only what stands around them is in the languages asked for. Equal
    input gives equal octets: --at is the time that the pages name.
    Where the settings have a seal for PDF, nothing is written that may not carry it: --unsealed writes marked drafts,
    and so do --trust, --policy, --at, --evidence and --online, as for `translate`.
    Exit code: 0 when written, whatever the verdict, which is on the page; 1 or 3 when the seal may not be given.
    """
    form = _form(file, out)
    now = startup.right_now()
    node = startup.start(startup.find_settings(config), now=now)
    octets = startup.read_file(file, node.limits)
    judged_by = terms_in_place(node, judging, octets, now)
    page = Page(
        octets=octets,
        form=form,
        terms=judged_by.terms,
        languages=languages,
        to=to,
        unsealed=unsealed,
        of_caller=judged_by.of_caller,
    )
    outcome = asyncio.run(render_file(node, page, now=now))
    if isinstance(outcome, Withheld):
        _withhold(outcome)
    _write(outcome, out)


def _form(file: Path, out: Path | None) -> Form:
    if out is None:
        return "html"
    if out.exists() and file.exists() and out.samefile(file):
        raise RequestError(
            "request.out_is_source", f"{out} is the source itself", advice="name another file: the original is kept"
        )
    forms: dict[str, Form] = {".pdf": "pdf", ".html": "html"}
    if out.suffix.lower() not in forms:
        raise RequestError(
            "request.unknown_form",
            f"got a file that ends in {out.suffix!r}, expected .pdf or .html",
            advice="name the file by what it shall be: -o OUT.pdf or -o OUT.html",
        )
    return forms[out.suffix.lower()]


def _write(rendered: Rendered, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(rendered.octets)
        sys.stdout.buffer.flush()
    else:
        write_file(out, rendered.octets)
    click.echo(next(iter(verdict_lines(rendered.verdict, every_check=False))), err=out is None)
    if rendered.draft:
        click.echo(_DRAFT, err=True)
    if rendered.missing:
        named = ", ".join(f"U+{ord(char):04X}" for char in rendered.missing)
        click.echo(f"no font has {named}: the page says so, the files inside have them", err=True)


def _withhold(withheld: Withheld) -> NoReturn:
    click.echo("\n".join(withheld_lines(withheld)), err=True)
    verdict = withheld.verdict.verdict
    sys.exit(EXIT[Indication.FAILED if verdict is Indication.FAILED else Indication.INDETERMINATE])
