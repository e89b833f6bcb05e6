"""Are two names of one person? Exact, equivalent, to be looked at by somebody, or not: with the reason.

Chinese is compared with Chinese first. A name is never rejected for how it is romanised alone: Hong Kong, Taiwan,
Korean, Japanese, Uygur and Tibetan spellings aren't pinyin, and an older passport spells ü otherwise. What can't be
told by letters is for a person to look at; the day of birth is the second key.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from gateway.model.dates import parts_of
from gateway.model.record import Learner, Name
from gateway.model.texts import When
from gateway.vocabulary.romanising import DOTS, is_han, is_latin, parts_of_name, spellings, splits, syllables_of

Answer = Literal["exact", "equivalent", "review", "mismatch"]
_ORDER: tuple[Answer, ...] = ("exact", "equivalent", "review", "mismatch")
_LONGEST = 200
_UMLAUT = {"lü": "lv", "nü": "nv"}
_DAY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class NameForm:
    """One form of a name: its script, the order of its parts where that is known, the parts, and who gave the form."""

    text: str
    script: Literal["Hani", "Latn", "other"]
    order: Literal["family-first", "given-first", "unknown"]
    family: str | None
    given: str | None
    source: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The answer, and why: no reason holds a name."""

    answer: Answer
    reason: str


def forms_of(names: Iterable[Name]) -> tuple[NameForm, ...]:
    """Every form of a person's name; Chinese ones taken apart by the table of surnames where the source doesn't."""
    found: list[NameForm] = []
    for name in names:
        whole = " ".join(part for part in (name.given, name.family) if part)
        text = name.full or whole
        if not text.strip():
            continue
        script: Literal["Hani", "Latn", "other"] = "Hani" if is_han(text) else "Latn" if is_latin(text) else "other"
        if script == "Hani" and not name.full:
            text = f"{name.family or ''}{name.given or ''}"
        family, given = name.family, name.given
        if family is None and script == "Hani" and (parts := parts_of_name(text)) is not None:
            family, given = parts
        order: Literal["family-first", "given-first", "unknown"] = "family-first" if script == "Hani" else "unknown"
        if script != "Hani" and not name.full:
            order = "given-first"
        found.append(NameForm(text=text, script=script, order=order, family=family, given=given, source=name.source))
    return tuple(found)


def match_names(one: Iterable[Name], other: Iterable[Name]) -> Match:
    """The best answer that forms of the one and of the other name give: Chinese with Chinese where both have it."""
    mine, theirs = forms_of(one), forms_of(other)
    if not mine or not theirs:
        return Match(answer="review", reason="one of the two has no name")
    han = [(a, b) for a in mine for b in theirs if a.script == b.script == "Hani"]
    pairs = han or [(a, b) for a in mine for b in theirs]
    return min((match_texts(a.text, b.text) for a, b in pairs), key=lambda match: _ORDER.index(match.answer))


def match_learners(one: Learner, other: Learner) -> Match:
    """Whether two are one person: by their names, and by the day of birth where both say one."""
    names = match_names(one.names, other.names)
    born = _same_day(one.born, other.born)
    if names.answer == "mismatch" or born is None:
        return names
    if not born:
        return Match(answer="mismatch", reason="born on different days")
    return Match(answer=names.answer, reason=f"{names.reason}; born on the same day")


def match_texts(one: str, other: str) -> Match:
    """How two spellings of a name compare."""
    if max(len(one), len(other)) > _LONGEST:
        return Match(answer="review", reason="a name of more than 200 characters")
    if unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other):
        return Match(answer="exact", reason="the same characters")
    if is_han(one) and is_han(other):
        return _han(one, other)
    if is_han(one) or is_han(other):
        han, latin = (one, other) if is_han(one) else (other, one)
        return _across(han, latin) if is_latin(latin) else _UNLIKE
    return _latin(one, other) if is_latin(one) and is_latin(other) else _other(one, other)


