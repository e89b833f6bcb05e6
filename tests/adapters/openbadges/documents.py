"""Fictional badges and learner records, and those of the reference that are readable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.reference import REFERENCE

VC2 = "https://www.w3.org/ns/credentials/v2"
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"

SCHOOL = {
    "id": "https://harbour.example/issuers/1",
    "type": ["Profile"],
    "name": "Harbour School",
    "url": "https://harbour.example",
    "email": "office@harbour.example",
    "phone": "+99 12 34",
    "description": "A school beside the sea.",
    "image": {"id": "https://harbour.example/logo.png", "type": "Image", "caption": "A lighthouse"},
    "address": {
        "type": ["Address"],
        "addressCountryCode": "NO",
        "addressRegion": "Coast",
        "addressLocality": "Harbour",
        "streetAddress": "Pier 1",
        "postOfficeBoxNumber": "7",
        "postalCode": "1234",
    },
    "otherIdentifier": [
        {"type": "IdentifierEntry", "identifier": "LT-012", "identifierType": "sourcedId"},
        {"type": "IdentifierEntry", "identifier": "NTRNO-1", "identifierType": "ext:eIDASIdentifier"},
        {"type": "IdentifierEntry", "identifier": "99", "identifierType": "identifier"},
    ],
    "parentOrg": {"id": "did:example:ministry", "type": ["Profile"], "name": "Ministry of Lanterna"},
    "official": "Somebody",
}
LEARNER: dict[str, Any] = {
    "id": "did:example:astrid",
    "name": "Astrid Faro",
    "givenName": "Astrid",
    "familyName": "Faro",
    "patronymicName": "Petrou",
    "dateOfBirth": "2006-02-11",
    "email": "astrid@mail.example",
    "identifier": [
        {"type": "IdentityObject", "hashed": False, "identityHash": "S-77", "identityType": "sourcedId"},
        {
            "type": "IdentityObject",
            "hashed": True,
            "identityHash": "sha256$00ff",
            "identityType": "emailAddress",
            "salt": "sea",
        },
        {
            "type": "IdentityObject",
            "hashed": False,
            "identityHash": "11020612345",
            "identityType": "nationalIdentityNumber",
        },
    ],
}
ENDORSEMENT = {
    "@context": [VC2, OB],
    "id": "urn:uuid:00000000-0000-4000-8000-0000000000ee",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "name": "Endorsement",
    "issuer": {"id": "https://board.example", "type": ["Profile"], "name": "Board of Knots"},
    "validFrom": "2024-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "https://harbour.example/achievements/knots",
        "type": ["EndorsementSubject"],
        "endorsementComment": "Well taught.",
    },
}
ACHIEVEMENT: dict[str, Any] = {
    "id": "https://harbour.example/achievements/knots",
    "type": ["Achievement"],
    "name": "Knots",
    "description": "Forty knots and when to tie them.",
    "criteria": {"id": "https://harbour.example/criteria/knots", "narrative": "Tie forty knots in a storm."},
    "achievementType": "Course",
    "inLanguage": "en",
    "humanCode": "KNO-1",
    "creditsAvailable": 6.0,
    "fieldOfStudy": "Seamanship",
    "specialization": "Ropes",
    "tag": ["sea", "rope"],
    "version": "2",
    "image": {"id": "https://harbour.example/knots.png", "type": "Image"},
    "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "44", "identifierType": "ext:local"}],
    "endorsement": [ENDORSEMENT],
    "alignment": [
        {
            "type": ["Alignment"],
            "targetName": "Ties a bowline",
            "targetUrl": "https://case.example/uri/6fa1",
            "targetCode": "6fa1",
            "targetDescription": "Ties it blind.",
            "targetFramework": "Framework of seamanship",
            "targetType": "CFItem",
        },
        {
            "type": ["Alignment"],
            "targetName": "EQF level 4",
            "targetUrl": "http://data.europa.eu/snb/eqf/4",
            "targetType": "ext:EQF",
        },
    ],
    "resultDescription": [
        {
            "id": "urn:uuid:00000000-0000-4000-8000-0000000000aa",
            "type": ["ResultDescription"],
            "name": "Grade",
            "resultType": "LetterGrade",
            "allowedValue": ["C", "B", "A"],
            "requiredValue": "C",
        },
        {
            "id": "urn:uuid:00000000-0000-4000-8000-0000000000bb",
            "type": ["ResultDescription"],
            "name": "Mastery",
            "resultType": "RubricCriterionLevel",
            "rubricCriterionLevel": [
                {
                    "id": "urn:uuid:00000000-0000-4000-8000-0000000000cc",
                    "type": ["RubricCriterionLevel"],
                    "name": "Mastered",
                    "points": "4",
                }
            ],
        },
    ],
}
BADGE: dict[str, Any] = {
    "@context": [VC2, OB],
    "id": "https://harbour.example/credentials/1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "Knots, by Astrid",
    "description": "Astrid ties knots.",
    "issuer": SCHOOL,
    "validFrom": "2024-06-28T00:00:00Z",
    "validUntil": "2034-06-28T00:00:00Z",
    "awardedDate": "2024-06-20T00:00:00Z",
    "credentialSubject": {
        **LEARNER,
        "type": ["AchievementSubject", "Profile"],
        "activityStartDate": "2024-01-08T00:00:00Z",
        "activityEndDate": "2024-06-18T00:00:00Z",
        "creditsEarned": 6,
        "licenseNumber": "A-1",
        "role": "Sailor",
        "term": "Spring",
        "narrative": "She tied them all.",
        "source": {"id": "https://pier.example", "type": ["Profile"], "name": "The pier"},
        "achievement": ACHIEVEMENT,
        "result": [
            {
                "type": ["Result"],
                "value": "A",
                "resultDescription": "urn:uuid:00000000-0000-4000-8000-0000000000aa",
                "status": "Completed",
            },
            {
                "type": ["Result"],
                "achievedLevel": "urn:uuid:00000000-0000-4000-8000-0000000000cc",
                "resultDescription": "urn:uuid:00000000-0000-4000-8000-0000000000bb",
            },
            {"type": ["Result"], "value": "good", "status": "Provisional"},
        ],
    },
    "evidence": [
        {"id": "https://harbour.example/photo", "type": ["Evidence"], "name": "A photograph", "genre": "Photograph"},
        {"type": ["Evidence"], "narrative": "Everybody saw it."},
    ],
    "credentialStatus": {
        "id": "https://harbour.example/status#4",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "4",
        "statusListCredential": "https://harbour.example/status",
    },
}


def course(number: int, name: str, **subject: Any) -> dict[str, Any]:
    """A credential about a course, as it stands in a learner record."""
    return {
        "@context": [VC2, OB],
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": name,
        "issuer": SCHOOL,
        "validFrom": "2024-06-28T00:00:00Z",
        "credentialSubject": {
            "id": LEARNER["id"],
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"urn:uuid:00000000-0000-4000-9000-{number:012d}",
                "type": ["Achievement"],
                "name": name,
                "description": name,
                "criteria": {"narrative": name},
                "achievementType": "Course",
            },
            **subject,
        },
    }


def association(kind: str, source: int, target: int) -> dict[str, str]:
    """An association between the achievements of two courses."""
    ids = (f"urn:uuid:00000000-0000-4000-9000-{number:012d}" for number in (source, target))
    return {"type": "Association", "associationType": kind, "sourceId": next(ids), "targetId": next(ids)}


RECORD: dict[str, Any] = {
    "@context": [VC2, CLR, OB],
    "id": "https://harbour.example/records/1",
    "type": ["VerifiableCredential", "ClrCredential"],
    "name": "Transcript of Astrid",
    "description": "All that she learned.",
    "issuer": SCHOOL,
    "validFrom": "2024-06-30T00:00:00Z",
    "validUntil": "2034-06-30T00:00:00Z",
    "partial": True,
    "credentialSubject": {
        **LEARNER,
        "type": ["ClrSubject", "Profile"],
        "verifiableCredential": [
            course(1, "Seamanship"),
            course(2, "Knots", result=[{"type": ["Result"], "value": "9"}], creditsEarned=7.5),
            course(3, "Tides", result=[{"type": ["Result"], "status": "Failed"}]),
            course(4, "Stars", result=[{"type": ["Result"], "status": "InProgress"}]),
            course(5, "Winds", result=[{"type": ["Result"], "status": "OnHold", "value": "6"}]),
            BADGE | {"issuer": {"id": "https://pier.example", "type": ["Profile"], "name": "The pier"}},
        ],
        "association": [
            association("isPartOf", 2, 1),
            association("isParentOf", 1, 3),
            association("isChildOf", 4, 1),
            association("precedes", 2, 3),
            association("isPartOf", 2, 5),
            association("isPeerOf", 2, 99),
        ],
        "achievement": [ACHIEVEMENT | {"id": "https://harbour.example/achievements/never-awarded"}],
    },
    "endorsement": [ENDORSEMENT],
}


EMPLOYMENT: dict[str, Any] = {
    "@context": [
        "https://www.w3.org/2018/credentials/v1",
        "http://schema.hropenstandards.org/4.5/recruiting/json/VerifiableCredentialLER-RSType.json",
    ],
    "id": "https://jobs.example/records/1",
    "type": ["VerifiableCredential", "LER-RS VC"],
    "issuer": "Office of work of Lanterna",
    "issuanceDate": "2024-07-01T00:00:00Z",
    "credentialSubject": {
        "type": "http://schema.hropenstandards.org/4.5/recruiting/json/LER-RSType.json",
        "person": {"name": {"formattedName": "Astrid Faro", "given": "Astrid", "family": "Faro"}},
        "communication": {
            "address": [
                {
                    "city": "Harbour",
                    "line": "Pier 2",
                    "postalCode": "1234",
                    "countryCode": "NO",
                    "countrySubDivisions": [{"type": "state", "value": "Coast"}],
                }
            ],
            "email": [{"useCode": "private", "address": "astrid@mail.example"}],
            "web": [{"name": "Herself", "url": "https://astrid.example"}],
        },
        "skills": [{"name": "Rowing"}],
        "educationAndLearnings": [
            {
                "start": "2020",
                "end": "2023",
                "institution": {"name": "School of Sails", "domainName": "dns:sails.example"},
                "educationDegrees": [
                    {
                        "name": "Sailor",
                        "iscedEducationLevelCode": "4",
                        "degreeGrantedStatus": "Granted",
                        "date": "2023-06",
                        "specializations": [{"name": "Lee", "type": "major"}],
                    },
                    {"name": "Captain", "degreeGrantedStatus": "In Progress"},
                    {"name": "Admiral", "degreeGrantedStatus": "Revoked"},
                ],
            },
            {"verifications": [RECORD, {"reference": "https://elsewhere.example/1"}]},
        ],
        "certifications": [
            {
                "name": "Radio",
                "firstIssued": "2022-01-01",
                "issuingAuthority": {"tradeName": "Board of waves"},
                "status": "Active",
            },
            {"verifications": [BADGE]},
        ],
        "employmentHistories": [
            {
                "organization": {"tradeName": "The pier"},
                "positionHistories": [{"title": "Keeper", "start": "2023-07-01", "end": "2024-01-01"}],
            }
        ],
    },
}


ASSERTION: dict[str, Any] = {
    "@context": "https://w3id.org/openbadges/v2",
    "type": "Assertion",
    "id": "https://badges.example/assertions/1",
    "recipient": {"type": "email", "hashed": True, "salt": "sea", "identity": "sha256$00ff"},
    "issuedOn": "2024-06-28T00:00:00+00:00",
    "expires": "2034-06-28T00:00:00+00:00",
    "narrative": "She tied them all.",
    "evidence": [
        "https://badges.example/photo",
        {"id": "https://badges.example/film", "name": "A film", "genre": "Film"},
    ],
    "verification": {"type": "hosted"},
    "badge": {
        "type": "BadgeClass",
        "id": "https://badges.example/knots",
        "name": "Knots",
        "description": "Forty knots.",
        "image": "https://badges.example/knots.png",
        "criteria": {"id": "https://badges.example/criteria", "narrative": "Tie them."},
        "tags": ["sea"],
        "alignment": [{"targetName": "Ropes", "targetUrl": "https://case.example/1", "targetCode": "1"}],
        "issuer": {
            "type": "Issuer",
            "id": "https://badges.example/issuer",
            "name": "Harbour School",
            "url": "https://harbour.example",
            "email": "office@harbour.example",
        },
    },
}


def octets(value: Any) -> bytes:
    """A document's bytes."""
    return json.dumps(value, ensure_ascii=False).encode()


