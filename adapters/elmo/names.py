"""The words of ELMO: namespaces, elements, closed lists."""

from __future__ import annotations

V1 = "https://github.com/emrex-eu/elmo-schemas/tree/v1"
"""All of 1.0 to 1.7, and by mistake a preview of 2.0."""
V2 = "https://github.com/emrex-eu/elmo-schemas/tree/v2"
WRONG_V1 = "https://github.com/emrex-eu/elmo-schemas/tree/v1.3.0"
"""Never an official namespace, but one provider's files have it."""
BEFORE_EMREX = "http://purl.org/net/elmo"
ADDRESS = "https://github.com/erasmus-without-paper/ewp-specs-types-address/tree/stable-v1"
DS = "http://www.w3.org/2000/09/xmldsig#"
XML = "http://www.w3.org/XML/1998/namespace"

OPPORTUNITY_KINDS = ("Degree Programme", "Module", "Course", "Class")
"""From the outermost to the innermost."""

ATTACHMENT_KINDS = (
    "Diploma",
    "Diploma Supplement",
    "Transcript of Records",
    "EMREX transcript",
    "Micro Credential",
    "Letter of Nomination",
    "Certificate of Training",
    "Learning Agreement",
    "Other",
)

_V1_ELEMENTS = (
    "elmo generatedDate learner report attachment groups extension citizenship identifier givenNames familyName bday "
    "placeOfBirth birthName currentAddress gender issuer learningOpportunitySpecification issueDate gradingScheme "
    "country title url type description content groupType group subjectArea iscedCode descriptionHtml specifies "
    "hasPart learningOpportunityInstance start date end academicTerm status gradingSchemeLocalId resultLabel "
    "shortenedGrading percentageLower percentageEqual percentageHigher resultDistribution category credit level scheme "
    "value languageOfInstruction engagementHours attachments ref grouping diplomaSupplement version introduction "
    "section additionalInformation"
)
_V2_ELEMENTS = (
    "alternativeName dateOfBirth countryOfBirth resultOfRecognition gradingSchemeExternalId decisionDate "
    "recognitionBasis recognitionReport recognitionResult recognitionMapping mapping fromMapping toMapping "
    "documentType enrolment enrolmentInstitution enrolmentDate academicYear duration code message"
)
ELEMENTS = frozenset(f"{_V1_ELEMENTS} {_V2_ELEMENTS}".split())
"""Every element of 1.7, 2.0 and 2.1 that is known."""
