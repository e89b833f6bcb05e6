"""Two records and a list of losses held against each other: is every difference told, and is everything told true?

`before` was written, `after` is what a stranger reads back. Both are taken apart into leaves (gateway.model.leaves).
Paths of losses are paths of `before`; a `moved` loss puts everything at and under its path to `to_path`, the longest
path winning, and every other loss under it moves along. What is compared is thus (design, 5):

    no loss       the equal value (type and lexical form) stands at the same, or the moved, path
    dropped       there was something at or under the path, and nothing of it survives
    approximated  one leaf: `from` was there, `to` is there now, and they differ (on a list: its order)
    converted     the same, and the original value stands somewhere in the record
    moved         the equal value, or sub-tree leaf by leaf, stands at `to_path` and no longer at `path`
    assumed       there was nothing at or under the path, now there is

Order is compared among the members that survive; a new member doesn't disturb the order of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.model.leaves import Leaves, leaves, members_in_order
from gateway.model.losses import Loss
from gateway.model.noun import Noun

_Leaf = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Breach:
    """A law that was broken: its name, where in the record, and what was expected."""

    law: str
    path: str
    told: str

    def __str__(self) -> str:
        return f"{self.law} at {self.path or 'the root'}: {self.told}"


def compare(
    before: Noun,
    after: Noun,
    losses: Sequence[Loss],
    stands: Callable[[Loss], bool] = lambda _loss: False,
) -> list[Breach]:
    """Every breach of the laws; none means that nothing was lost silently and nothing was told in vain.

    `stands` says whether an assumed value stands at its `target` in the document, for what the reader doesn't give
    back (a placeholder that the format requires).
    """
    return list(_Comparison(leaves(before), leaves(after), losses, stands).breaches())


class _Comparison:
    def __init__(self, old: Leaves, new: Leaves, losses: Sequence[Loss], stands: Callable[[Loss], bool]) -> None:
        self.old = {path: leaf for path, leaf in old.items() if leaf[0] != "order"}
        self.new = {path: leaf for path, leaf in new.items() if leaf[0] != "order"}
        self.old_orders = {path: members_in_order(leaf) for path, leaf in old.items() if leaf[0] == "order"}
        self.new_orders = {path: members_in_order(leaf) for path, leaf in new.items() if leaf[0] == "order"}
        self.losses = losses
        self.stands = stands
        self.moves = {loss.path: loss.to_path for loss in losses if loss.kind == "moved"}
        self.drops = {loss.path for loss in losses if loss.kind == "dropped"}
        self.changes = {loss.path: loss for loss in losses if loss.kind in ("approximated", "converted")}
        self.assumed = {self.image(loss.path) for loss in losses if loss.kind == "assumed"}
        self.needed = {
            ancestor
            for path in (*self.assumed, *self.moves.values())
            for ancestor in _ancestors(path)
            if ancestor != path
        }
        self.governing: set[str] = set()  # paths of `dropped` and `moved` losses that explain some leaf
        self.kept: dict[str, str] = {}  # path in `new` of every leaf of `old` that isn't dropped
        for path in self.old:
            if not self.is_dropped(path):
                self.kept.setdefault(self.image(path), path)

    def image(self, path: str) -> str:
        """Where something at `path` stands after the moves."""
        for ancestor in _ancestors(path):
            if ancestor in self.moves:
                return self.moves[ancestor] + path[len(ancestor) :]
        return path

    def is_dropped(self, path: str) -> bool:
        """Whether the nearest loss over a leaf drops it; remembers which loss that was."""
        for ancestor in _ancestors(path):
            if ancestor in self.drops or ancestor in self.moves:
                self.governing.add(ancestor)
                return ancestor in self.drops
        return False

    def breaches(self) -> Iterator[Breach]:
        for path, leaf in self.old.items():
            if self.is_dropped(path):
                yield from self.dropped(path)
            elif (at := self.image(path)) not in self.new:
                moved = at != path
                yield Breach(
                    "losses are real" if moved else "no silent loss",
                    path,
                    f"a loss says that it moved to {at}, where nothing stands"
                    if moved
                    else f"{_shown(leaf)} is gone, and no loss tells it",
                )
            else:
                yield from self.survived(path, leaf, self.new[self.image(path)])
        yield from self.appeared()
        yield from self.ordered()
        for loss in self.losses:
            yield from self.tight(loss)
        yield from self.told_twice()

    def dropped(self, path: str) -> Iterator[Breach]:
        at = self.image(path)
        if at in self.new and at not in self.kept and not self.is_container(at) and not self.is_assumed(at):
            yield Breach("losses are real", path, "a loss says that it was dropped, but it is still there")

    def survived(self, path: str, was: _Leaf, now: _Leaf) -> Iterator[Breach]:
        at = self.image(path)
        if self.kept[at] != path:
            yield Breach("losses are real", path, f"stands at the same place as what was at {self.kept[at]}")
        elif path not in self.changes and not _same(was, now):
            yield Breach("no silent loss", path, f"was {_shown(was)}, is {_shown(now)}, and no loss tells it")
        if at != path and self.is_uncalled_for(path):
            yield Breach("losses are real", path, f"a loss says that it moved to {at}, but it is still there")

    def appeared(self) -> Iterator[Breach]:
        for path, leaf in self.new.items():
            if self.is_uncalled_for(path):
                yield Breach("nothing is invented", path, f"{_shown(leaf)} wasn't there before, and no loss tells it")

    def is_uncalled_for(self, path: str) -> bool:
        """Whether something is there now that neither was before nor is told of."""
        known = path in self.kept or path not in self.new
        return not known and not self.is_container(path) and not self.is_assumed(path)

    def is_container(self, path: str) -> bool:
        """A noun that is there only because something was moved or assumed into it."""
        return self.new[path][0] == "noun" and path in self.needed

    def is_assumed(self, path: str) -> bool:
        return any(ancestor in self.assumed for ancestor in _ancestors(path))

    def ordered(self) -> Iterator[Breach]:
        for path in self.old_orders:
            if not self.order_kept(path) and path not in self.changes:
                yield Breach("no silent loss", path, "the order changed, and no loss tells it")

    def order_kept(self, path: str) -> bool:
        base = self.image(path)
        members = [base_path for name in self.old_orders[path] if (base_path := f"{path}/{name}") in self.old]
        expected = [self.image(member) for member in members if not self.is_dropped(member)]
        expected = [member for member in expected if member.rpartition("/")[0] == base]
        now = [f"{base}/{name}" for name in self.new_orders.get(base, ())]
        return len(expected) < 2 or [member for member in now if member in set(expected)] == expected  # noqa: PLR2004

    def tight(self, loss: Loss) -> Iterator[Breach]:
        if loss.kind in ("dropped", "moved"):
            if loss.path not in self.governing:
                yield Breach("losses are real", loss.path, f"a loss says {loss.kind}, but there was nothing")
            elif loss.kind == "dropped" and loss.from_ is not None and loss.path in self.old:
                yield from self.from_is_true(loss)
        elif loss.kind == "assumed":
            yield from self.truly_assumed(loss)
        elif loss.path in self.old_orders:
            if self.order_kept(loss.path):
                yield Breach("losses are real", loss.path, "a loss says that the order changed, but it didn't")
        else:
            yield from self.truly_changed(loss)

    def truly_assumed(self, loss: Loss) -> Iterator[Breach]:
        at = self.image(loss.path)
        if any(_is_under(path, loss.path) for path in self.old):
            yield Breach("losses are real", loss.path, "a loss says assumed, but there was something before")
        now = [leaf for path, leaf in self.new.items() if _is_under(path, at)]
        if not now and not self.stands(loss):
            yield Breach("losses are real", loss.path, "a loss says assumed, but nothing is there now")
        elif at in self.new and self.new[at][0] != "noun" and loss.to is not None and loss.to != self.new[at][1]:
            yield Breach("losses are real", loss.path, f"`to` is {loss.to!r}, but {_shown(self.new[at])} is there")

    def truly_changed(self, loss: Loss) -> Iterator[Breach]:
        was, now = self.old.get(loss.path), self.new.get(self.image(loss.path))
        if was is None or now is None or was[0] == "noun":
            yield Breach(
                "losses are real", loss.path, f"a loss says {loss.kind}, but there isn't one leaf then and now"
            )
            return
        yield from self.from_is_true(loss)
        if loss.to != now[1]:
            yield Breach("losses are real", loss.path, f"`to` is {loss.to!r}, but {_shown(now)} is there")
        if _same(was, now):
            yield Breach("losses are real", loss.path, f"a loss says {loss.kind}, but nothing changed")
        if loss.kind == "converted" and was[1] not in {value for _, value in self.new.values()}:
            yield Breach("losses are real", loss.path, "a loss says converted, but the original value isn't kept")

    def from_is_true(self, loss: Loss) -> Iterator[Breach]:
        if loss.from_ != self.old[loss.path][1]:
            told = f"`from` is {loss.from_!r}, but {_shown(self.old[loss.path])} was there"
            yield Breach("losses are real", loss.path, told)

    def told_twice(self) -> Iterator[Breach]:
        seen: set[str] = set()
        for loss in self.losses:
            if loss.path in seen:
                yield Breach("losses are real", loss.path, "more than one loss names it")
            seen.add(loss.path)


def _ancestors(path: str) -> Iterator[str]:
    """A path, and every path over it, nearest first; the root is the empty path."""
    yield path
    while path:
        path = path.rpartition("/")[0]
        yield path


def _is_under(path: str, base: str) -> bool:
    return path == base or path.startswith(base + "/")


def _same(was: _Leaf, now: _Leaf) -> bool:
    """Equal by type and lexical form; that a noun is there is equal whatever its class (an assessment that moved)."""
    return was == now or was[0] == now[0] == "noun"


def _shown(leaf: _Leaf) -> str:
    return f"a {leaf[1]}" if leaf[0] == "noun" else repr(leaf[1])
