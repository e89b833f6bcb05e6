"""What differs between a record and what a reader of the target will have of it, told as losses.

A writer with few fields can walk the record and note each loss where it happens (`gateway.kit.walk`). One with many
makes the record that the target holds, and lets the two be compared: either it fits the record first, member by
member, and writes the fitted one whole (adapters/europass), or it writes, reads what it wrote, and keeps of each object
between them which noun it was written for (adapters/openbadges). The losses are then the difference, path by path: a
field that is gone is `dropped`, one that is new is `assumed`, a changed leaf `approximated`, a member that stands
elsewhere or under another key `moved`. So nothing can be forgotten, and nothing told in vain.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gateway.model.leaves import fields, is_empty, keys, pointer
from gateway.model.losses import Kind, Loss
from gateway.model.noun import Noun

NO_PLACE = "the target has no place for it"
ANOTHER_KEY = "it stands under another key"
ELSEWHERE = "the target has it in another place"
_PLAINLY: Mapping[Kind, str] = {
    "dropped": NO_PLACE,
    "approximated": "the target has it in another form",
    "moved": ELSEWHERE,
    "assumed": "the target says something here, where nothing was said",
}
"""Why, where nobody gave a reason of its own."""


class Origins:
    """Which noun of the given record each noun of the fitted one was made from, and why things were left out."""

    def __init__(self) -> None:
        self._of: dict[int, Any] = {}
        self._alive: list[Any] = []
        self._made_elsewhere: set[int] = set()
        self._gone_elsewhere: set[int] = set()
        self.renamed: dict[int, tuple[str, str]] = {}
        self.carried: dict[int, list[tuple[str, Noun]]] = {}
        self.reasons: dict[tuple[int, str], str] = {}
        self._written: dict[tuple[int, str], tuple[Any, bool]] = {}

    def note(self, made: Any, given: Any, *, elsewhere: bool = False) -> Any:
        """Remember that `made` came from `given`, perhaps from elsewhere in the record; gives `made`."""
        if made is not given:
            self._of[id(made)] = self._of.get(id(given), given)
            self._alive += (made, given)
        if elsewhere or id(given) in self._made_elsewhere:
            self._made_elsewhere.add(id(made))
            self._gone_elsewhere.add(id(self.of(made)))
        return made

    def wrote(self, value: dict[str, Any], given: Any, part: str = "", *, elsewhere: bool = False) -> dict[str, Any]:
        """Remember for which noun an object of the document, or a part of it, was written; gives `value`.

        `elsewhere`: the noun stands in another place of the record than a reader will put it.
        """
        self._written[id(value), part] = (given, elsewhere)
        self._alive += (value, given)
        return value

    def read_back(self, made: Any, value: Mapping[str, Any], part: str = "") -> None:
        """Remember that `made` was read from an object of the document, where that was written for a noun of ours."""
        given, elsewhere = self._written.get((id(value), part), (None, False))
        if given is not None:
            self.note(made, given, elsewhere=elsewhere)

    def came_from_elsewhere(self, made: Any) -> bool:
        """Whether a fitted noun was made from one that stood in another place."""
        return id(made) in self._made_elsewhere

    @property
    def gone_elsewhere(self) -> frozenset[int]:
        """The ids of the given nouns that stand in another place now."""
        return frozenset(self._gone_elsewhere)

    def went_elsewhere(self, given: Any) -> bool:
        """Whether a given noun stands in another place now."""
        return id(given) in self._gone_elsewhere

    def of(self, made: Any) -> Any:
        """The member of the given record that `made` came from; itself where it wasn't changed."""
        return self._of.get(id(made), made)

    def rename(self, given: Any, old: str, new: str) -> None:
        """Say that what stood in one field of a given noun stands, equal, in another that was empty."""
        self.renamed[id(given)] = (old, new)
        self._alive.append(given)

    def carry(self, given: Any, field: str, made: Noun) -> None:
        """Say that a field of a given noun stands, equal, in the same field of a noun made for it."""
        self.carried.setdefault(id(given), []).append((field, made))
        self._alive += (given, made)

    def because(self, given: Any, field: str, reason: str) -> None:
        """Say why a field of a given noun, or with "" the noun itself, isn't carried as it was."""
        self.reasons[id(given), field] = reason
        self._alive.append(given)


