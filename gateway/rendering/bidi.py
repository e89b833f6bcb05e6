"""Which way each letter runs: the Unicode Bidirectional Algorithm (UAX #9) for one line without embeddings.

Explicit embeddings, overrides and isolates (X1-X8) are never needed here: such characters let a text look like
another one, so `typesetting.cleaned` takes them out. What is left is one level run a line: P2-P3, W1-W7, N0-N2,
I1-I2, L1 and L2.
"""

from __future__ import annotations

import re
from unicodedata import bidirectional

# Anything whose class is R, AL or AN, or a mark that makes a direction: without one of them a line runs left to right.
_TURNING = re.compile("[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]")
# Bidi_Paired_Bracket pairs that occur in names, titles and grades.
_BRACKETS = dict(
    zip(
        "([{⁅⁽₍〈❨❪❬❮❰❲❴⟦⟨⟪⟬⟮⦃⦅〈《「『【〔〖〘〚（［｛｟｢",
        ")]}⁆⁾₎〉❩❫❭❯❱❳❵⟧⟩⟫⟭⟯⦄⦆〉》」』】〕〗〙〛）］｝｠｣",
        strict=True,
    )
)
_CLOSERS = {closer: opener for opener, closer in _BRACKETS.items()}
_STRONG = {"L": "L", "R": "R", "EN": "R", "AN": "R"}  # N0, N1: numbers count as R
_NEUTRAL = frozenset({"B", "S", "WS", "ON"})


def turns(text: str) -> bool:
    """Whether the text holds anything that may run from right to left."""
    return _TURNING.search(text) is not None


def starts_right(text: str, default: bool) -> bool:  # noqa: FBT001 - a direction, not a switch
    """The direction of the first strong letter (P2, P3): True is right to left; `default` where there is none."""
    for char in text:
        kind = bidirectional(char)
        if kind == "L":
            return False
        if kind in ("R", "AL"):
            return True
    return default


def levels(text: str, right: bool) -> list[int]:  # noqa: FBT001
    """The embedding level of each character; odd runs right to left. `right` is the direction of the paragraph."""
    base = int(right)
    if not right and not turns(text):
        return [0] * len(text)
    edge = "R" if right else "L"
    kinds = _weak([bidirectional(char) or "L" for char in text], edge)
    _brackets(text, kinds, edge)
    _neutral(kinds, edge)
    found = [_implicit(kind, base) for kind in kinds]
    return _ends(text, found, base)


def visual(found: list[int]) -> list[tuple[int, int]]:
    """The runs (start, stop) of equal level, in the order in which they stand from left to right (L2)."""
    runs: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(found) + 1):
        if index == len(found) or found[index] != found[start]:
            runs.append((start, index))
            start = index
    for level in range(max(found, default=0), 0, -1):
        runs = _reversed_at(runs, found, level)
    return runs


def _reversed_at(runs: list[tuple[int, int]], found: list[int], level: int) -> list[tuple[int, int]]:
    result: list[tuple[int, int]] = []
    group: list[tuple[int, int]] = []
    for run in runs:
        if found[run[0]] >= level:
            group.insert(0, run)
        else:
            result += [*group, run]
            group = []
    return result + group


def _weak(kinds: list[str], edge: str) -> list[str]:
    """W1-W7: marks take their letter's class, numbers and their punctuation are decided."""
    before = edge
    for index, kind in enumerate(kinds):  # W1
        if kind in ("NSM", "BN"):
            kinds[index] = before
        before = kinds[index]
    strong = edge
    for index, kind in enumerate(kinds):  # W2, W3
        if kind in ("L", "R", "AL"):
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[index] = "AN"
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for index in range(1, len(kinds) - 1):  # W4
        left, kind, right = kinds[index - 1 : index + 2]
        if left == right and ((kind == "CS" and left in ("EN", "AN")) or (kind == "ES" and left == "EN")):
            kinds[index] = left
    _terminators(kinds)
    kinds = ["ON" if kind in ("ES", "ET", "CS") else kind for kind in kinds]  # W6
    strong = edge
    for index, kind in enumerate(kinds):  # W7
        if kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[index] = "L"
    return kinds


def _terminators(kinds: list[str]) -> None:
    """W5: signs such as % and € beside a European number belong to it."""
    index = 0
    while index < len(kinds):
        stop = index
        while stop < len(kinds) and kinds[stop] == "ET":
            stop += 1
        if stop > index and "EN" in (kinds[index - 1] if index else "", kinds[stop] if stop < len(kinds) else ""):
            kinds[index:stop] = ["EN"] * (stop - index)
        index = max(stop, index + 1)


def _brackets(text: str, kinds: list[str], edge: str) -> None:
    """N0: a pair of brackets runs the way of what it holds."""
    for opener, closer in _pairs(text, kinds):
        inside = {_STRONG[kind] for kind in kinds[opener + 1 : closer] if kind in _STRONG}
        if edge in inside:
            way = edge
        elif inside:
            before = next((_STRONG[kind] for kind in reversed(kinds[:opener]) if kind in _STRONG), edge)
            way = before if before != edge else edge
        else:
            continue
        kinds[opener] = kinds[closer] = way


def _pairs(text: str, kinds: list[str]) -> list[tuple[int, int]]:
    """BD16: the bracket pairs in the order of their openers."""
    pairs: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for index, char in enumerate(text):
        if kinds[index] != "ON":
            continue
        if char in _BRACKETS:
            stack.append((char, index))
        elif char in _CLOSERS:
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == _CLOSERS[char]:
                    pairs.append((stack[depth][1], index))
                    del stack[depth:]
                    break
    return sorted(pairs)


def _neutral(kinds: list[str], edge: str) -> None:
    """N1, N2: what has no direction takes that of both neighbours, else the paragraph's."""
    index = 0
    before = edge
    while index < len(kinds):
        if kinds[index] not in _NEUTRAL:
            before = _STRONG[kinds[index]]
            index += 1
            continue
        stop = index
        while stop < len(kinds) and kinds[stop] in _NEUTRAL:
            stop += 1
        after = _STRONG[kinds[stop]] if stop < len(kinds) else edge
        kinds[index:stop] = [before if before == after else edge] * (stop - index)
        index = stop


def _implicit(kind: str, base: int) -> int:
    """I1, I2."""
    if base % 2:
        return base if kind == "R" else base + 1
    return base + {"L": 0, "R": 1}.get(kind, 2)


def _ends(text: str, found: list[int], base: int) -> list[int]:
    """L1: white space at the end of a line takes the level of the paragraph."""
    index = len(text)
    while index and bidirectional(text[index - 1]) in ("WS", "B", "S", "BN"):
        index -= 1
        found[index] = base
    return found
