"""Reading the small nodes of a credential: concepts, identifiers, addresses, organisations, media.

Each function takes what it understands from a cursor; the rest stays untaken and becomes a loss by itself. Node ids
that only hold a file together (`urn:epass:…`) and the class that a place expects are structural.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import unquote

from adapters.europass import lists, media_types
from adapters.europass.dates import read_when
from gateway.kit import strict_base64
from gateway.kit.json_cursor import JsonCursor
from gateway.model.record import (
    Address,
    Code,
    ContactPoint,
    Content,
    Identifier,
    Level,
    Link,
    Organisation,
    Period,
    Phone,
    Place,
)
from gateway.model.texts import Text
from gateway.vocabulary import countries, languages

PLACEHOLDER = {"und": "–"}
"""What is written as a title that the model requires and the record hasn't."""

OWN_SCHEME = "urn:epass:conceptScheme:"
CREDIT_SCHEMES = {code: name for name, code in lists.CREDIT_CODES.items()}


class Blobs:
    """The bytes found on the way, by SHA-256."""

    def __init__(self) -> None:
        self.by_digest: dict[str, bytes] = {}

    def add(self, octets: bytes) -> str:
        """Keep bytes, and give their digest."""
        digest = hashlib.sha256(octets).hexdigest()
        self.by_digest[digest] = octets
        return digest


def is_node_id(text: str) -> bool:
    """Whether an id only holds the file together."""
    return text.startswith(("urn:epass:", "urn:certificate"))


def enter(cursor: JsonCursor, *expected: str) -> JsonCursor:
    """A node's cursor, its structural id and its type, where that is the expected class, taken."""
    cursor.structural("id", is_node_id)
    kinds = cursor.value.get("type")
    if isinstance(kinds, list) and len(kinds) == 1 and kinds[0] in expected:
        cursor.skip("type")
    cursor.structural("type", expected.__contains__)
    return cursor


def is_of(cursor: JsonCursor, *names: str) -> bool:
    """Whether a node states one of some classes."""
    kinds = cursor.value.get("type")
    return any(kind in names for kind in (kinds if isinstance(kinds, list) else [kinds]))


def title(cursor: JsonCursor, name: str = "title") -> Text:
    """A title; the placeholder for a missing one is none."""
    text = cursor.text(name)
    return {} if text == PLACEHOLDER else text


def when(cursor: JsonCursor, name: str) -> str | None:
    """Take a date that exists in the calendar; another stays a loss."""
    value = cursor.value.get(name)
    single = value[0] if isinstance(value, list) and value else value
    found = read_when(single) if isinstance(single, str) else None
    if found is not None:
        cursor.scalar(name)
    return found


def note(cursor: JsonCursor, name: str) -> Text:
    """The words of one note."""
    found = cursor.one(name)
    return {} if found is None else enter(found, "Note").text("noteLiteral")


def notes(cursor: JsonCursor, name: str = "additionalNote") -> tuple[Text, ...]:
    """The words of each note."""
    return tuple(enter(found, "Note").text("noteLiteral") for found in cursor.each(name))


# --- concepts --------------------------------------------------------------------------------------------------------


class Concept(NamedTuple):
    """A concept as it stands: where it is from, its notation and its words."""

    scheme: str
    code: str
    notation: str | None
    label: Text


def concept(cursor: JsonCursor) -> Concept:
    """Take a concept: of a list known by its address, of a foreign list, or with words alone."""
    enter(cursor, "Concept")
    address = cursor.value.get("id")
    address = address if isinstance(address, str) else ""
    known = lists.parse_address(address)
    scheme = _scheme_of(cursor)
    if known is not None:
        cursor.skip("id")
        cursor.skip("notation")
        if lists.label_of(*known) is not None:
            cursor.skip("prefLabel")
            return Concept(*known, None, {})
        return Concept(*known, None, cursor.text("prefLabel"))
    notation = cursor.scalar("notation")
    if address and not is_node_id(address):
        cursor.skip("id")
        return Concept(scheme, address, None, cursor.text("prefLabel"))
    return Concept(scheme, "", notation, cursor.text("prefLabel"))


def _scheme_of(cursor: JsonCursor) -> str:
    entry = cursor.one("inScheme")
    cursor.skip("inScheme")
    address = entry.value.get("id") if entry is not None else cursor.value.get("inScheme")
    if not isinstance(address, str):
        return ""
    if address.startswith(OWN_SCHEME):
        name = unquote(address.removeprefix(OWN_SCHEME))
        return "" if name.isdecimal() else name
    return "" if is_node_id(address) else address