class Telling:
    """One comparison of a given noun with the fitted one."""

    def __init__(self, given: Noun, fitted: Noun, origins: Origins, path: str = "") -> None:
        self._root, self._fitted, self._origins = given, fitted, origins
        self._losses: list[Loss] = []
        self._elsewhere_paths: dict[bool, dict[int, list[str]]] = {}
        self._path = path
        self._moved_here: set[str] = set()
        self._carried: list[tuple[str, str, Noun]] = []

    def losses(self) -> list[Loss]:
        """Every difference, in the order of the record."""
        self._noun(self._root, self._fitted, self._path, self._path)
        found = _paths(self._fitted, frozenset(id(made) for _, _, made in self._carried), self._path, every=False)
        for path, field, made in self._carried:
            self._tell("moved", pointer(path, field), ELSEWHERE, to_path=pointer(found[id(made)][0], field))
        return self._losses

    def paths_of(self, made: Iterable[Any]) -> dict[int, str]:
        """Where the nouns that others were made from stand in the given record, by the id of the one made."""
        origins = {id(one): id(self._origins.of(one)) for one in made}
        found = _paths(self._root, frozenset(origins.values()), self._path, every=False)
        return {one: found[origin][0] for one, origin in origins.items() if origin in found}

    # --- nouns and fields -----------------------------------------------------------------------------------------

    def _noun(self, given: Noun, fitted: Noun, path: str, at: str) -> None:
        """`path` is the place in the given record, `at` the one in the fitted record."""
        if given is fitted:
            return
        after = dict(fields(type(fitted)))
        before = dict(fields(type(given)))
        renamed = self._origins.renamed.get(id(given), ())
        if renamed:
            here, there = (pointer(place, name) for place, name in zip((path, at), renamed, strict=True))
            self._tell("moved", here, self._why(given, renamed[0]), to_path=there)
        carried = self._origins.carried.get(id(given), [])[:1]  # a noun that stands twice is carried twice, in turn
        for field, made in carried:
            self._origins.carried[id(given)].pop(0)
            self._carried.append((path, field, made))
        apart = (*renamed, *(field for field, _ in carried))
        for name, ordered in before.items():
            old = getattr(given, name)
            new = getattr(fitted, name) if name in after else None
            if old is not new and name not in apart:
                self._field(given, name, old, new, path, at, ordered=ordered)
        for name in after:
            if name not in before and not is_empty(getattr(fitted, name)):
                self._value(fitted, name, None, getattr(fitted, name), path, at)

    def _field(self, given: Noun, name: str, old: Any, new: Any, path: str, at: str, *, ordered: bool) -> None:
        if isinstance(old, tuple) and (old or new):
            self._list(given, name, old, new or (), path, at, ordered=ordered)
        else:
            self._value(given, name, old, new, path, at)

    def _value(self, given: Noun, name: str, old: Any, new: Any, path: str, at: str) -> None:
        here, there = pointer(path, name), pointer(at, name)
        if isinstance(new, tuple):
            self._list(given, name, (), new, path, at, ordered=False)
        elif is_empty(new):
            if not is_empty(old) and not self._origins.went_elsewhere(old):
                self._drop(given, name, here, old)
        elif isinstance(new, Mapping):
            self._text(given, name, old or {}, new, here, there)
        elif isinstance(new, Noun):
            self._one(given, name, old, new, here, there)
        elif old is None:
            self._tell("assumed", here, self._why(given, name), to=_lexical(new))
        elif old != new:
            self._tell("approximated", here, self._why(given, name), **{"from": _lexical(old), "to": _lexical(new)})

    def _one(self, given: Noun, name: str, old: Any, new: Noun, here: str, there: str) -> None:
        if old is None:
            origin = self._elsewhere(new)
            if origin is None:
                self._tell("assumed", here, self._why(given, name))
            else:
                self._move(origin, new, there)
        else:
            self._noun(old, new, here, there)

    def _text(
        self, given: Noun | None, name: str, old: Mapping[str, str], new: Mapping[str, str], here: str, there: str
    ) -> None:
        why = self._why(given, name)
        moved = _other_languages(old, new)
        for language, words in old.items():
            if language in moved:
                self._tell("moved", pointer(here, language), why, to_path=pointer(there, moved[language]))
            elif language not in new:
                self._tell("dropped", pointer(here, language), why, **{"from": words})
            elif new[language] != words:
                self._tell("approximated", pointer(here, language), why, **{"from": words, "to": new[language]})
        for language in new:
            if language not in old and language not in moved.values():
                self._tell("assumed", pointer(here, language), why, to=new[language])

    # --- lists -----------------------------------------------------------------------------------------------------

    def _list(
        self, given: Noun, name: str, old: Sequence[Any], new: Sequence[Any], path: str, at: str, *, ordered: bool
    ) -> None:
        here, there = pointer(path, name), pointer(at, name)
        if not new and not any(self._origins.went_elsewhere(member) for member in old):
            self._drop(given, name, here, old)
            return
        old_names, new_names = keys(old), keys(new)
        pairs = self._pairs(old, new, old_names, new_names)
        kept = [n for n, _ in pairs if n is not None]
        for n, member in enumerate(old):
            if n not in kept and not self._origins.went_elsewhere(member):
                holder, field = (member, "") if isinstance(member, Noun) else (given, name)
                self._drop(holder, field, pointer(here, old_names[n]), member)
        for was, n in pairs:
            place = pointer(there, new_names[n])
            if was is None:
                self._added(given, name, new[n], pointer(here, new_names[n]), place)
            else:
                self._kept(old[was], new[n], pointer(here, old_names[was]), place, old_names[was] == new_names[n])
        if ordered and kept != sorted(kept):
            self._tell("approximated", here, "the target has another order")

    def _added(self, given: Noun, name: str, new: Any, path: str, at: str) -> None:
        origin = self._elsewhere(new)
        if origin is None:
            self._tell("assumed", path, self._why(given, name), to=_lexical(new))
            self._moves_within(new, at)
        else:
            self._move(origin, new, at)

    def _moves_within(self, new: Any, at: str) -> None:
        """What stands in a new noun and stood elsewhere before."""
        for name, _ in fields(type(new)) if isinstance(new, Noun) else ():
            value = getattr(new, name)
            for key, member in zip(keys(value), value, strict=True) if isinstance(value, tuple) else ():
                place = pointer(at, name, key)
                origin = self._elsewhere(member)
                if origin is None:
                    self._moves_within(member, place)
                else:
                    self._move(origin, member, place)

    def _kept(self, old: Any, new: Any, path: str, at: str, same_key: bool) -> None:  # noqa: FBT001
        if not same_key:
            self._tell("moved", path, ANOTHER_KEY, to_path=at)
        if isinstance(new, Noun):
            self._noun(old, new, path, at)
        elif isinstance(new, Mapping):
            self._text(None, "", old, new, path, at)

    def _pairs(
        self, old: Sequence[Any], new: Sequence[Any], old_names: list[str], new_names: list[str]
    ) -> list[tuple[int | None, int]]:
        """For each new member the old one that it came from: the same noun, else an equal text, else one of its key."""
        free = dict.fromkeys(range(len(old)))
        pairs: list[tuple[int | None, int]] = []
        for j, member in enumerate(new):
            origin = self._origins.of(member)
            found: int | None = next((i for i in free if old[i] is origin), None)
            if found is None and isinstance(member, str | Mapping):
                found = next((i for i in free if old[i] == member), None)
            if found is not None:
                free.pop(found)
            pairs.append((found, j))
        by_name = {old_names[i]: i for i in free}
        return [
            (by_name.pop(new_names[j], None) if i is None and self._elsewhere(new[j]) is None else i, j)
            for i, j in pairs
        ]

    # --- elsewhere -------------------------------------------------------------------------------------------------

    def _move(self, origin: tuple[Any, str], new: Noun, at: str) -> None:
        old, path = origin
        self._moved_here.add(path)
        self._tell("moved", path, self._origins.reasons.get((id(old), "moved"), ELSEWHERE), to_path=at)
        self._noun(old, new, path, at)

    def _elsewhere(self, new: Any) -> tuple[Any, str] | None:
        """The given noun that a new member came from, when it stood in another list, and its path."""
        if not self._origins.came_from_elsewhere(new):
            return None
        origin = self._origins.of(new)
        path = self._unused(id(origin), every=False) or self._unused(id(origin), every=True)
        return None if path is None else (origin, path)

    def _unused(self, origin: int, *, every: bool) -> str | None:
        """A path of a noun that moved which isn't told yet; `every` looks further where one noun stands twice."""
        if every not in self._elsewhere_paths:
            wanted = self._origins.gone_elsewhere
            self._elsewhere_paths[every] = _paths(self._root, wanted, self._path, every=every)
        paths = self._elsewhere_paths[every].get(origin, ())
        return next((path for path in paths if path not in self._moved_here), None)

    # --- telling ---------------------------------------------------------------------------------------------------

    def _drop(self, given: Any, name: str, path: str, old: Any) -> None:
        inner = old[0] if isinstance(old, tuple) and old else old
        why = self._origins.reasons.get((id(inner), ""), self._why(given, name))
        self._tell("dropped", path, why, **{"from": _lexical(old)})

    def _tell(self, kind: Kind, path: str, detail: str, **facts: Any) -> None:
        why = detail or _PLAINLY[kind]
        self._losses.append(Loss.model_validate({"stage": "write", "kind": kind, "path": path, "detail": why, **facts}))

    def _why(self, given: Any, name: str) -> str:
        """The reason that was given for a field; empty where none was."""
        return self._origins.reasons.get((id(given), name), "")


