"""The options that several verbs share."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from gateway.cli.terms import Judging

FILE = click.Path(dir_okay=False, path_type=Path)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


class UtcTime(click.ParamType[dt.datetime]):
    """A time in ISO 8601; a date means its first moment, a time without zone is UTC."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        """Parse the option."""
        if isinstance(value, dt.datetime):
            return value
        try:
            parsed = dt.datetime.fromisoformat(value)
            return parsed.astimezone(dt.UTC) if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
        except (ValueError, OverflowError):  # a zone can lead out of the calendar
            self.fail(f"got {value!r}, expected a time such as 2026-11-22 or 2026-11-22T10:00:00Z", param, ctx)


class Languages(click.ParamType[tuple[str, ...]]):
    """Languages by their tags (BCP 47), the first being the primary one."""

    name = "L,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Parse the option."""
        if isinstance(value, tuple):
            return value
        tags = dict.fromkeys(tag.strip().lower() for tag in value.split(","))
        wrong = [tag for tag in tags if not _LANGUAGE.fullmatch(tag) or tag == "und"]
        if wrong:
            self.fail(f"got {wrong[0]!r}, expected language tags such as en,el,zh-hant", param, ctx)
        return tuple(tags)


def verifying(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of `verify` to a verb, which is given them together, as `judging`."""

    @wraps(function)
    def judged(*args: Any, **given: Any) -> Any:
        judging = Judging(**{field.name: given.pop(field.name) for field in fields(Judging)})
        return function(*args, judging=judging, **given)

    for option in reversed(
        (
            click.option(
                "--trust",
                multiple=True,
                metavar="T",
                help="Trust this: a certificate (a CA's, or the signer's own), a JWK, a JWK set, a DID, or a folder "
                "of these. "
                "May be given several times. Without any, nothing can be PASSED.",
            ),
            click.option("--policy", metavar="NAME_OR_FILE", help="strict (the default), legacy, or a policy file."),
            click.option("--at", type=UtcTime(), help="Judge as of this time instead of now."),
            click.option(
                "--evidence",
                type=click.Path(exists=True, file_okay=False, path_type=Path),
                metavar="FOLDER",
                help="Answers from outside, gathered earlier: NAME.json and NAME.body for each.",
            ),
            click.option(
                "--online",
                is_flag=True,
                help="Ask the outside what only it can tell: the keys of a did:web, status lists. Only public hosts "
                "are asked, over https.",
            ),
            click.option(
                "--keep-evidence",
                type=click.Path(file_okay=False, path_type=Path),
                metavar="FOLDER",
                help="Keep what was answered online, to be given as --evidence later.",
            ),
        )
    ):
        judged = option(judged)
    return judged
