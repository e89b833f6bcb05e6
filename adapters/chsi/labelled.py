"""What stands under the labels of a page or a sheet, and its fields: the same, however it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from adapters.chsi.dates import parse_date
from adapters.chsi.fields import Fields
from adapters.chsi.lists import NOT_KNOWN, fold
from gateway.errors import Refused
from gateway.kit import Loss
from gateway.model.losses import Kind

SAMPLE = ("样例，非学信网出具", "sample - not issued by chsi")
"""What samples and simulators say of themselves."""

LONGEST_LABEL = 60
UNNAMED = "no label names it"
_DATES = ("birthDate", "enrollDate", "graduationDate", "degreeDate", "updateDate", "issueDate", "validUntil")


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as it is shown: its label as printed, and its text; None where it is shown as a picture.

    `longer` is what it may be as well, where lines follow of which nobody knows whether they belong to it.
    """

    label: str
    text: str | None
    longer: str | None = None


class Labelled(Protocol):
    """What shows values under labels."""

    @property
    def shown(self) -> Mapping[str, Shown]:
        """The values by field."""

    @property
    def title(self) -> str | None:
        """The title, as it is printed."""

    def unread(self) -> Iterator[tuple[str, str]]:
        """The texts that aren't read, and why not."""


def calls_itself_sample(texts: Iterable[str]) -> bool:
    """Whether the texts say that the register didn't make it."""
    whole = fold(" ".join(texts))
    return any(fold(mark) in whole for mark in SAMPLE)


def put(shown: dict[str, Shown], key: str, one: Shown) -> None:
    """Keep a value.

    Raises:
        Refused: `chsi.label_twice`, where another stands under the same label.
    """
    known = shown.setdefault(key, one)
    if known.text != one.text:
        raise Refused(
            "chsi.label_twice",
            f"got two values under the label {known.label}, expected one",
            advice="It was changed, or holds two reports: have it fetched again.",
        )


class LabelledFields:
    """The fields of a page or sheet; places are its labels."""

    def __init__(self, labelled: Labelled) -> None:
        self._labelled = labelled
        self._taken: set[str] = set()
        self._losses: list[Loss] = []

    def get(self, key: str) -> str | None:
        """See `Fields.get`."""
        if key == "title":
            return self._labelled.title
        shown = self._labelled.shown.get(key)
        text = "" if shown is None else (shown.text or "").strip()
        return None if not text or text in NOT_KNOWN else text

    def skip(self, key: str) -> None:
        """See `Fields.skip`."""
        self._taken.add(key)

    def place(self, key: str) -> str:
        """The label as it is printed; the field's name where the page hasn't it."""
        shown = self._labelled.shown.get(key)
        return key if shown is None else shown.label

    def note(self, kind: Kind, key: str, **facts: str | None) -> None:
        """See `Fields.note`."""
        self._losses.append(Loss.model_validate({"stage": "read", "kind": kind, "source": self.place(key), **facts}))

    def courses(self) -> list[Fields]:
        """A page shows none."""
        return []

    def ways(self, key: str) -> list[str]:
        """See `Fields.ways`."""
        found, shown = self.get(key), self._labelled.shown.get(key)
        longer = None if shown is None else shown.longer
        return [one for one in (found, longer) if one is not None]

    def filled(self) -> list[str]:
        """See `Fields.filled`."""
        return [key for key in self._labelled.shown if self.get(key) is not None]

    def others(self) -> dict[str, str]:
        """See `Fields.others`."""
        return {}

    def finish(self) -> tuple[Loss, ...]:
        """See `Fields.finish`."""
        for key, shown in self._labelled.shown.items():
            if shown.text is None:
                self.note("dropped", key, detail="it is shown as a picture, which nobody reads here")
            elif key not in self._taken and shown.text:
                self.note("dropped", key, **{"from": shown.text}, detail="no place in the record")
        for text, why in self._labelled.unread():
            loss = {"stage": "read", "kind": "dropped", "source": text[:LONGEST_LABEL], "from": text}
            self._losses.append(Loss.model_validate({**loss, "detail": why}))
        return tuple(self._losses)


def unreadable_dates(labelled: Labelled) -> list[str]:
    """The labels under which something stands that is no date."""
    shown = [labelled.shown[key] for key in _DATES if key in labelled.shown]
    return [one.label for one in shown if one.text and one.text not in NOT_KNOWN and parse_date(one.text) is None]
