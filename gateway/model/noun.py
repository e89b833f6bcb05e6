"""The base of every value in the model."""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """A frozen value: unknown fields are refused, nothing changes after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """The noun that `cls(**values)` is, for a fifth of the time: for a reader that has made sure of each value.

        A value is kept as it is: a list has to be a tuple already, a date to be one. In tests every noun made so is
        held against the validated one (tests/conftest.py).
        """
        noun = cls.__new__(cls)
        _set(noun, "__dict__", {**_blank(cls), **values})
        _set(noun, "__pydantic_fields_set__", set(values))
        _set(noun, "__pydantic_extra__", None)
        _set(noun, "__pydantic_private__", None)
        return noun


_set = object.__setattr__  # past "frozen", as pydantic itself does


@cache
def _blank(kind: type[Noun]) -> dict[str, Any]:
    """Every field of a noun in the order of the model, with its default; None where a value has to be given."""
    fields = kind.model_fields.items()
    return {n: None if f.is_required() else f.get_default(call_default_factory=True) for n, f in fields}
