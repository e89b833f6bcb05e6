"""Writes schemas/clr-2.0.schema.json and schemas/open-badges-3.0.schema.json from the table below.

The table is our own writing of the data models of the 1EdTech Open Badges Specification 3.0 and the Comprehensive
Learner Record Standard 2.0, as JSON-LD lets them be written: a list of one without its brackets, a text as a map of
languages. A test holds the schemas against the official ones over documents and their mutants.

Run: python -m scripts.make_openbadges_schemas
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.openbadges import terms

SCHEMAS = Path(__file__).resolve().parent.parent / "schemas"
NAMES = {"ClrCredential": "clr-2.0.schema.json", "AchievementCredential": "open-badges-3.0.schema.json"}

CLASSES = """
AchievementCredential
  @context 1 badge-contexts, id 1 text, type 1 badge-types, name ? text, description ? text, image ? Image,
  awardedDate ? moment, credentialSubject 1 AchievementSubject, endorsement * EndorsementCredential,
  endorsementJwt * token, issuer 1 Issuer, validFrom 1 moment, validUntil ? moment, proof * Proof,
  credentialSchema * CredentialSchema, credentialStatus ? CredentialStatus, refreshService ? RefreshService,
  termsOfUse * TermsOfUse, evidence * Evidence
ClrCredential
  @context 1 record-contexts, id 1 text, type 1 record-types, name 1 text, description ? text, image ? Image,
  partial ? boolean, awardedDate ? moment, credentialSubject 1 ClrSubject, endorsement * EndorsementCredential,
  endorsementJwt * token, issuer 1 Issuer, validFrom 1 moment, validUntil ? moment, proof * Proof,
  credentialSchema * CredentialSchema, credentialStatus ? CredentialStatus, refreshService ? RefreshService,
  termsOfUse * TermsOfUse, evidence * Evidence
EndorsementCredential
  @context 1 badge-contexts, id 1 text, type 1 endorsement-types, name 1 text, description ? text,
  awardedDate ? moment, credentialSubject 1 EndorsementSubject, issuer 1 Issuer, validFrom 1 moment,
  validUntil ? moment, proof * Proof, credentialSchema * CredentialSchema, credentialStatus ? CredentialStatus,
  refreshService ? RefreshService, termsOfUse * TermsOfUse, evidence * Evidence
VerifiableCredential
  @context 1 any-contexts, id ? text, type 1 a:VerifiableCredential, issuer 1 Issuer, validFrom 1 moment,
  validUntil ? moment, credentialSubject 1 CredentialSubject, proof * Proof, credentialSchema * CredentialSchema,
  credentialStatus ? CredentialStatus, refreshService ? RefreshService, termsOfUse * TermsOfUse, evidence * Evidence
CredentialSubject
  id ? text
AchievementSubject
  id ? text, type 1 a:AchievementSubject, achievement 1 Achievement, activityStartDate ? moment,
  activityEndDate ? moment, creditsEarned ? number, identifier * IdentityObject, image ? Image, licenseNumber ? text,
  narrative ? text, result * Result, role ? text, source ? Profile, term ? text
ClrSubject
  id ? text, type 1 a:ClrSubject, identifier * IdentityObject, achievement * Achievement,
  verifiableCredential + VerifiableCredential, association * Association
EndorsementSubject
  id 1 text, type 1 a:EndorsementSubject, endorsementComment ? text
Achievement
  id 1 text, type 1 a:Achievement, name 1 text, description 1 text, criteria 1 Criteria,
  achievementType ? achievement-type, alignment * Alignment, creator ? Profile, creditsAvailable ? number,
  endorsement * EndorsementCredential, endorsementJwt * token, fieldOfStudy ? text, humanCode ? text, image ? Image,
  inLanguage ? language, otherIdentifier * IdentifierEntry, related * Related, resultDescription * ResultDescription,
  specialization ? text, tag * text, version ? text
Address
  type 1 a:Address, addressCountry ? text, addressCountryCode ? text, addressRegion ? text, addressLocality ? text,
  streetAddress ? text, postOfficeBoxNumber ? text, postalCode ? text, geo ? GeoCoordinates
