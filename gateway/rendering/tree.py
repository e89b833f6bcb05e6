"""The whole record as a tree of text: every field that says anything, under the names that paths and losses use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.model.leaves import fields, is_empty, keys
from gateway.model.noun import Noun
from gateway.model.record import Code, Identifier
from gateway.rendering.markup import shown

_STEP = "  "
_ONE_LINE = 100


def tree(noun: Noun) -> Iterator[str]:
    """The lines of a noun. What is small stands on one line: `credits_earned: ects=6.0`."""
    for name, _ in fields(type(noun)):
        value = getattr(noun, name)
        if not is_empty(value):
            yield from _branch(name, value)


def _branch(name: str, value: Any) -> Iterator[str]:
    label = shown(name.replace("_", " "))
    line = _small(value)
    if line is not None and len(label) + len(line) <= _ONE_LINE:
        yield f"{label}: {line}"
        return
    yield label
    yield from (_STEP + line for line in _below(value))


def _below(value: Any) -> Iterator[str]:
    if isinstance(value, Noun):
        yield from tree(value)
    elif isinstance(value, tuple):
        for key, member in zip(keys(value), value, strict=True):
            yield from _branch(key, member)
    elif isinstance(value, Mapping):
        for language, words in value.items():
            yield from _branch(language, words)
    else:
        yield from shown(str(value)).splitlines() or [""]


def _small(value: Any) -> str | None:
    """A value that fits beside its name: a scalar, a text, a noun or list of such; None where it doesn't."""
    if isinstance(value, Noun):
        parts = [(name, getattr(value, name)) for name, _ in fields(type(value))]
        said = [(name, _scalar(part)) for name, part in parts if not is_empty(part)]
        if any(part is None for _, part in said):
            return None
        return ", ".join(f"{name.replace('_', ' ')} {part}" for name, part in said) or "(nothing more)"
    if isinstance(value, tuple):
        members = [_scalar(member) for member in value]
        return None if None in members else ", ".join(str(member) for member in members)
    return _scalar(value)


def _scalar(value: Any) -> str | None:
    if isinstance(value, Code | Identifier):
        return _term(value)
    if isinstance(value, Mapping):
        texts = [f"{language} “{words}”" if language != "und" else f"“{words}”" for language, words in value.items()]
        return None if any("\n" in one for one in texts) else shown(" · ".join(texts))
    if isinstance(value, Noun | tuple) or "\n" in str(value):
        return None
    return shown(str(value))


def _term(term: Code | Identifier) -> str | None:
    """A code or number as paths name it, `ects` of the scheme `credit` being `credit=ects`; None where it says more."""
    more = [name for name, _ in fields(type(term)) if name not in ("scheme", "value", "country")]
    if any(not is_empty(getattr(term, name)) for name in more):
        return None
    country = f" ({term.country})" if isinstance(term, Identifier) and term.country else ""
    return shown(f"{term.scheme}={term.value}{country}" if term.scheme else f"{term.value}{country}")
