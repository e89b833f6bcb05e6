"""What a page for people says, as values: no markup, no fonts, no sizes, no positions.

Every face of a record is drawn from this one description: HTML, PDF and, cut down to a sheet, the page image of a
Europass credential. `gateway.rendering.telling` makes it from an account. All texts are plain data: a drawer never
reads them as markup. Words know their language, and whose they are: what a document says is set apart from what we say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

Look = Literal["plain", "strong", "faint", "code", "place", "digest", "pill", "value"]
Tone = Literal["", "good", "bad", "open"]


class Span(NamedTuple):
    """Some words on a line.

    language  BCP 47; "" where they have none, or none that is known
    foreign   words of a document: their direction must touch nothing around them
    when      the printed form of a date that is shown shorter
    """

    text: str
    language: str = ""
    look: Look = "plain"
    foreign: bool = False
    when: str = ""


class Line(NamedTuple):
    """Spans that follow one another; `also` says what the line before says, in another language."""

    spans: tuple[Span, ...]
    also: bool = False

    @property
    def tongue(self) -> str:
        """The language of our own words in it, by which it runs; "" where all of it is a document's."""
        return next((span.language for span in self.spans if span.language and not span.foreign), "")


Said = tuple[Line, ...]
"""Something said: one line or several, each perhaps followed by itself in other languages."""


def said(*spans: Span) -> Said:
    """Something said on one line."""
    return (Line(spans),)


def plain(what: Said) -> str:
    """The first line as a string: for titles and for drawers that know no languages."""
    return "".join(span.text for span in what[0].spans) if what else ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands behind it; `key` is the label's name in the wording, whatever its language."""

    key: str
    label: Said
    value: Said


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and values."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence or more that stands by itself; `caution` is one that mustn't be overlooked."""

    text: Said
    look: Literal["note", "nothing", "caution"] = "note"


@dataclass(frozen=True, slots=True)
class Points:
    """A list without an order."""

    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check: its status as a class, a sign with its name, the question, the answer, the places."""

    status: str
    sign: str
    name: Said
    question: Said
    answer: Said
    where: Said


@dataclass(frozen=True, slots=True)
class Checks:
    """Results of checks."""

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    key: str
    head: Said


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a cell for each column, empty where nothing is stated; `depth` is how deep it stands below another.

    `status` is said only of what is no pass. Where `heads` is said, the row has no cells and heads those that follow,
    `count` of them.
    """

    cells: tuple[Said, ...]
    depth: int = 0
    status: Said = ()
    heads: Said = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose heads are repeated on every page; `more` says what was left out, and is never alone on a page."""

    key: Literal["courses", "sides"]
    caption: Said
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    more: Said = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict in one glance."""

    tone: Tone
    word: str
    meaning: Said
    reason: Said
    facts: Facts


@dataclass(frozen=True, slots=True)
class Tiles:
    """Numbers that stand out, each with what it counts."""

    tiles: tuple[tuple[str, Said], ...]


@dataclass(frozen=True, slots=True)
class Commands:
    """What a reader may type."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A code for cameras (ISO/IEC 18004): `modules` are its dark squares as rows of "0" and "1"."""

    payload: str
    modules: tuple[str, ...]
    text: Said


def path_of(sign: Sign) -> str:
    """The dark squares of a sign as one path (SVG 1.1, section 8.3), a square being one unit."""
    squares = (
        f"M{run.start()} {y}h{len(run[0])}v1h-{len(run[0])}z"
        for y, row in enumerate(sign.modules)
        for run in re.finditer("1+", row)
    )
    return "".join(squares)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page with a heading of its own.

    name    of the four main parts: verdict, record, losses, provenance; else ""
    kind    what a drawer may know it by: report, award, checks, loss, supplement …
    level   of the heading: 2 for a main part
    count   how many things it lists
    folded  whether it may be folded, and is at first; None where it never is
    badges  what stands beside the heading
    """

    heading: Said
    blocks: tuple[Facts | Note | Points | Checks | Table | Answer | Tiles | Commands | Sign | Section, ...]
    level: int
    name: str = ""
    kind: str = ""
    tone: Tone = ""
    count: int | None = None
    folded: bool | None = None
    badges: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """What the page is, where it is nothing to rely on: over its head and on every sheet of it."""

    kind: Literal["draft", "failed", "unverified", "derived", "rendering"]
    word: Said
    text: Said

    @property
    def loud(self) -> bool:
        """Whether it warns."""
        return self.kind in ("draft", "failed", "unverified")


@dataclass(frozen=True, slots=True)
class Description:
    """A page.

    languages  BCP 47, the first being the page's own
    title      of the file, in plain words
    marks      the loudest first; never none
    """

    languages: tuple[str, ...]
    title: str
    marks: tuple[Mark, ...]
    name: Said
    subtitle: Said
    sections: tuple[Section, ...]
    footer: tuple[Said, ...]
