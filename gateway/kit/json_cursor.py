"""Reading JSON so that nothing is lost unseen: a cursor that remembers what was taken from a value.

A leaf is a string, number, boolean or null, or an object or list that is empty. Places are JSON Pointers (RFC 6901).
What the reader never takes becomes a `dropped` loss by itself when the reading ends, named at the highest value of
which nothing was taken. Members are read as JSON-LD writes them: a single value stands for a list of one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.kit.ledger import Ledger
from gateway.model.leaves import pointer
from gateway.model.losses import Kind
from gateway.model.texts import Text, is_when

_Way = tuple[Any, ...]
"""The way to a value, as links from its key upwards: (key, way to its holder); empty for the root."""


class JsonReading:
    """One reading of one JSON object: the root cursor, and at the end the losses."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        self.ledger = Ledger()
        self._taken: dict[int, set[str | int]] = {}  # by identity of the holder, which the value keeps alive
        self._value = value

    @property
    def root(self) -> JsonCursor:
        """The cursor of the root: made when asked for, so that no cycle keeps the value in memory after the reading."""
        return JsonCursor(self._value, self, None, ())

    def take(self, holder: Any, key: str | int) -> None:
        """Remember that everything at a member of a holder (an object or list of the value) was taken."""
        self._taken.setdefault(id(holder), set()).add(key)

    def finish(self) -> Ledger:
        """Turn whatever was never taken into `dropped` losses, in document order."""
        rest = self._rest(self._value, ())
        known: dict[int, str] = {}
        for way, value in [((), self._value)] if rest is None else rest:
            scalar = None if isinstance(value, dict | list) else lexical(value)
            self.ledger.lose("dropped", _place(way, known), **{"from": scalar}, detail="no place in the record")
        return self.ledger

    def _rest(self, holder: Any, way: _Way) -> list[tuple[_Way, Any]] | None:
        """What was never taken at or under a holder; None when nothing of it was."""
        taken = self._taken.get(id(holder), ())
        if len(taken) == len(holder) > 0:
            return []
        found: list[tuple[_Way, Any]] = []
        touched = bool(taken)
        for key, value in _members(holder):
            if key in taken:
                continue
            here = (key, way)
            under = self._rest(value, here) if isinstance(value, dict | list) else None
            if under is None:
                found.append((here, value))
            else:
                touched = True
                found += under
        return found if touched else None


class JsonCursor:
    """One object, and the way to its members. Asking for a scalar or text takes it."""

    __slots__ = ("_over", "_reading", "_steps", "value")

    def __init__(
        self, value: Mapping[str, Any], reading: JsonReading, over: JsonCursor | None, steps: tuple[str, ...]
    ) -> None:
        """`steps` lead here from the cursor over this one; the place is put together only when it is asked for."""
        self.value = value
        self._reading = reading
        self._over = over
        self._steps = steps

    @property
    def place(self) -> str:
        """Where it stands: a JSON Pointer."""
        return pointer("" if self._over is None else self._over.place, *self._steps)

    def each(self, name: str) -> list[JsonCursor]:
        """The objects under a member, whether it holds one or a list; members that are no objects stay untaken."""
        member = self.value.get(name)
        if isinstance(member, dict):
            return [JsonCursor(member, self._reading, self, (name,))]
        if isinstance(member, list):
            return [
                JsonCursor(value, self._reading, self, (name, str(i)))
                for i, value in enumerate(member)
                if isinstance(value, dict)
            ]
        return []

    def one(self, name: str) -> JsonCursor | None:
        """The first object under a member; further ones stay untaken and become losses."""
        return next(iter(self.each(name)), None)

    def scalar(self, name: str) -> str | None:
        """Take a member that is a string, number or boolean, in its lexical form; the first of a list."""
        return next(iter(self._scalars(name, limit=1)), None)

    def scalars(self, name: str) -> list[str]:
        """Take all scalars under a member, whether it holds one or a list."""
        return self._scalars(name, limit=None)

    def when(self, name: str) -> str | None:
        """Take a member that is a date or time; one that can't be (the 31st of June) stays untaken, and is a loss."""
        member = self.value.get(name)
        if isinstance(member, str) and is_when(member):
            self._reading.take(self.value, name)
            return member
        return None

    def text(self, name: str) -> Text:
        """Take a language map: {"en": "…"}. Of several values in one language the first is taken."""
        member = self.value.get(name)
        if not isinstance(member, dict):
            return {}
        result = {}
        for language, value in member.items():
            if isinstance(value, list) and value and isinstance(value[0], str):
                self._reading.take(value, 0)
                result[language.lower()] = value[0]
            elif isinstance(value, str):
                self._reading.take(member, language)
                result[language.lower()] = value
        if not member:
            self._reading.take(self.value, name)
        return result

    def structural(self, name: str, accept: Callable[[str], bool]) -> bool:
        """Take a scalar member silently where its value is the one that the place expects; else it stays a leaf."""
        member = self.value.get(name)
        if isinstance(member, str) and accept(member):
            self._reading.take(self.value, name)
            return True
        return False

    def skip(self, name: str) -> None:
        """Take everything under a member without keeping it: structural, or read by other means."""
        if name in self.value:
            self._reading.take(self.value, name)

    def lose(self, name: str, kind: Kind, **facts: str | None) -> None:
        """Take everything under a member and note one explicit loss for it."""
        self.skip(name)
        self.note(kind, name, **facts)

    def note(self, kind: Kind, name: str = "", **facts: str | None) -> None:
        """Note a loss at this object, or at one of its members, and take nothing by it."""
        self._reading.ledger.lose(kind, pointer(self.place, name) if name else self.place, **facts)

    def _scalars(self, name: str, *, limit: int | None) -> list[str]:
        member = self.value.get(name)
        if isinstance(member, dict) or member is None:
            return []
        if not isinstance(member, list):
            self._reading.take(self.value, name)
            return [lexical(member)]
        result: list[str] = []
        for i, value in enumerate(member):
            if isinstance(value, dict | list) or value is None or (limit is not None and len(result) == limit):
                continue
            self._reading.take(member, i)
            result.append(lexical(value))
        return result


def lexical(value: Any) -> str:
    """A JSON scalar as it is written: numbers keep their printed form (see gateway.readers.json)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _place(way: _Way, known: dict[int, str]) -> str:
    """The pointer of a way; `known` holds those of holders met before, by identity of their way."""
    if not way:
        return ""
    key, over = way
    if id(over) not in known:
        known[id(over)] = _place(over, known)
    return pointer(known[id(over)], str(key))


def _members(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list):
        return list(enumerate(value))
    return []
