"""The official mapping of ELMO 1.7 to ELM, row by row, in our own words: where each field goes, or why it can't go.

A row is the class and field as the workbook names them; an ELMO place (an end of it, without positions); and either an
end of the ELM place where the value stands, or "" with the reason for which it is a loss.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One field: `elm` empty means that it becomes a loss, for the reason given."""

    field: str
    elmo: str
    elm: str
    reason: str = ""


_LOI = "/learningOpportunityInstance"
_NO_NOUN = "ELM has no place for it, and the workbook maps it to nothing"
_SUPPLEMENT = "a supplement is a credential of its own in ELM"

ROWS = (
    Row("learner.identifier", "learner/identifier", "nationalID/notation"),
    Row("learner.givenNames", "learner/givenNames", "credentialSubject/givenName/und"),
    Row("learner.familyName", "learner/familyName", "credentialSubject/familyName/und"),
    Row("learner.bday", "learner/bday", "credentialSubject/dateOfBirth"),
    Row("learner.placeOfBirth", "learner/placeOfBirth", "placeOfBirth/"),
    Row("learner.birthName", "learner/birthName", "credentialSubject/birthName/und"),
    Row("learner.currentAddress", "currentAddress/streetName", "fullAddress/noteLiteral/und"),
    Row("issuer.identifier", "issuer/identifier", "awardingBody/identifier/notation"),
    Row("issuer.title", "issuer/title", "awardingBody/legalName/sv"),
    Row("issuer.url", "issuer/url", "awardingBody/homepage/contentURL"),
    Row("report.issueDate", "report/issueDate", "validFrom"),
    Row("LOS.identifier", "report/learningOpportunitySpecification/identifier", "specifiedBy/identifier/notation"),
    Row("LOS.title", "report/learningOpportunitySpecification/title", "specifiedBy/title/sv"),
    Row("LOS.type", "report/learningOpportunitySpecification/type", "specifiedBy/dcType/"),
    Row("LOS.subjectArea", "/subjectArea", "educationSubject/"),
    Row("LOS.url", "report/learningOpportunitySpecification/url", "specifiedBy/homepage/contentURL"),
    Row("LOS.description", "learningOpportunitySpecification/description", "specifiedBy/description/en"),
    Row("LOI.identifier", f"{_LOI}/identifier", "hasClaim/identifier/notation"),
    Row("LOI.start", f"{_LOI}/start", "learningOpportunity/temporal/startDate"),
    Row("LOI.gradingSchemeLocalId", f"{_LOI}/gradingSchemeLocalId", "gradingScheme/"),
    Row("LOI.resultLabel", f"{_LOI}/resultLabel", "provenBy/grade/noteLiteral/und"),
    Row("LOI.engagementHours", f"{_LOI}/engagementHours", "influencedBy/specifiedBy/contactHour"),
    Row("credit.scheme", "credit/scheme", "creditReceived/framework/"),
    Row("credit.value", "credit/value", "creditReceived/point"),
    Row("credit.level", "credit/level", "", _NO_NOUN),
    Row("academicTerm.title", "academicTerm/title", "temporal/prefLabel/sv"),
    Row("academicTerm.start", "academicTerm/start", "temporal/startDate"),
    Row("academicTerm.end", "academicTerm/end", "temporal/endDate"),
    Row("shortenedGrading.percentageHigher", "shortenedGrading/percentageHigher", "shortenedGrading/percentageHigher"),
    Row("resultDistribution.description", "resultDistribution/description", "resultDistribution/description/en"),
    Row("category.label", "category/@label", "resultCategory/label"),
    Row("category.count", "category/@count", "resultCategory/count"),
    Row("gradingScheme.localId", "gradingScheme/@localId", "gradingScheme/identifier/notation"),
    Row("gradingScheme.description", "gradingScheme/description", "gradingScheme/title/en"),
    Row("attachment.title", "report/attachment/title", "attachment/title/en"),
    Row("attachment.type", "report/attachment/type", "attachmentType/"),
    Row("attachment.description", "report/attachment/description", "attachment/description/en"),
    Row("diplomaSupplement.version", "diplomaSupplement/version", "", _SUPPLEMENT),
    Row("diplomaSupplement.issueDate", "diplomaSupplement/issueDate", "", _SUPPLEMENT),
    Row("diplomaSupplement.introduction", "diplomaSupplement/introduction", "", _SUPPLEMENT),
    Row("diplomaSupplement.section.title", "diplomaSupplement/section/title", "", _SUPPLEMENT),
    Row("diplomaSupplement.section.content", "section/section/content", "", _SUPPLEMENT),
    Row("diplomaSupplement.section.additionalInformation", "section/additionalInformation", "", _SUPPLEMENT),
    Row("extension", "learningOpportunitySpecification/extension/campus", "", "extensions of one format stay there"),
    Row("groups", "groupType/group/title", "", "ELM's groups are of people, not of opportunities"),
)
