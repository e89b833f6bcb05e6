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

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gateway.model.leaves import fields, is_empty, key_of, keys, numbered, pointer
from gateway.model.losses import Kind, Loss
from gateway.model.noun import Noun

NO_PLACE = "the target has no place for it"
KEY_CHANGED = "the target can't hold all that tells it apart from its neighbours"

Kept = Callable[[Any], Noun | None]
"""A member of a list as the target holds it, as far as its key goes; None where the target can't hold it."""


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


def share(losses: Iterable[Loss], *reports: Walk) -> tuple[Loss, ...]:
    """The losses that concern a draft holding these reports: theirs, and those of all that reports share."""
    paths = tuple(report.path for report in reports)
    return tuple(
        loss
        for loss in losses
        if not loss.path.startswith("/reports/")
        or any(loss.path == path or loss.path.startswith(path + "/") for path in paths)
    )


class Walk:
    """One noun of the record, at its path. Asking for a field takes it, whole."""

    __slots__ = ("_branches", "_taken", "_writing", "noun", "path", "to_path")

    def __init__(self, noun: Noun, path: str, writing: Writing, to_path: str | None = None) -> None:
        """`to_path` is where the noun stands in what is read back, where its key or an ancestor's changes."""
        self.noun = noun
        self.path = path
        self.to_path = path if to_path is None else to_path
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

    def each(self, field: str, kept: Kept | None = None) -> list[Walk]:
        """A walk for each noun of a list; nothing is taken yet. Asked again, the same walks are given.

        A member's key comes from its content, so a target that can't hold its identifiers (or its first language)
        changes its key, and with it the path of everything under it. `kept` gives a member as the target will hold
        it, as far as its key goes, or None where the target can't hold it at all: such members are left out and
        become `dropped`; for the others whose key changes a `moved` loss is noted when the writing ends.
        """
        if field not in self._branches:
            self._branches[field] = self._walks(field, kept)
        if kept is None:
            return self._branches[field]
        return [walk for walk in self._branches[field] if kept(walk.noun) is not None]

    def _walks(self, field: str, kept: Kept | None) -> list[Walk]:
        members = getattr(self.noun, field)
        old = keys(members)
        new = old if kept is None else _keys_of_kept(members, old, kept)
        return [
            Walk(member, pointer(self.path, field, was), self._writing, pointer(self.to_path, field, now))
            for was, now, member in zip(old, new, members, strict=True)
        ]

    def one(self, field: str) -> Walk | None:
        """A walk for a field that holds one noun, None when it is absent; nothing is taken yet."""
        if field not in self._branches:
            member = getattr(self.noun, field)
            self._branches[field] = [] if member is None else [self._walk_to(member, field)]
        return next(iter(self._branches[field]), None)

    def _walk_to(self, noun: Noun, field: str) -> Walk:
        return Walk(noun, pointer(self.path, field), self._writing, pointer(self.to_path, field))

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
        """Note a `dropped` loss for every field, or branch, of which nothing was taken, and each changed key."""
        if self.path.rpartition("/")[2] != self.to_path.rpartition("/")[2]:
            self.note("moved", to_path=self.to_path, detail=KEY_CHANGED)
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
    def key(self) -> str:
        """The last segment of the path: the key of a member of a list, the field's name elsewhere."""
        return self.path.rpartition("/")[2].replace("~1", "/").replace("~0", "~")

    @property
    def touched(self) -> bool:
        """Whether anything at or under this noun was taken."""
        return bool(self._taken) or any(b.touched for bs in self._branches.values() for b in bs)


def _keys_of_kept(members: Sequence[Noun], old: Sequence[str], kept: Kept) -> list[str]:
    """The keys that the members have among those that the target holds; a member that it can't hold keeps its own."""
    held = [kept(member) for member in members]
    new = iter(numbered([key_of(member) for member in held if member is not None]))
    return [was if member is None else next(new) for was, member in zip(old, held, strict=True)]
