"""Losses as parts of a page: grouped and counted, each with both places and both values side by side."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gateway.model.leaves import leaves
from gateway.model.losses import Kind, Loss
from gateway.model.record import Record
from gateway.rendering import words
from gateway.rendering.description import Column, Note, Row, Said, Section, Span, Table, Tiles, said
from gateway.rendering.telling.teller import Teller, foreign, joined, lines

MOST_LOSSES = 2000
"""Losses of one kind that a page shows; losses.json has all."""

_FEW = 40
_LONGEST = 200
_NO_WORDS = frozenset({"noun", "order"})
_ORDER: tuple[Kind, ...] = ("dropped", "approximated", "assumed", "converted", "moved")


def losses_parts(
    losses: Sequence[Loss], record: Record, teller: Teller, *, translated: bool
) -> Iterator[Note | Tiles | Section]:
    """What was lost or changed; a long kind may be folded.

    Where a loss names a place of the record alone, what stands there is shown from the record.
    """
    if not losses:
        yield Note(teller.word("nothing_lost" if translated else "nothing_unread"), "nothing")
        return
    counted = Counter(loss.kind for loss in losses)
    kinds = [kind for kind in _ORDER if counted[kind]]
    yield Tiles(tuple((f"{counted[kind]:,}", teller.word(f"kind.{kind}")) for kind in kinds))
    values = _Values(record)
    for kind in kinds:
        yield _kind(kind, [loss for loss in losses if loss.kind == kind], values, teller)


def _kind(kind: Kind, losses: Sequence[Loss], values: _Values, teller: Teller) -> Section:
    """All losses of a kind as one table, grouped by what they are about and why."""
    groups: dict[tuple[str, str], list[Loss]] = {}
    for loss in losses[:MOST_LOSSES]:
        groups.setdefault((words.subject(loss), loss.detail), []).append(loss)
    rows = tuple(row for group, members in groups.items() for row in _group(*group, members, values, teller))
    columns = tuple(Column(key, teller.word(key)) for key in ("in_original", "in_translation"))
    over = len(losses) - MOST_LOSSES
    more = teller.phrase("more_losses", n=f"{over:,}") if over > 0 else ()
    heading = teller.heading(f"kind.{kind}")
    table = Table("sides", heading, columns, rows, more)
    folded = len(losses) > _FEW
    return Section(heading, (table,), level=3, kind=f"loss {kind}", count=len(losses), folded=folded)


def _group(subject: str, detail: str, members: Sequence[Loss], values: _Values, teller: Teller) -> Iterator[Row]:
    heads = lines(
        [Span(subject, "en", "strong", foreign=True), foreign(detail, "en", look="faint") if detail else None]
    )
    yield Row((), heads=heads, count=len(members))
    for loss in members:
        yield _row(loss, values, teller)


def _row(loss: Loss, values: _Values, teller: Teller) -> Row:
    was = loss.from_ if loss.from_ is not None else values.under(loss.path)
    before = _side(was, [loss.source, loss.path if not loss.source else ""], teller.word("nothing", look="faint"))
    after = _side(loss.to, [loss.target, loss.to_path], teller.word(_nothing(loss.kind), look="faint"))
    stage = teller.word(f"stage.{loss.stage}", look="faint") if loss.stage != "write" else None
    return Row((before, lines([after, stage])))


def _nothing(kind: Kind) -> str:
    return {"dropped": "not_there", "moved": "elsewhere"}.get(kind, "format_gives")


def _side(value: str | None, places: Iterable[str], nothing: Said) -> Said:
    told = said(foreign(value, look="value")) if value is not None else nothing
    return lines([told, *(joined(Span(place, "", "place")) for place in places if place)])


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
