"""Reading an employment record of LER-RS: what a person says of themself, and each verification inside.

The wrapper is a Verifiable Credential around a JSON document of HR Open Standards. Official samples break their own
schema, so it is read leniently: what isn't understood is a loss, never a refusal. Badges and learner records inside
are read as such, each as reports of its own.

Source: HR Open Standards, LER Resume Standard 2.0 (release candidate), LER-RSType.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from adapters.openbadges import credentials, terms
from adapters.openbadges.nodes import Nodes, text
from adapters.openbadges.reading import read_badge, read_clr
from gateway.errors import Refused
from gateway.kit.contract import InnerDocument, Reading
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.json_facts import remember
from gateway.kit.telling import Origins
from gateway.model.leaves import pointer
from gateway.model.losses import Loss
from gateway.model.record import (
    Achievement,
    Activity,
    Address,
    Code,
    ContactPoint,
    Enrolment,
    Identifier,
    Learner,
    Level,
    Link,
    Name,
    Organisation,
    Period,
    Phone,
    Place,
    Record,
    Relation,
    Report,
    Specification,
    Study,
)

LER_CONTEXTS = re.compile(r"https?://schema\.hropenstandards\.org/[A-Za-z0-9./-]*VerifiableCredentialLER-RSType\.json")
CONTEXT = "http://schema.hropenstandards.org/4.5/recruiting/json/VerifiableCredentialLER-RSType.json"
SUBJECT_TYPE = "http://schema.hropenstandards.org/4.5/recruiting/json/LER-RSType.json"
LISTS = ("educationAndLearnings", "certifications", "licenses", "employmentHistories", "skills")
EMPLOYMENT = Code(value="employment")
_REGIONS = frozenset({"state", "province", "region"})
_SUBJECT = "/credentialSubject"
_OWN = "credentialSubject"
_MEMBERS = {
    "names": ("name", "givenName", "familyName", "patronymicName"),
    "identifiers": ("id", "identifier"),
    "national_identifier": ("identifier",),
    "born": ("dateOfBirth",),
    "home": ("address",),
    "contact_points": ("email", "phone"),
}
"""What of the subject of a verification each field of a learner is read from."""


def is_ler(value: Any) -> bool:
    """Whether a JSON value is a wrapper of LER-RS."""
    return terms.CREDENTIAL in terms.types_of(value) and any(map(LER_CONTEXTS.fullmatch, terms.contexts_of(value)))


class Verification(NamedTuple):
    """A credential inside an employment record: its place, the list that holds it, and its number there."""

    place: str
    holder: Any
    key: str | int

    @property
    def value(self) -> Any:
        """The credential."""
        return self.holder[self.key]


def verifications(value: Mapping[str, Any]) -> Iterator[Verification]:
    """Each credential inside; a bare reference to one is none."""
    subject = value.get(_OWN)
    for name in LISTS:
        items = subject.get(name) if isinstance(subject, dict) else None
        for n, item in enumerate(items) if isinstance(items, list) else ():
            held = item.get("verifications") if isinstance(item, dict) else None
            for i, one in enumerate(held) if isinstance(held, list) else ():
                if isinstance(one, str) or (isinstance(one, dict) and "@context" in one):
                    yield Verification(pointer(_SUBJECT, name, str(n), "verifications", str(i)), held, i)


def inner_documents(value: Mapping[str, Any]) -> tuple[InnerDocument, ...]:
    """Each verification is a part; the original of a translation is one."""
    parts = [
        InnerDocument(path=one.place, role="part", octets=credentials.octets_of(one.value))
        for one in verifications(value)
    ]
    return (*parts, *(one for one in credentials.inner_documents(value) if one.role == "original"))


def read_ler(value: Mapping[str, Any], origins: Origins | None = None) -> Reading:
    """Read an employment record.

    Raises:
        Refused: `ler.no_subject` where it is about nobody, `ler.nothing` where it states nothing that was learned.
    """
    reading = JsonReading(value)
    root = reading.root
    subject = root.one(_OWN)
    if subject is None:
        raise Refused("ler.no_subject", "got no credentialSubject, expected one object at /credentialSubject")
    facts = credentials.facts(root)
    other = dict(facts.other)
    for name in ("type", "documentId"):
        remember(subject, name, other)
    issuer = credentials.issuer_of(root, Nodes(origins))
    own = _own_report(subject, issuer, facts.issued)
    learner, losses, reports, relations = _learner(subject), list[Loss](), list[Report](), list[Relation]()
    for one in verifications(value):
        inside = _read_inside(one, origins)
        if inside is None:
            continue
        reading.take(one.holder, one.key)
        learner, told = _merged(learner, inside.record.learner, one)
        losses += [*told, *(_within(loss, one.place) for loss in inside.losses)]
        other |= {one.place + place: words for place, words in inside.document.other.items()}
        reports += [_vouched(report, one.place, origins) for report in inside.record.reports]
        relations += inside.record.relations
    several = (*([own] if own is not None else []), *reports)
    if not several:
        raise Refused("ler.nothing", "got an employment record that states nothing learned, and no badge inside")
    return Reading(
        record=Record(learner=learner, reports=tuple(several), relations=tuple(relations)),
        document=facts.model_copy(update={"other": other}),
        losses=(*reading.finish().losses, *losses),
    )


def _read_inside(one: Verification, origins: Origins | None) -> Reading | None:
    """A badge or learner record inside; anything else stays untaken, and is a loss."""
    try:
        if terms.is_clr(one.value):
            return read_clr(one.value, origins)
        return read_badge(one.value, origins) if terms.is_badge(one.value) else None
    except Refused:
        return None


def _vouched(report: Report, place: str, origins: Origins | None) -> Report:
    made = report.model_copy(update={"vouched_by": place})
    if origins is not None:
        origins.note(made, report)
    return made


def _within(loss: Loss, place: str) -> Loss:
    return loss.model_copy(update={"source": place + loss.source})


# --- the learner -----------------------------------------------------------------------------------------------------


def _learner(subject: JsonCursor) -> Learner:
    person = subject.one("person")
    name = None if person is None else person.one("name")
    contact = subject.one("communication")
    return Learner(
        names=() if name is None else _names(name),
        born=None if person is None else person.when("birthDate"),
        home=None if contact is None else _home(contact),
        contact_points=() if contact is None else _contact(contact),
    )


def _names(name: JsonCursor) -> tuple[Name, ...]:
    full, given, family = (name.scalar(member) for member in ("formattedName", "given", "family"))
    return () if (full, given, family) == (None, None, None) else (Name(full=full, given=given, family=family),)


def _home(contact: JsonCursor) -> Place | None:
    found = contact.one("address")
    return None if found is None else Place(addresses=(_address(found),))


def _address(found: JsonCursor) -> Address:
    divisions = [one for one in found.each("countrySubDivisions") if one.structural("type", _REGIONS.__contains__)]
    return Address(
        country=found.scalar("countryCode"),
        lines=tuple(found.scalars("line")),
        postal_code=found.scalar("postalCode"),
        locality=found.scalar("city"),
        region=divisions[0].scalar("value") if divisions else None,
    )


def _contact(contact: JsonCursor) -> tuple[ContactPoint, ...]:
    found = ContactPoint(
        emails=tuple(mail for one in contact.each("email") if (mail := one.scalar("address")) is not None),
        phones=tuple(
            Phone(number=number)
            for one in contact.each("phone")
            if (number := one.scalar("formattedNumber")) is not None
        ),
        forms=tuple(Link(url=one.scalar("url") or "", title=text(one, "name")) for one in contact.each("web")),
    )
    return () if found == ContactPoint() else (found,)


def _merged(own: Learner, inside: Learner, one: Verification) -> tuple[Learner, list[Loss]]:
    """The learner with what a verification adds; what it says otherwise is a loss."""
    update: dict[str, Any] = {}
    losses: list[Loss] = []
    for field, members in _MEMBERS.items():
        ours, theirs = getattr(own, field), getattr(inside, field)
        if ours in (None, ()) or (isinstance(ours, tuple) and all(member in theirs for member in ours)):
            update[field] = theirs or ours
        elif theirs not in (None, ()) and theirs != ours:
            losses += [_unlike(one, member) for member in members if member in one.value.get(_OWN, {})]
    return own.model_copy(update=update), losses


def _unlike(one: Verification, member: str) -> Loss:
    source = pointer(one.place, _OWN, member)
    return Loss(stage="read", kind="dropped", source=source, detail="the whole names the person otherwise")


# --- what the person says of themself --------------------------------------------------------------------------------


def _own_report(subject: JsonCursor, issuer: Organisation | None, issued: str | None) -> Report | None:
    studies = [one for found in subject.each("educationAndLearnings") for one in _degrees(found)]
    studies += [one for name, kind in _PAPERS.items() for found in subject.each(name) for one in _paper(found, kind)]
    jobs = [job for found in subject.each("employmentHistories") for job in _jobs(found)]
    if not studies and not jobs:
        return None
    return Report(
        issuer=issuer or Organisation(),
        issued=issued,
        achievements=tuple(one for one in studies if isinstance(one, Achievement)),
        enrolments=tuple(one for one in studies if isinstance(one, Enrolment)),
        activities=tuple(jobs),
    )


_PAPERS = {"certifications": "Certification", "licenses": "License"}
_GRANTED: Mapping[str, Literal["passed", "in-progress"]] = {"granted": "passed", "in progress": "in-progress"}


def _degrees(education: JsonCursor) -> Iterator[Study]:
    """Each degree; one whose status isn't known is no achievement and stays a loss."""
    for degree in education.each("educationDegrees"):
        status = _GRANTED.get(str(degree.value.get("degreeGrantedStatus")).lower())
        if status is None:
            continue
        degree.skip("degreeGrantedStatus")
        members: dict[str, Any] = {
            "specification": Specification(
                title=text(degree, "name"),
                levels=tuple(Level(scheme="isced", value=code) for code in degree.scalars("iscedEducationLevelCode")),
                subjects=tuple(_specializations(degree)),
            ),
            "awarded_by": _organisations(education, "institution"),
            "awarded_on": degree.when("date"),
            "period": _period(education),
        }
        yield Achievement(**members) if status == "passed" else Enrolment(**members)


