"""Losses as a part of a page: grouped and counted, each with both places and both values side by side."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.model.leaves import leaves
from gateway.model.losses import Kind, Loss
from gateway.model.record import Record
from gateway.rendering import words
from gateway.rendering.html_verdict import place_of, text
from gateway.rendering.markup import Markup, element

_FEW = 8
_LONGEST = 200
_NO_WORDS = frozenset({"noun", "order"})
_Group = tuple[Kind, str, str]
_ORDER: tuple[Kind, ...] = ("dropped", "approximated", "assumed", "converted", "moved")


def losses_part(losses: Sequence[Loss], record: Record, *, translated: bool) -> Markup:
    """What was lost or changed, all of it; groups of the same kind and subject are folded when they are long.

    Where a loss names a place of the record alone, what stands there is shown from the record.
    """
    if not losses:
        nothing = "Nothing: every statement of the original is in the translation as it was."
        if not translated:
            nothing = "Nothing: every statement of the document is in the record."
        return element("p", nothing, class_="nothing")
    counted = Counter(loss.kind for loss in losses)
    tiles = [
        element("li", element("strong", str(counted[kind])), f" {words.KINDS[kind]}", class_=f"kind {kind}")
        for kind in _ORDER
        if counted[kind]
    ]
    groups: dict[_Group, list[Loss]] = {}
    for loss in losses:
        groups.setdefault((loss.kind, words.subject(loss), loss.detail), []).append(loss)
    ordered = sorted(groups.items(), key=lambda item: _ORDER.index(item[0][0]))
    values = _Values(record)
    made = [_group(group, [_row(loss, values) for loss in members]) for group, members in ordered]
    return element("div", element("ul", tiles, class_="tiles"), made)


def _group(group: _Group, rows: Sequence[Markup]) -> Markup:
    kind, subject, detail = group
    summary = element(
        "summary",
        element("span", words.KINDS[kind], class_=f"kind {kind}"),
        element("span", text(subject), class_="subject"),
        element("span", str(len(rows)), class_="count"),
    )
    head = element(
        "tr", element("th", "In the original", scope="col"), element("th", "In the translation", scope="col")
    )
    return element(
        "details",
        summary,
        element("p", text(detail), class_="why") if detail else None,
        element("table", element("thead", head), element("tbody", rows), class_="sides"),
        class_="loss",
        open=len(rows) <= _FEW,
    )


def _row(loss: Loss, values: _Values) -> Markup:
    was = loss.from_ if loss.from_ is not None else values.under(loss.path)
    before = _side(was, [loss.source, loss.path if not loss.source else ""], "nothing")
    after = _side(loss.to, [loss.target, loss.to_path], _nothing(loss.kind))
    stage = element("span", words.STAGES[loss.stage], class_="faint stage")
    return element("tr", element("td", before), element("td", after, stage))


def _nothing(kind: Kind) -> str:
    return {"dropped": "not there", "moved": "the same, in another place"}.get(kind, "a value that the format gives")


def _side(value: str | None, places: Iterable[str], nothing: str) -> list[Markup]:
    said = element("p", text(value), class_="value") if value is not None else element("p", nothing, class_="faint")
    return [said, *(place_of(place) for place in places if place)]


class _Values:
    """What a record says, by path: found without a look at all of it for each loss."""

    def __init__(self, record: Record) -> None:
        self._said = {path: said for path, (kind, said) in leaves(record).items() if kind not in _NO_WORDS}
        self._place = {path: number for number, path in enumerate(self._said)}
        self._paths = sorted(self._said)

    def under(self, base: str) -> str | None:
        """What stands at and under a path, in short; None where nothing does."""
        if not base:
            return None
        first, behind = bisect_left(self._paths, base + "/"), bisect_left(self._paths, base + "0")  # "0" follows "/"
        found = sorted(self._paths[first:behind], key=self._place.__getitem__)
        whole = " · ".join(
            dict.fromkeys([*([self._said[base]] if base in self._said else []), *(self._said[path] for path in found)])
        )
        return (whole if len(whole) <= _LONGEST else whole[:_LONGEST] + " …") or None
