"""Reading the small nodes of badges and learner records: texts, identifiers, addresses, profiles.

Each function takes what it understands from a cursor; the rest stays untaken and becomes a loss by itself.
"""

from __future__ import annotations

import re
from typing import TypeVar

from adapters.openbadges import terms
from gateway.kit.json_cursor import JsonCursor
from gateway.kit.telling import Origins
from gateway.model.dates import day_at_midnight
from gateway.model.noun import Noun
from gateway.model.record import (
    Address,
    Alignment,
    Code,
    ContactPoint,
    Content,
    Identifier,
    Level,
    Link,
    Organisation,
    Outcome,
    Phone,
    Place,
)
from gateway.model.texts import UNDETERMINED, Text

N = TypeVar("N", bound=Noun)
PLACEHOLDER = "–"
"""What is written as a name that the model requires and the record hasn't."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_COUNTRY = re.compile(r"[A-Z]{2}")
HASHED, SALT = "hashed", "salt"
IDENTITY = "identity"
"""The scheme of the codes that say how an identity is written: `hashed`; and `salt`, whose value is the salt."""


class Nodes:
    """One reading of a document. `origins` are told what was read from where, so that a writer can compare."""

    def __init__(self, origins: Origins | None = None) -> None:
        self._origins = origins

    def made(self, noun: N, cursor: JsonCursor, part: str = "") -> N:
        """A noun that was read from an object of the document, or from a part of it."""
        if self._origins is not None:
            self._origins.read_back(noun, cursor.value, part)
        return noun

    # --- identifiers --------------------------------------------------------------------------------------------

    def identifiers(self, cursor: JsonCursor) -> tuple[Identifier, ...]:
        """The id of a node where it says something, and its other identifiers."""
        entries = [self.made(entry(found), found) for found in cursor.each("otherIdentifier")]
        return (*node_id(cursor), *entries)

    # --- profiles -----------------------------------------------------------------------------------------------

    def organisation(self, cursor: JsonCursor, member: str = "issuer") -> Organisation:
        """A Profile as an organisation."""
        enter(cursor, member)
        numbers = self.identifiers(cursor)
        eidas = next((number for number in numbers if number.scheme == terms.EIDAS), None)
        address = self.address(cursor)
        parent = cursor.one("parentOrg")
        return self.made(
            Organisation(
                legal_name=text(cursor, "name"),
                identifiers=tuple(number for number in numbers if number is not eidas),
                eidas_identifier=None if eidas is None else Identifier(value=eidas.value),
                country=None if address is None else address.country,
                places=_places(address),
                homepages=tuple(Link(url=url) for url in cursor.scalars("url")),
                logo=image(cursor),
                contact_points=contact_points(cursor),
                part_of=None if parent is None else self.organisation(parent, "parentOrg"),
                notes=tuple([said] if (said := text(cursor, "description")) else []),
            ),
            cursor,
        )

    def issuers(self, cursor: JsonCursor, member: str = "issuer") -> tuple[Organisation, ...]:
        """The profiles under a member; one that is only named has no more than that."""
        if isinstance(cursor.value.get(member), str):
            said = cursor.scalar(member) or ""
            if ":" not in said:
                return (Organisation(legal_name={UNDETERMINED: said}),)
            return (Organisation(identifiers=(Identifier(scheme=terms.URI, value=said),)),)
        return tuple(self.organisation(found) for found in cursor.each(member))

    def address(self, cursor: JsonCursor) -> Address | None:
        """The first address under a profile."""
        found = cursor.one("address")
        if found is None:
            return None
        enter(found, "address")
        return Address(
            country=country(found),
            lines=tuple(found.scalars("streetAddress")),
            post_office_box=found.scalar("postOfficeBoxNumber"),
            postal_code=found.scalar("postalCode"),
            locality=found.scalar("addressLocality"),
            region=found.scalar("addressRegion"),
        )

    # --- alignments ---------------------------------------------------------------------------------------------

    def aligned(self, cursor: JsonCursor, language: str) -> tuple[Alignment, ...]:
        """The links to frameworks of a result, or of what describes it: none of them is a learning outcome."""
        return tuple(self._link(enter(found, "alignment"), language) for found in cursor.each("alignment"))

    def alignment(self, cursor: JsonCursor, language: str) -> Alignment | Level | Outcome:
        """A link to a framework; one to a competency is a learning outcome, one to a level of the EQF is that level."""
        enter(cursor, "alignment")
        target = cursor.scalar("targetUrl") or ""
        kind = cursor.scalar("targetType")
        name = text(cursor, "targetName", language)
        if (
            target.startswith(terms.EQF)
            and kind in (None, terms.EXTENSION + "EQF")
            and not cursor.value.get("targetCode")
        ):
            level = target.removeprefix(terms.EQF)
            shown = {} if name.get(language) == eqf_name(level) else name
            return self.made(Level(scheme="eqf", value=level, label=shown), cursor)
        if kind is not None and terms.without_extension(kind) in terms.COMPETENCIES:
            return self.made(_outcome(cursor, target, terms.without_extension(kind), name, language), cursor)
        return self._link(cursor, language)

    def _link(self, cursor: JsonCursor, language: str) -> Alignment:
        kind = cursor.scalar("targetType")
        made = Alignment(
            target=cursor.scalar("targetUrl") or "",
            name=text(cursor, "targetName", language),
            code=cursor.scalar("targetCode"),
            framework=cursor.scalar("targetFramework"),
            kind=None if kind is None else terms.without_extension(kind),
            description=text(cursor, "targetDescription", language),
        )
        return self.made(made, cursor)


def _outcome(cursor: JsonCursor, target: str, kind: str, name: Text, language: str) -> Outcome:
    code, framework = cursor.scalar("targetCode"), cursor.scalar("targetFramework")
    said = text(cursor, "targetDescription", language)
    is_esco = target.startswith(terms.ESCO) and framework is None
    skills = () if terms.is_node_id(target) else (Code(scheme=framework or "", value=target),)
    return Outcome(
        title={} if name.get(language) == target else name,
        identifiers=() if code is None else (Identifier(scheme=terms.CODE, value=code),),
        kinds=() if kind == terms.OUTCOME else (Code(scheme=terms.ALIGNMENT_TYPE, value=kind),),
        esco_skills=(Code(scheme=terms.ESCO_SKILLS, value=target),) if is_esco else (),
        related_skills=() if is_esco else skills,
        notes=(said,) if said else (),
    )


def eqf_name(level: str) -> str:
    """How an alignment to a level of the EQF is named."""
    return f"EQF level {level}"


def enter(cursor: JsonCursor, member: str) -> JsonCursor:
    """A node's cursor, its class taken where it is the one that the member expects."""
    expected = terms.CLASSES[member]
    if terms.types_of(cursor.value) != [None] and all(kind in expected for kind in terms.types_of(cursor.value)):
        cursor.skip("type")
    return cursor


