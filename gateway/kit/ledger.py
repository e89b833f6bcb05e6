"""What a reader took from a document, and the losses that follow from what it never took."""

from __future__ import annotations

from gateway.model.losses import Kind, Loss


class Ledger:
    """The losses of one reading, in the order in which they were noticed."""

    def __init__(self) -> None:
        self._losses: list[Loss] = []

    def lose(self, kind: Kind, source: str, **facts: str | None) -> None:
        """Note a loss at a place of the source document; `facts` are the other fields of `Loss`."""
        self._losses.append(Loss.model_validate({"stage": "read", "kind": kind, "source": source, **facts}))

    @property
    def losses(self) -> tuple[Loss, ...]:
        """The losses so far."""
        return tuple(self._losses)