_UNLIKE = Match(answer="review", reason="two scripts that aren't compared here")


def _han(one: str, other: str) -> Match:
    if _bare(one) == _bare(other):
        return Match(answer="equivalent", reason="the same characters but for blanks, dots or forms of width")
    if spellings(one) & spellings(other):
        return Match(answer="review", reason="other characters that are read alike: a variant, or another name")
    return Match(answer="mismatch", reason="other characters, read otherwise")


def _latin(one: str, other: str) -> Match:
    mine, theirs = _rotations(one), _rotations(other)
    if mine & theirs:
        return Match(answer="equivalent", reason="the same letters but for order, blanks, capitals, accents or ü")
    if set(_tokens(one)) & set(_tokens(other)):
        return Match(answer="review", reason="a part of the name is the same, and another isn't")
    return Match(answer="review", reason="other letters: it may be another way to write the name in them")


def _across(han: str, latin: str) -> Match:
    """A name in characters against one in letters: equivalent by pinyin; else nearly always for somebody to look at."""
    if spellings(han) & _rotations(latin):
        return Match(answer="equivalent", reason="the pinyin of the characters, in either order")
    if parts_of_name(han) is None:
        return Match(answer="review", reason="not built like a Chinese name, so pinyin doesn't tell its spelling")
    ways = splits("".join(_tokens(latin)))
    if not ways:
        return Match(answer="review", reason="the letters are no pinyin: another language, or another way to romanise")
    if all(len(way) < len(_bare(han)) for way in ways) and not any(set(way) & syllables_of(han) for way in ways):
        return Match(answer="mismatch", reason="pinyin of fewer syllables than characters, none of them a reading")
    return Match(answer="review", reason="pinyin, and not that of the characters: it may be romanised otherwise")


def _other(one: str, other: str) -> Match:
    if _bare(one).casefold() == _bare(other).casefold():
        return Match(answer="equivalent", reason="the same letters but for blanks, dots, capitals or forms of width")
    if sorted(map(_bare, one.casefold().split())) == sorted(map(_bare, other.casefold().split())):
        return Match(answer="equivalent", reason="the same words in another order")
    return Match(answer="review", reason="letters that aren't compared here")


def _bare(text: str) -> str:
    """Without blanks, dots and forms of width."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if not c.isspace() and c not in DOTS)


def _tokens(text: str) -> list[str]:
    """The words of a name in small ASCII letters as far as they go; ü stays apart from u, as v."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).casefold()
    for written, plain in _UMLAUT.items():
        folded = folded.replace(written, plain)
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return "".join(c if c.isalpha() else "" if c in "'’" else " " for c in bare).split()


def _rotations(text: str) -> frozenset[str]:
    """The letters of a name in each order that turns surname first into surname last, in every spelling of ü."""
    words = _tokens(text)
    turned = {"".join([*words[n:], *words[:n]]) for n in range(len(words))}
    return frozenset(spelt for letters in turned for spelt in _spelt(letters))


def _spelt(letters: str) -> Iterable[str]:
    """Letters, and with ü in the spellings of passports where v stands for it; v isn't used otherwise in pinyin."""
    pieces = letters.split("v")
    if len(pieces) == 1 or len(pieces) > _DAY:
        return (letters,)
    return ("".join(_woven(pieces, marks)) for marks in product(("v", "yu", "u"), repeat=len(pieces) - 1))


def _woven(pieces: list[str], marks: tuple[str, ...]) -> Iterable[str]:
    yield pieces[0]
    for mark, piece in zip(marks, pieces[1:], strict=True):
        yield mark + piece


def _same_day(one: When | None, other: When | None) -> bool | None:
    """Whether two days of birth agree as far as both are said; None where one isn't."""
    if one is None or other is None:
        return None
    mine, theirs = parts_of(one), parts_of(other)
    both = [(a, b) for a, b in zip(mine[:_DAY], theirs[:_DAY], strict=True) if a and b]
    return all(a == b for a, b in both)
