"""`testamur translate FILE --to ADAPTER`: a document in the form that another system understands."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from gateway.cli.options import FILE, Languages, verifying
from gateway.cli.presentation import EXIT, json_line
from gateway.cli.terms import Judging, terms_in_place
from gateway.cli.translation_text import translated_lines, withheld_lines
from gateway.drivers.files import write_file, write_folder
from gateway.errors import RequestError
from gateway.kit.contract import Form
from gateway.model.verdict import Indication, Verdict
from gateway.node import startup
from gateway.node.account import page_of
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.translate.papers import losses_paper

_OUT_HELP = (
    "A file for the translation alone, or a folder (ends in /, or exists) for original, translation, losses, verdict "
    "and derivation. Without it the translation goes to stdout."
)
_FORM_HELP = (
    "How a badge, learner or employment record is packed: with its proof embedded, as a token, or in a picture. "
    "Without it as -o ends (.jwt, .png), else as the settings of the seal say."
)
_FORMS: dict[str, Form] = {".jwt": "jwt", ".png": "png"}


@click.command("translate", short_help="Translate a document for another system.")
@click.argument("file", type=FILE)
@click.option("--to", "to", required=True, metavar="ADAPTER", help="The system to write for: `testamur adapters list`.")
@click.option("-o", "out", metavar="OUT", help=_OUT_HELP)
@click.option("--unsealed", is_flag=True, help="Write a marked draft, without seal and without issuer.")
@click.option("--config", type=FILE, metavar="FILE", help="The node's settings; without it ./node.toml.")
@click.option("--lang", "languages", type=Languages(), default=(), help="Languages wanted, the first being primary.")
@click.option("--agreement", "agreements", multiple=True, type=FILE, metavar="FILE", help="Not possible yet.")
@click.option("--losses", type=FILE, metavar="OUT.json", help="Write the list of losses to this file.")
@click.option("--html", "page", type=FILE, metavar="OUT.html", help="Write a page for people to this file.")
@click.option("--form", type=click.Choice(["json", "jwt", "png"]), help=_FORM_HELP)
@click.option("--picture", type=FILE, metavar="IN.png", help="The picture to bake into; else a page is drawn.")
@click.option("--require", type=click.Choice(["passed"]), help="Write nothing unless the source is PASSED.")
@verifying
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document about it all; needs -o.")
def command(
    file: Path,
    to: str,
    out: str | None,
    unsealed: bool,
    config: Path | None,
    languages: tuple[str, ...],
    agreements: tuple[Path, ...],
    losses: Path | None,
    page: Path | None,
    form: Form | None,
    picture: Path | None,
    require: str | None,
    judging: Judging,
    as_json: bool,
) -> None:
    """Translate FILE for another system, say what was lost, and seal it where this node may.

    --trust, --policy, --at and --evidence imply --unsealed: the node's seal stands for its own, configured
    judgement alone; and so does --online where its settings name no hosts under [online]. Evidence is the node's own
    where all of it is attested by those whom its settings trust for that ([[trust]] for = ["evidence"]).
    Exit code: 0 when written; 1 or 3 when nothing was written because the source is FAILED, or isn't proven.
    """
    _refuse_agreements(agreements)
    _refuse_idle_picture(form, picture)
    _check_places(file, out, {"--losses": losses, "--html": page}, as_json=as_json)
    now = startup.right_now()
    node = startup.start(startup.find_settings(config), now=now)
    octets = startup.read_file(file, node.limits)
    judged_by = terms_in_place(node, judging, octets, now)
    order = Order(
        octets=octets,
        to=to,
        unsealed=unsealed,
        terms=judged_by.terms,
        of_caller=judged_by.of_caller,
        form=form or _form_of(out, picture),
        picture=None if picture is None else startup.read_file(picture, node.limits),
        languages=languages,
        require_passed=require is not None,
    )
    outcome = asyncio.run(translate_file(node, order, now=now))
    if isinstance(outcome, Withheld):
        _withhold(outcome, as_json=as_json)
    written = _write(outcome, out, losses)
    if page is not None:
        write_file(page, page_of(outcome, node, order.terms or node.terms(now), languages))
        written += (page,)
    if as_json:
        click.echo(json_line(json.dumps(_as_json(outcome, written), ensure_ascii=False)))
    else:
        click.echo("\n".join(translated_lines(outcome, written)), err=out is None)


def _form_of(out: str | None, picture: Path | None) -> Form | None:
    """The form that the name of the output asks for."""
    if picture is not None:
        return "png"
    return _FORMS.get(Path(out).suffix) if out is not None and not _is_folder(out) else None


def _refuse_agreements(agreements: tuple[Path, ...]) -> None:
    if agreements:
        raise RequestError(
            "agreement.not_supported",
            "recognition agreements can't be applied yet: nothing is converted",
            advice="leave --agreement out: values stay as their issuer wrote them",
        )


def _refuse_idle_picture(form: Form | None, picture: Path | None) -> None:
    if picture is not None and form not in (None, "png"):
        raise RequestError(
            "picture.unused",
            f"got a picture to bake into, and the form {form!r}",
            advice="take the form png, or leave --picture out",
        )


def _check_places(file: Path, out: str | None, beside: dict[str, Path | None], *, as_json: bool) -> None:
    """What can be known to go wrong before any work is done."""
    if as_json and out is None:
        raise RequestError(
            "request.json_needs_out",
            "--json prints one JSON document on stdout, and the translation would go there too",
            advice="say with -o where the translation goes",
        )
    named = {"-o": Path(out) if out is not None else None, **beside}
    places = {option: place for option, place in named.items() if place is not None}
    for place in places.values():
        if place.exists() and file.exists() and place.samefile(file):
            raise RequestError(
                "request.out_is_source",
                f"{place} is the source itself",
                advice="name another file: the original is kept as it is",
            )
    if len(set(places.values())) < len(places):
        raise RequestError("request.out_twice", f"two of {', '.join(places)} name one file", advice="name two files")


def _is_folder(out: str) -> bool:
    return out.endswith("/") or Path(out).is_dir()


def _write(done: Translated, out: str | None, losses: Path | None) -> tuple[Path, ...]:
    """Write what was asked for; the paths of the files written."""
    if len(done.results) > 1 and (out is None or not _is_folder(out)):
        raise RequestError(
            "request.needs_folder",
            f"the source becomes {len(done.results)} documents, and -o names no folder",
            advice="name a folder: -o OUT/ (with the slash)",
        )
    written: list[Path] = []
    if out is not None and _is_folder(out):
        files = done.files()
        write_folder(Path(out), files)
        written += [Path(out) / name for name in files]
    elif out is not None:
        write_file(Path(out), done.results[0].octets)
        written.append(Path(out))
    if losses is not None:
        write_file(losses, losses_paper(done.losses))
        written.append(losses)
    if out is None:
        sys.stdout.buffer.write(done.results[0].octets)
        sys.stdout.buffer.flush()
    return tuple(written)


def _withhold(withheld: Withheld, *, as_json: bool) -> NoReturn:
    """Say on stderr why nothing was written, and leave with the verdict's exit code."""
    if as_json:
        why = {"code": withheld.code, "message": withheld.message, "advice": withheld.advice}
        click.echo(json_line(json.dumps({"verdict": _verdict(withheld.verdict), "withheld": why}, ensure_ascii=False)))
    click.echo("\n".join(withheld_lines(withheld)), err=True)
    verdict = withheld.verdict.verdict
    sys.exit(EXIT[Indication.FAILED if verdict is Indication.FAILED else Indication.INDETERMINATE])


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return verdict.model_dump(mode="json", by_alias=True)


def _as_json(done: Translated, written: tuple[Path, ...]) -> dict[str, Any]:
    derivation = done.derivation
    return {
        "verdict": _verdict(done.verdict),
        "source": {"sha256": done.source.sha256, "format": done.verdict.format, "path": done.chosen.path},
        "target": done.target.manifest.id,
        "sealed": done.sealed,
        "returned": done.returned,
        "losses": [loss.model_dump(mode="json", by_alias=True, exclude_defaults=True) for loss in done.losses],
        "missing_characters": list(done.missing),
        "derivation": None
        if derivation is None
        else derivation.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "files": [str(path) for path in written],
    }
