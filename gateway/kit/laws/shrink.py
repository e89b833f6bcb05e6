"""The smallest record that still shows a breach: what an adapter's author wants to see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from gateway.model.noun import Noun
from gateway.model.record import Record

_TRIES = 400
_N = TypeVar("_N", bound=Noun)


def smallest(record: Record, fails: Callable[[Record], bool]) -> Record:
    """Take away whatever isn't needed for `fails` to stay true, at most a few hundred tries."""
    tries = 0
    shrinking = True
    while shrinking and tries < _TRIES:
        shrinking = False
        for candidate in smaller(record):
            tries += 1
            if fails(candidate):
                record, shrinking = candidate, True
                break
            if tries >= _TRIES:
                break
    return record


def smaller(noun: _N) -> Iterator[_N]:
    """Every copy of a noun with one thing less, the biggest steps first."""
    fields = [(name, getattr(noun, name)) for name in type(noun).model_fields]
    for name, value in fields:
        default = type(noun).model_fields[name].get_default(call_default_factory=True)
        if not type(noun).model_fields[name].is_required() and value != default:
            yield noun.model_copy(update={name: default})
    for name, value in fields:
        least = 1 if isinstance(noun, Record) and name == "reports" else 0
        for less in _smaller_value(value, least):
            yield noun.model_copy(update={name: less})


def _smaller_value(value: Any, least: int) -> Iterator[Any]:
    if isinstance(value, Noun):
        yield from smaller(value)
    elif isinstance(value, tuple):
        if len(value) > least:
            yield from (value[:i] + value[i + 1 :] for i in range(len(value)))
        for i, member in enumerate(value):
            yield from ((*value[:i], less, *value[i + 1 :]) for less in _smaller_value(member, 0))
    elif isinstance(value, Mapping) and len(value) > 1:
        yield from ({k: v for k, v in value.items() if k != gone} for gone in value)
