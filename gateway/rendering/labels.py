"""The fixed words of a page in its language: the table is `labels.toml` beside this file."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from gateway.rendering import bidi

_FALLBACK = "en"
_ALIASES = {"no": "nb", "nn": "nb"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "ckb", "dv"})


def word(key: str, language: str, **values: object) -> str:
    """The word for `key` in the language (BCP 47 tag), English where the table has none; `values` fill its {gaps}."""
    table = _table()
    found = table.get(_primary(language), {}).get(key) or table[_FALLBACK][key]
    if runs_right_to_left(language):
        values = {name: _kept_left(str(value)) for name, value in values.items()}
    return found.format(**values) if values else found


def languages() -> frozenset[str]:
    """The primary subtags of the languages that have words of their own."""
    return frozenset(_table())


def runs_right_to_left(language: str) -> bool:
    """Whether pages in this language begin at the right edge."""
    return _primary(language) in _RIGHT_TO_LEFT


def _kept_left(value: str) -> str:
    """A date or number among Arabic letters would be turned round part by part: left-to-right marks keep it whole."""
    return value if bidi.turns(value) else f"\u200e{value}\u200e"


def _primary(language: str) -> str:
    primary = language.replace("_", "-").split("-")[0].lower()
    return _ALIASES.get(primary, primary)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    table: dict[str, dict[str, str]] = tomllib.loads((files(__package__) / "labels.toml").read_text("utf-8"))
    return table
