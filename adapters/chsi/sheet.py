"""A report as PDF: what its labels say in the text that two readers of PDF see alike.

Read by label, never by position: a label is what the label list knows, at the beginning of a line, or in Chinese
characters anywhere in it; its value is what follows in its line, else the next line. Sheets in two languages have
each value twice: the Chinese one is the field, and the English wording is held against it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from adapters.chsi.labelled import UNNAMED, Shown, calls_itself_sample, put
from adapters.chsi.lists import key_of_label, word
from gateway.errors import Refused
from gateway.kit import PdfText

_WIDEST = 6  # words of a label: "Name of Higher Education Institution"
_COLON = re.compile(r"[:：]")
_ENOUGH_LABELS = 3
_IN_ENGLISH = {"name": "nameEn", "institution": "institutionEn"}
"""Fields of which the English wording is a field of its own."""

_TRANSLATED = (
    "major", "presidentName", "branch", "department", "classNo", "degreeUnit", "degreeName", "location",
)  # fmt: skip
"""Fields in the words of a translator: in English alone, they say nothing that can be held against the register."""


def is_sheet(text: str) -> bool:
    """Whether the lines of a PDF are those of a report: a title, or at least three labels."""
    lines = text.splitlines()
    labels = {key_of_label(label) for line in lines for label, _ in _cut(line) if label}
    return len(labels) >= _ENOUGH_LABELS or any(word("report", line) is not None for line in lines)


class Sheet:
    """What a report as PDF shows: its values by field, in English too, and the type of the report.

    `wordings` are the values under English labels that have a Chinese one beside them, or can't do without.

    Raises:
        Refused: `chsi.label_twice`, `chsi.title_twice`, `chsi.readers_differ`.
    """

    def __init__(self, text: PdfText) -> None:
        one, other = (_Reading(lines) for lines in text.readings)
        if one.values() != other.values():
            raise Refused(
                "chsi.readers_differ",
                "got a PDF in which two readers see other values under the labels",
                advice="Ask for the file as the register made it, or for the report as data.",
            )
        self.shown: Mapping[str, Shown] = one.fields()
        self.wordings: Mapping[str, Shown] = one.wordings()
        self._reading = one

    @property
    def title(self) -> str | None:
        """The title, as it is printed."""
        return next(iter(self._reading.titles), None)

    @property
    def type(self) -> str | None:
        """The type of the report, by its title."""
        known = {found.code for title in self._reading.titles if (found := word("report", title)) is not None}
        if len(known) > 1:
            raise Refused(
                "chsi.title_twice",
                "got a PDF with the titles of two kinds of reports, expected one",
                advice="Ask for one report in a file.",
            )
        return next(iter(known), None)

    @property
    def is_sample(self) -> bool:
        """Whether it says that it wasn't made by the register."""
        return calls_itself_sample(self._reading.texts)

    @property
    def loose(self) -> tuple[str, ...]:
        """The texts that no label names."""
        return tuple(self._reading.loose)

    def unread(self) -> Iterator[tuple[str, str]]:
        """The texts that no label names, and the English wordings."""
        yield from ((text, UNNAMED) for text in self.loose)
        for shown in self.wordings.values():
            yield f"{shown.label} {shown.text}", "an English wording: what the register states is Chinese"


@dataclass
class _Reading:
    """The lines of one reader, taken apart: values under Chinese and English labels, titles, and what is neither."""

    texts: tuple[str, ...]
    chinese: dict[str, Shown] = field(default_factory=dict)
    english: dict[str, Shown] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        label, last = "", ""  # the label without a value yet, the label before
        after: list[str] = []  # the lines since
        for line in self.texts:
            if word("report", line) is not None:
                self.titles.append(line)
                label, last = self._put(label, ""), ""
                continue
            for found, value in _cut(line):
                if found:
                    self._put(label, "")
                    self._lengthen(last, after)
                    label, last, after = (found, "", []) if not value else (self._put(found, value), found, [])
                elif label:
                    label, last, after = self._put(label, value), label, []
                else:
                    self.loose.append(value)
                    after.append(value)
        self._put(label, "")

    def fields(self) -> dict[str, Shown]:
        """The values by field: under Chinese labels; under English ones where there is none, and it can't be a
        translator's word.
        """
        own = {
            key: one for key, one in self.english.items() if key not in self.chinese and not _is_translated(key, one)
        }
        named = {_IN_ENGLISH[key]: one for key, one in self.english.items() if _is_named(key, one)}
        return {**own, **self.chinese, **named}

    def wordings(self) -> dict[str, Shown]:
        """The values under English labels that are no fields."""
        fields = {id(one) for one in self.fields().values()}
        return {key: one for key, one in self.english.items() if id(one) not in fields and one.text}

    def values(self) -> dict[tuple[str, str], str]:
        """Every value by language and field, blanks apart: what two readers must agree on."""
        several = (("zh", self.chinese), ("en", self.english))
        return {
            (language, key): "".join((one.text or "").split()) for language, by in several for key, one in by.items()
        }

    def _put(self, label: str, value: str) -> str:
        if label and (key := key_of_label(label)) is not None:
            put(self._of(label), key, Shown(label.rstrip(":："), value))
        return ""

    def _lengthen(self, label: str, after: list[str]) -> None:
        """A value that lines without a label follow, before the next label, may go on in them."""
        key = key_of_label(label) if label and after else None
        if key is not None:
            known = self._of(label)[key]
            self._of(label)[key] = replace(known, longer=" ".join((known.text or "", *after)))

    def _of(self, label: str) -> dict[str, Shown]:
        return self.english if label.isascii() else self.chinese


def _is_named(key: str, one: Shown) -> bool:
    return key in _IN_ENGLISH and bool(one.text) and (one.text or "").isascii()


def _is_translated(key: str, one: Shown) -> bool:
    return _is_named(key, one) or (key in _TRANSLATED and (one.text or "").isascii())


def _cut(line: str) -> Iterator[tuple[str, str]]:
    """The labels of a line, each with what follows it; what stands before the first has the label ""."""
    words = [part for word_ in line.split() for part in _at_colon(word_)]
    label, at = "", 0
    value: list[str] = []
    while at < len(words):
        width = _width_of_label(words, at, bare=not value)
        if not width:
            value.append(words[at])
            at += 1
            continue
        if label or value:
            yield label, " ".join(value)
        label, value, at = " ".join(words[at : at + width]), [], at + width
    if label or value:
        yield label, " ".join(value)


def _at_colon(text: str) -> list[str]:
    """A word, or a label and what stands behind its colon."""
    found = _COLON.search(text)
    if found is None or key_of_label(text[: found.start()]) is None or found.end() == len(text):
        return [text]
    return [text[: found.end()], text[found.end() :]]


def _width_of_label(words: list[str], at: int, *, bare: bool) -> int:
    """How many words from here make a label, the most; 0 where none do. `bare`: no value stands before them."""
    for width in range(min(_WIDEST, len(words) - at), 0, -1):
        label = " ".join(words[at : at + width])
        if key_of_label(label) is not None and (bare or not label.isascii()):
            return width
    return 0
