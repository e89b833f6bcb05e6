"""The words of Open Badges 3.0 and CLR 2.0: contexts, classes, closed lists.

Sources: 1EdTech Open Badges Specification 3.0 and Comprehensive Learner Record Standard 2.0, data models;
W3C Verifiable Credentials Data Model 1.1 and 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gateway.vocabulary import kinds

VC2 = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CLR_CONTEXT = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
OB_CONTEXTS = re.compile(
    r"https://(?:purl\.imsglobal\.org/spec/ob/v3p0|imsglobal\.github\.io/openbadges-specification)/context[a-z0-9.-]*"
)
CLR_CONTEXTS = re.compile(
    r"https://(?:purl\.imsglobal\.org/spec|dc\.imsglobal\.org/draft)/clr/v2p0/context[a-z0-9.-]*",
)

CREDENTIAL = "VerifiableCredential"
BADGES = ("AchievementCredential", "OpenBadgeCredential")
ENDORSEMENT = "EndorsementCredential"
CLR = "ClrCredential"

_ACHIEVEMENT_TYPES = (
    "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge BachelorDegree "
    "Certificate CertificateOfCompletion Certification CoCurricular CommunityService Competency Course Degree Diploma "
    "DoctoralDegree Fieldwork GeneralEducationDevelopment JourneymanCertificate LearningProgram License "
    "MasterCertificate MasterDegree Membership MicroCredential ProfessionalDoctorate QualityAssuranceCredential "
    "ResearchDoctorate SecondarySchoolDiploma"
)
ACHIEVEMENT_TYPES = frozenset(_ACHIEVEMENT_TYPES.split())
_IDENTIFIER_TYPES = (
    "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn lisSourcedId "
    "oneRosterSourcedId sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId"
)
IDENTIFIER_TYPES = frozenset(_IDENTIFIER_TYPES.split())
"""Those that say what a number is; `identifier` alone says nothing."""

_ASSOCIATIONS = "exactMatchOf isChildOf isParentOf isPartOf isPeerOf isRelatedTo precedes replacedBy"
ASSOCIATIONS = frozenset(_ASSOCIATIONS.split())
_RESULT_TYPES = (
    "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result RubricCriterion "
    "RubricCriterionLevel RubricScore ScaledScore Status"
)
RESULT_TYPES = frozenset(_RESULT_TYPES.split())
_ALIGNMENT_TYPES = "ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL"
ALIGNMENT_TYPES = frozenset(_ALIGNMENT_TYPES.split())

URI = "uri"
"""The scheme of an identifier that is the id of a node: an address, a DID."""
EXTENSION = "ext:"
SAFE = re.compile(r"[A-Za-z0-9._|-]+")
"""What may follow `ext:` by the schemas of 1EdTech."""

ACHIEVEMENT_TYPE = kinds.ACHIEVEMENT
RESULT_STATUS = "result-status"
RESULT_TYPE = "result-type"
FIELD, SPECIALIZATION, TAG = "", "specialization", "tag"
ALIGNMENT_TYPE = "alignment-type"
OUTCOME = "Outcome"
COMPETENCIES = frozenset({"CFItem", "ceasn:Competency", "ESCO", OUTCOME})
"""The targets of alignments that are learning outcomes: items of CASE, competencies of CTDL-ASN, skills of ESCO."""
CODE = "code"
"""The scheme of an outcome's number in its framework."""
ESCO = "http://data.europa.eu/esco/"
ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
EQF = "http://data.europa.eu/snb/eqf/"
NATIONAL_NUMBER = "nationalIdentityNumber"
EIDAS = "eIDASIdentifier"

CONVERSION = "Conversion of a credential"
"""The genre of an evidence that encloses, or names, the document that a credential was translated from."""

CLASSES: Mapping[str, frozenset[str]] = {
    "achievement": frozenset({"Achievement"}),
    "address": frozenset({"Address"}),
    "alignment": frozenset({"Alignment"}),
    "badge": frozenset({"BadgeClass"}),
    "association": frozenset({"Association"}),
    "creator": frozenset({"Profile"}),
    "credentialSubject": frozenset({"AchievementSubject", "ClrSubject", "Profile"}),
    "criteria": frozenset({"Criteria"}),
    "evidence": frozenset({"Evidence"}),
    "geo": frozenset({"GeoCoordinates"}),
    "identifier": frozenset({"IdentityObject"}),
    "image": frozenset({"Image"}),
    "issuer": frozenset({"Profile"}),
    "otherIdentifier": frozenset({"IdentifierEntry"}),
    "parentOrg": frozenset({"Profile"}),
    "result": frozenset({"Result"}),
    "resultDescription": frozenset({"ResultDescription"}),
    "rubricCriterionLevel": frozenset({"RubricCriterionLevel"}),
    "source": frozenset({"Profile"}),
}
"""The classes that a member expects: where a node states one of them it says nothing."""


def types_of(value: Any) -> list[Any]:
    """The classes that an object states."""
    stated = value.get("type") if isinstance(value, Mapping) else None
    return stated if isinstance(stated, list) else [stated]


def listed(value: Any) -> list[Any]:
    """A member's values: JSON-LD writes a list of one without its brackets."""
    return value if isinstance(value, list) else [] if value is None else [value]


def contexts_of(value: Any) -> list[str]:
    """The contexts that an object names by address."""
    return [one for one in listed(value.get("@context")) if isinstance(one, str)] if isinstance(value, Mapping) else []


def is_clr(value: Any) -> bool:
    """Whether a JSON value is a Comprehensive Learner Record 2.0."""
    return _is(value, (CLR,), CLR_CONTEXTS)


def is_badge(value: Any) -> bool:
    """Whether a JSON value is a credential about an achievement of Open Badges 3.0."""
    return _is(value, BADGES, OB_CONTEXTS) and CLR not in types_of(value)


def is_endorsement(value: Any) -> bool:
    """Whether a JSON value is an endorsement of Open Badges 3.0."""
    return _is(value, (ENDORSEMENT,), OB_CONTEXTS) and CLR not in types_of(value)


def _is(value: Any, wanted: tuple[str, ...], contexts: re.Pattern[str]) -> bool:
    stated = types_of(value)
    return (
        CREDENTIAL in stated
        and any(kind in stated for kind in wanted)
        and any(contexts.fullmatch(one) for one in contexts_of(value))
    )


def is_node_id(text: str) -> bool:
    """Whether an id only holds the file together: another would say the same."""
    return text.startswith("urn:uuid:")


def without_extension(word: str) -> str:
    """A term of a list, or of an extension of it."""
    return word.removeprefix(EXTENSION)


def as_term(word: str, known: frozenset[str]) -> str | None:
    """A word as a term of a list, else as an extension of it; None where it can be neither."""
    if word in known:
        return word
    return EXTENSION + word if SAFE.fullmatch(word) else None
