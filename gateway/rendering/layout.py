"""Where things stand on the page: a description becomes bands, from the top down.

What is bounded is bounded by the room it takes: long texts end in an ellipsis, lists that don't fit end in a line that
says how many are left out. Lines are as high as the ink that stands on them, so that nothing ever overlaps. A page in
a language that runs from right to left is mirrored as a whole; each text keeps its own direction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from gateway.rendering import labels
from gateway.rendering.fonts import UNITS
from gateway.rendering.page import Award, Course, Fact, Page
from gateway.rendering.sheet import HEIGHT, WIDTH, bar, blank, octets, place
from gateway.rendering.typesetting import Face, Line, Style, one_line, paragraph

Item = TypeVar("Item")

_MARGIN = 64
_INNER = WIDTH - 2 * _MARGIN
_BOTTOM = 48
_LABELS = 172  # the column of labels
_GAP = 18  # between columns of the table
_NEAR = 7  # between a label and its value
_AWARD_FACTS = 8
_REST = 130  # pixels that lists above the table leave for what follows
_FEW = 22  # courses up to which a title may take two lines
_MEASURED = 100  # courses that decide on the width of columns: more never fit
_FOOTER_LINES = 5
_OF_PAGE = {"learner": 0.10, "facts": 0.24, "awards": 0.28}  # most of the page's height that a list may take


class _Text(NamedTuple):
    """A style, and the height of its lines in pixels."""

    style: Style
    height: int


def _text(pixels: float, weight: int, height: int) -> _Text:
    return _Text(Style(int(pixels * UNITS), weight), height)


_TITLE = _text(28, 700, 37)
_NAME = _text(21, 600, 29)
_HEADING = _text(14.5, 700, 21)
_STRONG = _text(13.5, 700, 20)
_BODY = _text(13.5, 400, 20)
_DENSE = _text(12, 400, 17)
_SMALL = _text(11.5, 400, 16)
_SMALL_STRONG = _text(11.5, 700, 16)


class Band(NamedTuple):
    """A strip over the whole width of the page."""

    rows: bytes
    height: int
    missing: tuple[str, ...] = ()


class _Cell(NamedTuple):
    """A line and the left edge of its ink."""

    line: Line
    x: int


class _Column(NamedTuple):
    """A column of the table: where it starts (from the page's leading edge), how wide, and to which side it is set."""

    key: str
    start: int
    width: int
    trailing: bool


class Layout:
    """One page being laid out; `bands()` is the whole sheet."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.left_out = 0
        self._right = labels.runs_right_to_left(page.language)
        self._footer = [_space(10), *self._foot()]
        self._bands: list[Band] = []
        self._room = HEIGHT - _BOTTOM - sum(band.height for band in self._footer)

    def bands(self) -> list[Band]:
        """All bands from the top edge to the bottom edge, HEIGHT rows together."""
        self._head()
        self._facts(self.page.learner_facts, "learner")
        self._space(12)
        self._facts(self.page.facts, "facts")
        self._awards()
        self._courses()
        return [*self._bands, _space(self._room), *self._footer, _space(_BOTTOM)]

    # The parts of the page, from the top down

    def _head(self) -> None:
        page = self.page
        if page.draft:
            self._add(self._draft_mark())
        self._space(24 if page.draft else 52)
        self._as_many(page.issuers, lambda name: self._paragraph(name, _HEADING, 2), 5 * _HEADING.height)
        self._space(6)
        self._add(_rule(2))
        self._space(22)
        self._add(*self._paragraph(page.title or self._word("untitled"), _TITLE, 3))
        self._space(10)
        self._add(*self._paragraph(page.learner or self._word("not_named"), _NAME, 2))
        self._space(4)

    def _draft_mark(self) -> Band:
        """White on black over the whole width: can't be taken for a sealed page."""
        mark = self._line(f"{self._word('draft')} – {self._word('draft_note')}", _HEADING, _INNER)
        height = 2 * _HEADING.height
        below = (height - _HEADING.height) // 2 + 6
        bits = bar(0, WIDTH, height) ^ place(mark.ink, self._left(_MARGIN, _INNER, mark, trailing=False), below)
        return Band(octets(bits, height), height, mark.missing)

    def _facts(self, facts: Sequence[Fact], share: str) -> None:
        self._as_many(facts, self._fact, self._share(share))

    def _fact(self, fact: Fact) -> list[Band]:
        label = self._line(fact.label, _SMALL, _LABELS - _GAP)
        width = _INNER - _LABELS
        lines = paragraph(fact.value, self._face(_BODY), width, 3) or (Line(label.ink._replace(bits=0, width=0)),)
        first = (self._cell(label, _MARGIN, _LABELS - _GAP), self._cell(lines[0], _MARGIN + _LABELS, width))
        rest = ((self._cell(line, _MARGIN + _LABELS, width),) for line in lines[1:])
        return [_band(cells, _BODY) for cells in (first, *rest)]

    def _awards(self) -> None:
        if self.page.awards:
            self._heading("awards")
            self._as_many(self.page.awards, self._award, self._share("awards"))

    def _award(self, award: Award) -> list[Band]:
        facts = (self._pair(fact) for fact in award.facts[:_AWARD_FACTS] if fact.value)
        over = max(0, len(award.facts) - _AWARD_FACTS)
        more = self._left_out_line("more", over) if over else []
        return [*self._paragraph(award.title, _STRONG, 2), *self._flowed(facts), *more, _space(5)]

    def _pair(self, fact: Fact) -> tuple[Line, Line]:
        label = self._line(fact.label, _SMALL, _LABELS)
        return label, self._line(fact.value, _BODY, _INNER - label.ink.width - _NEAR)

    def _flowed(self, pairs: Iterable[tuple[Line, Line]]) -> list[Band]:
        """Labels with their values one after the other; each keeps its own direction."""
        bands: list[list[_Cell]] = [[]]
        start = _MARGIN
        for label, value in pairs:
            width = label.ink.width + (_NEAR if label.ink.width else 0) + value.ink.width
            if bands[-1] and start + width > WIDTH - _MARGIN:
                bands.append([])
                start = _MARGIN
            bands[-1].append(self._cell(label, start, label.ink.width))
            bands[-1].append(self._cell(value, start + width - value.ink.width, value.ink.width))
            start += width + _GAP
        return [_band(cells, _BODY) for cells in bands if cells]

    def _courses(self) -> None:
        courses = self.page.courses
        if not courses:
            return
        self._heading("courses")
        columns = self._columns(courses[:_MEASURED])
        heads = {key: self._word(key) for key in ("code", "title", "credits", "grade", "when")}
        self._add(_band(self._row(heads, columns, _SMALL_STRONG, 0), _SMALL_STRONG), _rule(1))
        few = len(courses) <= _FEW
        self._as_many(courses, lambda course: self._course(course, columns, few=few), self._room, "more_elsewhere")

    def _course(self, course: Course, columns: Sequence[_Column], *, few: bool) -> list[Band]:
        text = _BODY if few else _DENSE
        values = {key: getattr(course, key) for key in ("code", "title", "credits", "grade", "when")}
        cells = self._row(values, columns, text, course.depth)
        if not few:
            return [_band(cells, text), _rule(1, pale=True)]
        place_, title = self._title_column(columns, course.depth)
        lines = paragraph(course.title, self._face(text), title, 2)
        rest = [_band((self._cell(line, place_, title),), text) for line in lines[1:]]
        if rest:
            cells = [self._cell(lines[0], place_, title), *self._row({**values, "title": ""}, columns, text, 0)]
        return [_band(cells, text), *rest, _rule(1, pale=True)]

    def _columns(self, courses: Sequence[Course]) -> list[_Column]:
        """Columns as wide as their widest value, within bounds; what no course states has no column."""
        text = _BODY if len(self.page.courses) <= _FEW else _DENSE
        widths: dict[str, int] = {}
        for key, most in (("code", 110), ("credits", 130), ("grade", 130), ("when", 160)):
            values = [getattr(course, key) for course in courses]
            if any(values):
                lines = [self._line(value, text, most) for value in values]
                lines.append(self._line(self._word(key), _SMALL_STRONG, most))
                widths[key] = max(line.ink.width for line in lines)
        title = _INNER - sum(widths.values()) - _GAP * len(widths)
        columns: list[_Column] = []
        start = _MARGIN
        for key, width in (
            ("code", widths.get("code")),
            ("title", title),
            *((k, widths.get(k)) for k in ("credits", "grade", "when")),
        ):
            if width is not None:
                columns.append(_Column(key, start, width, trailing=key in ("credits", "when")))
                start += width + _GAP
        return columns

    def _row(self, values: dict[str, str], columns: Sequence[_Column], text: _Text, depth: int) -> list[_Cell]:
        cells = []
        for column in columns:
            start, width = (column.start, column.width) if column.key != "title" else self._title_column(columns, depth)
            cells.append(
                self._cell(self._line(values[column.key], text, width), start, width, trailing=column.trailing)
            )
        return cells

    def _title_column(self, columns: Sequence[_Column], depth: int) -> tuple[int, int]:
        column = next(column for column in columns if column.key == "title")
        indent = 14 * min(depth, 4)
        return column.start + indent, column.width - indent

    def _foot(self) -> list[Band]:
        lines = [line for text in self.page.footer for line in paragraph(text, self._face(_SMALL), _INNER - 120, 3)]
        number = self._line(self._word("page", page=self.page.number, of=self.page.of), _SMALL, 110)
        bands = [_rule(1), _space(6)]
        for index, line in enumerate(lines[:_FOOTER_LINES] or [Line(number.ink._replace(bits=0, width=0))]):
            cells = [self._cell(line, _MARGIN, _INNER - 120)]
            if index == 0:
                cells.append(self._cell(number, WIDTH - _MARGIN - 110, 110, trailing=True))
            bands.append(_band(cells, _SMALL))
        return bands

    # Tools

    def _word(self, key: str, **values: object) -> str:
        return labels.word(key, self.page.language, **values)

    def _face(self, text: _Text) -> Face:
        return Face(text.style, self.page.language, self._right)

    def _line(self, text: str, look: _Text, width: int) -> Line:
        return one_line(text, self._face(look), width)

    def _paragraph(self, text: str, look: _Text, most: int) -> list[Band]:
        lines = paragraph(text, self._face(look), _INNER, most)
        return [_band((self._cell(line, _MARGIN, _INNER),), look) for line in lines]

    def _cell(self, line: Line, start: int, width: int, *, trailing: bool = False) -> _Cell:
        return _Cell(line, self._left(start, width, line, trailing=trailing))

    def _left(self, start: int, width: int, line: Line, *, trailing: bool) -> int:
        """The left edge of a line in a field that begins `start` from the page's leading edge."""
        left = WIDTH - start - width if self._right else start
        return left + (width - line.ink.width if trailing != self._right else 0)

    def _heading(self, key: str) -> None:
        self._space(14)
        self._add(*self._paragraph(self._word(key), _HEADING, 1), _rule(1))
        self._space(6)

    def _share(self, part: str) -> int:
        return min(int(HEIGHT * _OF_PAGE[part]), self._room - _REST)

    def _as_many(
        self, items: Sequence[Item], bands: Callable[[Item], list[Band]], most: int, more: str = "more"
    ) -> None:
        """Add what fits into `most` pixels; then a line that says how many are left out."""
        budget = most
        line = sum(band.height for band in self._left_out_line(more, len(items))) + 1
        for index, item in enumerate(items):
            made = bands(item)
            height = sum(band.height for band in made)
            last = index == len(items) - 1
            if height + (0 if last else line) > budget:
                self.left_out += len(items) - index
                self._add(*self._left_out_line(more, len(items) - index))
                return
            budget -= height
            self._add(*made)

    def _left_out_line(self, key: str, count: int) -> list[Band]:
        return self._paragraph(self._word(key, n=count), _SMALL, 1)

    def _space(self, height: int) -> None:
        self._add(_space(height))

    def _add(self, *bands: Band) -> None:
        for band in bands:
            self._bands.append(band)
            self._room -= band.height


def _space(height: int) -> Band:
    return Band(blank(height), height)


def _rule(height: int, *, pale: bool = False) -> Band:
    """A rule from margin to margin; a pale one has the lightest shade."""
    bits = bar(_MARGIN, _INNER, height)
    return Band(octets(bits // 3 if pale else bits, height), height)


def _band(cells: Iterable[_Cell], text: _Text) -> Band:
    """Lines beside each other on one base line; the band is as high as the highest of them, three lines at most."""
    cells = list(cells)
    deep = text.height * 3 // 10
    below = min(max([deep, *(cell.line.ink.below for cell in cells)]), deep * 3)
    up = text.height - deep
    above = min(max([up, *(cell.line.ink.above + 1 for cell in cells)]), up * 3)
    bits = 0
    for cell in cells:
        bits |= place(cell.line.ink, cell.x, below)
    missing = tuple(char for cell in cells for char in cell.line.missing)
    return Band(octets(bits, above + below), above + below, missing)
