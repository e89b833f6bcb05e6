"""Losses as a part of a page: grouped and counted, each with both places and both values side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gateway.model.losses import Kind, Loss
from gateway.rendering import words
from gateway.rendering.html_verdict import text
from gateway.rendering.markup import Markup, element

_FEW = 8
_Group = tuple[Kind, str, str]
_ORDER: tuple[Kind, ...] = ("dropped", "approximated", "assumed", "converted", "moved")


def losses_part(losses: Sequence[Loss], *, translated: bool) -> Markup:
    """What was lost or changed, all of it; groups of the same kind and subject are folded when they are long."""
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
    return element("div", element("ul", tiles, class_="tiles"), [_group(group, members) for group, members in ordered])


def _group(group: _Group, members: Sequence[Loss]) -> Markup:
    kind, subject, detail = group
    summary = element(
        "summary",
        element("span", words.KINDS[kind], class_=f"kind {kind}"),
        element("span", text(subject), class_="subject"),
        element("span", str(len(members)), class_="count"),
    )
    head = element(
        "tr", element("th", "In the original", scope="col"), element("th", "In the translation", scope="col")
    )
    return element(
        "details",
        summary,
        element("p", text(detail), class_="why") if detail else None,
        element("table", element("thead", head), element("tbody", [_row(loss) for loss in members]), class_="sides"),
        class_="loss",
        open=len(members) <= _FEW,
    )


def _row(loss: Loss) -> Markup:
    before = _side(loss.from_, [loss.source, loss.path if not loss.source else ""], "no value of its own")
    after = _side(loss.to, [loss.target, loss.to_path], _nothing(loss.kind))
    stage = element("span", words.STAGES[loss.stage], class_="faint stage")
    return element("tr", element("td", before), element("td", after, stage))


def _nothing(kind: Kind) -> str:
    return {"dropped": "not there", "moved": "the same value, in another place"}.get(kind, "no value of its own")


def _side(value: str | None, places: Iterable[str], nothing: str) -> list[Markup]:
    said = element("p", text(value), class_="value") if value is not None else element("p", nothing, class_="faint")
    return [said, *(element("code", place) for place in places if place)]
