"""What of a report is never handed on: the code that opens it, sensitive personal information, how it got here.

That it was there is told by losses; what it said by none.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.chsi.fields import SECRET, SENSITIVE, Fields, JsonFields, leave_out
from adapters.chsi.lists import squeezed
from gateway.kit import Loss

_WITH_CODE = "a text that holds the verification code"


def withhold(fields: Fields) -> None:
    """Leave out what isn't handed on, before anything is read."""
    for key in SECRET:
        leave_out(fields, key, "a bearer secret that opens the report: it isn't handed on")
    for key in SENSITIVE:
        leave_out(fields, key, "sensitive personal information (PIPL, article 28): left out")
    if isinstance(fields, JsonFields):
        fields.drop("provenance", "how the report got here is no statement of its issuer")


def without_code(losses: Iterable[Loss], code: str | None) -> tuple[Loss, ...]:
    """The losses without what repeats the verification code: a link, or a text that no label names, may hold it too."""
    value = () if code is None else (squeezed(code),)
    marks = (*map(squeezed, SECRET), *value)
    return tuple(_without(loss, value) if _holds((loss.source, loss.from_), marks) else loss for loss in losses)


def _without(loss: Loss, code: Iterable[str]) -> Loss:
    is_place = loss.source.startswith("/") and not _holds((loss.source,), code)
    return loss.model_copy(update={"source": loss.source if is_place else _WITH_CODE, "from_": None})


def _holds(texts: Iterable[str | None], marks: Iterable[str]) -> bool:
    """Whether a text holds one of the marks, however it is spaced."""
    whole = [squeezed(text) for text in texts if text]
    return any(mark in text for text in whole for mark in marks)