def _lexical(value: Any) -> str | None:
    """A leaf's text; None for what isn't one leaf."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else None


def _other_languages(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """The languages whose words stand under another one now, which had none before."""
    gone = {words: language for language, words in old.items() if language not in new}
    return {gone[words]: language for language, words in new.items() if language not in old and words in gone}


def _paths(root: Noun, wanted: frozenset[int], base: str, *, every: bool) -> dict[int, list[str]]:
    """The paths of wanted nouns, by id: one each, from the top down, or every one. Keys are computed for those only."""
    found: dict[int, list[str]] = {}
    waiting: deque[tuple[Noun, tuple[Any, ...]]] = deque([(root, ())])
    while waiting and (every or len(found) < len(wanted)):
        noun, trail = waiting.popleft()
        if id(noun) in wanted:
            found.setdefault(id(noun), []).append(_path(trail, base))
        for name, value in noun.__dict__.items():
            if isinstance(value, Noun):
                waiting.append((value, (trail, (noun, name, None))))
            elif value and isinstance(value, tuple) and isinstance(value[0], Noun):
                waiting += [(member, (trail, (noun, name, n))) for n, member in enumerate(value)]
    return found


def _path(trail: tuple[Any, ...], base: str) -> str:
    """The path of a trail, a chain of steps with the last one outside."""
    segments: list[str] = []
    while trail:
        trail, (noun, name, n) = trail
        segments += [name] if n is None else [keys(getattr(noun, name))[n], name]
    return pointer(base, *reversed(segments))
