"""Reading a settings file: unknown keys are refused with a suggestion, and all that is wrong is said at once."""

from __future__ import annotations

import difflib
import tomllib
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.errors import ConfigError
from gateway.node.settings.section import Section
from gateway.node.settings.whole import Settings

STANDARD_FILE = Path("node.toml")
"""Where settings are looked for when nobody names a file."""

_LARGEST = 1024 * 1024


def load_settings(file: Path) -> Settings:
    """The settings in a file.

    Raises:
        ConfigError: `config.unreadable`, `config.syntax`, `config.invalid` (with all that is wrong at once).
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            "config.unreadable",
            f"the settings {file} can't be read: {error.strerror}",
            advice="check the path; config/node.toml shows every setting",
        ) from None
    return parse_settings(data, place=str(file), folder=file.parent)


def parse_settings(data: bytes, *, place: str, folder: Path) -> Settings:
    """The settings in the bytes of a TOML file; `place` is named in errors, paths are relative to `folder`."""
    if len(data) > _LARGEST:
        raise ConfigError("config.syntax", f"{place} is over {_LARGEST} octets", advice="give the settings file")
    try:
        table = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            "config.syntax", f"{place} isn't TOML in UTF-8: {error}", advice="mend the syntax; see config/node.toml"
        ) from None
    try:
        return Settings.model_validate(table, context={"folder": folder})
    except ValidationError as error:
        faults = [_fault(item["loc"], item["type"], item["msg"]) for item in error.errors()]
        raise _faults_in(place, faults) from None


def _faults_in(place: str, faults: Iterable[str]) -> ConfigError:
    """One error for all that is wrong in a settings file."""
    faults = list(faults)
    return ConfigError(
        "config.invalid",
        f"{place} has {len(faults)} fault(s):\n" + "\n".join(f"  - {fault}" for fault in faults),
        advice="compare it with config/node.toml, which shows every setting",
    )


def _fault(location: tuple[int | str, ...], kind: str, message: str) -> str:
    place = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    message = message.removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"{place}: unknown key{_suggestion(location)}"
    return f"{place}: {message}" if place else message


def _suggestion(location: tuple[int | str, ...]) -> str:
    """`; did you mean …?`, where a known key of that table is close."""
    section: Any = Settings
    for part in location[:-1]:
        if isinstance(part, str):
            section = _section_of(section, part)
    names = [field.alias or name for name, field in section.model_fields.items()] if section is not None else []
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f", expected one of: {', '.join(names)}"


def _section_of(section: Any, name: str) -> Any:
    """The class of the table that stands under a name, or None."""
    field = section.model_fields.get(name) if section is not None else None
    if field is None:
        return None
    candidates = (field.annotation, *typing.get_args(field.annotation))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, Section)), None)