def text(cursor: JsonCursor, name: str, language: str = UNDETERMINED) -> Text:
    """A text: a string in the language that the whole is in, or a map of languages."""
    value = cursor.value.get(name)
    if isinstance(value, dict):
        return cursor.text(name) if all(_LANGUAGE.fullmatch(key) for key in value) else {}
    words = cursor.scalar(name)
    return {} if words is None else {language: words}


def when(cursor: JsonCursor, name: str) -> str | None:
    """A moment; midnight is the day that it begins."""
    found = cursor.when(name)
    return None if found is None else day_at_midnight(found)


def node_id(cursor: JsonCursor) -> tuple[Identifier, ...]:
    """The id of a node, where it does more than hold the file together."""
    if cursor.structural("id", terms.is_node_id):
        return ()
    address = cursor.scalar("id")
    return () if address is None else (Identifier(scheme=terms.URI, value=address),)


def entry(cursor: JsonCursor) -> Identifier:
    """An IdentifierEntry."""
    enter(cursor, "otherIdentifier")
    kind = cursor.scalar("identifierType") or ""
    return Identifier(scheme=scheme_of(kind), value=cursor.scalar("identifier") or "")


def identity(cursor: JsonCursor) -> Identifier:
    """An IdentityObject: who the learner is, in plain text or hashed."""
    enter(cursor, "identifier")
    kinds = []
    hashed = cursor.scalar("hashed")
    if hashed is not None and hashed != "false":
        kinds.append(Code(scheme=IDENTITY, value=HASHED if hashed == "true" else hashed))
    salt = cursor.scalar("salt")
    if salt is not None:
        kinds.append(Code(scheme=SALT, value=salt))
    kind = cursor.scalar("identityType") or ""
    return Identifier(scheme=scheme_of(kind), value=cursor.scalar("identityHash") or "", kinds=tuple(kinds))


def scheme_of(kind: str) -> str:
    """The scheme of an identifier by its type: `identifier` says nothing."""
    return "" if kind == "identifier" else terms.without_extension(kind)


def country(cursor: JsonCursor) -> str | None:
    """A country as ISO 3166-1 alpha-2; its name, and any other code, stays a loss."""
    code = cursor.value.get("addressCountryCode")
    return cursor.scalar("addressCountryCode") if isinstance(code, str) and _COUNTRY.fullmatch(code) else None


def contact_points(cursor: JsonCursor) -> tuple[ContactPoint, ...]:
    """How a profile can be reached."""
    found = ContactPoint(
        emails=tuple(cursor.scalars("email")),
        phones=tuple(Phone(number=number) for number in cursor.scalars("phone")),
    )
    return () if found == ContactPoint() else (found,)


def image(cursor: JsonCursor, language: str = UNDETERMINED) -> Content | None:
    """A picture named by its address; one inside the file has no place in the record yet."""
    if isinstance(cursor.value.get("image"), str):
        return None if cursor.value["image"].startswith("data:") else Content(url=cursor.scalar("image"))
    found = cursor.one("image")
    if found is None or str(found.value.get("id", "data:")).startswith("data:"):
        return None
    enter(found, "image")
    return Content(url=found.scalar("id"), title=text(found, "caption", language))


def _places(address: Address | None) -> tuple[Place, ...]:
    """A place for an address that says more than its country."""
    if address is None or address == Address(country=address.country):
        return ()
    return (Place(addresses=(address,)),)
