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

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gateway.model.leaves import fields, is_empty, key_of, keys, numbered, pointer, said_by_default
from gateway.model.losses import Kind, Loss
from gateway.model.noun import Noun

NO_PLACE = "the target has no place for it"
KEY_CHANGED = "the target can't hold all that tells it apart from its neighbours"

Kept = Callable[[Any], Noun | None]
"""A member of a list as the target holds it, as far as its key goes; None where the target can't hold it."""


class Writing:
    """One writing of one record: the root of the walk, and at the end the losses."""

    def __init__(self, noun: Noun, base: str = "") -> None:
        self.base = base
        self._losses: list[Loss] = []
        self.root = Walk(noun, self)

    def lose(self, kind: Kind, path: str, **facts: str | None) -> None:
        """Note a loss at a path of the record; `facts` are the other fields of `Loss`."""
        self._losses.append(Loss.model_validate({"stage": "write", "kind": kind, "path": path, **facts}))

    def finish(self) -> tuple[Loss, ...]:
        """The losses noted, and a `dropped` loss for whatever was never taken."""
        self.root.finish()
        return tuple(self._losses)


_Names = tuple[list[str], list[str]]  # the keys of a list's members, as they were and as they are read back
_WAS, _IS = 0, 1


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

    __slots__ = ("_branches", "_field", "_index", "_names", "_over", "_taken", "_writing", "noun")

    def __init__(
        self, noun: Noun, writing: Writing, over: Walk | None = None, field: str = "", index: int | None = None
    ) -> None:
        """`over` is the walk of the noun that holds this one in `field`, at `index` where that is a list."""
        self.noun = noun
        self._writing = writing
        self._over = over
        self._field = field
        self._index = index
        self._taken: set[str] = set()
        self._branches: dict[str, list[Walk]] | None = None  # most nouns are leaves of the tree: no empty dicts
        self._names: dict[str, _Names] | None = None

    @property
    def path(self) -> str:
        """Where the noun stands in the record: put together only when it is asked for."""
        return self._place(_WAS)

    @property
    def to_path(self) -> str:
        """Where the noun stands in what is read back: another place where its key, or one over it, changes."""
        return self._place(_IS)

    @property
    def key(self) -> str:
        """The key of a member of a list; the field's name elsewhere."""
        return next(iter(self._segments(_WAS)), self._field)

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
        walks = self._branch(field, getattr(self.noun, field))
        if kept is None:
            return walks
        held = [kept(walk.noun) for walk in walks]
        old = keys([walk.noun for walk in walks])
        new = iter(numbered([key_of(member) for member in held if member is not None]))
        self._set_names(field, (old, [was if m is None else next(new) for was, m in zip(old, held, strict=True)]))
        return [walk for walk, member in zip(walks, held, strict=True) if member is not None]

    def one(self, field: str) -> Walk | None:
        """A walk for a field that holds one noun, None when it is absent; nothing is taken yet."""
        return next(iter(self._branch(field, getattr(self.noun, field))), None)

    def the(self, field: str) -> Walk:
        """A walk for a field that always holds one noun ("learner", "issuer", "specification")."""
        return self._branch(field, getattr(self.noun, field))[0]

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
        self._writing.lose(kind, self.at(*segments), **facts)

    def at(self, *segments: str) -> str:
        """The path of something under this noun."""
        return pointer(self.path, *segments)

    def finish(self) -> None:
        """Note a `dropped` loss for every field, or branch, of which nothing was taken, and each changed key."""
        if self._renamed():
            self.note("moved", to_path=self.to_path, detail=KEY_CHANGED)
        for name in self._untaken():
            branches = () if self._branches is None else self._branches.get(name, ())
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
        return bool(self._taken) or any(b.touched for bs in (self._branches or {}).values() for b in bs)

    def _branch(self, field: str, value: Any) -> list[Walk]:
        if self._branches is None:
            self._branches = {}
        walks = self._branches.get(field)
        if walks is None:
            if isinstance(value, tuple):
                walks = [Walk(member, self._writing, self, field, i) for i, member in enumerate(value)]
            else:
                walks = [] if value is None else [Walk(value, self._writing, self, field)]
            self._branches[field] = walks
        return walks

    def _untaken(self) -> list[str]:
        """The fields that hold something and weren't taken, in the order of the model.

        What was never set holds its default, which says something only in a few fields: the rest isn't looked at.
        """
        kind = type(self.noun)
        left = self.noun.model_fields_set - self._taken
        if not said_by_default(kind) <= self._taken:
            left |= said_by_default(kind) - self._taken
        if not left:
            return []
        return [name for name, _ in fields(kind) if name in left and not is_empty(getattr(self.noun, name))]

    def _place(self, side: int) -> str:
        if self._over is None:
            return self._writing.base
        return pointer(self._over._place(side), self._field, *self._segments(side))  # noqa: SLF001 - one of us

    def _renamed(self) -> bool:
        """Whether the key changes: only lists that were asked for with `kept` have other names afterwards."""
        if self._index is None or self._over is None or self._over._names is None:  # noqa: SLF001 - one of us
            return False
        return self._segments(_WAS) != self._segments(_IS)

    def _segments(self, side: int) -> tuple[str, ...]:
        """The key in its list, as it was or as it is read back; none for a field that holds one noun."""
        if self._over is None or self._index is None:
            return ()
        return (self._over._names_in(self._field)[side][self._index],)  # noqa: SLF001 - one of us

    def _names_in(self, field: str) -> _Names:
        known = None if self._names is None else self._names.get(field)
        if known is None:
            same = keys(getattr(self.noun, field))
            known = same, same
            self._set_names(field, known)
        return known

    def _set_names(self, field: str, names: _Names) -> None:
        if self._names is None:
            self._names = {}
        self._names[field] = names
