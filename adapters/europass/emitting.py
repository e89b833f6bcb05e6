"""Writing the small nodes of a credential. What is written here is what `adapters.europass.nodes` reads.

Given are nouns that fit (see `adapters.europass.fitting`). Every node gets an id of its own by counting, so that RDF
merges nothing; a noun that stands in several places is one node, written out in full at each (as the official software
does) and built once. Where the model requires what the record hasn't, a placeholder stands, and is remembered.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote

from adapters.europass import lists, media_types
from adapters.europass.fitting import is_addressed, is_listed, says_none_of
from adapters.europass.nodes import OWN_SCHEME, PLACEHOLDER
from gateway.model.dates import as_moment
from gateway.model.noun import Noun
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
from gateway.vocabulary import countries, languages, sexes

Node = dict[str, Any]
N = TypeVar("N")


_SELDOM_SAID = frozenset({"scheme_address", "scheme_version", "agency", "issued", "kinds"})


@cache
def _word(kind: str) -> str:
    return kind[0].lower() + kind[1:]


class Placeholder(NamedTuple):
    """A value that the model requires and the record hasn't: whose field it is, and where it stands."""

    noun: Noun
    field: str
    holder: Node
    key: str


class Emitting:
    """One credential being written."""

    def __init__(self, blobs: Mapping[str, bytes]) -> None:
        self.blobs = blobs
        self.placeholders: list[Placeholder] = []
        self._numbers: dict[str, int] = {}
        self._concepts: dict[tuple[str, str], Node] = {}
        self._organisations: dict[int, Node] = {}
        self._moments: dict[str, str] = {}

    # --- building -----------------------------------------------------------------------------------------------

    def node(self, kind: str, name: str = "") -> Node:
        """A node of a class with an id of its own."""
        word = name or _word(kind)
        number = self._numbers[word] = self._numbers.get(word, 0) + 1
        return {"id": f"urn:epass:{word}:{number}", "type": kind}

    def put(self, node: Node, key: str, members: Sequence[N], write: Callable[[N], Any]) -> None:
        """A member with one value or an array, or none."""
        if len(members) == 1:
            node[key] = write(members[0])
        elif members:
            node[key] = [write(member) for member in members]

    def put_one(self, node: Node, key: str, member: N | None, write: Callable[[N], Any]) -> None:
        """A member with at most one value."""
        if member is not None:
            node[key] = write(member)

    def put_when(self, node: Node, key: str, when: str | None) -> None:
        """A dateTime."""
        if when is not None:
            node[key] = self._moments.get(when) or self._moments.setdefault(when, as_moment(when))

    def put_text(self, node: Node, key: str, text: Text) -> None:
        """A language map."""
        if text:
            node[key] = dict(text)

    def put_note(self, node: Node, key: str, text: Text) -> None:
        """A note with its words."""
        if text:
            node[key] = self.note(text)

    def put_title(self, node: Node, key: str, text: Text, noun: Noun, field: str) -> None:
        """A title, which the model requires: a dash where there is none."""
        node[key] = dict(text or PLACEHOLDER)
        if not text:
            self.placeholders.append(Placeholder(noun, field, node[key], "und"))

    def note(self, text: Text) -> Node:
        """A Note."""
        return self.node("Note") | ({"noteLiteral": dict(text)} if text else {})

    def put_notes(self, node: Node, notes: tuple[Text, ...]) -> None:
        """Additional notes."""
        self.put(node, "additionalNote", notes, self.note)

    # --- concepts -----------------------------------------------------------------------------------------------

    def listed(self, name: str, value: str) -> Node:
        """A concept of a list of the EU, with its English label."""
        known = self._concepts.get((name, value))
        if known is None:
            known = self._concepts[name, value] = self._listed(name, value)
        return known

    def _listed(self, name: str, value: str) -> Node:
        node: Node = {"id": lists.concept_address(name, value), "type": "Concept", "inScheme": self._scheme(name)}
        label = lists.label_of(name, value)
        if label:
            node["prefLabel"] = {"en": label}
        return node

    def _scheme(self, name: str) -> Node:
        return {"id": lists.scheme_address(name), "type": "ConceptScheme"}

    def code(self, code: Code) -> Node:
        """A concept for a code."""
        return self._concept(code, code.value)

    def level(self, level: Level) -> Node:
        """A concept for a level."""
        return self._concept(level, level.value)

    def _concept(self, code: Code | Level, value: str | None) -> Node:
        if value is not None and is_listed(code):
            listed = self.listed(code.scheme, value)
            return {**listed, "prefLabel": dict(code.label)} if code.label else listed
        concept: Node = {"id": value, "type": "Concept"} if is_addressed(code) else self.node("Concept")
        if code.scheme:
            address = code.scheme if ":" in code.scheme else OWN_SCHEME + quote(code.scheme, safe="")
            concept["inScheme"] = {"id": address, "type": "ConceptScheme"}
        if value is not None and concept["id"] != value:
            concept["notation"] = value
        self.put_text(concept, "prefLabel", code.label)
        return concept

    def framework(self, code: Code) -> Node:
        """A scheme of credits."""
        if code.scheme == "credit" and code.value in lists.CREDIT_CODES:
            return self.listed("education-credit", lists.CREDIT_CODES[code.value])
        return self.code(code)

    def country(self, holder: Node, key: str, code: str | None, noun: Noun, field: str = "country") -> None:
        """A country, which the model requires: "provisional data" where there is none."""
        found = None if code is None else countries.by_alpha2(code)
        holder[key] = self.listed("country", countries.PROVISIONAL if found is None else found.code)
        if found is None:
            holder[key] = dict(holder[key])  # of its own, so that its place can be told
            self.placeholders.append(Placeholder(noun, field, holder[key], "id"))

    def citizenship(self, code: str) -> Node:
        """A country that is known to be in the list."""
        found = countries.by_alpha2(code)
        return self.listed("country", found.code if found is not None else countries.PROVISIONAL)

    def language(self, tag: str) -> Node:
        """A language; English where the list doesn't have it."""
        found = languages.by_tag(tag)
        return self.listed("language", found.code if found is not None else "ENG")

    def sex(self, iso: str) -> Node:
        """A sex by ISO/IEC 5218."""
        return self.listed("human-sex", sexes.authority_code(iso) or "")

    # --- identifiers, links, places -----------------------------------------------------------------------------

    def identifier(self, identifier: Identifier) -> Node:
        """An Identifier, or a LegalIdentifier where it has a country."""
        if identifier.country is not None:
            return self.legal_identifier(identifier)
        return self._identifier(identifier, self.node("Identifier"))

    def legal_identifier(self, identifier: Identifier) -> Node:
        """A LegalIdentifier."""
        node = self._identifier(identifier, self.node("LegalIdentifier"))
        self.country(node, "spatial", identifier.country, identifier)
        return node

    def _identifier(self, identifier: Identifier, node: Node) -> Node:
        node["notation"] = identifier.value
        if identifier.scheme:
            node["schemeName"] = identifier.scheme
        if says_none_of(identifier, _SELDOM_SAID):
            return node
        self.put_one(node, "schemeId", identifier.scheme_address, str)
        self.put_one(node, "schemeVersion", identifier.scheme_version, str)
        self.put_text(node, "schemeAgency", identifier.agency)
        self.put_when(node, "dateIssued", identifier.issued)
        self.put(node, "dcType", identifier.kinds, self.code)
        return node

    def link(self, link: Link) -> Node:
        """A WebResource."""
        node = self.node("WebResource") | {"contentURL": link.url}
        self.put_text(node, "title", link.title)
        self.put_one(node, "language", link.language, self.language)
        return node

    def address(self, address: Address) -> Node:
        """An Address."""
        node = self.node("Address")
        self.country(node, "countryCode", address.country, address)
        self.put_note(node, "fullAddress", address.full)
        self.put(node, "identifier", address.identifiers, self.identifier)
        return node

    def place(self, place: Place) -> Node:
        """A Location."""
        node = self.node("Location")
        self.put_text(node, "geographicName", place.name)
        self.put_text(node, "description", place.description)
        self.put(node, "address", place.addresses, self.address)
        if not place.addresses:
            node["address"] = self.node("Address")
            self.country(node["address"], "countryCode", None, place, "addresses")
        self.put(node, "spatialCode", place.codes, self.code)
        self.put(node, "identifier", place.identifiers, self.identifier)
        return node

    def period(self, period: Period) -> Node:
        """A PeriodOfTime."""
        node = self.node("PeriodOfTime", "period")
        self.put_text(node, "prefLabel", period.title)
        self.put_when(node, "startDate", period.start)
        self.put_when(node, "endDate", period.end)
        return node

    def contact_point(self, contact: ContactPoint) -> Node:
        """A ContactPoint."""
        node = self.node("ContactPoint")
        self.put_text(node, "description", contact.description)
        self.put(node, "emailAddress", contact.emails, lambda email: {"id": f"mailto:{email}", "type": "Mailbox"})
        self.put(node, "phone", contact.phones, self._phone)
        self.put(node, "address", contact.addresses, self.address)
        self.put(node, "contactForm", contact.forms, self.link)
        return node

    def _phone(self, phone: Phone) -> Node:
        node = self.node("Phone")
        self.put_one(node, "phoneNumber", phone.number, str)
        self.put_one(node, "countryDialing", phone.country, str)
        self.put_one(node, "areaDialingCode", phone.area, str)
        self.put_one(node, "dialNumber", phone.dial, str)
        return node

    # --- organisations, files -----------------------------------------------------------------------------------

    def organisation(self, organisation: Organisation) -> Node:
        """An Organisation; the same noun is the same node everywhere."""
        known = self._organisations.get(id(organisation))
        if known is None:
            known = self._organisations[id(organisation)] = self._organisation(organisation)
        return known

    def _organisation(self, organisation: Organisation) -> Node:
        node = self.node("Organisation", "org")
        self.put_title(node, "legalName", organisation.legal_name, organisation, "legal_name")
        self._locations(node, organisation)
        self.put_text(node, "altLabel", organisation.other_names)
        self.put(node, "identifier", organisation.identifiers, self.identifier)
        self.put_one(node, "eIDASIdentifier", organisation.eidas_identifier, self.legal_identifier)
        self.put_one(node, "registration", organisation.registration, self.legal_identifier)
        self.put(node, "vatIdentifier", organisation.vat_identifiers, self.legal_identifier)
        self.put(node, "taxIdentifier", organisation.tax_identifiers, self.legal_identifier)
        self.put(node, "homepage", organisation.homepages, self.link)
        self.put_one(node, "logo", organisation.logo, self.titled_file)
        self.put(node, "contactPoint", organisation.contact_points, self.contact_point)
        self.put(node, "dcType", organisation.kinds, self.code)
        self.put_one(node, "subOrganizationOf", organisation.part_of, self.organisation)
        self.put_notes(node, organisation.notes)
        return node

    def _locations(self, node: Node, organisation: Organisation) -> None:
        """The places, before them one with the country alone where the first place doesn't say it."""
        places = organisation.places
        bare = Place(addresses=(Address(country=organisation.country),))
        first = places[0].addresses[0].country if places and places[0].addresses else None
        if places and first == organisation.country and places[0] != bare:
            self.put(node, "location", places, self.place)
        elif organisation.country is not None:
            self.put(node, "location", (bare, *places), self.place)
        else:
            node["location"] = self.node("Location") | {"address": self.node("Address")}
            self.country(node["location"]["address"], "countryCode", None, organisation)

    def file(self, content: Content) -> Node:
        """A MediaObject with the bytes at hand."""
        octets = self.blobs[content.sha256]
        return self.media(octets, content.media_type) | ({"contentURL": content.url} if content.url is not None else {})

    def titled_file(self, content: Content) -> Node:
        """A MediaObject with a title of its own."""
        node = self.file(content)
        self.put_text(node, "title", content.title)
        self.put_text(node, "description", content.description)
        return node

    def media(self, octets: bytes, media_type: str, name: str = "") -> Node:
        """A MediaObject."""
        return self.node("MediaObject", name) | {
            "content": base64.b64encode(octets).decode(),
            "contentEncoding": self.listed("encoding", lists.BASE64),
            "contentType": self._file_type(media_type),
        }

    def _file_type(self, media_type: str) -> Node:
        known = lists.parse_address(media_type)
        if known is not None and known[0] == "file-type":
            return self.listed(*known)
        code = media_types.file_type(media_type)
        return self.listed("file-type", code) if code is not None else self.code(Code(value=media_type))


__all__ = ["Emitting", "Node", "Placeholder"]
