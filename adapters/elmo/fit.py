"""Fitting a record into ELMO 1.7: the record as the format can hold it, and by the walk the losses of that.

Every `fit_…` function takes a walk over a noun and gives the noun as it will be read back; what it leaves untaken
becomes a `dropped` loss by itself, what it changes it notes. Writing the fitted record as XML then changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from adapters.elmo.elements import country_code
from gateway.kit.walk import Walk, Writing
from gateway.kit.xml_cursor import collapsed
from gateway.model.leaves import keys
from gateway.model.noun import Noun
from gateway.model.record import Foreign, Identifier, Link
from gateway.model.texts import UNDETERMINED, Text

Change = Callable[[str], str | None]
"""A value as ELMO holds it; None where it can't."""
N = TypeVar("N", bound=Noun)
Fit = Callable[[Walk], N]

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_COUNT = re.compile(r"\+?[0-9]+|-0+")
_LANGUAGE = re.compile(r"[a-z]{1,8}(?:-[a-z0-9]{1,8})*")
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


# --- values ----------------------------------------------------------------------------------------------------------


def lines(value: str) -> str:
    """A text with its line breaks (xs:string): characters that XML doesn't allow become U+FFFD."""
    return _ILLEGAL.sub("\ufffd", value)


def token(value: str) -> str:
    """A text on one line (xs:token)."""
    return collapsed(lines(value))


def some(value: str) -> str | None:
    """A token that isn't empty."""
    return token(value) or None


def decimal(value: str) -> str | None:
    """A decimal number, as printed."""
    return value if _DECIMAL.fullmatch(value) else None


def count(value: str) -> str | None:
    """A whole number that isn't negative, as printed."""
    return value if _COUNT.fullmatch(value) else None


def one_of(words: Iterable[str]) -> Change:
    """One of a closed list of words."""
    allowed = frozenset(words)
    return lambda value: value if value in allowed else None


def country_of_list(words: Iterable[str]) -> Change:
    """A country of a closed list."""
    allowed = frozenset(words)

    def change(value: str) -> str | None:
        code = country_code(value)
        return code if code in allowed else None

    return change


# --- leaves ----------------------------------------------------------------------------------------------------------


def leaf(walk: Walk, field: str, change: Change) -> str | None:
    """Take a field of one value as ELMO holds it, and note what that changes; it stays untaken where ELMO can't."""
    was: str | None = walk.peek(field)
    now = None if was is None else change(was)
    if was is None or now is None:
        return None
    walk.take(field)
    if now != was:
        walk.note("approximated", field, from_=was, to=now, detail="another form in ELMO")
    return now


def always(walk: Walk, field: str, now: str) -> str:
    """Take a field that is never absent, and note it where ELMO will give back another value."""
    was = str(walk.take(field))
    if now != was:
        walk.note("approximated", field, from_=was, to=now, detail="ELMO has no place for another value")
    return now


def text(walk: Walk, field: str, change: Callable[[str], str] = token) -> Text:
    """Take a text in all its languages; what ELMO can't hold of it is noted."""
    result = {}
    for language, was in walk.take(field).items():
        now = change(was)
        if not _LANGUAGE.fullmatch(language) or (language == UNDETERMINED and not now):
            walk.note("dropped", field, language, detail="ELMO has no place for it")
            continue
        result[language] = now
        if now != was:
            walk.note("approximated", field, language, from_=was, to=now, detail="another form in ELMO")
    return result


def spoken(language: str) -> str | None:
    """A language tag that xml:lang can hold and that says something."""
    return language if _LANGUAGE.fullmatch(language) and language != UNDETERMINED else None


def exact(value: Text, change: Callable[[str], str] = token) -> bool:
    """Whether ELMO holds a text as it is, in every language."""
    return all(
        change(part) == part and _LANGUAGE.fullmatch(language) and (part or language != UNDETERMINED)
        for language, part in value.items()
    )


def words(walk: Walk, field: str, change: Change, most: int | None = None) -> tuple[str, ...]:
    """Take a list of plain values; those that ELMO can't hold, as they are or at all, are noted as dropped."""
    values: tuple[str, ...] = walk.take(field)
    result: list[str] = []
    for key, value in zip(keys(values), values, strict=True):
        if change(value) == value and (most is None or len(result) < most) and key == keys((*result, value))[-1]:
            result.append(value)
        else:
            walk.note("dropped", field, key, detail="ELMO has no place for it")
    return tuple(result)


# --- nouns -----------------------------------------------------------------------------------------------------------


def scratch(fit: Fit[N], member: Noun) -> N:
    """A noun fitted without noting anything: to see what its key will be."""
    return fit(Writing(member).root)


def every(walk: Walk, field: str, fit: Fit[N], held: Callable[[N], bool] = lambda _: True) -> tuple[N, ...]:
    """Every member of a list that ELMO can hold, fitted."""
    if not walk.peek(field):
        return ()

    def kept(member: Noun) -> Noun | None:
        fitted = scratch(fit, member)
        return fitted if held(fitted) else None

    return tuple(fit(branch) for branch in walk.each(field, kept))


def first(walk: Walk, field: str, fit: Fit[N], held: Callable[[N], bool] = lambda _: True) -> N | None:
    """The first member of a list that ELMO can hold, where it has a place for one."""
    chosen = next((member for member in walk.peek(field) if held(scratch(fit, member))), None)
    if chosen is None:
        return None
    branches = walk.each(field, lambda member: scratch(fit, member) if member is chosen else None)
    return fit(branches[0])


def of_one(noun: N | None) -> tuple[N, ...]:
    """A list of one, or of none."""
    return () if noun is None else (noun,)


def fit_identifier(walk: Walk) -> Identifier:
    """An identifier: the word for its scheme, and the value."""
    return Identifier(scheme=always(walk, "scheme", token(walk.peek("scheme"))), value=leaf(walk, "value", token) or "")


def fit_link(walk: Walk) -> Link:
    """A link: the address alone."""
    return Link(url=leaf(walk, "url", token) or "")


def fit_foreign(walk: Walk) -> Foreign:
    """Somebody's extension, as inert text."""
    return Foreign(
        namespace=leaf(walk, "namespace", lines) or "",
        text=leaf(walk, "text", lines) or "",
        place=leaf(walk, "place", lines) or "",
    )


def identifiers(walk: Walk, field: str = "identifiers") -> tuple[Identifier, ...]:
    """Identifiers that have a value."""
    return every(walk, field, fit_identifier, lambda identifier: bool(identifier.value))


def homepage(walk: Walk) -> tuple[Link, ...]:
    """The first home page: ELMO has a place for one."""
    return of_one(first(walk, "homepages", fit_link, lambda link: bool(link.url)))
