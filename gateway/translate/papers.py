"""The papers that travel beside a translation, as octets: each has one form, so that its digest means something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic_core import to_json

from gateway.model.losses import Loss
from gateway.model.verdict import Verdict


def losses_paper(losses: Iterable[Loss]) -> bytes:
    """`losses.json`: the array of losses and nothing else (schemas/losses.schema.json)."""
    return paper([loss.model_dump(mode="json", by_alias=True, exclude_defaults=True) for loss in losses])


def verdict_paper(verdict: Verdict) -> bytes:
    """`verdict.json` (schemas/verdict.schema.json)."""
    return paper(verdict.model_dump(mode="json", by_alias=True))


def paper(value: Any) -> bytes:
    """JSON for people and machines: UTF-8, two spaces, members in the order given, one line feed at the end."""
    return to_json(value, indent=2) + b"\n"