def code(cursor: JsonCursor) -> Code:
    """A concept as a code; one with words alone has its notation, else its first word, as value."""
    found = concept(cursor)
    if found.code:
        return Code(scheme=found.scheme, value=found.code, label=found.label)
    if found.notation is None:
        return Code(scheme=found.scheme, value=next(iter(found.label.values()), ""), label=found.label)
    return Code(scheme=found.scheme, value=found.notation, label=found.label)


def codes(cursor: JsonCursor, name: str) -> tuple[Code, ...]:
    """Each concept under a member as a code."""
    return tuple(code(found) for found in cursor.each(name))


def one_code(cursor: JsonCursor, name: str) -> Code | None:
    """The first concept under a member as a code."""
    found = cursor.one(name)
    return None if found is None else code(found)


def framework(cursor: JsonCursor) -> Code:
    """The scheme of credits: "ects" and "ecvet" of our table, else what stands there."""
    found = code(cursor)
    if found.scheme == "education-credit" and found.value in CREDIT_SCHEMES:
        return Code(scheme="credit", value=CREDIT_SCHEMES[found.value])
    return found


def level(cursor: JsonCursor) -> Level:
    """A level that the issuer claims."""
    found = concept(cursor)
    return Level(scheme=found.scheme, value=found.code or found.notation, label=found.label)


def _listed(cursor: JsonCursor, name: str, translate: Callable[[str], str | None]) -> Iterable[str]:
    """The codes of one list under a member, translated; one that isn't known stays a loss."""
    for found in cursor.each(name):
        address = found.value.get("id")
        parsed = lists.parse_address(address) if isinstance(address, str) else None
        translated = translate(parsed[1]) if parsed is not None else None
        if translated is not None:
            concept(found)
            yield translated


def country_codes(cursor: JsonCursor, name: str) -> tuple[str, ...]:
    """Countries as ISO 3166-1 alpha-2."""
    return tuple(found for found in _listed(cursor, name, _alpha2) if found)


def country(cursor: JsonCursor, name: str) -> str | None:
    """One country as ISO 3166-1 alpha-2; None when there is none, or only "provisional data"."""
    return next(iter(country_codes(cursor, name)), None)


def _alpha2(code: str) -> str | None:
    found = countries.by_authority(code)
    return None if found is None else found.alpha2


def language_tags(cursor: JsonCursor, name: str) -> tuple[str, ...]:
    """Languages as ISO 639-1 where one exists, else ISO 639-3."""
    return tuple(_listed(cursor, name, _tag))


def _tag(code: str) -> str | None:
    found = languages.by_authority(code)
    return None if found is None else found.tag


# --- identifiers, addresses, organisations ---------------------------------------------------------------------------


def identifier(cursor: JsonCursor) -> Identifier:
    """An Identifier, or a LegalIdentifier with its country."""
    enter(cursor, "LegalIdentifier" if "spatial" in cursor.value else "Identifier")
    return Identifier(
        value=cursor.scalar("notation") or "",
        scheme=cursor.scalar("schemeName") or "",
        scheme_address=cursor.scalar("schemeId"),
        scheme_version=cursor.scalar("schemeVersion"),
        agency=cursor.text("schemeAgency"),
        issued=when(cursor, "dateIssued"),
        kinds=codes(cursor, "dcType"),
        country=country(cursor, "spatial"),
    )


def identifiers(cursor: JsonCursor, name: str = "identifier") -> tuple[Identifier, ...]:
    """Each identifier under a member."""
    return tuple(identifier(found) for found in cursor.each(name))


def one_identifier(cursor: JsonCursor, name: str) -> Identifier | None:
    """The first identifier under a member."""
    found = cursor.one(name)
    return None if found is None else identifier(found)


def link(cursor: JsonCursor) -> Link:
    """A WebResource."""
    enter(cursor, "WebResource")
    language = next(iter(language_tags(cursor, "language")), None)
    return Link(url=cursor.scalar("contentURL") or "", title=cursor.text("title"), language=language)


def links(cursor: JsonCursor, name: str) -> tuple[Link, ...]:
    """Each WebResource under a member."""
    return tuple(link(found) for found in cursor.each(name))


def address(cursor: JsonCursor) -> Address:
    """An Address."""
    enter(cursor, "Address")
    return Address(
        country=country(cursor, "countryCode"),
        full=note(cursor, "fullAddress"),
        identifiers=identifiers(cursor),
    )


def addresses(cursor: JsonCursor, name: str = "address") -> tuple[Address, ...]:
    """Each address that says more than "somewhere"."""
    return tuple(a for a in (address(found) for found in cursor.each(name)) if a != Address())


def place(cursor: JsonCursor) -> Place:
    """A Location."""
    enter(cursor, "Location")
    return Place(
        name=cursor.text("geographicName"),
        description=cursor.text("description"),
        addresses=addresses(cursor),
        codes=codes(cursor, "spatialCode"),
        identifiers=identifiers(cursor),
    )


