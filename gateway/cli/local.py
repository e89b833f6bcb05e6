"""What the verbs share that work through the running node."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.cli.options import FILE
from gateway.cli.presentation import json_line
from gateway.drivers.local_client import LocalNode, local_node
from gateway.drivers.token import load_token
from gateway.errors import ConfigError
from gateway.node import startup
from gateway.node.settings import Settings

CONFIG = click.option("--config", type=FILE, metavar="FILE", help="The node's settings; without it ./node.toml.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")

_T = TypeVar("_T")


def settings_of(config: Path | None) -> Settings:
    """The settings of the node that is meant.

    Raises:
        ConfigError: `config.missing`, and settings that can't be used.
    """
    settings = startup.find_settings(config)
    if settings is None:
        raise ConfigError(
            "config.missing",
            "there are no settings here, so that no node is known",
            advice="name them with --config, or go to the folder of node.toml",
        )
    return settings


def through_node(config: Path | None, ask: Callable[[LocalNode], Awaitable[_T]]) -> _T:
    """Ask the running node of these settings.

    Raises:
        ConfigError: settings or token that can't be used.
        Stopped: what the node answers, or that it doesn't.
    """
    settings = settings_of(config)

    async def asked() -> _T:
        listen, file = settings.node.local_listen, settings.node.token
        if not file.exists():
            async with local_node(listen, None) as node:
                await node.get("/livez")  # where none was ever started, that is what to say
        async with local_node(listen, load_token(file)) as node:
            return await ask(node)

    return asyncio.run(asked())


def print_json(answer: Any) -> None:
    """One JSON document, safe on a terminal."""
    click.echo(json_line(json.dumps(answer, ensure_ascii=False)))


def print_list(
    answer: Mapping[str, Any], member: str, lines: Callable[[list[Any]], Iterable[str]], *, as_json: bool
) -> None:
    """What a node answered to a question for a list: lines for each of `member`, or the answer itself."""
    if as_json:
        print_json(answer)
        return
    for line in lines(answer[member]):
        click.echo(line)
    if not answer[member]:
        click.echo("none", err=True)