Alignment
  type 1 a:Alignment, targetName 1 text, targetUrl 1 text, targetCode ? text, targetDescription ? text,
  targetFramework ? text, targetType ? alignment-type
Association closed
  type 1 only:Association, associationType 1 association-type, sourceId 1 text, targetId 1 text
CredentialSchema
  id 1 text, type 1 text
CredentialStatus
  id ? text, type 1 text
Criteria
  id ? text, narrative ? text
Evidence
  id ? text, type 1 a:Evidence, name ? text, description ? text, narrative ? text, genre ? text, audience ? text
GeoCoordinates
  type 1 only:GeoCoordinates, latitude 1 number, longitude 1 number
IdentifierEntry closed
  type 1 only:IdentifierEntry, identifier 1 text, identifierType 1 identifier-type
IdentityObject closed
  type 1 only:IdentityObject, hashed 1 boolean, identityHash 1 text, identityType 1 identifier-type, salt ? text
Image closed
  id 1 text, type 1 only:Image, caption ? text
Profile
  id 1 text, type 1 a:Profile, name ? text, url ? text, phone ? text, description ? text,
  endorsement * EndorsementCredential, endorsementJwt * token, image ? Image, email ? text, address ? Address,
  otherIdentifier * IdentifierEntry, official ? text, parentOrg ? Profile, familyName ? text, givenName ? text,
  additionalName ? text, patronymicName ? text, honorificPrefix ? text, honorificSuffix ? text,
  familyNamePrefix ? text, dateOfBirth ? day
Proof
  type 1 text, created ? moment, cryptosuite ? text, challenge ? text, domain ? text, nonce ? text,
  proofPurpose ? text, proofValue ? text, verificationMethod ? text
RefreshService
  id 1 text, type 1 text
Related
  id 1 text, type 1 a:Related, inLanguage ? language, version ? text
Result
  type 1 a:Result, achievedLevel ? text, alignment * Alignment, resultDescription ? text, status ? result-status,
  value ? text
ResultDescription
  id 1 text, type 1 a:ResultDescription, name 1 text, resultType 1 result-type, alignment * Alignment,
  allowedValue * text, requiredLevel ? text, requiredValue ? text, rubricCriterionLevel * RubricCriterionLevel,
  valueMax ? text, valueMin ? text
RubricCriterionLevel
  id 1 text, type 1 a:RubricCriterionLevel, name 1 text, alignment * Alignment, description ? text, level ? text,
  points ? text
TermsOfUse
  id ? text, type 1 text
