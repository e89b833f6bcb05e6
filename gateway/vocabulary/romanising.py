"""Chinese names in Latin letters: which is the surname, and how passports may spell it.

Sources: the rules of Chinese passports (surname first, given name in one word; ü is YU since about 2012, LU or LV in
older ones), 汉语拼音方案 for the syllables, `surnames.csv` for surnames that are read otherwise than the character
alone, and for those of two characters. Readings of other characters are pypinyin's. Names of other peoples and places
(Uygur, Tibetan, Mongol, Hong Kong, Korean, Japanese) aren't spelt by pinyin: what is made here is one spelling, never
the only one.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from itertools import islice, product
from typing import NamedTuple

from gateway.vocabulary.tables import read_rows

DOTS = "·•・‧∙⋅．"
"""The middle dots that stand between the parts of names from other languages: U+00B7 and those written for it."""

_MOST_SPELLINGS = 512
_LONGEST_NAME = 6  # characters: longer ones aren't Chinese in their build
_UMLAUTS = ("lv", "lyu", "lu"), ("nv", "nyu", "nu"), ("lve", "lyue", "lue"), ("nve", "nyue", "nue")
_INITIALS = "b p m f d t n l g k h j q x zh ch sh r z c s y w"
_FINALS = (
    "a o e ai ei ao ou an en ang eng ong er i ia ie iao iu ian in iang ing iong "
    "u ua uo uai ui uan un uang ue v ve yu yue"
)
_SYLLABLES = frozenset(initial + final for initial in ("", *_INITIALS.split()) for final in _FINALS.split())
_LONGEST_SYLLABLE = 6
_MOST_SPLITS = 64


class Parts(NamedTuple):
    """A Chinese name in its parts, in the order in which it is written."""

    family: str
    given: str


def is_han(text: str) -> bool:
    """Whether a text is written in Chinese characters alone, dots and blanks apart."""
    letters = [c for c in text if c not in DOTS and not c.isspace()]
    return bool(letters) and all(unicodedata.name(c, "").startswith("CJK") or c == "〇" for c in letters)


def is_latin(text: str) -> bool:
    """Whether every letter of a text is Latin."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all(unicodedata.name(c, "").startswith("LATIN") for c in letters)


def parts_of_name(name: str) -> Parts | None:
    """Surname and given name, where the surname is one of two characters that is known, or the first character.

    None for what isn't built so: names with a dot, of one character, or of more than six.
    """
    bare = "".join(name.split())
    if not is_han(bare) or any(dot in bare for dot in DOTS) or not 1 < len(bare) <= _LONGEST_NAME:
        return None
    length = 2 if len(bare) > 2 and bare[:2] in _surnames() else 1  # noqa: PLR2004 - two characters
    return Parts(bare[:length], bare[length:])


def spellings(name: str) -> frozenset[str]:
    """The letters by which passports may spell a Chinese name, surname first or last, without blanks.

    Empty for what isn't built like a Chinese name.
    """
    parts = parts_of_name(name)
    if parts is None:
        return frozenset()
    pairs = product(_read_surname(parts.family), _read(parts.given))
    return frozenset(
        letters for family, given in islice(pairs, _MOST_SPELLINGS) for letters in (family + given, given + family)
    )


def syllables_of(name: str) -> frozenset[str]:
    """Every syllable that a character of a name may be read as, in every spelling of ü."""
    family = parts_of_name(name)
    readings = set() if family is None else set(_surnames().get(family.family, ()))
    for character in name:
        readings.update(_readings(character))
    return frozenset(spelt for reading in readings for spelt in _with_umlauts(reading))


def splits(letters: str) -> tuple[tuple[str, ...], ...]:
    """The ways to read letters as syllables of pinyin, at most 64; none for what isn't pinyin.

    From the end, so that each rest is looked at once: letters without an end must not cost without one.
    """
    ways: list[tuple[tuple[str, ...], ...]] = [((),)]  # ways[n]: of the last n letters
    for start in range(len(letters) - 1, -1, -1):
        rest = letters[start:]
        found = (
            (rest[:length], *way)
            for length in range(min(_LONGEST_SYLLABLE, len(rest)), 0, -1)
            if rest[:length] in _SYLLABLES
            for way in ways[len(rest) - length]
        )
        ways.append(tuple(islice(found, _MOST_SPLITS)))
    return ways[-1]


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    return {surname: tuple(readings.split()) for surname, readings in read_rows("surnames.csv")}


def _read_surname(surname: str) -> tuple[str, ...]:
    known = _surnames().get(surname)
    if known is None:
        return _read(surname)
    return tuple(spelt for reading in known for spelt in _with_umlauts(reading))


def _read(characters: str) -> tuple[str, ...]:
    """The spellings of characters side by side, at most so many."""
    several = [[spelt for reading in _readings(c) for spelt in _with_umlauts(reading)] for c in characters]
    return tuple("".join(one) for one in islice(product(*several), _MOST_SPELLINGS))


@cache
def _readings(character: str) -> tuple[str, ...]:
    from pypinyin import Style, pinyin  # imported here: few commands match names

    found = pinyin(character, heteronym=True, style=Style.NORMAL, errors="ignore")
    return tuple(dict.fromkeys(found[0])) if found else ()


def _with_umlauts(reading: str) -> tuple[str, ...]:
    """A reading in every spelling of its ü; pypinyin, and the table, write v."""
    return next((forms for forms in _UMLAUTS if forms[0] == reading), (reading,))