def places(cursor: JsonCursor, name: str = "location") -> tuple[Place, ...]:
    """Each location that says more than "somewhere"."""
    return tuple(p for p in (place(found) for found in cursor.each(name)) if p != Place())


def one_place(cursor: JsonCursor, name: str) -> Place | None:
    """The first location under a member."""
    found = cursor.one(name)
    read = Place() if found is None else place(found)
    return None if read == Place() else read


def period(cursor: JsonCursor) -> Period:
    """A PeriodOfTime."""
    enter(cursor, "PeriodOfTime")
    return Period(title=cursor.text("prefLabel"), start=when(cursor, "startDate"), end=when(cursor, "endDate"))


def contact_point(cursor: JsonCursor) -> ContactPoint:
    """A ContactPoint; the address of a mailbox is its id."""
    enter(cursor, "ContactPoint")
    return ContactPoint(
        description=cursor.text("description"),
        emails=tuple(email for found in cursor.each("emailAddress") if (email := _email(found)) is not None),
        phones=tuple(_phone(found) for found in cursor.each("phone")),
        addresses=addresses(cursor),
        forms=links(cursor, "contactForm"),
    )


def _email(cursor: JsonCursor) -> str | None:
    enter(cursor, "Mailbox")
    value = cursor.scalar("id")
    return None if value is None else value.removeprefix("mailto:")


def _phone(cursor: JsonCursor) -> Phone:
    enter(cursor, "Phone")
    return Phone(
        number=cursor.scalar("phoneNumber"),
        country=cursor.scalar("countryDialing"),
        area=cursor.scalar("areaDialingCode"),
        dial=cursor.scalar("dialNumber"),
    )


def organisation(cursor: JsonCursor, blobs: Blobs) -> Organisation:
    """An Organisation. Its country is that of its first location; a location that says no more is no place."""
    enter(cursor, "Organisation")
    found = tuple(place(one) for one in cursor.each("location"))
    first = found[0] if found else Place()
    home = first.addresses[0].country if first.addresses else None
    bare = Place(addresses=(Address(country=home),))
    logo = cursor.one("logo")
    parent = cursor.one("subOrganizationOf")
    return Organisation(
        legal_name=title(cursor, "legalName"),
        other_names=cursor.text("altLabel"),
        identifiers=identifiers(cursor),
        eidas_identifier=one_identifier(cursor, "eIDASIdentifier"),
        registration=one_identifier(cursor, "registration"),
        vat_identifiers=identifiers(cursor, "vatIdentifier"),
        tax_identifiers=identifiers(cursor, "taxIdentifier"),
        country=home,
        places=tuple(p for p in (found[1:] if first == bare else found) if p != Place()),
        homepages=links(cursor, "homepage"),
        logo=None if logo is None else media(logo, blobs),
        contact_points=tuple(contact_point(one) for one in cursor.each("contactPoint")),
        kinds=codes(cursor, "dcType"),
        part_of=None if parent is None else organisation(parent, blobs),
        notes=notes(cursor),
    )


def organisations(cursor: JsonCursor, name: str, blobs: Blobs) -> tuple[Organisation, ...]:
    """Each organisation under a member; persons and mere agents stay losses."""
    return tuple(organisation(found, blobs) for found in cursor.each(name) if is_of(found, "Organisation"))


# --- media -----------------------------------------------------------------------------------------------------------


def media(cursor: JsonCursor, blobs: Blobs, *, titled: bool = True) -> Content:
    """A MediaObject: its bytes go to the blobs; text that isn't base64 stays text. `titled`: its title is read here."""
    enter(cursor, "MediaObject")
    text = cursor.scalar("content")
    octets = None if text is None else strict_base64(text)
    encoding = cursor.one("contentEncoding")
    if encoding is not None and encoding.value.get("id") == lists.concept_address("encoding", lists.BASE64):
        cursor.skip("contentEncoding")
    size = len(octets or b"")
    cursor.structural("contentSize", str(size).__eq__)
    if cursor.value.get("contentSize") == size:
        cursor.skip("contentSize")
    return Content(
        sha256="" if octets is None else blobs.add(octets),
        size=size,
        text=text if octets is None else None,
        media_type=_media_type(cursor),
        url=cursor.scalar("contentURL"),
        title=cursor.text("title") if titled else {},
        description=cursor.text("description") if titled else {},
    )


def _media_type(cursor: JsonCursor) -> str:
    found = one_code(cursor, "contentType")
    if found is None:
        return ""
    if found.scheme != "file-type":
        return found.value
    return media_types.media_type(found.value) or lists.concept_address("file-type", found.value)