_ALL = sorted((REFERENCE / "clr" / "1edtech-validator").glob("*/*.json")) if REFERENCE.is_dir() else []
_WITHOUT_ACHIEVEMENT = ("endorsement-err-schema-status-refresh.json", "simple-noproof.json")
RECORDS: list[bytes | Path] = [octets(RECORD), *(file for file in _ALL if file.parent.name == "clr20")]
BADGES: list[bytes | Path] = [
    octets(BADGE),
    octets(ASSERTION),
    *(f for f in _ALL if f.parent.name == "ob20" and f.name == "assertion-with-endorsements.json"),
    *(f for f in _ALL if f.parent.name == "ob30" and f.name not in _WITHOUT_ACHIEVEMENT and "simple-err" not in f.name),
]
_EMPLOYMENTS = sorted((REFERENCE / "clr" / "1edtech-validator" / "tcp").glob("*.json")) if REFERENCE.is_dir() else []
EMPLOYMENTS: list[bytes | Path] = [octets(EMPLOYMENT), *_EMPLOYMENTS]
_BLOCKCERTS = REFERENCE / "clr" / "blockcerts" / "fixtures" / "v3"
ANCHORED: list[bytes | Path] = [
    octets(
        {
            "@context": [VC2, "https://w3id.org/blockcerts/v3.2"],
            "id": "urn:uuid:00000000-0000-4000-8000-0000000000bc",
            "type": ["VerifiableCredential", "BlockcertsCredential"],
            "issuer": "https://harbour.example/issuers/1",
            "validFrom": "2024-06-28T00:00:00Z",
            "name": "Diploma of Astrid",
            "display": {"contentMediaType": "text/html", "content": "<p>Diploma</p>"},
            "credentialSubject": {
                "id": "did:example:astrid",
                "name": "Astrid Faro",
                "publicKey": "a key",
                "claim": {"name": "Knots", "description": "Forty knots.", "criteria": "Tie them."},
            },
            "proof": {"type": "MerkleProof2019", "proofValue": "z1"},
        }
    ),
    *(f for f in sorted(_BLOCKCERTS.glob("testnet-v3-*.json"))),
]
