"""Reading a European Digital Credential: the document's own facts, the report and the learner."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any, TypeVar

from adapters.europass import lists, nodes
from adapters.europass.claims import Around, Claims
from adapters.europass.dates import read_when
from adapters.europass.nodes import Blobs, enter, is_of, when
from gateway.errors import Refused
from gateway.kit.contract import Reading, Stated
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.json_facts import remember
from gateway.model.dates import earliest
from gateway.model.document import Derived, DocumentFacts
from gateway.model.leaves import pointer
from gateway.model.record import (
    Attachment,
    Claim,
    Learner,
    Name,
    Organisation,
    Record,
    Report,
)
from gateway.vocabulary import sexes

CONTEXTS = ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
_VC_2 = "https://www.w3.org/ns/credentials/v2"  # with the model of ELM 3, in files of EBSI's pilot
_SPELLINGS = tuple(
    [vc, edc] for vc in (CONTEXTS[0], _VC_2) for edc in (CONTEXTS[1], CONTEXTS[1].replace("http:", "https:"))
)
TYPES = ("VerifiableCredential", "EuropeanDigitalCredential")
C = TypeVar("C", bound=Claim)

_ABOUT_THE_FILE = (
    "credentialProfiles",
    "credentialSchema",
    "credentialStatus",
    "evidence",
    "holder",
    "issuanceDate",
    "issued",
    "issuer",
    "proof",
    "termsOfUse",
)
_ABOUT_THE_PAGES = ("individualDisplay", "language", "primaryLanguage", "summaryDisplay")
_CONVERTED = (lists.CONVERTED_PROFILE, "c_9a31f32a")
_DERIVED = re.compile(r"sha-256 ([0-9a-f]{64}) by (\S+) with (\S+)")


def is_credential(value: Any) -> bool:
    """Whether a JSON value is a credential of ELM 3: by its types and its contexts."""
    return (
        isinstance(value, dict) and value.get("@context") in _SPELLINGS and all(name in _types(value) for name in TYPES)
    )


def _types(value: dict[str, Any]) -> list[Any]:
    return _listed(value.get("type"))


def read(value: Any) -> Reading:
    """Read a credential.

    Raises:
        Refused: `document.unknown` for another document, `europass.no_person` where it isn't about a person.
    """
    if not is_credential(value):
        raise Refused("document.unknown", "got JSON that is no European Digital Credential of ELM 3.1 or 3.2")
    reading, blobs = JsonReading(value), Blobs()
    root = reading.root
    facts = _facts(root)
    record = _record(root, facts, blobs)
    return Reading(record=record, document=facts, blobs=blobs.by_digest, losses=reading.finish().losses)


def stated(value: dict[str, Any]) -> Stated:
    """What a credential says of its issuer and its own life."""
    root = JsonReading(value).root
    issuers = _issuers(root)
    return Stated(
        issuer=next(iter(issuers), None),
        other_issuers=issuers[1:],
        issued=when(root, "issued") or when(root, "issuanceDate"),
        valid_from=_exact(root, "validFrom"),
        valid_until=earliest([_exact(root, "expirationDate"), _exact(root, "validUntil")]),
    )


def unreadable_bounds(value: dict[str, Any]) -> list[str]:
    """The places of the bounds of its life that it states and that can't be read."""
    root = JsonReading(value).root
    bounds = ("validFrom", "validUntil", "expirationDate")
    return [pointer("", name) for name in bounds if name in value and _exact(root, name) is None]


