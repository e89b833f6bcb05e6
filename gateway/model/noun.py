"""The base of every value in the model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict

N = TypeVar("N", bound="Noun")


class Noun(BaseModel):
    """A frozen value: unknown fields are refused, nothing changes after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """The noun that `cls(**values)` is, for a fifth of the time: for a reader that has made sure of each value.

        A value is kept as it is: a list has to be a tuple already, a date to be one. In tests every noun made so is
        held against the validated one (tests/conftest.py).
        """
        return _noun(cls, {**_blank(cls), **values}, set(values))

    def changed(self, values: Mapping[str, Any]) -> Self:
        """As `model_copy(update=values)`: the noun with other values, which aren't looked at."""
        return _noun(type(self), {**self.__dict__, **values}, self.model_fields_set.union(values))


_set = object.__setattr__  # past "frozen", as pydantic itself does


def _noun(kind: type[N], fields: dict[str, Any], given: set[str]) -> N:
    noun = kind.__new__(kind)
    _set(noun, "__dict__", fields)
    _set(noun, "__pydantic_fields_set__", given)
    _set(noun, "__pydantic_extra__", None)
    _set(noun, "__pydantic_private__", None)
    return noun


@cache
def _blank(kind: type[Noun]) -> dict[str, Any]:
    """Every field of a noun in the order of the model, with its default; None where a value has to be given."""
    fields = kind.model_fields.items()
    return {n: None if f.is_required() else f.get_default(call_default_factory=True) for n, f in fields}
