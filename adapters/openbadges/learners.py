"""Reading the subject of a credential: who learned."""

from __future__ import annotations

from adapters.openbadges import terms
from adapters.openbadges.nodes import Nodes, contact_points, enter, identity, node_id, text
from gateway.kit.json_cursor import JsonCursor
from gateway.model.record import Identifier, Learner, Name, Place
from gateway.model.texts import UNDETERMINED

MEMBERS = (
    "address",
    "dateOfBirth",
    "email",
    "familyName",
    "givenName",
    "id",
    "identifier",
    "name",
    "patronymicName",
    "phone",
)
"""The members of a subject that are about the person, whatever was achieved."""


def learner(cursor: JsonCursor, reader: Nodes) -> Learner:
    """The learner, who may have no more than a hashed identifier."""
    enter(cursor, "credentialSubject")
    numbers = (*node_id(cursor), *(reader.made(identity(found), found) for found in cursor.each("identifier")))
    national = next((number for number in numbers if number.scheme == terms.NATIONAL_NUMBER and not number.kinds), None)
    address = reader.address(cursor)
    return Learner(
        names=_names(cursor, reader),
        identifiers=tuple(number for number in numbers if number is not national),
        national_identifier=None if national is None else Identifier(value=national.value),
        born=cursor.when("dateOfBirth"),
        home=None if address is None else Place(addresses=(address,)),
        contact_points=contact_points(cursor),
    )


def _names(cursor: JsonCursor, reader: Nodes) -> tuple[Name, ...]:
    given, family, full = (_word(cursor, member) for member in ("givenName", "familyName", "name"))
    names = []
    if (given, family, full) != (None, None, None):
        names.append(reader.made(Name(given=given, family=family, full=full), cursor, "name"))
    patronymic = _word(cursor, "patronymicName")
    if patronymic is not None:
        names.append(reader.made(Name(use="patronymic", full=patronymic), cursor, "patronymicName"))
    return tuple(names)


def _word(cursor: JsonCursor, member: str) -> str | None:
    """A name of no stated language; a map of languages has no place beside the other parts of a name."""
    return text(cursor, member).get(UNDETERMINED) if not isinstance(cursor.value.get(member), dict) else None


def skip_copies(cursor: JsonCursor, first: JsonCursor) -> None:
    """Take what a credential inside repeats of the subject of the one around it; what differs stays, and is a loss."""
    enter(cursor, "credentialSubject")
    for member in MEMBERS:
        if member in cursor.value and cursor.value[member] == first.value.get(member):
            cursor.skip(member)


def says_who(cursor: JsonCursor) -> bool:
    """Whether a subject says anything about who it is."""
    return any(member in cursor.value for member in MEMBERS)
