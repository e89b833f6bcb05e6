"""Letters that deceive: what looks like one word and is another, and what turns the direction of writing.

After Unicode Technical Standard 39, restricted to what occurs in names and titles: a word that mixes Latin, Greek and
Cyrillic letters is told, and so is every character that overrides a direction (Unicode Standard Annex 9). Both are
shown as they are, the latter by name; neither changes a verdict.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W\d_]+")
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ALPHABETS = ("LATIN", "GREEK", "CYRILLIC")
_PLAIN = re.compile("[\u0000-\u036f\u1e00-\u1eff]*")  # Latin letters and marks alone
MOST = 5


def mixed_words(texts: Iterable[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The words that mix alphabets, each once, with the letters of the rarer alphabet; at most five."""
    told: dict[str, tuple[str, ...]] = {}
    for text in texts:
        if _PLAIN.fullmatch(text[:1000]):
            continue
        for word in _WORD.findall(text[:1000]):
            odd = _odd_letters(word)
            if odd and len(told) < MOST:
                told[word] = odd
    yield from told.items()


def turning(texts: Iterable[str]) -> tuple[str, ...]:
    """The characters that turn the direction of writing, each once."""
    return tuple(dict.fromkeys(char for text in texts for char in _TURNING.findall(text)))


def named(char: str) -> str:
    """A character by number and name: "U+0410 CYRILLIC CAPITAL LETTER A"."""
    return f"U+{ord(char):04X} {unicodedata.name(char, '')}".strip()


@lru_cache(maxsize=4096)
def _odd_letters(word: str) -> tuple[str, ...]:
    by_alphabet: dict[str, list[str]] = {}
    for char in unicodedata.normalize("NFC", word):
        alphabet = unicodedata.name(char, "").partition(" ")[0]
        if alphabet in _ALPHABETS:
            by_alphabet.setdefault(alphabet, []).append(char)
    if len(by_alphabet) < 2:  # noqa: PLR2004 - one alphabet
        return ()
    rarest: list[str] = min(by_alphabet.values(), key=len)
    return tuple(dict.fromkeys(rarest))
