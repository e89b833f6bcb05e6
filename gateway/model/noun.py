"""The base of every value in the model."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """A frozen value: unknown fields are refused, nothing changes after it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)
