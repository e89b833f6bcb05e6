"""Small pieces of ELMO that stand in many places: texts in languages, dates, identifiers, organisations, extensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.kit.xml_cursor import XmlCursor, collapsed, own_text
from gateway.model.record import Code, Foreign, Identifier, Link, Organisation
from gateway.model.texts import UNDETERMINED, Text, When, is_when
from gateway.vocabulary import countries

FOREIGN = "urn:testamur:elmo:foreign"
"""Namespace of the element that carries somebody's extension as inert text, when we write one back."""
DERIVED = "urn:testamur:elmo:derived"
"""Namespace of the note that a file is a translation, in the root's extension."""


def text_of(parent: XmlCursor, name: str, *, lines: bool = False) -> Text:
    """The children of a name as a text in languages; `lines` keeps line breaks.

    Lost are a second one in one language, and an empty one of no stated language, which says nothing.
    """
    result: dict[str, str] = {}
    for child in parent.children(name):
        if not own_text(child.element) and not child.element.attrib:
            continue  # a required element of which nothing is known
        language = child.language()
        value = child.text() if lines else child.token()
        if language in result:
            child.lose("dropped", from_=value, detail="a second text in the same language")
        else:
            result[language] = value
    return result


def when_of(parent: XmlCursor, name: str) -> When | None:
    """The first child of a name as a date or time, as printed; what is none is lost."""
    child = parent.child(name)
    if child is None:
        return None
    value = child.token()
    if is_when(value):
        return value
    child.lose("dropped", from_=value, detail="not a date or time")
    return None


def identifiers_of(parent: XmlCursor) -> tuple[Identifier, ...]:
    """The identifiers with their types; a missing type, as in some files, is the empty scheme. Empty ones are lost."""
    found = [(child, child.filled()) for child in parent.children("identifier")]
    return tuple([_identifier(child, value) for child, value in found if value is not None])


def _identifier(cursor: XmlCursor, value: str) -> Identifier:
    return Identifier.made(scheme=collapsed(cursor.attribute("type") or ""), value=value)


def country_of(parent: XmlCursor, name: str) -> str | None:
    """A country as ISO 3166-1 alpha-2; a code that isn't one stays as it is printed, an empty element is lost."""
    child = parent.child(name)
    return None if child is None else country_in(child)


def country_in(cursor: XmlCursor) -> str | None:
    """The country that an element names. ELMO 2.1 says its code list in an attribute: "ISO"."""
    value = collapsed(own_text(cursor.element))
    if not value:
        return None
    if cursor.element.get("type", "").casefold() == "iso":
        cursor.attribute("type")
    return country_code(cursor.token())


def country_code(word: str) -> str:
    """ISO 3166-1 alpha-2 of a code in any spelling; a code that isn't one as it is."""
    country = countries.by_alpha2(word)
    return country.alpha2 if country is not None and country.alpha2 else word


def organisation_of(cursor: XmlCursor) -> Organisation:
    """An issuer."""
    url = cursor.filled_of("url")
    return Organisation(
        country=country_of(cursor, "country"),
        identifiers=identifiers_of(cursor),
        legal_name=text_of(cursor, "title"),
        homepages=() if url is None else (Link.made(url=url),),
    )


def code_of(scheme: str, value: str | None) -> tuple[Code, ...]:
    """A list of one code, or of none."""
    return () if value is None else (Code.made(scheme=scheme, value=value),)


def foreign_in(parent: XmlCursor) -> tuple[Foreign, ...]:
    """What stands in an element's extension, kept inert: text with its namespace, and the element's name as its place.

    What was written back as inert text before is taken as what it was then.
    """
    extension = parent.child("extension")
    if extension is None:
        return ()
    return tuple(_foreign(cursor, parent.name) for cursor in extension.foreign() if cursor.namespace != DERIVED)


def _foreign(cursor: XmlCursor, place: str) -> Foreign:
    if cursor.namespace == FOREIGN and cursor.name == "foreign":
        return Foreign(
            namespace=cursor.attribute("namespace") or "",
            place=cursor.attribute("place") or "",
            text=cursor.text(),
        )
    return Foreign(namespace=cursor.namespace, text=cursor.inert(), place=place)


def union(*groups: Iterable[Foreign]) -> tuple[Foreign, ...]:
    """Several extensions of one thing as one list."""
    return tuple(foreign for group in groups for foreign in group)


def said(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The nouns, lists and texts that say something: the rest is a noun's default, and costs time to check."""
    return {name: value for name, value in facts.items() if value}


def stated(language: str) -> str | None:
    """A language as a field of its own: None where the source doesn't say it."""
    return None if language == UNDETERMINED else language
