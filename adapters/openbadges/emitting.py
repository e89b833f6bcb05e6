"""Writing the small nodes: identifiers, profiles, the subject of a credential.

Everything is written for a noun of the record, and remembered so: what comes of it is told by reading it back
(`adapters.openbadges.writing`). A text stands in one language here, because the format's contexts hold no more.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from adapters.openbadges import terms
from adapters.openbadges.nodes import HASHED, IDENTITY, SALT, eqf_name
from gateway.kit.telling import Origins
from gateway.model.dates import as_moment
from gateway.model.record import (
    Address,
    Alignment,
    ContactPoint,
    Content,
    Identifier,
    Learner,
    Level,
    Name,
    Organisation,
    Outcome,
)
from gateway.model.texts import UNDETERMINED, Text

Node = dict[str, Any]
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}")


class Emitting:
    """One writing. `seed` is what the ids in the result are made of: equal seeds give equal ids, on any machine."""

    def __init__(self, origins: Origins, wanted: Sequence[str], seed: str) -> None:
        self.origins = origins
        self._wanted = tuple(wanted)
        self._seed = seed
        self._named: dict[str, Name] = {}

    # --- plain values -------------------------------------------------------------------------------------------

    def node_id(self, *name: str) -> str:
        """An id that only holds the file together."""
        return f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, chr(10).join((self._seed, *name)))}"

    def preferred(self, languages: Iterable[str]) -> str:
        """The language to take of several: of those wanted the first that there is."""
        there = list(languages)
        return next((one for one in (*self._wanted, UNDETERMINED) if one in there), there[0])

    def words(self, text: Text, language: str = UNDETERMINED) -> str | None:
        """What a text says in a language; where the language isn't said, in the preferred one."""
        if not text:
            return None
        return text.get(language, text[self.preferred(text)])

    def put(self, node: Node, key: str, value: Any) -> None:
        """Set a member that says something."""
        if value is not None and value not in ([], {}):
            node[key] = value

    def moment(self, when: str | None) -> str | None:
        """A date as the DateTimeZ that the model wants."""
        if when is None:
            return None
        moment = as_moment(when)
        return moment if re.search(r"(?:Z|[+-]\d\d:\d\d)$", moment) else moment + "Z"

    # --- identifiers --------------------------------------------------------------------------------------------

    def entries(self, identifiers: Iterable[Identifier]) -> list[Node]:
        """Identifiers as IdentifierEntries."""
        return [self._entry(one, one.scheme) for one in identifiers]

    def _entry(self, identifier: Identifier, scheme: str) -> Node:
        kind = (terms.as_term(scheme, terms.IDENTIFIER_TYPES) if scheme else None) or "identifier"
        node = {"type": "IdentifierEntry", "identifier": identifier.value, "identifierType": kind}
        return self.origins.wrote(node, identifier)

    def identity(self, identifier: Identifier, kind: str) -> Node:
        """An IdentityObject."""
        codes = {code.scheme: code.value for code in identifier.kinds}
        node = {
            "type": "IdentityObject",
            "hashed": codes.get(IDENTITY) == HASHED,
            "identityHash": identifier.value,
            "identityType": kind,
        }
        self.put(node, "salt", codes.get(SALT))
        return self.origins.wrote(node, identifier)

    # --- profiles -----------------------------------------------------------------------------------------------

    def organisation(self, organisation: Organisation) -> Node:
        """An organisation as a Profile; the same organisation has the same id everywhere."""
        first, rest = addressed(organisation.identifiers)
        node: Node = {
            "id": first or self.node_id(organisation.model_dump_json(exclude_defaults=True)),
            "type": ["Profile"],
        }
        self.put(node, "name", self.words(organisation.legal_name))
        self.put(node, "url", next((link.url for link in organisation.homepages), None))
        self._contact(node, organisation.contact_points)
        self.put(node, "description", next((self.words(note) for note in organisation.notes), None))
        self.put(node, "image", self.image(organisation.logo))
        address = next((one for place in organisation.places[:1] for one in place.addresses[:1]), Address())
        self.put(node, "address", self._address(address, organisation.country))
        entries = self.entries(rest)
        if organisation.eidas_identifier is not None:
            entries.append(self._entry(organisation.eidas_identifier, terms.EIDAS))
        self.put(node, "otherIdentifier", entries)
        if organisation.part_of is not None:
            node["parentOrg"] = self.organisation(organisation.part_of)
        return self.origins.wrote(node, organisation)

    def image(self, picture: Content | None, language: str = UNDETERMINED) -> Node | None:
        """A picture that has an address."""
        if picture is None or picture.url is None or picture.url.startswith("data:"):
            return None
        node: Node = {"id": picture.url, "type": "Image"}
        self.put(node, "caption", self.words(picture.title, language))
        return node

    def _address(self, address: Address, country: str | None) -> Node | None:
        node: Node = {}
        code = country or address.country
        self.put(node, "addressCountryCode", code if code is not None and _COUNTRY.fullmatch(code) else None)
        self.put(node, "addressRegion", address.region)
        self.put(node, "addressLocality", address.locality)
        self.put(node, "streetAddress", ", ".join(address.lines) if address.lines else None)
        self.put(node, "postOfficeBoxNumber", address.post_office_box)
        self.put(node, "postalCode", address.postal_code)
        return {"type": ["Address"], **node} if node else None

    def _contact(self, node: Node, contacts: tuple[ContactPoint, ...]) -> None:
        for contact in contacts[:1]:
            self.put(node, "email", next(iter(contact.emails), None))
            self.put(node, "phone", next((phone.number for phone in contact.phones if phone.number is not None), None))

    # --- the subject --------------------------------------------------------------------------------------------

    def learner(self, learner: Learner) -> Node:
        """What the subject of a credential says about the person; it always says whom it is about."""
        first, rest = addressed(learner.identifiers)
        identities = [self.identity(one, _identity_type(one)) for one in rest]
        if learner.national_identifier is not None:
            identities.insert(0, self.identity(learner.national_identifier, terms.NATIONAL_NUMBER))
        node: Node = {}
        self.put(node, "id", first or (None if identities else self.node_id("learner")))
        person: Node = {}
        self._names(person, learner.names)
        self.put(person, "dateOfBirth", learner.born if _DAY.fullmatch(learner.born or "") else None)
        self._contact(person, learner.contact_points)
        home = learner.home.addresses[:1] if learner.home is not None else ()
        self.put(person, "address", self._address(home[0], None) if home else None)
        self.put(node, "identifier", identities)
        for name in learner.names:
            self.origins.because(name, "", "the model has one name, and no language of it")
        return node | person

    def subject(self, kind: str, person: Node) -> Node:
        """The subject of a credential; one with names and a day of birth is a Profile as well."""
        says = set(person) - {"id", "identifier"}
        head = {"id": person["id"]} if "id" in person else {}
        node = {**head, "type": [kind, "Profile"] if says else [kind], **person}
        for part, name in self._named.items():
            self.origins.wrote(node, name, part)
        return node

    def _names(self, node: Node, names: tuple[Name, ...]) -> None:
        named = [name for name in names if (name.full, name.given, name.family) != (None, None, None)]
        chosen = [name for use in ("legal", "romanised", "alternative") for name in named if name.use == use]
        if chosen:
            language = self.preferred(name.language for name in chosen if name.use == chosen[0].use)
            name = next(name for name in chosen if name.language == language)
            self.put(node, "name", name.full)
            self.put(node, "givenName", name.given)
            self.put(node, "familyName", name.family)
            self._named["name"] = name
        patronymic = next((name for name in named if name.use == "patronymic" and name.full is not None), None)
        if patronymic is not None:
            node["patronymicName"] = patronymic.full
            self._named["patronymicName"] = patronymic

    # --- alignments ---------------------------------------------------------------------------------------------

    def alignment(self, alignment: Alignment, language: str) -> Node:
        """A link to a framework."""
        node: Node = {"type": ["Alignment"]}
        node["targetName"] = self.words(alignment.name, language) or alignment.target
        node["targetUrl"] = alignment.target
        self.put(node, "targetCode", alignment.code)
        self.put(node, "targetDescription", self.words(alignment.description, language))
        self.put(node, "targetFramework", alignment.framework)
        self.put(node, "targetType", terms.as_term(alignment.kind, terms.ALIGNMENT_TYPES) if alignment.kind else None)
        return self.origins.wrote(node, alignment)

    def outcome(self, outcome: Outcome, language: str, number: str) -> Node:
        """A learning outcome as a link to its skill; one without an address points at nothing but itself."""
        skills = [one for one in (*outcome.esco_skills, *outcome.related_skills) if is_address(one.value)]
        skill = skills[0] if skills else None
        target = self.node_id("outcome", number) if skill is None else skill.value
        is_esco = skill is not None and skill in outcome.esco_skills
        kind = next((one.value for one in outcome.kinds if one.scheme == terms.ALIGNMENT_TYPE), terms.OUTCOME)
        name = self.words(outcome.title, language)
        node: Node = {"type": ["Alignment"], "targetName": target if name is None else name, "targetUrl": target}
        self.put(node, "targetCode", next((one.value for one in outcome.identifiers if one.scheme == terms.CODE), None))
        self.put(node, "targetDescription", next((self.words(note, language) for note in outcome.notes), None))
        self.put(node, "targetFramework", skill.scheme if skill is not None and skill.scheme and not is_esco else None)
        known = kind if kind in terms.COMPETENCIES else terms.OUTCOME
        node["targetType"] = terms.as_term(known, terms.ALIGNMENT_TYPES)
        return self.origins.wrote(node, outcome)

    def level(self, level: Level, language: str) -> Node | None:
        """A level of the EQF that the issuer claims, as a link to it; other frameworks have no addresses."""
        if level.scheme != "eqf" or level.claimed_by is not None or not re.fullmatch(r"[1-8]", level.value or ""):
            return None
        node: Node = {
            "type": ["Alignment"],
            "targetName": self.words(level.label, language) or eqf_name(level.value or ""),
        }
        node |= {"targetUrl": f"{terms.EQF}{level.value}", "targetType": f"{terms.EXTENSION}EQF"}
        return self.origins.wrote(node, level)


def is_address(text: str) -> bool:
    """Whether a text can be the id of a node as it stands."""
    return _ADDRESS.fullmatch(text) is not None and not terms.is_node_id(text)


def addressed(identifiers: tuple[Identifier, ...]) -> tuple[str | None, tuple[Identifier, ...]]:
    """The address that leads a list of identifiers, as the id of the node, and the others."""
    if identifiers and identifiers[0].scheme == terms.URI and is_address(identifiers[0].value):
        return identifiers[0].value, identifiers[1:]
    return None, identifiers


def _identity_type(identifier: Identifier) -> str:
    if identifier.scheme == terms.NATIONAL_NUMBER and not identifier.kinds:
        return terms.EXTENSION + identifier.scheme  # the other one is the national identifier
    return (terms.as_term(identifier.scheme, terms.IDENTIFIER_TYPES) if identifier.scheme else None) or "identifier"
