"""The small nouns as the European Learning Model can hold them.

`fit(x)` is what `adapters.europass.nodes` will read from what `adapters.europass.emitting` writes for `x`: the same
noun where nothing is lost. Each noun made anew remembers the one it came from, so that the losses can be told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from adapters.europass import lists, media_types
from adapters.europass.dates import read_when
from gateway.kit.telling import Origins
from gateway.model.dates import as_moment
from gateway.model.noun import Noun
from gateway.model.record import (
    Address,
    Code,
    ContactPoint,
    Content,
    Credit,
    Identifier,
    Level,
    Link,
    Organisation,
    Period,
    Place,
)
from gateway.model.texts import Text
from gateway.vocabulary import countries, languages

N = TypeVar("N", bound=Noun)
T = TypeVar("T")

AS_DATETIME = "the model has a dateTime here: midnight in UTC is read as a day, less than a day as its first day"
DURATION = re.compile(
    r"-?P(?=[0-9T])(?:\d+(?:\.\d+)?Y)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?W)?(?:\d+(?:\.\d+)?D)?"
    r"(?:T(?=\d)(?:\d+(?:\.\d+)?H)?(?:\d+(?:\.\d+)?M)?(?:\d+(?:\.\d+)?S)?)?"
)
_CREDIT_SCHEMES = {listed: ours for ours, listed in lists.CREDIT_CODES.items()}
_SAFE = re.compile(r"[A-Za-z0-9._-]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")


def is_address(text: str) -> bool:
    """Whether a text can be the id of a node as it stands."""
    return _ADDRESS.fullmatch(text) is not None


def is_listed(code: Code | Level) -> bool:
    """Whether a code is written by its address in a list of the EU."""
    known = lists.is_held(code.scheme) or code.scheme in lists.UNHELD
    return known and code.value is not None and _SAFE.fullmatch(code.value) is not None


def is_addressed(code: Code | Level) -> bool:
    """Whether a code's value is itself the address of its concept."""
    value = code.value or ""
    return (
        is_address(value) and not value.startswith(("urn:epass:", "urn:certificate")) and not lists.parse_address(value)
    )


def says_none_of(noun: Noun, names: frozenset[str]) -> bool:
    """Whether a noun was made without any of these fields: then there is nothing in them to fit, or to write."""
    return names.isdisjoint(noun.__pydantic_fields_set__)


