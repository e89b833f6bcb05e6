"""A description drawn as PDF: pages to print and to keep, with the files that they are about inside.

PDF/A-3 with associated files (ISO 19005-3), tagged and with language marks (level A, PDF/UA-1), bookmarks, fonts
embedded and cut to what is used. Typst sets the pages by `report.typ`; the description goes in as data. What is drawn
is an unsealed document: a seal is a step after. Equal descriptions and files give equal octets with one version of
typst and of the fonts (docs/adr/0007-pdf-by-typst.md).
"""

from __future__ import annotations

import datetime as dt
import json
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from gateway.errors import ConfigError
from gateway.rendering import fonts, labels
from gateway.rendering.description import (
    Answer,
    Check,
    Checks,
    Commands,
    Description,
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
from gateway.rendering.markup import shown
from gateway.rendering.telling.letters import named
from gateway.rendering.telling.teller import Teller

_STANDARDS = ["a-3a", "ua-1"]
_LONG = 700  # characters from which a row may run over the end of a page
_UNBROKEN = re.compile(r"[^\s\u200b\u2e80-\u9fff\uac00-\ud7ff\uff00-\uffef]{25,}")
_STEP = 18  # letters of an endless word after which a line may end
_HAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_KANA = re.compile("[\u3041-\u30ff\u31f0-\u31ff]")
_HANGUL = re.compile("[\u1100-\u11ff\u3131-\u318e\ua960-\ua97f\uac00-\ud7ff]")
_INVISIBLE = re.compile("[\u00ad\u034f\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef\n\t ]")
_CHECKS = "checks"
_CODES = frozenset({"code", "place", "digest"})
_MOST_NAMED = 20
_MANY = 30  # lines from which the answer may run over the end of a page
_DEEPEST = 4  # steps by which rows are moved in


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """A file that stands in the PDF, and what it is to it (ISO 19005-3, annex E: AFRelationship)."""

    name: str
    media_type: str
    relationship: Literal["source", "data", "alternative", "supplement"]
    description: str
    octets: bytes


@dataclass(frozen=True, slots=True)
class DrawnPdf:
    """The file, and the characters that no font has: they stand as U+FFFD on the page, which says so."""

    octets: bytes
    missing: tuple[str, ...] = ()


def draw_pdf(description: Description, *, enclosed: Sequence[Enclosed], made: dt.datetime, digest: str) -> DrawnPdf:
    """The description as PDF.

    `made` is the time that the file gives as its own; `digest` stands at the foot of every page. May be called from
    several threads. Raises: ConfigError `reports.not_installed`.
    """
    drawing = _Drawing(description)
    with tempfile.TemporaryDirectory(prefix="testamur-") as folder:
        for file in enclosed:
            Path(folder, file.name).write_bytes(file.octets)
        compiler = _compiler(drawing.data(enclosed, digest), folder)
        whole = made.replace(microsecond=0)  # finer times have no place in a PDF
        octets: bytes = compiler.compile(format="pdf", pdf_standards=_STANDARDS, timestamp=whole)
    ended = octets if octets.endswith(b"\n") else octets + b"\n"  # what a seal adds begins on a line of its own
    return DrawnPdf(ended, tuple(drawing.missing))


def draw_pictures(description: Description, *, digest: str, dots: int) -> tuple[bytes, ...]:
    """The same pages as PNG, `dots` to the inch: for manuals, nothing stands inside.

    Raises: ConfigError `reports.not_installed`.
    """
    with tempfile.TemporaryDirectory(prefix="testamur-") as folder:
        drawn = _compiler(_Drawing(description).data((), digest), folder).compile(format="png", ppi=dots)
    return (drawn,) if isinstance(drawn, bytes) else tuple(drawn)


def _compiler(data: Mapping[str, Any], folder: str) -> Any:
    engine, known = _engine()
    told = json.dumps(data, ensure_ascii=False)
    return engine.Compiler(_template(), root=folder, font_paths=known, sys_inputs={"description": told})


@cache
def _engine() -> tuple[Any, Any]:
    try:
        import typst
    except ModuleNotFoundError as error:
        raise _not_installed("typst") from error
    known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(fonts.folders()))
    return typst, known


def renderer() -> str:
    """What draws PDF here, with versions: where it is equal, equal descriptions have equal octets.

    Raises: ConfigError `reports.not_installed`.
    """
    try:
        return f"typst/{version('typst')} {fonts.renderer()}"
    except PackageNotFoundError as error:
        raise _not_installed("typst") from error


def _not_installed(missing: str) -> ConfigError:
    return ConfigError(
        "reports.not_installed",
        f"a PDF can't be drawn: got no package {missing}, expected the extra 'reports'",
        advice="pip install 'testamur[reports]'; or write HTML: -o OUT.html",
    )


@cache
def _template() -> bytes:
    return (files(__package__) / "report.typ").read_bytes()