"""
"""Each class, with its members: name, cardinality (1, ? at most one, * any number, + one or more), what it holds."""

_SECOND = r"(?:[0-5]\d|60)"
MOMENT = rf"^\d{{4}}-\d\d-\d\d[Tt ]\d\d:\d\d:{_SECOND}(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$"
DAY = r"^\d{4}-\d\d-\d\d$"
_LANGUAGES = {"pattern": "^[a-z]{2}(-[A-Z]{2})?$"}
_CLR = r"^https://purl\.imsglobal\.org/spec/clr/v2p0/context(-2\.\d\.\d)*\.json$"
_OB = r"^https://purl\.imsglobal\.org/spec/ob/v3p0/context(-3\.\d\.\d)*\.json$"
_STATUSES = ["Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"]


def _text(**rules: Any) -> dict[str, Any]:
    """A string, or one for each of some languages."""
    one = {"type": "string", **rules}
    return {"anyOf": [one, {"type": "object", "additionalProperties": one, "propertyNames": _LANGUAGES}]}


def _term(words: frozenset[str]) -> dict[str, Any]:
    """A term of a list, or of an extension of it."""
    return {"anyOf": [{"enum": sorted(words)}, {"type": "string", "pattern": "ext:[a-z|A-Z|0-9|.|-|_]+"}]}


def _types(*groups: list[str]) -> dict[str, Any]:
    """A list of classes with one of each group; a single string is let pass, as the official schemas do."""
    holding = [{"contains": {"enum": group}} for group in groups]
    return {"anyOf": [_text(), {"type": "array", "items": _text(), "allOf": holding}]}


def _contexts(*first: dict[str, Any]) -> dict[str, Any]:
    """Contexts in their order, then any; or one alone, which the official schemas let pass."""
    context = {"type": ["string", "object"]}
    return {"anyOf": [context, {"type": "array", "minItems": len(first), "prefixItems": list(first), "items": context}]}


PLAIN: dict[str, dict[str, Any]] = {
    "text": _text(),
    "token": _text(pattern=r"^[a-zA-Z0-9_-]+\.[a-zA-Z0-9_-]*\.[a-zA-Z0-9_-]+$"),
    "language": _text(pattern="^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"),
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "moment": {"type": "string", "pattern": MOMENT},
    "day": {"type": "string", "pattern": DAY},
    "achievement-type": _term(terms.ACHIEVEMENT_TYPES),
    "alignment-type": _term(terms.ALIGNMENT_TYPES),
    "association-type": {"enum": sorted(terms.ASSOCIATIONS)},
    "identifier-type": _term(terms.IDENTIFIER_TYPES | {"identifier"}),
    "result-status": {"enum": _STATUSES},
    "result-type": _term(terms.RESULT_TYPES),
    "any-contexts": _contexts({"const": terms.VC2}),
    "badge-contexts": _contexts({"const": terms.VC2}, {"type": "string", "pattern": _OB}),
    "record-contexts": _contexts(
        {"const": terms.VC2}, {"type": "string", "pattern": _CLR}, {"type": "string", "pattern": _OB}
    ),
    "badge-types": _types([terms.CREDENTIAL], list(terms.BADGES)),
    "record-types": _types([terms.CREDENTIAL], [terms.CLR]),
    "endorsement-types": _types([terms.CREDENTIAL], [terms.ENDORSEMENT]),
    "Issuer": {"anyOf": [{"$ref": "#/$defs/Profile"}, {"$ref": "#/$defs/text"}]},
}


def _ref(name: str) -> dict[str, Any]:
    kind, _, word = name.partition(":")
    if kind == "a":
        return _types([word])
    if kind == "only":
        return {
            "anyOf": [
                {"const": word},
                {"type": "object", "additionalProperties": {"const": word}, "propertyNames": _LANGUAGES},
            ]
        }
    return {"$ref": f"#/$defs/{name}"}


def _member(cardinality: str, name: str) -> dict[str, Any]:
    if cardinality in "1?":
        return _ref(name)
    several = {"type": "array", "items": _ref(name)} | ({"minItems": 1} if cardinality == "+" else {})
    return {"anyOf": [_ref(name), several]}


def _classes() -> Iterator[tuple[str, dict[str, Any]]]:
    text = CLASSES.strip().replace("\n  ", " ")
    for line in text.splitlines():
        head, _, rest = line.partition(" ")
        closed = rest.startswith("closed ")
        members = [member.split() for member in rest.removeprefix("closed ").split(",")]
        yield (
            head,
            {
                "type": "object",
                "required": [name for name, cardinality, _ in members if cardinality in "1+"],
                "properties": {name: _member(cardinality, kind) for name, cardinality, kind in members},
                **({"additionalProperties": False} if closed else {}),
            },
        )


def members(name: str) -> list[tuple[str, str]]:
    """The members of a class, with what each holds."""
    lines = CLASSES.strip().replace("\n  ", " ").splitlines()
    rest = next(line.partition(" ")[2] for line in lines if line.partition(" ")[0] == name)
    several = [member.split() for member in rest.removeprefix("closed ").split(",")]
    return [(member, kind) for member, _, kind in several]


def schema(root: str) -> dict[str, Any]:
    """The schema of the documents of one class: what it needs of the definitions, and no more."""
    defs = PLAIN | dict(_classes())
    needed, waiting = set[str](), [root]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [part.partition('"')[0] for part in json.dumps(defs[name]).split('"#/$defs/')[1:]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{root} as JSON-LD lets it be written, with the Verifiable Credentials Data Model 2.0",
        "$ref": f"#/$defs/{root}",
        "$defs": {name: defs[name] for name in sorted(needed)},
    }


def text(root: str) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema(root), indent=1) + "\n"


if __name__ == "__main__":
    for root, name in NAMES.items():
        (SCHEMAS / name).write_text(text(root), encoding="utf-8")
