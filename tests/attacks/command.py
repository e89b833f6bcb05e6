"""The command as a user meets it: what a run left, and what none may leave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.attacks.bad_input import PERSONAL

MOST = 8_000
"""What a run of the command may cost, in verdicts about a small document; the reading of our own tables included."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    cost: float

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def assert_decent(ran: Ran, *shown: str) -> None:
    assert "Traceback" not in ran.out + ran.err
    assert ran.cost < MOST
    assert [word for word in PERSONAL if any(word in text for text in shown)] == []
