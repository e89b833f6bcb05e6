"""An ELMO document of 1.x or 2.x as a record. What is never taken becomes a loss by itself."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from adapters.elmo import names
from adapters.elmo.attachments import Blobs, attachments_in
from adapters.elmo.elements import (
    DERIVED,
    country_in,
    foreign_in,
    identifiers_of,
    organisation_of,
    text_of,
    when_of,
)
from adapters.elmo.studies import Surroundings, studies_in
from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.kit.xml_cursor import XmlCursor, XmlReading, collapsed
from gateway.model.dates import day_at_midnight
from gateway.model.document import Derived, DocumentFacts
from gateway.model.leaves import key_of
from gateway.model.record import (
    Address,
    Attachment,
    GradingScheme,
    Group,
    GroupType,
    Identifier,
    Learner,
    Name,
    Organisation,
    Place,
    Record,
    Report,
)
from gateway.model.texts import When

EXTERNAL = "external"
"""The scheme of an identifier by which a grading scheme is known outside the document (ELMO 2.0)."""


def read(tree: etree._ElementTree) -> Reading:
    """The record, the document's own facts, blobs and losses.

    Raises:
        Refused: `elmo.before_emrex`, `elmo.no_learner`, `elmo.several_learners`, `elmo.status`, `elmo.no_instance`.
    """
    namespace = etree.QName(tree.getroot()).namespace or ""
    if namespace == names.BEFORE_EMREX:
        raise Refused(
            "elmo.before_emrex",
            "got ELMO as it was before EMREX, which can be verified and not read",
            advice="Ask the issuer for the file as EMREX ELMO (1.0 or later).",
        )
    reading = XmlReading(tree, frozenset((namespace, names.ADDRESS)))
    blobs: Blobs = {}
    record, document = _record(reading.root, blobs)
    return Reading(record=record, document=document, blobs=blobs, losses=reading.finish().losses)


def _record(elmo: XmlCursor, blobs: Blobs) -> tuple[Record, DocumentFacts]:
    for child in elmo.foreign():
        if child.namespace == names.DS:
            child.skip()
    attachments = attachments_in(elmo, blobs)
    reports = elmo.children("report")
    record = Record(
        learner=_learner(_only_learner(elmo, reports)),
        reports=tuple(_report(report, attachments, blobs) for report in reports),
        groups=_groups(elmo),
        attachments=attachments,
        passthrough=foreign_in(elmo),
    )
    issuer = record.reports[0].issuer if record.reports else None
    facts = DocumentFacts(issued=when_of(elmo, "generatedDate"), issuer=issuer, derived=_derived(elmo))
    return record, facts


def _derived(elmo: XmlCursor) -> Derived | None:
    """Our own note that the file is a translation: a fact of the document, not of the record."""
    extension = elmo.child("extension")
    notes = [] if extension is None else [c for c in extension.foreign() if c.namespace == DERIVED]
    if not notes or notes[0].name != "derived":
        return None
    note = notes[0]
    return Derived(
        source_sha256=note.attribute("sourceSha256") or "",
        node=note.attribute("node") or "",
        adapters=tuple((note.attribute("adapters") or "").split()),
    )


# --- the learner -----------------------------------------------------------------------------------------------------


def _only_learner(elmo: XmlCursor, reports: Sequence[XmlCursor]) -> XmlCursor:
    """The one learner. Some files put a copy, or an empty one, into a report; two that differ can't be one record."""
    learners = [c for parent in (elmo, *reports) for c in parent.children("learner") if len(c.element)]
    if not learners:
        raise Refused(
            "elmo.no_learner",
            "got no learner, expected one",
            advice="Ask the issuer for a file that names the learner.",
        )
    first, *others = learners
    for other in others:
        if _canonical(other) != _canonical(first):
            raise Refused(
                "elmo.several_learners",
                f"got another learner at {other.place} than at {first.place}, expected one",
                advice="A file is about one learner: ask the issuer for one file for each.",
            )
        other.skip()
    return first


def _canonical(cursor: XmlCursor) -> tuple[object, ...]:
    return tuple(
        (element.tag, sorted(element.attrib.items()), (element.text or "").strip())
        for element in cursor.element.iter(etree.Element)
    )


def _learner(cursor: XmlCursor) -> Learner:
    identifiers = identifiers_of(cursor)
    national = next((i for i in identifiers if i.scheme == "nationalIdentifier"), None)
    address = cursor.child("currentAddress")
    gender = cursor.child("gender")
    countries = [country_in(child) for child in cursor.children("citizenship")]
    birth_countries = [country_in(child) for child in cursor.children("countryOfBirth")[:1]]
    return Learner(
        names=_names(cursor),
        identifiers=tuple(i for i in identifiers if i is not national),
        national_identifier=None if national is None else Identifier(value=national.value),
        born=_born(cursor),
        birthplace=_birthplace(cursor),
        birth_country=next(iter(birth_countries), None),
        gender=None if gender is None or gender.element.text not in ("0", "1", "2", "9") else gender.token(),
        citizenships=tuple(country for country in countries if country is not None),
        home=None if address is None else Place(addresses=(_address(address),)),
    )


