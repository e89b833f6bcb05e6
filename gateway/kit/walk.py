"""Writing so that nothing is lost unseen: a walk over the record that remembers what was taken.

A writer takes fields from the walk; what it never takes becomes a `dropped` loss by itself when the writing ends,
named at the highest path of which nothing was taken. Kinds of loss other than `dropped` are noted where they happen.

    walk = Writing(record)
    for report in walk.root.each("reports"):
        title: Text = report.take("title")
        report.note("approximated", "issued", to="2024-01-01T00:00:00Z")
    losses = walk.finish()
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.model.leaves import fields, is_empty, keys, pointer
from gateway.model.losses import Kind, Loss
from gateway.model.noun import Noun

NO_PLACE = "the target has no place for it"


class Writing:
    """One writing of one record: the root of the walk, and at the end the losses."""

    def __init__(self, noun: Noun, base: str = "") -> None:
        self._losses: list[Loss] = []
        self.root = Walk(noun, base, self)

    def lose(self, kind: Kind, path: str, **facts: str | None) -> None:
        """Note a loss at a path of the record; `facts` are the other fields of `Loss`."""
        self._losses.append(Loss.model_validate({"stage": "write", "kind": kind, "path": path, **facts}))

    def finish(self) -> tuple[Loss, ...]:
        """The losses noted, and a `dropped` loss for whatever was never taken."""
        self.root.finish()
        return tuple(self._losses)


class Walk:
    """One noun of the record, at its path. Asking for a field takes it, whole."""

    __slots__ = ("_branches", "_taken", "_writing", "noun", "path")

    def __init__(self, noun: Noun, path: str, writing: Writing) -> None:
        self.noun = noun
        self.path = path
        self._writing = writing
        self._taken: set[str] = set()
        self._branches: dict[str, list[Walk]] = {}

    def take(self, field: str) -> Any:
        """Take everything at and under a field, and give its value."""
        self._taken.add(field)
        return getattr(self.noun, field)

    def take_all(self) -> Any:
        """Take the whole noun."""
        self._taken.update(name for name, _ in fields(type(self.noun)))
        return self.noun

    def peek(self, field: str) -> Any:
        """A field's value without taking it: to decide by, not to write."""
        return getattr(self.noun, field)

    def each(self, field: str) -> list[Walk]:
        """A walk for each noun of a list; nothing is taken yet. Asked again, the same walks are given."""
        if field not in self._branches:
            members = getattr(self.noun, field)
            names = keys(members)
            self._branches[field] = [
                Walk(member, pointer(self.path, field, name), self._writing)
                for name, member in zip(names, members, strict=True)
            ]
        return self._branches[field]

    def one(self, field: str) -> Walk | None:
        """A walk for a field that holds one noun, None when it is absent; nothing is taken yet."""
        if field not in self._branches:
            member = getattr(self.noun, field)
            self._branches[field] = [] if member is None else [Walk(member, pointer(self.path, field), self._writing)]
        return next(iter(self._branches[field]), None)

    def text(self, field: str, languages: Iterable[str] | None = None) -> Mapping[str, str]:
        """Take a text; where `languages` are given, each other language of it is noted as `dropped`."""
        text: Mapping[str, str] = self.take(field)
        if languages is None:
            return text
        wanted = set(languages)
        for language in text:
            if language not in wanted:
                self.note("dropped", field, language, detail="the target holds other languages only")
        return {language: value for language, value in text.items() if language in wanted}

    def note(self, kind: Kind, *segments: str, **facts: str | None) -> None:
        """Note a loss at this noun, or at a field or member under it; nothing is taken by it."""
        self._writing.lose(kind, pointer(self.path, *segments), **facts)

    def at(self, *segments: str) -> str:
        """The path of something under this noun."""
        return pointer(self.path, *segments)

    def finish(self) -> None:
        """Note a `dropped` loss for every field, or branch, of which nothing was taken."""
        for name, _ in fields(type(self.noun)):
            if name in self._taken or is_empty(getattr(self.noun, name)):
                continue
            branches = self._branches.get(name, [])
            if not any(branch.touched for branch in branches):
                self.note("dropped", name, detail=NO_PLACE)
                continue
            for branch in branches:
                if branch.touched:
                    branch.finish()
                else:
                    branch.note("dropped", detail=NO_PLACE)

    @property
    def touched(self) -> bool:
        """Whether anything at or under this noun was taken."""
        return bool(self._taken) or any(b.touched for bs in self._branches.values() for b in bs)