class _Drawing:
    """A description as the plain values that the template reads; gathers what no font has on the way."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._language = description.languages[0]
        self._right = labels.runs_right_to_left(self._language)
        self._turning = any(map(labels.runs_right_to_left, description.languages))
        self._form = fonts.national_form(self._language)
        self.missing: dict[str, None] = {}

    def data(self, enclosed: Sequence[Enclosed], digest: str) -> Mapping[str, Any]:
        """All that the template needs."""
        description = self._description
        language, _, region = self._language.partition("-")
        told = {
            "title": self._clean(description.title),
            "lang": labels.primary_of(language),
            "region": region.upper() if len(region) == len("CH") else None,
            "right": self._right,
            "form": self._form,
            "families": {form: fonts.families(form) for form in ("zh", "zh-Hant", "zh-HK", "ja", "ko")},
            "brand": "Testamur",
            "digest": digest,
            "page": _page_words(self._language),
            "marks": [self._mark(mark) for mark in description.marks],
            "name": self._said(description.name),
            "subtitle": self._said(description.subtitle),
            "sections": [self._block(part) for part in _reordered(description.sections)],
            "footer": [self._said(one[:1]) for one in description.footer],
            "files": [_file(one) for one in enclosed],
        }
        return {**told, "cautions": [self._missing_note()] if self.missing else []}

    def _missing_note(self) -> Mapping[str, Any]:
        named_ = ", ".join(map(named, list(self.missing)[:_MOST_NAMED]))
        more = f" … [{len(self.missing)}]" if len(self.missing) > _MOST_NAMED else ""
        note = Teller(self._description.languages).sentence("missing_letters", letters=Span(named_ + more))
        return self._block(Note(note, "caution"))

    def _mark(self, mark: Mark) -> Mapping[str, Any]:
        return {"kind": mark.kind, "loud": mark.loud, "word": self._said(mark.word), "text": self._said(mark.text)}

    # --- blocks

    def _block(self, block: object) -> Mapping[str, Any]:
        match block:
            case Section():
                return self._section(block)
            case Facts():
                pairs = [{"label": self._said(f.label), "value": self._said(f.value)} for f in block.facts]
                return {"is": "facts", "facts": pairs}
            case Note():
                return {"is": "note", "look": block.look, "text": self._said(block.text)}
            case Points():
                return {"is": "points", "items": [self._said(item) for item in block.items]}
            case Checks():
                return {"is": "checks", "compact": False, "checks": [self._check(check) for check in block.checks]}
            case Table():
                return self._table(block)
            case Answer():
                return self._answer(block)
            case Tiles():
                tiles = [{"number": number, "of": self._said(of)} for number, of in block.tiles]
                return {"is": "tiles", "tiles": tiles}
            case Commands():
                return {"is": "commands", "lines": [self._clean(one) for one in block.lines]}
            case Sign():
                return self._sign(block)
        raise TypeError(type(block))

    def _section(self, section: Section) -> Mapping[str, Any]:
        blocks = [self._block(block) for block in section.blocks]
        if section.folded:  # what screens fold takes little room on paper
            blocks = [{**block, "compact": True} for block in blocks]
        return {
            "is": "section",
            "kind": section.kind,
            "level": section.level,
            "heading": self._said(section.heading),
            "count": f"{section.count:,}" if section.count is not None else "",
            "badges": [self._said(badge) for badge in section.badges],
            "blocks": blocks,
        }

    def _answer(self, answer: Answer) -> Mapping[str, Any]:
        return {
            "is": "answer",
            "tone": answer.tone,
            "word": answer.word,
            "meaning": self._said(answer.meaning),
            "reason": self._said(answer.reason),
            "facts": self._block(answer.facts)["facts"],
            "long": sum(len(fact.value) for fact in answer.facts.facts) > _MANY,
        }

    def _check(self, check: Check) -> Mapping[str, Any]:
        return {
            "status": check.status,
            "sign": check.sign,
            "question": self._said(check.question),
            "answer": self._said(check.answer),
            "where": self._said(check.where),
        }

    def _sign(self, sign: Sign) -> Mapping[str, Any]:
        alt = self._clean(plain(sign.text))
        payload = self._broken(sign.payload)
        return {"is": "sign", "svg": _svg(sign), "alt": alt, "payload": payload, "text": self._said(sign.text)}

    def _table(self, table: Table) -> Mapping[str, Any]:
        columns = [{"key": column.key, "head": self._said(column.head)} for column in table.columns]
        rows = [self._row(table, row) for row in table.rows]
        if table.more and rows:
            rows[-1] = {**rows[-1], "more": self._said(table.more)}  # it can't stand alone on a page
        caption = self._said(table.caption)
        return {"is": "table", "key": table.key, "caption": caption, "columns": columns, "rows": rows}

    def _row(self, table: Table, row: Row) -> Mapping[str, Any]:
        cells = [
            {"column": column.key, "first": number == 0, "said": self._said(cell)}
            for number, (column, cell) in enumerate(zip(table.columns, row.cells, strict=False))
        ]
        whole = sum(len(span.text) for cell in (*row.cells, row.heads) for line in cell for span in line.spans)
        return {
            "cells": cells,
            "depth": min(row.depth, _DEEPEST),
            "status": self._said(row.status),
            "heads": self._said(row.heads),
            "count": row.count,
            "more": [],
            "long": whole > _LONG,
        }

    # --- words

    def _said(self, what: Said) -> list[Mapping[str, Any]]:
        return [self._line(line) for line in what]

    def _line(self, line: Line) -> Mapping[str, Any]:
        spans = [self._span(span) for span in line.spans]
        way = self._way(line)
        if way and spans:
            spans[0]["t"] = way + spans[0]["t"]
            spans[-1]["t"] += "\u2069"
        return {"s": spans, "a": True} if line.also else {"s": spans}

    def _way(self, line: Line) -> str:
        """What makes a line of our words run as its language does, on a page that runs the other way; else nothing."""
        right = labels.runs_right_to_left(line.tongue)
        if not line.tongue or right == self._right:
            return ""
        return "\u2067" if right else "\u2066"

    def _span(self, span: Span) -> dict[str, Any]:
        text = self._clean(span.text)
        form = self._form_of(text, span.language)
        told: dict[str, Any] = {"t": self._broken(text)}
        if span.look in _CODES and self._turning:
            told["t"] = f"\u2066{told['t']}\u2069"  # code runs from left to right on every page
        elif span.foreign and (self._turning or not text.isascii()):
            told["t"] = f"\u2068{told['t']}\u2069"  # isolated: its direction touches nothing around it
        if span.look not in ("plain", "value"):
            told["k"] = span.look
        if span.language and span.language != self._language:
            told["l"] = labels.primary_of(span.language)
        if form != self._form:
            told["f"] = form
        return told

    def _form_of(self, text: str, language: str) -> str:
        """Whose forms of Han characters: kana and Hangul tell by themselves, else the language does."""
        if not _HAN.search(text):
            return self._form
        if _KANA.search(text):
            return "ja"
        if _HANGUL.search(text):
            return "ko"
        return fonts.national_form(language) if language else self._form

    def _clean(self, text: str) -> str:
        """The text as it can be drawn: composed, without what deceives, and without what no font has."""
        if text.isascii() and text.isprintable():
            return text
        text = unicodedata.normalize("NFC", shown(text))
        lost = {char for char in set(text) if not _has_font(char)}
        self.missing |= dict.fromkeys(char for char in text if char in lost)
        return text.translate(dict.fromkeys(map(ord, lost), "\ufffd")) if lost else text

    def _broken(self, text: str) -> str:
        """A word without an end gets places at which a line may end; a path behind its steps."""
        return _UNBROKEN.sub(_breakable, text) if len(text) >= _STEP else text


def _breakable(found: re.Match[str]) -> str:
    steps = re.findall(r"[^/]*/|[^/]+", found[0])
    return "\u200b".join(piece for step in steps for piece in _pieces(step))


def _pieces(step: str) -> Iterator[str]:
    """Pieces of at most so many letters, marks kept with theirs."""
    start = 0
    while len(step) - start > _STEP:
        stop = start + _STEP
        while stop < len(step) and (unicodedata.category(step[stop])[0] == "M" or step[stop] == "\u200d"):
            stop += 1
        yield step[start:stop]
        start = stop
    yield step[start:]


@cache
def _has_font(char: str) -> bool:
    return _INVISIBLE.match(char) is not None or fonts.face_of(char) is not None


def _reordered(sections: Sequence[Section]) -> Iterator[Section]:
    """On paper the record comes before the single checks."""
    checks: list[Section] = []
    for section in sections:
        checks += [b for b in section.blocks if isinstance(b, Section) and b.kind == _CHECKS]
        kept = tuple(b for b in section.blocks if not (isinstance(b, Section) and b.kind == _CHECKS))
        if section.name == "provenance":
            yield from map(_raised, checks)
        yield replace(section, blocks=kept)


def _raised(section: Section) -> Section:
    """The section with all its headings one level higher."""
    blocks = tuple(_raised(block) if isinstance(block, Section) else block for block in section.blocks)
    return replace(section, level=section.level - 1, blocks=blocks)


def _page_words(language: str) -> list[str | int]:
    """How pages are numbered: words, 0 for the number, 1 for how many there are."""
    places = {"page": 0, "of": 1}
    told: list[str | int] = []
    for literal, name, _, _ in Formatter().parse(labels.template("page", language)[0]):
        told += [literal] if literal else []
        told += [places[name]] if name is not None else []
    return told


def _file(file: Enclosed) -> Mapping[str, str]:
    return {
        "path": f"/{file.name}",
        "type": file.media_type,
        "relationship": file.relationship,
        "description": file.description,
    }


def _svg(sign: Sign) -> str:
    """The code as a drawing with the margin of four modules that the standard asks for."""
    size = len(sign.modules)
    view = f"-4 -4 {size + 8} {size + 8}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path d="{path_of(sign)}"/></svg>'
