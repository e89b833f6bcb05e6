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

_FEW = 40
_LONGEST = 200
_NO_WORDS = frozenset({"noun", "order"})
_ORDER: tuple[Kind, ...] = ("dropped", "approximated", "assumed", "converted", "moved")


def losses_part(losses: Sequence[Loss], record: Record, *, translated: bool) -> Markup:
    """What was lost or changed, all of it; a long kind is folded.

    Where a loss names a place of the record alone, what stands there is shown from the record.
    """
    if not losses:
        nothing = "Nothing: every statement of the original is in the translation as it was."
        if not translated:
            nothing = "Nothing: every statement of the document is in the record."
        return element("p", nothing, class_="nothing")
    counted = Counter(loss.kind for loss in losses)
    kinds = [kind for kind in _ORDER if counted[kind]]
    tiles = [element("li", element("strong", str(counted[kind])), f" {words.KINDS[kind]}") for kind in kinds]
    values = _Values(record)
    made = [_kind(kind, [loss for loss in losses if loss.kind == kind], values) for kind in kinds]
    return element("div", element("ul", tiles, class_="tiles"), made)


def _kind(kind: Kind, losses: Sequence[Loss], values: _Values) -> Markup:
    """All losses of a kind as one table, grouped by what they are about and why."""
    groups: dict[tuple[str, str], list[Loss]] = {}
    for loss in losses:
        groups.setdefault((words.subject(loss), loss.detail), []).append(loss)
    summary = element(
        "summary", element("h3", f"{words.KINDS[kind]} "), element("span", str(len(losses)), class_="count")
    )
    heads = [element("th", head, scope="col") for head in ("In the original", "In the translation")]
    bodies = [_group(*group, members, values) for group, members in groups.items()]
    table = element("table", element("thead", element("tr", heads)), bodies, class_="sides")
    return element("details", summary, table, class_=f"loss {kind}", open=len(losses) <= _FEW)


def _group(subject: str, detail: str, members: Sequence[Loss], values: _Values) -> Markup:
    count = element("span", str(len(members)), class_="count") if len(members) > 1 else None
    why = element("span", text(detail), class_="why") if detail else None
    head = element("th", element("strong", text(subject)), count, why, colspan="2", scope="rowgroup")
    return element("tbody", element("tr", head, class_="about"), [_row(loss, values) for loss in members])


def _row(loss: Loss, values: _Values) -> Markup:
    was = loss.from_ if loss.from_ is not None else values.under(loss.path)
    before = _side(was, [loss.source, loss.path if not loss.source else ""], "nothing")
    after = _side(loss.to, [loss.target, loss.to_path], _nothing(loss.kind))
    stage = None if loss.stage == "write" else element("span", words.STAGES[loss.stage], class_="faint stage")
    return element("tr", element("td", before), element("td", after, stage))


def _nothing(kind: Kind) -> str:
    return {"dropped": "not there", "moved": "the same, in another place"}.get(kind, "a value that the format gives")


def _side(value: str | None, places: Iterable[str], nothing: str) -> list[Markup]:
    said = element("p", text(value), class_="value") if value is not None else element("p", nothing, class_="faint")
    return [said, *(place_of(place) for place in places if place)]


class _Values:
    """What a record says, by path: found without a look at all of it for each loss."""

    def __init__(self, record: Record) -> None:
        self._said = {path: said for path, (kind, said) in leaves(record).items() if said and kind not in _NO_WORDS}
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
