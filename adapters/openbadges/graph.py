"""The graph of a learner record: which achievements are parts of which, and every other link.

An association names achievements, not credentials. Those that say "part of" make the tree, as far as it is one: a
second parent, a circle, or a link to what isn't held stays a relation, or a loss.
"""

from __future__ import annotations

from adapters.openbadges.nodes import enter
from gateway.kit.json_cursor import JsonCursor

UPWARDS, DOWNWARDS = ("isChildOf", "isPartOf"), ("isParentOf",)
DEEPEST = 40
"""Parts within parts; deeper ones are told by relations."""


class Graph:
    """The credentials of a learner record by number, with the tree among them.

    roots            those that are parts of none
    children         the numbers of the parts of each
    innermost_first  an order in which parts come before what they are parts of
    others           the associations that the tree doesn't hold, with the numbers of both ends
    """

    def __init__(self, subject: JsonCursor, inside: list[JsonCursor]) -> None:
        self.credentials = inside
        self._parent: dict[int, int] = {}
        self.others: list[tuple[JsonCursor, int, int]] = []
        numbers: dict[str, int] = {}
        for n, one in enumerate(inside):
            numbers.setdefault(achievement_id(one), n)
        for association in subject.each("association"):
            self._add(association, numbers)
        self.roots = [n for n in range(len(inside)) if n not in self._parent]
        self.children: list[list[int]] = [[] for _ in inside]
        for n in range(len(inside)):
            if n in self._parent:
                self.children[self._parent[n]].append(n)
        self.innermost_first = sorted(range(len(inside)), key=lambda n: -len(self._line(n)))

    def take(self, association: JsonCursor) -> str:
        """Take everything that an association says; gives its kind."""
        enter(association, "association")
        association.scalar("sourceId")
        association.scalar("targetId")
        return association.scalar("associationType") or ""

    def _add(self, association: JsonCursor, numbers: dict[str, int]) -> None:
        said = association.value
        source, target = (numbers.get(str(said.get(name))) for name in ("sourceId", "targetId"))
        if source is None or target is None:
            return  # about what isn't awarded here: it stays untaken, and is a loss
        kind = said.get("associationType")
        child, parent = (source, target) if kind in UPWARDS else (target, source)
        if kind in (*UPWARDS, *DOWNWARDS) and self._fits(child, parent):
            self._parent[child] = parent
            self.take(association)
        else:
            self.others.append((association, source, target))

    def _fits(self, child: int, parent: int) -> bool:
        line = self._line(parent)
        return child not in self._parent and child != parent and child not in line and len(line) < DEEPEST

    def _line(self, n: int) -> list[int]:
        """What a credential is a part of, from the nearest up."""
        line: list[int] = []
        while n in self._parent:
            n = self._parent[n]
            line.append(n)
        return line


def achievement_id(credential: JsonCursor) -> str:
    """The id of the achievement of a credential."""
    subject = credential.one("credentialSubject")
    achievement = None if subject is None else subject.one("achievement")
    return "" if achievement is None else str(achievement.value.get("id", ""))
