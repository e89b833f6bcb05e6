"""The fixed words of pages: a table a language in `wording/` beside this file; verdicts and losses in `words.py`.

A language that lacks a word takes the English one, and whoever asks is told which language the word is in.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from gateway.rendering import bidi, words

_FALLBACK = "en"
_ALIASES = {"no": "nb", "nn": "nb"}
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi", "ps", "sd", "ug", "ckb", "dv"})
LANGUAGES = ("ar", "da", "de", "el", "en", "es", "fi", "fr", "it", "ja", "ko", "nb", "nl", "pl", "pt", "sv", "zh")
"""The primary subtags of the languages that have words of their own."""


def word(key: str, language: str, **values: object) -> str:
    """The word for `key` in the language (BCP 47 tag), English where the table has none; `values` fill its {gaps}."""
    found, _ = template(key, language)
    if runs_right_to_left(language):
        values = {name: _kept_left(str(value)) for name, value in values.items()}
    return found.format(**values) if values else found


def template(key: str, language: str) -> tuple[str, str]:
    """The word for `key` with its {gaps}, and the language that it is in: the one asked for, or English."""
    primary = primary_of(language)
    found = _table(primary).get(key) if primary in LANGUAGES else None
    return (found, language) if found else (_table(_FALLBACK)[key], _FALLBACK)


def table(language: str) -> Mapping[str, str]:
    """All words of a language that has a table."""
    return _table(language)


def languages() -> frozenset[str]:
    """The primary subtags of the languages that have words of their own."""
    return frozenset(LANGUAGES)


def runs_right_to_left(language: str) -> bool:
    """Whether pages in this language begin at the right edge."""
    return primary_of(language) in _RIGHT_TO_LEFT


def primary_of(language: str) -> str:
    """The primary subtag, by the name of its table."""
    primary = language.replace("_", "-").split("-")[0].lower()
    return _ALIASES.get(primary, primary)


def _kept_left(value: str) -> str:
    """A date or number among Arabic letters would be turned round part by part: left-to-right marks keep it whole."""
    return value if bidi.turns(value) else f"\u200e{value}\u200e"


@lru_cache(maxsize=len(LANGUAGES))
def _table(language: str) -> dict[str, str]:
    written = tomllib.loads((files(__package__) / "wording" / f"{language}.toml").read_text("utf-8"))
    told = dict(_flat(written))
    return {**words.phrases(), **told} if language == _FALLBACK else told


def _flat(written: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in written.items():
        if isinstance(value, str):
            yield prefix + key, value
        else:
            yield from _flat(value, f"{key}.")