def _specializations(degree: JsonCursor) -> Iterator[Code]:
    for found in degree.each("specializations"):
        if found.structural("type", lambda kind: kind == "major"):
            yield Code(scheme=terms.SPECIALIZATION, value=found.scalar("name") or "")


def _paper(found: JsonCursor, kind: str) -> Iterator[Study]:
    """A certificate or licence that the person names."""
    if "name" in found.value:
        yield Achievement(
            specification=Specification(
                title=text(found, "name"), kinds=(Code(scheme=terms.ACHIEVEMENT_TYPE, value=kind),)
            ),
            awarded_by=_organisations(found, "issuingAuthority"),
            awarded_on=found.when("firstIssued") or found.when("issued"),
        )


def _jobs(found: JsonCursor) -> Iterator[Activity]:
    for position in found.each("positionHistories"):
        period = _period(position)
        yield Activity(
            title=text(position, "title"),
            kinds=(EMPLOYMENT,),
            periods=() if period is None else (period,),
            directed_by=_organisations(found, "organization"),
        )


def _period(cursor: JsonCursor) -> Period | None:
    start, end = cursor.when("start"), cursor.when("end")
    return None if (start, end) == (None, None) else Period(start=start, end=end)


def _organisations(cursor: JsonCursor, member: str) -> tuple[Organisation, ...]:
    found = cursor.one(member)
    if found is None:
        return ()
    contact = found.one("communication")
    address = None if contact is None else contact.one("address")
    held = None if address is None else _address(address)
    return (
        Organisation(
            legal_name=text(found, "name") or text(found, "tradeName"),
            identifiers=tuple(Identifier(scheme=terms.URI, value=name) for name in found.scalars("domainName")),
            country=None if held is None else held.country,
            places=() if held is None or held == Address(country=held.country) else (Place(addresses=(held,)),),
        ),
    )
