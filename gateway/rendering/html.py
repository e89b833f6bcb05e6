"""A description drawn as HTML: a file that needs nothing but itself.

No script, no address, no font from elsewhere: the page's own Content Security Policy allows its one style sheet (by
digest) and nothing more. Equal descriptions give equal octets.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import groupby

from gateway.rendering import labels
from gateway.rendering.account import Account
from gateway.rendering.description import (
    Answer,
    Check,
    Checks,
    Column,
    Commands,
    Description,
    Fact,
    Facts,
    Line,
    Mark,
    Note,
    Points,
    Row,
    Said,
    Section,
    Sign,
    Span,
    Table,
    Tiles,
    path_of,
    plain,
)
from gateway.rendering.markup import Child, Markup, element, together
from gateway.rendering.telling.account import describe_account

_CLASSES = {"faint": "faint", "pill": "pill", "value": "value"}
_DEEPEST = 4  # steps by which rows are moved in


def html_page(account: Account) -> bytes:
    """The page of an account in UTF-8."""
    return draw_html(describe_account(account))


def draw_html(description: Description) -> bytes:
    """A description as a page in UTF-8."""
    return f"<!doctype html>\n{_Drawing(description).page()}\n".encode()


@cache
def _style() -> str:
    return "\n" + (files(__package__) / "page.css").read_text("utf-8")


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


class _Drawing:
    def __init__(self, description: Description) -> None:
        self._description = description
        self._language = description.languages[0]

    def page(self) -> Markup:
        description = self._description
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", http_equiv="Content-Security-Policy", content=_policy()),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", name="referrer", content="no-referrer"),
            element("meta", name="robots", content="noindex, nofollow"),
            element("meta", name="color-scheme", content="light dark"),
            element("title", description.title),
            element("style", Markup(_style())),
        )
        main = element("main", map(self._part, description.sections), id="main")
        banners = [self._banner(mark) for mark in description.marks if mark.loud]
        right = labels.runs_right_to_left(self._language)
        body = element("body", self._header(banners), main, self._footer())
        return element("html", head, body, lang=self._language, dir="rtl" if right else None)

    def _banner(self, mark: Mark) -> Markup:
        pairs = zip(mark.word, mark.text, strict=False)
        told = [[element("strong", self._line(word)), " ", self._line(text)] for word, text in pairs]
        return element(
            "p",
            [[" · " if number else "", one] for number, one in enumerate(told)],
            class_=mark.kind,
            data_word=plain(mark.word),
        )

    def _header(self, banners: Iterable[Markup]) -> Markup:
        sections = self._description.sections
        links = [element("a", self._first(part.heading), href=f"#{part.name}") for part in sections]
        quiet = [mark for mark in self._description.marks if not mark.loud]
        return element(
            "header",
            banners,
            element("p", "Testamur", class_="brand"),
            element("h1", self._said(self._description.name)),
            element("p", self._said(self._description.subtitle), class_="subtitle"),
            element("ul", [self._quiet(mark) for mark in quiet], class_="marks") if quiet else None,
            element("nav", links, aria_label=plain(sections[0].heading)),
        )

    def _quiet(self, mark: Mark) -> Markup:
        return element("li", element("strong", self._first(mark.word)), " ", self._said(mark.text), class_=mark.kind)

    def _footer(self) -> Markup:
        return element("footer", [element("p", self._said(one)) for one in self._description.footer])

    # --- parts

    def _part(self, part: Section) -> Markup:
        heading = element("h2", self._said(part.heading), id=f"{part.name}-heading")
        blocks = self._blocks(part.blocks)
        return element("section", heading, blocks, id=part.name, aria_labelledby=f"{part.name}-heading")

    def _section(self, section: Section) -> Markup:
        heading = element(f"h{section.level}", self._said(section.heading), self._badges(section))
        kind = " ".join(part for part in (section.kind, section.tone) if part) or None
        blocks = self._blocks(section.blocks)
        if section.folded is None:
            return element("article" if section.kind == "award" else "section", heading, blocks, class_=kind)
        count = element("span", f"{section.count:,}", class_="count") if section.count is not None else None
        return element("details", element("summary", heading, count), blocks, class_=kind, open=not section.folded)

    def _badges(self, section: Section) -> list[Markup]:
        return [element("span", self._said(badge), class_="pill") for badge in section.badges]

    def _blocks(self, blocks: Iterable[object]) -> list[Markup]:
        return [self._block(block) for block in blocks]

    def _block(self, block: object) -> Markup:
        match block:
            case Section():
                return self._section(block)
            case Facts():
                return element("dl", [self._fact(fact) for fact in block.facts])
            case Note():
                return element("p", self._said(block.text), class_=block.look)
            case Points():
                return element("ul", [element("li", self._said(item)) for item in block.items], class_="plain")
            case Checks():
                return element("ul", [self._check(check) for check in block.checks], class_="findings")
            case Table():
                return self._table(block)
            case Answer():
                return self._answer(block)
            case Tiles():
                tiles = [element("li", element("strong", number), " ", self._said(of)) for number, of in block.tiles]
                return element("ul", tiles, class_="tiles")
            case Commands():
                return element("pre", element("code", "\n".join(block.lines)), tabindex="0")
            case Sign():
                return self._sign(block)
        raise TypeError(type(block))

    def _fact(self, fact: Fact) -> Markup:
        return element("div", element("dt", self._said(fact.label)), element("dd", self._said(fact.value)))

    def _answer(self, answer: Answer) -> Markup:
        head = element(
            "p",
            element("span", answer.word, class_="answer"),
            element("span", self._said(answer.meaning), class_="meaning"),
        )
        reason = element("p", self._said(answer.reason), class_="reason") if answer.reason else None
        return element("div", head, reason, self._block(answer.facts), class_=f"card {answer.tone}")

    def _check(self, check: Check) -> Markup:
        name = plain(check.name)
        return element(
            "li",
            element("span", check.sign, class_="mark", title=name, aria_label=name, role="img"),
            element(
                "div",
                element("p", self._said(check.question), class_="check"),
                element("p", self._said(check.answer)) if check.answer else None,
                element("p", self._said(check.where), class_="faint"),
            ),
            class_=check.status,
        )

    def _sign(self, sign: Sign) -> Markup:
        """Squares as one path; a strip of four modules around it stays white, as the standard asks."""
        size = len(sign.modules)
        path = element("path", d=path_of(sign))
        view = f"-4 -4 {size + 8} {size + 8}"
        code = element("svg", path, viewBox=view, class_="sign", role="img", aria_label=plain(sign.text))
        caption = element("figcaption", self._said(sign.text), element("code", sign.payload, class_="digest"))
        return element("figure", code, caption)

    # --- tables

    def _table(self, table: Table) -> Markup:
        heads = [self._head(column) for column in table.columns]
        caption = element("caption", self._said(table.caption)) if table.key == "courses" else None
        span = str(len(table.columns))
        more = element("tr", element("td", self._said(table.more), colspan=span), class_="more") if table.more else None
        groups = [self._group(table, list(rows)) for rows in _grouped(table.rows)]
        foot = element("tfoot", more) if more else None
        return element("table", caption, element("thead", element("tr", heads)), groups, foot, class_=table.key)

    def _head(self, column: Column) -> Markup:
        return element("th", self._said(column.head), scope="col", class_=column.key)

    def _group(self, table: Table, rows: list[Row]) -> Markup:
        return element("tbody", [self._row(table, row) for row in rows])

    def _row(self, table: Table, row: Row) -> Markup:
        if row.heads:
            count = element("span", f"{row.count:,}", class_="count") if row.count > 1 else None
            span = str(len(table.columns))
            head = element(
                "th", self._said(row.heads[:1]), count, " ", self._said(row.heads[1:]), colspan=span, scope="rowgroup"
            )
            return element("tr", head, class_="about")
        cells = zip(table.columns, row.cells, strict=True)
        return element("tr", [self._cell(column, cell, row) for column, cell in cells])

    def _cell(self, column: Column, cell: Said, row: Row) -> Markup:
        told: Child = self._said(cell)
        if column.key == "course":
            pill = element("span", self._said(row.status), class_="pill") if row.status else None
            told = element("div", told, " " if pill else None, pill, class_=f"depth{min(row.depth, _DEEPEST)}")
        elif cell:
            told = element("div", told)
        return element("td", told, data_label=plain(column.head), class_=column.key)

    # --- words

    def _said(self, what: Said) -> list[Markup]:
        """Lines below one another; what says the same in another language is told apart."""
        if len(what) == 1:
            return [self._line(what[0])]
        return [element("span", self._line(line), class_="also" if line.also else "line") for line in what]

    def _first(self, what: Said) -> Child:
        return self._line(what[0]) if what else None

    def _line(self, line: Line) -> Markup:
        """A line of our words runs as its language does, also on a page that runs the other way."""
        told = Markup("".join(self._span(span) for span in line.spans))
        turned = self._turned(line.tongue) if line.tongue and len(line.spans) > 1 else None
        return element("span", told, dir=turned) if turned else told

    def _span(self, span: Span) -> Markup:
        tongue = span.language if span.language not in ("", self._language) or span.foreign else ""
        told: Child = span.text
        if span.look == "place":
            return _place(span.text)
        if span.when:
            told = element("time", told, datetime=span.when)
        if span.foreign:
            told = element("bdi", told, lang=tongue or None, dir="auto")
        elif tongue:
            told = element("span", told, lang=tongue, dir=self._turned(tongue))
        return self._dressed(span, told)

    def _turned(self, tongue: str) -> str | None:
        """The direction of our words in a language, where it isn't the page's."""
        right = labels.runs_right_to_left(tongue)
        return None if right == labels.runs_right_to_left(self._language) else "rtl" if right else "ltr"

    def _dressed(self, span: Span, told: Child) -> Markup:
        if span.look == "strong":
            return element("strong", told)
        if span.look == "code":
            return element("code", told)
        if span.look == "digest":
            return element("code", told, class_="digest")
        if span.look in _CLASSES:
            return element("span", told, class_=_CLASSES[span.look])
        return together(told)


def _place(place: str) -> Markup:
    """A place in a document; a line may end behind each of its steps."""
    steps = place.split("/")
    return element("code", [[step, "/", element("wbr")] for step in steps[:-1]], steps[-1], class_="place")


def _grouped(rows: Iterable[Row]) -> Iterable[Iterable[Row]]:
    """Rows by what heads them."""
    number = 0

    def group_of(row: Row) -> int:
        nonlocal number
        number += bool(row.heads)
        return number

    return (list(members) for _, members in groupby(rows, group_of))
