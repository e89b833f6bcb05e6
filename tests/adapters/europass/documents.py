"""Credentials to read: one of ours about a fictional person, and the sealed and unsealed ones of the reference."""

from __future__ import annotations

import json
from typing import Any

from tests.reference import REFERENCE

AUTHORITY = "http://publications.europa.eu/resource/authority/"
SNB = "http://data.europa.eu/snb/"


def listed(name: str, code: str, label: str = "") -> dict[str, Any]:
    """A concept of a list of the EU."""
    of_authority = name in {"country", "language", "file-type", "human-sex"}
    scheme = AUTHORITY + name if of_authority else f"{SNB}{name}/25831c2"
    found: dict[str, Any] = {
        "id": f"{AUTHORITY if of_authority else SNB}{name}/{code}",
        "type": "Concept",
        "inScheme": {"id": scheme, "type": "ConceptScheme"},
    }
    return found | ({"prefLabel": {"en": label}} if label else {})


def location(number: int, country: str) -> dict[str, Any]:
    """A location that says a country alone."""
    return {
        "id": f"urn:epass:location:{number}",
        "type": "Location",
        "address": {
            "id": f"urn:epass:address:{number}",
            "type": "Address",
            "countryCode": listed("country", country),
        },
    }


def organisation(number: int, name: str, country: str) -> dict[str, Any]:
    """An organisation."""
    return {
        "id": f"urn:epass:org:{number}",
        "type": "Organisation",
        "legalName": {"en": name},
        "location": location(number, country),
    }


