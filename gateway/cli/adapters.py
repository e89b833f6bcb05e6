"""`testamur adapters list|check|new`: which credential systems this installation knows, and how to add one."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from gateway.cli.main import say_error
from gateway.cli.presentation import json_line
from gateway.kit.contract import CONTRACT
from gateway.kit.discovery import Discovery, Found, discover
from gateway.node.diagnostics import Diagnosis, diagnose
from gateway.node.new_adapter import begin_adapter


@click.group("adapters", short_help="List, check or begin adapters.")
def command() -> None:
    """List, check or begin adapters: the code for one credential system each."""


_ENABLE = click.option(
    "--enable",
    "enabled",
    multiple=True,
    metavar="NAME",
    help="Also load this adapter from outside, as [adapters] enabled in a node's settings does.",
)


@command.command("list", short_help="What can be read and written here.")
@_ENABLE
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(enabled: tuple[str, ...], as_json: bool) -> None:
    """List the adapters of this installation: what each knows and writes, and where it comes from."""
    found = discover(enabled)
    if as_json:
        click.echo(json_line(json.dumps(_as_json(found), ensure_ascii=False)))
        return
    for one in found.found:
        _show(one)
    for name in found.waiting:
        click.echo(click.style(name, bold=True) + "  installed, not enabled: name it in [adapters] enabled to use it")
    if found.failures:
        click.echo(f"{len(found.failures)} adapter(s) can't be loaded: `testamur adapters check` says why", err=True)


def _show(found: Found) -> None:
    manifest = found.adapter.manifest
    seal = {"xmldsig": "XML Signature", "jades": "JAdES", "vc": "Data Integrity or VC-JWT", None: "none"}[manifest.seal]
    click.echo(click.style(manifest.id, bold=True) + f"  {manifest.title}")
    click.echo(f"  knows      {', '.join(manifest.formats)}")
    click.echo(f"  writes     {f'{manifest.formats[0]}, seal: {seal}' if manifest.writes else 'nothing'}")
    click.echo(f"  checks by  {', '.join(manifest.schemas) or 'its own rules'}")
    click.echo(f"  from       {found.origin}, version {manifest.version}{', enabled' if found.outside else ''}")


def _as_json(found: Discovery) -> dict[str, Any]:
    adapters = [
        {
            "id": one.adapter.manifest.id,
            "title": one.adapter.manifest.title,
            "version": one.adapter.manifest.version,
            "formats": list(one.adapter.manifest.formats),
            "writes": one.adapter.manifest.writes,
            "schemas": list(one.adapter.manifest.schemas),
            "seal": one.adapter.manifest.seal,
            "origin": one.origin,
            "outside": one.outside,
            "sources": list(one.adapter.manifest.sources),
        }
        for one in found.found
    ]
    failures = [{"origin": f.origin, "code": f.error.code, "message": f.error.message} for f in found.failures]
    return {"adapters": adapters, "waiting": list(found.waiting), "failures": failures}


@command.command("check", short_help="Say whether every adapter can be used.")
@_ENABLE
def check(enabled: tuple[str, ...]) -> None:
    """Load every adapter, and say what is wrong with each that can't be used.

    Exit code: 0 when all is well, 2 when something isn't.
    """
    results = diagnose(enabled)
    click.echo(f"contract {CONTRACT}")
    for result in results:
        _say(result)
    if any(result.error is not None for result in results):
        sys.exit(2)


def _say(result: Diagnosis) -> None:
    if result.error is None:
        click.echo(click.style("  ✓ ", fg="green") + f"{result.about}: {result.finding}")
        return
    click.echo(click.style("  ✗ ", fg="red") + result.about)
    say_error(result.error.message, result.error.advice, result.error.code)


@command.command("new", short_help="Begin an adapter as a distribution of its own.")
@click.argument("name")
@click.option(
    "--folder", type=click.Path(path_type=Path), metavar="FOLDER", help="Where to; without it ./NAME-adapter."
)
def new(name: str, folder: Path | None) -> None:
    """Begin an adapter NAME as a distribution of its own, with a tiny format that keeps the laws of no silent loss.

    docs/your-first-adapter.md tells how to go on.
    """
    place = folder or Path(f"{name}-adapter")
    for file in begin_adapter(name, place):
        click.echo(f"  {file}")
    click.echo(f"next: cd {place}, pip install -e '.[laws]', pytest, testamur adapters check --enable {name}")