class Fitting:
    """One fitting: where everything came from, the files at hand, and the languages wanted."""

    def __init__(self, origins: Origins, blobs: Mapping[str, bytes], wanted: Sequence[str]) -> None:
        self.origins = origins
        self.blobs = blobs
        self.wanted = tuple(wanted)
        self._organisations: dict[int, Organisation] = {}
        self._dates: dict[str, str | None] = {}

    # --- helpers ------------------------------------------------------------------------------------------------

    def changed(self, noun: N, **values: Any) -> N:
        """The noun with other values; the same one where none differs."""
        held = noun.__dict__
        update = {}
        for name, value in values.items():
            old = held[name]
            if old is not value and old != value:
                update[name] = value
        if not update:
            return noun
        made: N = self.origins.note(noun.changed(update), noun)
        return made

    def each(self, members: tuple[N, ...], fit: Callable[[N], N | None]) -> tuple[N, ...]:
        """A list with each member fitted; those that can't be held are left out."""
        if not members:
            return members
        fitted = [fit(member) for member in members]
        if all(new is old for new, old in zip(fitted, members, strict=True)):
            return members
        return tuple(new for new in fitted if new is not None)

    def one(self, member: N | None, fit: Callable[[N], N | None]) -> N | None:
        """A field that may hold one noun."""
        return None if member is None else fit(member)

    def drop(self, given: Noun, field: str, reason: str) -> None:
        """Say why a field, or with "" the noun itself, can't be carried as it is."""
        self.origins.because(given, field, reason)

    # --- plain values -------------------------------------------------------------------------------------------

    def when(self, noun: Noun, field: str) -> str | None:
        """A date as it comes back from a dateTime."""
        value: str | None = getattr(noun, field)
        if value is None:
            return None
        if value not in self._dates:
            self._dates[value] = read_when(as_moment(value))
        back = self._dates[value]
        if back != value:
            self.drop(noun, field, AS_DATETIME)
        return back

    def one_language(self, text: Text) -> Text:
        """A text in one language: of those wanted the first that there is."""
        if len(text) < 2:  # noqa: PLR2004
            return text
        language = self.preferred(text)
        return {language: text[language]}

    def preferred(self, tags: Iterable[str]) -> str:
        """The language to take of several."""
        there = list(tags)
        return next((tag for tag in (*self.wanted, "und") if tag in there), there[0])

    def country(self, code: str | None) -> str | None:
        """A country that the EU table has."""
        found = None if code is None else countries.by_alpha2(code)
        return None if found is None else found.alpha2

    def language(self, tag: str | None) -> str | None:
        """A language that the EU table has, by its shortest tag."""
        found = None if tag is None else languages.by_tag(tag)
        return None if found is None or found.code == "OP_DATPRO" else found.tag

    def tags(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        """The languages that the EU table has."""
        fitted = tuple(found for tag in tags if (found := self.language(tag)) is not None)
        return tags if fitted == tags else fitted

    def duration(self, noun: Noun, field: str) -> str | None:
        """A duration of ISO 8601; another text has no place."""
        value: str | None = getattr(noun, field)
        if value is not None and not DURATION.fullmatch(value):
            self.drop(noun, field, "no duration of ISO 8601")
            return None
        return value

    # --- codes --------------------------------------------------------------------------------------------------

    def code(self, code: Code) -> Code:
        """A code; the words of a known one are those of its list."""
        if code.label and is_listed(code) and lists.label_of(code.scheme, code.value) is not None:
            self.drop(code, "label", "the code's own list has its words")
            return self.changed(code, label={})
        if code.scheme.isdecimal():
            return self.changed(code, scheme="")
        return code

    def codes(self, codes: tuple[Code, ...], scheme: str = "", most: int | None = None) -> tuple[Code, ...]:
        """Codes; where the profile enforces a list, only its own; at most so many."""
        if not codes:
            return codes
        fitted = self.each(codes, self.code if not scheme else lambda code: self._of_list(code, scheme))
        return fitted if most is None else fitted[:most]

    def one_code(self, code: Code | None, scheme: str = "") -> Code | None:
        """One code, of a list where the profile enforces one."""
        return None if code is None else self._of_list(code, scheme) if scheme else self.code(code)

    def _of_list(self, code: Code, scheme: str) -> Code | None:
        listed = code.scheme == scheme and is_listed(code)
        if not listed and code.scheme != lists.scheme_address(scheme):
            self.drop(code, "", f"the profile wants a code of the list {scheme} here")
            return None
        return self.code(code)

    def framework(self, code: Code) -> Code:
        """A scheme of credits."""
        if code.scheme == "credit" and code.value in lists.CREDIT_CODES:
            return self.changed(code, label={}) if code.label else code
        if code.scheme == "education-credit" and code.value in _CREDIT_SCHEMES:
            return self.changed(code, scheme="credit", value=_CREDIT_SCHEMES[code.value], label={})
        return self.code(code)

    def credit(self, credit: Credit) -> Credit | None:
        """Credits of one scheme; the model needs their number, and has no level of credits."""
        if credit.value is None:
            self.drop(credit, "", "credits without a number")
            return None
        return self.changed(credit, scheme=self.framework(credit.scheme), level=None)

    def level(self, level: Level) -> Level | None:
        """A level that the issuer claims."""
        if level.claimed_by is not None:
            self.drop(level, "", "the gateway's own claim has no place that isn't the issuer's")
            return None
        if level.label and is_listed(level) and lists.label_of(level.scheme, level.value or "") is not None:
            self.drop(level, "label", "the code's own list has its words")
            return self.changed(level, label={})
        return self.changed(level, scheme="") if level.scheme.isdecimal() else level

    # --- identifiers, links, places -----------------------------------------------------------------------------

    def identifier(self, identifier: Identifier) -> Identifier:
        """An identifier."""
        if says_none_of(identifier, _OF_IDENTIFIER):
            return identifier
        return self.changed(
            identifier,
            country=self.country(identifier.country),
            agency=self.one_language(identifier.agency),
            issued=self.when(identifier, "issued"),
            kinds=self.codes(identifier.kinds),
        )

    def identifiers(self, identifiers: tuple[Identifier, ...]) -> tuple[Identifier, ...]:
        """Identifiers."""
        return self.each(identifiers, self.identifier)

    def link(self, link: Link) -> Link:
        """A page on the web."""
        return self.changed(link, language=self.language(link.language))

    def links(self, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """Pages on the web."""
        return self.each(links, self.link)

    def address(self, address: Address) -> Address | None:
        """An address: the model has one text for it; parts are joined where there is none."""
        emptied = {name: type(getattr(address, name))() if isinstance(getattr(address, name), tuple) else None
                   for name in _PARTS}  # fmt: skip
        full = address.full or _joined(address)
        if full is not address.full:
            self.drop(address, "full", "joined from the parts, for which the model has no place")
        fitted = self.changed(
            address,
            **emptied,
            full=full,
            country=self.country(address.country),
            identifiers=self.identifiers(address.identifiers),
        )
        return None if fitted == Address() else fitted

    def place(self, place: Place) -> Place | None:
        """A location."""
        fitted = self.changed(
            place,
            addresses=self.each(place.addresses, self.address),
            codes=self.codes(place.codes),
            identifiers=self.identifiers(place.identifiers),
        )
        return None if fitted == Place() else fitted

    def places(self, places: tuple[Place, ...]) -> tuple[Place, ...]:
        """Locations."""
        return self.each(places, self.place)

    def period(self, period: Period) -> Period:
        """A span of time."""
        return self.changed(period, start=self.when(period, "start"), end=self.when(period, "end"))

    def contact_point(self, contact: ContactPoint) -> ContactPoint:
        """How somebody can be reached."""
        return self.changed(
            contact, addresses=self.each(contact.addresses, self.address), forms=self.links(contact.forms)
        )

    # --- organisations, files -----------------------------------------------------------------------------------

    def organisation(self, organisation: Organisation) -> Organisation:
        """An organisation; the model says its country by its first location."""
        known = self._organisations.get(id(organisation))
        if known is None:
            known = self._organisations[id(organisation)] = self._organisation(organisation)
            self.origins.because(organisation, "-", "")  # keeps it alive, and its id its own
        return known

    def organisations(self, organisations: tuple[Organisation, ...]) -> tuple[Organisation, ...]:
        """Organisations."""
        return self.each(organisations, self.organisation)

    def _organisation(self, organisation: Organisation) -> Organisation:
        places = self.places(organisation.places)
        country = self.country(organisation.country)
        if country is None and places and places[0].addresses:
            country = places[0].addresses[0].country
            self.drop(organisation, "country", "that of its first address")
        return self.changed(
            organisation,
            country=country,
            places=places,
            identifiers=self.identifiers(organisation.identifiers),
            eidas_identifier=self.one(organisation.eidas_identifier, self.identifier),
            registration=self.one(organisation.registration, self.identifier),
            vat_identifiers=self.identifiers(organisation.vat_identifiers),
            tax_identifiers=self.identifiers(organisation.tax_identifiers),
            homepages=self.links(organisation.homepages),
            logo=self.one(organisation.logo, self.file),
            contact_points=self.each(organisation.contact_points, self.contact_point),
            kinds=self.codes(organisation.kinds),
            part_of=self.one(organisation.part_of, self.organisation),
        )

    def file(self, content: Content) -> Content | None:
        """A file whose bytes are at hand; a mere text or address isn't one."""
        octets = self.blobs.get(content.sha256)
        if octets is None:
            self.drop(content, "", "the model wants the bytes of a file, and they aren't at hand")
            return None
        return self.changed(
            content, size=len(octets), media_type=_media_type(content.media_type), language=None, text=None
        )


_OF_IDENTIFIER = frozenset({"country", "agency", "issued", "kinds"})
_PARTS = (
    "recipient",
    "lines",
    "building_number",
    "building_name",
    "street",
    "unit",
    "floor",
    "post_office_box",
    "delivery_point",
    "postal_code",
    "locality",
    "region",
)


def _joined(address: Address) -> Text:
    parts: list[str] = []
    for name in _PARTS:
        value = getattr(address, name)
        parts += value if isinstance(value, tuple) else [value] if value else []
    return {"und": ", ".join(parts)} if parts else {}


def _media_type(stated: str) -> str:
    """The media type as it comes back from its file type."""
    known = lists.parse_address(stated)
    if known is not None and known[0] == "file-type":
        return media_types.media_type(known[1]) or stated
    return stated