UNIVERSITY = organisation(1, "Nordhavn University College", "NOR")
AWARD = {
    "id": "urn:epass:awardingProcess:1",
    "type": "AwardingProcess",
    "awardingBody": UNIVERSITY,
    "awardingDate": "2025-06-20T00:00:00Z",
}
SMALL: dict[str, Any] = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"],
    "id": "urn:credential:5f0f2b0e-7f0c-4b60-9d5a-1d1b6f0d4c11",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "credentialSchema": {"id": "http://data.europa.eu/snb/model/ap/edc-generic-full", "type": "ShaclValidator2017"},
    "credentialProfiles": listed("credential", "e34929035b", "Generic"),
    "issuanceDate": "2025-07-01T10:00:00Z",
    "issued": "2025-07-01T10:00:00Z",
    "validFrom": "2025-07-01T00:00:00+02:00",
    "validUntil": "2035-07-01T00:00:00Z",
    "issuer": organisation(2, "Agency of the Example Kingdom", "NOR")
    | {
        "eIDASIdentifier": {
            "id": "urn:epass:legalIdentifier:1",
            "type": "LegalIdentifier",
            "notation": "NTRNO-000000001",
            "spatial": listed("country", "NOR"),
        }
    },
    "displayParameter": {
        "id": "urn:epass:displayParameter:1",
        "type": "DisplayParameter",
        "title": {"en": "Transcript of records", "nb": "Karakterutskrift"},
        "primaryLanguage": listed("language", "ENG", "English"),
        "language": [listed("language", "ENG", "English"), listed("language", "NOB")],
        "individualDisplay": {
            "id": "urn:epass:individualDisplay:1",
            "type": "IndividualDisplay",
            "language": listed("language", "ENG", "English"),
            "displayDetail": {
                "id": "urn:epass:displayDetail:1",
                "type": "DisplayDetail",
                "page": 1,
                "image": {
                    "id": "urn:epass:mediaObject:1",
                    "type": "MediaObject",
                    "content": "iVBORw0KGgo=",
                    "contentEncoding": listed("encoding", "6146cde7dd"),
                    "contentType": listed("file-type", "PNG"),
                },
            },
        },
    },
    "credentialSubject": {
        "id": "urn:epass:person:1",
        "type": "Person",
        "givenName": {"en": "Ingrid"},
        "familyName": {"en": "Solbakken"},
        "fullName": {"en": "Ingrid Solbakken"},
        "birthName": {"nb": "Ingrid Fjellheim"},
        "dateOfBirth": "1999-03-04T00:00:00Z",
        "gender": listed("human-sex", "FEMALE"),
        "citizenshipCountry": [listed("country", "NOR"), listed("country", "1A0")],
        "contactPoint": {
            "id": "urn:epass:contactPoint:1",
            "type": "ContactPoint",
            "emailAddress": {"id": "mailto:ingrid@school.example", "type": "Mailbox"},
            "phone": {"id": "urn:epass:phone:1", "type": "Phone", "phoneNumber": "+47 00 00 00 00"},
        },
        "hasClaim": [
            {
                "id": "urn:epass:learningAchievement:1",
                "type": "LearningAchievement",
                "title": {"en": "Algebra"},
                "awardedBy": AWARD,
                "learningOpportunity": {
                    "id": "urn:epass:learningOpportunity:1",
                    "type": "LearningOpportunity",
                    "title": {"en": "Algebra"},
                    "providedBy": UNIVERSITY,
                    "descriptionHtml": "<p>Groups &amp; rings</p><script>x()</script>",
                    "temporal": {
                        "id": "urn:epass:period:1",
                        "type": "PeriodOfTime",
                        "prefLabel": {"en": "Spring 2025"},
                        "startDate": "2025-01-06T00:00:00Z",
                        "endDate": "2025-06-20T00:00:00Z",
                    },
                },
                "creditReceived": {
                    "id": "urn:epass:creditPoint:1",
                    "type": "CreditPoint",
                    "framework": listed("education-credit", "6fcec5c5af"),
                    "point": "7.50",
                },
                "provenBy": {
                    "id": "urn:epass:learningAssessment:1",
                    "type": "LearningAssessment",
                    "title": {"en": "Algebra"},
                    "awardedBy": AWARD,
                    "grade": {"id": "urn:epass:note:1", "type": "Note", "noteLiteral": {"en": "02"}},
                    "shortenedGrading": {
                        "id": "urn:epass:shortenedGrading:1",
                        "type": "ShortenedGrading",
                        "percentageLower": 30,
                        "percentageEqual": 20,
                        "percentageHigher": 50,
                    },
                    "resultDestribution": {
                        "id": "urn:epass:resultDistribution:1",
                        "type": "ResultDistribution",
                        "resultCategory": [
                            {"id": "urn:epass:resultCategory:1", "type": "ResultCategory", "label": "02", "count": 3},
                            {"id": "urn:epass:resultCategory:2", "type": "ResultCategory", "label": "7", "count": 12},
                        ],
                    },
                    "specifiedBy": {
                        "id": "urn:epass:learningAssessmentSpec:1",
                        "type": "LearningAssessmentSpecification",
                        "title": {"en": "Algebra"},
                        "gradingScheme": {
                            "id": "urn:epass:gradingScheme:1",
                            "type": "GradingScheme",
                            "title": {"en": "Seven steps, -3 to 12"},
                        },
                    },
                },
                "specifiedBy": {
                    "id": "urn:epass:qualification:1",
                    "type": "Qualification",
                    "title": {"en": "Algebra"},
                    "eqfLevel": listed("eqf", "6", "Level 6"),
                    "thematicArea": [listed("isced-f", "0541", "Mathematics")],
                    "isPartialQualification": True,
                    "volumeOfLearning": "PT200H",
                    "language": listed("language", "NOB"),
                    "learningOutcome": {
                        "id": "urn:epass:learningOutcome:1",
                        "type": "LearningOutcome",
                        "title": {"en": "Can compute with groups"},
                        "relatedESCOSkill": {
                            "id": "http://data.europa.eu/esco/skill/0001",
                            "type": "Concept",
                            "inScheme": {
                                "id": "http://data.europa.eu/esco/concept-scheme/skills",
                                "type": "ConceptScheme",
                            },
                            "prefLabel": {"en": "abstract algebra"},
                        },
                    },
                },
            },
            {
                "id": "urn:epass:learningEntitlement:1",
                "type": "LearningEntitlement",
                "title": {"en": "Admission to master's programmes"},
                "awardedBy": AWARD,
                "dateIssued": "2025-06-20T00:00:00Z",
                "specifiedBy": {
                    "id": "urn:epass:learningEntitlementSpec:1",
                    "type": "LearningEntitlementSpecification",
                    "title": {"en": "Admission"},
                    "dcType": listed("entitlement", "64aad92881"),
                    "entitlementStatus": listed("entitlement-status", "b7015a8a8c"),
                },
            },
        ],
    },
}


def _payloads() -> list[bytes]:
    """The credentials of the reference, out of their seal; none where the reference isn't at hand."""
    folder = REFERENCE / "europass"
    if not folder.is_dir():
        return []
    sealed = json.loads((folder / "samples_v3/Sample-CertOfPart-signed.jsonld").read_bytes())
    return [
        sealed["payload"].encode(),
        (folder / "samples_v3/Sample-CertOfPart-unsigned.jsonld").read_bytes(),
        (folder / "samples_v3/credential-sample.jsonld").read_bytes(),
        (folder / "SKELETON-minimal-valid-edc.json").read_bytes(),
    ]


PAYLOADS = _payloads()