def status_lists(value: dict[str, Any]) -> list[str]:
    """The addresses at which a credential says that its status, revoked or not, can be looked up."""
    stated = value.get("credentialStatus", [])
    return [str(one.get("id", "")) if isinstance(one, dict) else "" for one in _listed(stated)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def enclosed(value: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """Each file enclosed as evidence: its place, its base64, and whether it is the original of a conversion."""
    found = []
    for evidence in JsonReading(value).root.each("evidence"):
        converted = _kind_of(evidence) == lists.CONVERSION
        files = evidence.each("embeddedEvidence")
        found += [(pointer(file.place, "content"), file.scalar("content") or "", converted) for file in files]
    return found


def attached(value: dict[str, Any]) -> list[str]:
    """The places of the files that travel under the credential's own proof."""
    root = JsonReading(value).root
    return [found.place for found in root.each("attachment")]


def _exact(cursor: JsonCursor, name: str) -> str | None:
    text = cursor.scalar(name)
    return text if text is not None and read_when(text) is not None else None


def _issuers(root: JsonCursor) -> tuple[Organisation, ...]:
    return tuple(nodes.organisation(found, Blobs()) for found in root.each("issuer"))


def _kind_of(cursor: JsonCursor) -> str:
    found = cursor.one("dcType")
    address = "" if found is None else found.value.get("id")
    known = lists.parse_address(address) if isinstance(address, str) else None
    return known[1] if known is not None else ""


# --- facts of the document -------------------------------------------------------------------------------------------


def _facts(root: JsonCursor) -> DocumentFacts:
    about = stated(dict(root.value))
    other: dict[str, str] = {}
    for name in _ABOUT_THE_FILE:
        remember(root, name, other)
    for display in root.each("displayParameter"):
        enter(display, "DisplayParameter")
        for name in _ABOUT_THE_PAGES:
            remember(display, name, other)
    _header(root, other)
    return DocumentFacts(
        id=root.scalar("id"),
        issued=about.issued,
        issuer=about.issuer,
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        profile=_profile(root),
        derived=_derived(root),
        other=other,
    )


def _header(root: JsonCursor, other: dict[str, str]) -> None:
    root.skip("@context")
    root.skip("type")
    kinds = [str(kind) for kind in _types(dict(root.value)) if kind not in TYPES]
    if kinds:
        other["/type"] = " ".join(kinds)
    expires = root.scalar("expirationDate")
    if expires is not None and expires != root.value.get("validUntil"):
        other["/expirationDate"] = expires


def _profile(root: JsonCursor) -> str | None:
    found = root.one("credentialProfiles")
    return None if found is None else str(found.value.get("id", ""))


def _derived(root: JsonCursor) -> Derived | None:
    """The note that it is a translation: any evidence of a conversion, ours or another's (rulings, 1.2)."""
    for evidence in root.each("evidence"):
        if _kind_of(evidence) == lists.CONVERSION:
            said = _DERIVED.search(str(evidence.value.get("evidenceStatement", "")))
            if said is None:
                return Derived(source_sha256="", node="")
            return Derived(source_sha256=said[1], node=said[2], adapters=tuple(said[3].split("+")))
    return None


# --- the record ------------------------------------------------------------------------------------------------------


def _record(root: JsonCursor, facts: DocumentFacts, blobs: Blobs) -> Record:
    subject = root.one("credentialSubject")
    if subject is None or not is_of(subject, "Person"):
        raise Refused(
            "europass.no_person",
            "got a credential whose subject is no Person, expected one at /credentialSubject",
            advice="Credentials about organisations have no learner and can't be translated.",
        )
    enter(subject, "Person")
    claims = Claims(blobs)
    made = _claims(subject, claims)
    issuer = _reporter(facts, [claim for several in made.values() for claim in several])
    display = root.one("displayParameter")
    valid_until = when(root, "validUntil")
    report = Report(
        issuer=issuer,
        issued=when(root, "validFrom"),
        identifiers=nodes.identifiers(root),
        title={} if display is None else nodes.title(display),
        description={} if display is None else display.text("description"),
        valid_until=valid_until or (None if facts.valid_until is None else read_when(facts.valid_until)),
        **{name: tuple(_of_report(claim, issuer) for claim in several) for name, several in made.items()},
        grading_schemes=tuple(claims.schemes),
        attachments=tuple(_attachment(found, blobs) for found in root.each("attachment")),
    )
    return Record(learner=_learner(subject, blobs), reports=(report,))


_KINDS: dict[str, tuple[str, Callable[[Claims, JsonCursor, Around], Any]]] = {
    "LearningAchievement": ("achievements", Claims.achievement),
    "LearningActivity": ("activities", Claims.activity),
    "LearningAssessment": ("assessments", Claims.assessment),
    "LearningEntitlement": ("entitlements", Claims.entitlement),
}
"""The classes of claims, with the field of a report that holds each and who reads it."""


def _claims(subject: JsonCursor, claims: Claims) -> dict[str, list[Any]]:
    """The claims about a person by the field of the report that holds them; one of no known class stays a loss."""
    made: dict[str, list[Any]] = {field: [] for field, _ in _KINDS.values()}
    for found in subject.each("hasClaim"):
        kind = next((name for name in _KINDS if is_of(found, name)), None)
        if kind is not None:
            field, read_claim = _KINDS[kind]
            made[field].append(read_claim(claims, found, Around()))
    return made


def _reporter(facts: DocumentFacts, claims: list[Any]) -> Organisation:
    """Who reports: the credential's issuer; where that one speaks for another, the commonest awarding body."""
    issuer = facts.issuer or Organisation()
    speaks_for_another = any(f"/credential/{code}" in str(facts.profile) for code in _CONVERTED)
    kinds = {value.rpartition("/")[2] for place, value in facts.other.items() if place.endswith("/dcType/id")}
    if not speaks_for_another and not kinds & {lists.CONVERSION, lists.MANDATE}:
        return issuer
    bodies = [body for claim in claims for body in claim.awarded_by]
    counted = Counter(body.model_dump_json() for body in bodies)
    return max(bodies, key=lambda body: counted[body.model_dump_json()], default=issuer)


def _of_report(claim: C, issuer: Organisation) -> C:
    """A claim without an awarding body that is the report's own issuer."""
    return claim.model_copy(update={"awarded_by": ()}) if claim.awarded_by == (issuer,) else claim


def _attachment(cursor: JsonCursor, blobs: Blobs) -> Attachment:
    kind = nodes.one_code(cursor, "attachmentType")
    content = nodes.media(cursor, blobs, titled=False)
    return Attachment(title=nodes.title(cursor), description=cursor.text("description"), kind=kind, contents=(content,))


# --- the learner -----------------------------------------------------------------------------------------------------


def _learner(cursor: JsonCursor, blobs: Blobs) -> Learner:
    return Learner(
        names=_names(cursor),
        identifiers=nodes.identifiers(cursor),
        national_identifier=nodes.one_identifier(cursor, "nationalID"),
        born=when(cursor, "dateOfBirth"),
        birthplace=nodes.one_place(cursor, "placeOfBirth"),
        gender=_gender(cursor),
        citizenships=nodes.country_codes(cursor, "citizenshipCountry"),
        home=nodes.one_place(cursor, "location"),
        contact_points=tuple(nodes.contact_point(found) for found in cursor.each("contactPoint")),
        member_of=nodes.organisations(cursor, "memberOf", blobs),
    )


def _names(cursor: JsonCursor) -> tuple[Name, ...]:
    given, family, full = (cursor.text(name) for name in ("givenName", "familyName", "fullName"))
    languages = dict.fromkeys([*given, *family, *full])
    names = [Name(language=tag, given=given.get(tag), family=family.get(tag), full=full.get(tag)) for tag in languages]
    names += [Name(use="birth", language=tag, full=text) for tag, text in cursor.text("birthName").items()]
    names += [Name(use="patronymic", language=tag, full=text) for tag, text in cursor.text("patronymicName").items()]
    return tuple(names)


def _gender(cursor: JsonCursor) -> Any:
    found = cursor.one("gender")
    address = "" if found is None else found.value.get("id")
    known = lists.parse_address(address) if isinstance(address, str) else None
    code = sexes.iso_code(known[1]) if known is not None and known[0] == "human-sex" else None
    if found is not None and code is not None:
        nodes.concept(found)
    return code