def _names(cursor: XmlCursor) -> tuple[Name, ...]:
    given, family = cursor.child("givenNames"), cursor.child("familyName")
    result = []
    if given is not None or family is not None:
        language = next(part.language() for part in (given, family) if part is not None)
        result.append(
            Name(
                language=language,
                given=None if given is None else given.token(),
                family=None if family is None else family.token(),
            )
        )
    result += [Name(use="birth", language=c.language(), full=c.token()) for c in cursor.children("birthName")[:1]]
    result += [
        Name(use="alternative", language=child.language(), full=child.token())
        for child in cursor.children("alternativeName")
    ]
    return tuple(result)


def _born(cursor: XmlCursor) -> When | None:
    """The birth date as printed. ELMO 2.1 may have it twice, for old readers: an equal copy isn't a loss."""
    born = when_of(cursor, "dateOfBirth")
    old = cursor.child("bday")
    if born is None or old is None:
        return born or when_of(cursor, "bday")
    if collapsed(old.element.text or "") == born:
        old.skip()
    return born


def _birthplace(cursor: XmlCursor) -> Place | None:
    place = cursor.child("placeOfBirth")
    return None if place is None else Place(addresses=(Address(full={place.language(): place.token()}),))


def _address(cursor: XmlCursor) -> Address:
    """An address of Erasmus Without Paper: its texts keep their line breaks."""

    def one(name: str) -> str | None:
        child = cursor.child(name)
        return None if child is None else child.text()

    def every(name: str) -> tuple[str, ...]:
        return tuple(child.text() for child in cursor.children(name))

    countries = [country_in(child) for child in cursor.children("country")[:1]]
    return Address(
        country=next(iter(countries), None),
        recipient=every("recipientName"),
        lines=every("addressLine"),
        building_number=one("buildingNumber"),
        building_name=one("buildingName"),
        street=one("streetName"),
        unit=one("unit"),
        floor=one("floor"),
        post_office_box=one("postOfficeBox"),
        delivery_point=every("deliveryPointCode"),
        postal_code=one("postalCode"),
        locality=one("locality"),
        region=one("region"),
    )


# --- reports ---------------------------------------------------------------------------------------------------------


def _report(cursor: XmlCursor, of_file: tuple[Attachment, ...], blobs: Blobs) -> Report:
    attachments = attachments_in(cursor, blobs)
    around = Surroundings(
        attachment=lambda name: _key_of_attachment(name, (*attachments, *of_file)), scheme=_key_of_scheme, blobs=blobs
    )
    achievements, enrolments = studies_in(cursor.children("learningOpportunitySpecification"), around)
    issuer, issued = cursor.child("issuer"), when_of(cursor, "issueDate")
    return Report(
        issuer=Organisation() if issuer is None else organisation_of(issuer),
        issued=None if issued is None else day_at_midnight(issued),
        achievements=achievements,
        enrolments=enrolments,
        grading_schemes=_schemes(cursor, around),
        attachments=attachments,
    )


def _key_of_attachment(name: str, attachments: tuple[Attachment, ...]) -> str:
    """The key of the attachment that has this identifier; the name itself where there is none."""
    for attachment in attachments:
        if any(identifier.value == name for identifier in attachment.identifiers):
            return key_of(attachment)
    return name


def _key_of_scheme(local_id: str) -> str:
    return key_of(GradingScheme(identifiers=(Identifier(value=local_id),)))


def _schemes(report: XmlCursor, around: Surroundings) -> tuple[GradingScheme, ...]:
    """The report's grading schemes; one that instances know by an outside id alone is a scheme too."""
    schemes = []
    for child in report.children("gradingScheme"):
        local = collapsed(child.attribute("localId") or "")
        known = dict.fromkeys(around.external.pop(local, ()))
        identifiers = (Identifier(value=local), *(Identifier(scheme=EXTERNAL, value=value) for value in known))
        schemes.append(GradingScheme(identifiers=identifiers, description=text_of(child, "description", lines=True)))
    for name, values in around.external.items():  # of schemes that the report doesn't describe
        known = dict.fromkeys(values)
        if name is None:
            schemes += [GradingScheme(identifiers=(Identifier(value=value),)) for value in known]
        else:
            outside = (Identifier(scheme=EXTERNAL, value=value) for value in known)
            schemes.append(GradingScheme(identifiers=(Identifier(value=name), *outside)))
    return tuple(schemes)


def _groups(elmo: XmlCursor) -> tuple[GroupType, ...]:
    groups = elmo.child("groups")
    if groups is None:
        return ()
    return tuple(
        GroupType(id=kind.attribute("id") or "", title=text_of(kind, "title"), groups=_members(kind))
        for kind in groups.children("groupType")
    )


def _members(kind: XmlCursor) -> tuple[Group, ...]:
    return tuple(
        Group(
            id=group.attribute("id") or "",
            sorting_key=group.attribute("sortingKey"),
            title=text_of(group, "title"),
        )
        for group in kind.children("group")
    )
