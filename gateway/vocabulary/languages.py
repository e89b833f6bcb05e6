"""Languages: ISO 639-1 codes and the codes of the EU authority table (ISO 639-3 in upper case).

Sources: ISO 639-1; EU Vocabularies, authority table "language" (8,175 concepts; English labels where the table has
them, CC BY 4.0; for the rest of ISO 639-1 the reference name of ISO 639-3).
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from gateway.vocabulary.tables import read_rows, read_text


class Language(NamedTuple):
    """One language. `code` is the EU authority code; `alpha2` and `name` are empty where there is none."""

    code: str
    alpha2: str
    name: str

    @property
    def tag(self) -> str:
        """The shortest language tag (BCP 47): "en", "grc"."""
        return self.alpha2 or self.code.lower()


@cache
def _index(field: int) -> dict[str, Language]:
    return {row[field]: Language(*row) for row in read_rows("languages.csv") if row[field]}


@cache
def _unnamed() -> frozenset[str]:
    return frozenset(read_text("languages_unnamed.txt").split())


def by_alpha2(code: str) -> Language | None:
    """The language of an ISO 639-1 code in any case ("en"), None when unknown."""
    return _index(1).get(code.lower())


def by_authority(code: str) -> Language | None:
    """The language of an EU authority code, the last part of its URI ("ENG"), None when unknown."""
    found = _index(0).get(code)
    if found is None and code in _unnamed():
        return Language(code, "", "")
    return found


def by_tag(tag: str) -> Language | None:
    """The language of a tag ("en", "en-GB", "grc"): its first subtag decides; None when unknown."""
    primary = tag.partition("-")[0]
    return by_alpha2(primary) or by_authority(primary.upper())
