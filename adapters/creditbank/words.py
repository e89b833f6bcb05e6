"""The words of credit banks: statuses, sources of credit, classes of a curriculum, degrees, each in two languages.

The tables (words.csv, bodies.csv) are our own writing; each row names its public source. Words are compared folded:
half and full width, composed and decomposed letters are one (NFKC), blanks don't count, capitals are small letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gateway.model.record import Code
from gateway.model.texts import Text, When, is_when
from gateway.vocabulary.tables import read_rows

_PACKAGE = "adapters.creditbank"
_LANGUAGES = {"ncb": "zh", "acbs": "ko"}
_DATE = re.compile(r"(\d{4})(?:[年년.\-/](?:(\d{1,2})(?:[月월.\-/](?:(\d{1,2})[日일.]?)?)?)?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_AMOUNT = re.compile(r"\d{1,6}(?:\.\d{1,4})?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word of a list: its key in the profile, as the bank writes it, in English, and what the table notes."""

    key: str
    native: str
    en: str
    note: str
    language: str

    @property
    def label(self) -> Text:
        """The word in both languages."""
        return {self.language: self.native, "en": self.en}

    def code(self, scheme: str) -> Code:
        """The word as a code of a list."""
        return Code(scheme=scheme, value=self.key, label=self.label)

    def noted(self, name: str) -> str | None:
        """What the table notes under a name ("isced 6; total 140")."""
        facts = (fact.split() for fact in self.note.split(";"))
        return next((fact[1] for fact in facts if len(fact) > 1 and fact[0] == name), None)


def fold(text: str) -> str:
    """A word as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def word(of: str, bank: str, text: str) -> Word | None:
    """The word of a bank's list that a text means: as the bank writes it, in English, or its key."""
    return _words(of, bank).get(fold(text))


@cache
def _words(of: str, bank: str) -> Mapping[str, Word]:
    found: dict[str, Word] = {}
    for listed, whose, key, native, aliases, en, note, _ in read_rows("words.csv", package=_PACKAGE):
        if listed == of and whose == bank:
            one = Word(key=key, native=native, en=en, note=note, language=_LANGUAGES.get(bank, "und"))
            found |= {fold(spelling): one for spelling in (key, native, en, *aliases.split("|")) if spelling}
    return found


def words(of: str, bank: str) -> tuple[Word, ...]:
    """The words of a list, each once, in its order."""
    return tuple({one.key: one for one in _words(of, bank).values()}.values())


def number(text: str) -> str:
    """A number or code as it is kept: half width, without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def amount(text: str) -> str | None:
    """An amount of credits as printed, half width; None for what is none: negative, empty, or no number."""
    bare = number(text)
    return bare if _AMOUNT.fullmatch(bare) else None


def date(text: str) -> When | None:
    """A printed date (2024年3月1日, 2024. 3. 1., ２０２４년 3월) in ISO 8601; None for what is none."""
    bare = number(text)
    if bare.isascii() and is_when(bare):
        return bare
    squeezed = "".join(bare.split())
    found = _COMPACT.fullmatch(squeezed) or _DATE.fullmatch(squeezed)
    when = "" if found is None else "-".join(part.zfill(2) for part in found.groups() if part)
    return when if is_when(when) else None
