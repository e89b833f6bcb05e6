"""Which adapter knows this document? Exactly one may claim it; two claims are ambiguous and nobody reads."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.kit.contract import Adapter, Head, Recognition
from gateway.kit.guard import guarded


def recognise(head: Head, adapters: Sequence[Adapter]) -> list[tuple[Adapter, Recognition]]:
    """Every adapter that claims the document, with its reason."""
    found = [(adapter, guarded(adapter, lambda a: a.recognise(head))) for adapter in adapters]
    return [(adapter, recognition) for adapter, recognition in found if recognition is not None]
