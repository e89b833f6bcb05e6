"""The official mapping of ELMO 1.7 to ELM, row by row, in our own words: where each field goes, or why it can't go.

Every row of the workbook has one row here, found by its class and field; rows of the workbook for classes, containers
and what it maps to nothing stand here too, with what the gateway does.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Outcome = Literal["carried", "moved", "approximated", "dropped", "document", "proof"]
"""What the list of losses says of a field, or why it says nothing.

carried       no loss
moved, approximated, dropped   a loss of this kind, whether or not its words also stand at an ELM place
document      a fact of the file and not of the learner: it stays with what was read of the document
proof         the bytes that vouch: judged, never translated
"""


class Row(NamedTuple):
    """One row of the workbook.

    field   class and field as the workbook names them, without its remarks in brackets
    elmo    the end of a place in the full ELMO (`[1]` left out); with a slash at its end, an element that holds others
    elm     steps of the place in the translation where the value stands; empty where it has none
    reason  why it is lost, or why it stands elsewhere than the workbook says
    value   what to change the field to (an id, wherever it stands); by default, its last character
    """

    field: str
    elmo: str
    elm: str = ""
    outcome: Outcome = "carried"
    reason: str = ""
    value: str = ""


_LOS, _LOI = "LearningOpportunitySpecification", "LearningOpportunityInstance"
_PROGRAMME = "report/learningOpportunitySpecification"
_STUDIED = f"{_PROGRAMME}/specifies/learningOpportunityInstance"
_COURSE = "hasPart/learningOpportunitySpecification/specifies/learningOpportunityInstance"
_BODY = "awardedBy/awardingBody"
_TERM = "learningOpportunity/hasPart/temporal"
_SCHEME = "provenBy/specifiedBy/gradingScheme"
_WHOLE = "the whole percentages that ELM has: the largest remainders keep the sum"
_EXTENSION = "what one country adds to one format has no place in another; the enclosed original keeps it"
_GROUPS = "the workbook says Group, but ELM's groups are of persons and organisations, not of opportunities"
_SUPPLEMENT = (
    "in ELM a Diploma Supplement is a credential of a profile of its own, which the gateway doesn't write: it has fields"
    " where ELMO has prose"
)
_REFERENCE = (
    "what an ELM claim can name is a page on the web (`supplementaryDocument`); the attachment itself stands at the"
    " credential, and which claim it belongs to is lost"
)
_PROOF = "a proof covers the bytes it was made over: it is judged, and the original travels with the translation"

ROWS = (
    # --- the document
    Row("Elmo", "elmo/report/", "credentialSubject", "carried", "each report becomes a credential"),
    Row(
        "Elmo.generatedDate",
        "elmo/generatedDate",
        outcome="document",
        reason="ELM's `issued` is when the translation was made; the enclosed original keeps its own",
    ),
    Row("Elmo.learner", "elmo/learner/", "credentialSubject"),
    Row("Elmo.report", "elmo/report/", "credentialSubject/hasClaim"),
    Row(
        "Elmo.attachment",
        "elmo/attachment/title",
        "attachment",
        "moved",
        "it stands in the first report's credential",
    ),
    Row("Elmo.groups", "elmo/groups/", outcome="dropped", reason=_GROUPS),
    Row("Elmo.extension", "elmo/extension/", outcome="dropped", reason=_EXTENSION),
    Row("Elmo.signature", "elmo/Signature/", outcome="proof", reason=_PROOF),
    # --- the learner
    Row("Learner", "elmo/learner/", "credentialSubject"),
    Row(
        "Learner.identifier",
        "learner/identifier",
        "credentialSubject/nationalID/notation",
        reason="of type `nationalIdentifier`; every other type stands in `identifier`, its type as the scheme's name",
    ),
    Row("Learner.citizenship", "learner/citizenship", "credentialSubject/citizenshipCountry/id", value="NO"),
    Row("Learner.givenNames", "learner/givenNames", "credentialSubject/givenName/und"),
    Row("Learner.familyName", "learner/familyName", "credentialSubject/familyName/und"),
    Row("Learner.bday", "learner/bday", "credentialSubject/dateOfBirth", value="1998-12-31"),
    Row(
        "Learner.placeOfBirth",
        "learner/placeOfBirth",
        "placeOfBirth/address/fullAddress/noteLiteral/und",
        reason="the full address alone: ELMO 1.7 has no country of birth, and one is never guessed",
    ),
    Row("Learner.birthName", "learner/birthName", "credentialSubject/birthName/und"),
    Row(
        "Learner.currentAddress",
        "currentAddress/streetName",
        "credentialSubject/location/address/fullAddress/noteLiteral/und",
        "dropped",
        "its parts become one text; that this one is the street is lost. The country keeps a field of its own",
    ),
    Row("Learner.gender", "learner/gender", "credentialSubject/gender/id", value="1"),
    # --- who reports
    Row("Issuer", "report/issuer/", _BODY),
    Row("Issuer.identifier", "issuer/identifier[2]", f"{_BODY}/identifier/notation"),
    Row("Issuer.country", "issuer/country", f"{_BODY}/location/address/countryCode/id", value="NO"),
    Row("Issuer.title", "issuer/title", f"{_BODY}/legalName/sv"),
    Row("Issuer.url", "issuer/url", f"{_BODY}/homepage/contentURL"),
    Row("Report", "elmo/report/", "credentialSubject/hasClaim"),
    Row("Report.issuer", "report/issuer/", _BODY, reason="never the credential's issuer, which is the node that seals"),
    Row("Report.learningOpportunitySpecification", f"{_PROGRAMME}/", "hasClaim/specifiedBy"),
    Row(
        "Report.issueDate",
        "report/issueDate",
        "validFrom",
        reason="the workbook says `issued`; that is when the node made the credential, not when the institution reported",
        value="2026-02-01T09:00:00+01:00",
    ),
    Row(
        "Report.gradingScheme",
        "report/gradingScheme/description",
        _SCHEME,
        "moved",
        "it stands at each assessment that uses it; its description becomes the title (GradingScheme.description)",
    ),
    Row(
        "Report.description",
        "report/description",
        outcome="dropped",
        reason="ELMO 1.7 has no such element: one that stands in a file all the same is named by a loss",
    ),
    Row("Report.attachment", "report/attachment/title", "attachment"),
    # --- what can be studied
    Row(_LOS, f"{_PROGRAMME}/", "hasClaim/specifiedBy"),
    Row(f"{_LOS}.identifier", f"{_PROGRAMME}/identifier", "specifiedBy/identifier/notation"),
    Row(f"{_LOS}.title", f"{_PROGRAMME}/title", "specifiedBy/title/sv"),
    Row(f"{_LOS}.type", f"{_PROGRAMME}/type", "specifiedBy/dcType", value="Module"),
    Row(f"{_LOS}.subjectArea", f"{_PROGRAMME}/subjectArea", "specifiedBy/educationSubject/notation"),
    Row(
        f"{_LOS}.iscedCode",
        f"{_PROGRAMME}/iscedCode",
        "specifiedBy/thematicArea/id",
        reason="`thematicArea` is the property; what the workbook names is the list of its values",
        value="0715",
    ),
    Row(f"{_LOS}.url", f"{_PROGRAMME}/url", "specifiedBy/homepage/contentURL"),
    Row(f"{_LOS}.description", f"{_PROGRAMME}/description", "specifiedBy/description/en"),
    Row(
        f"{_LOS}.descriptionHtml",
        f"{_PROGRAMME}/descriptionHtml[2]",
        "specifiedBy/description/de",
        "approximated",
        "ELM's context types `descriptionHtml` as an address, so it becomes text; beside a plain description in the same"
        " language it is dropped",
    ),
    Row(f"{_LOS}.specifies", f"{_PROGRAMME}/specifies/", "credentialSubject/hasClaim"),
    Row(f"{_LOS}.hasPart", f"{_PROGRAMME}/hasPart/", "hasClaim/hasPart"),
    Row(f"{_LOS}.extension", f"{_PROGRAMME}/extension/", outcome="dropped", reason=_EXTENSION),
    # --- what was studied
    Row(_LOI, f"{_STUDIED}/", "credentialSubject/hasClaim"),
    Row(f"{_LOI}.identifier", f"{_STUDIED}/identifier", "hasClaim/identifier/notation"),
    Row(f"{_LOI}.start", f"{_STUDIED}/start", "learningOpportunity/temporal/startDate", value="2021-08-28"),
    Row(f"{_LOI}.date", f"{_STUDIED}/date", "learningOpportunity/temporal/endDate", value="2025-07-04"),
    Row(
        f"{_LOI}.academicTerm",
        "academicTerm/title",
        _TERM,
        reason="a part of the opportunity: its own `temporal` is the learner's start and date",
    ),
    Row(
        f"{_LOI}.status",
        f"{_COURSE}/status",
        "hasClaim/gradeStatus",
        "dropped",
        "passed is what an achievement says by itself; what was failed is an assessment with the status, and no longer a"
        " part of the programme; what is under way is an activity",
        "failed",
    ),
    Row(
        f"{_LOI}.gradingSchemeLocalId",
        f"{_COURSE}/gradingSchemeLocalId",
        f"{_SCHEME}/identifier/notation",
        reason="the scheme that it names is written in its place",
        value="five",
    ),
    Row(f"{_LOI}.resultLabel", f"{_COURSE}/resultLabel", "provenBy/grade/noteLiteral/und"),
    Row(f"{_LOI}.shortenedGrading", "shortenedGrading/", "provenBy/shortenedGrading", "approximated", _WHOLE, "22.4"),
    Row(f"{_LOI}.resultDistribution", "resultDistribution/", "provenBy/resultDistribution"),
    Row(f"{_LOI}.credit", f"{_COURSE}/credit/", "creditReceived"),
    Row(
        f"{_LOI}.level",
        f"{_STUDIED}/level[2]/",
        "specifiedBy/educationLevel",
    ),
    Row(
        f"{_LOI}.languageOfInstruction",
        f"{_STUDIED}/languageOfInstruction",
        "specifiedBy/language/id",
        reason="of the achievement's own specification: the activity of the workbook's place would have to be invented",
        value="de",
    ),
    Row(
        f"{_LOI}.engagementHours",
        f"{_COURSE}/engagementHours",
        "influencedBy/specifiedBy/contactHour",
        "moved",
        "contact hours are of an activity's specification in ELM, never of the activity or the achievement",
    ),
    Row(f"{_LOI}.attachments", "attachments/ref", outcome="dropped", reason=_REFERENCE),
    Row(f"{_LOI}.grouping", "grouping/@idref", outcome="dropped", reason=_GROUPS),
    Row(f"{_LOI}.extension", f"{_COURSE}/extension/seat", outcome="dropped", reason=_EXTENSION),
    Row(f"{_LOI}.diplomaSupplement", "diplomaSupplement/", outcome="dropped", reason=_SUPPLEMENT),
    Row("AcademicTerm", "academicTerm/title", _TERM),
    Row("AcademicTerm.title", "academicTerm/title", f"{_TERM}/prefLabel/sv"),
    Row("AcademicTerm.start", "academicTerm/start", f"{_TERM}/startDate", value="2021-08-27"),
    Row("AcademicTerm.end", "academicTerm/end", f"{_TERM}/endDate", value="2021-01-14"),
    Row(
        "EducationLevel",
        f"{_STUDIED}/level[2]/",
        "specifiedBy/educationLevel",
        reason="`eqfLevel` and `nqfLevel` are of qualifications, and no ELMO says that a programme is one",
    ),
    Row("EducationLevel.type", f"{_STUDIED}/level[2]/type", "specifiedBy/educationLevel/inScheme/id"),
    Row(
        "EducationLevel.description",
        f"{_STUDIED}/level/description",
        outcome="dropped",
        reason="a concept of a list has the list's own label; the label of a level outside the lists is carried",
    ),
    Row(
        "EducationLevel.value",
        f"{_STUDIED}/level[2]/value",
        "specifiedBy/educationLevel/notation",
        reason="an EQF level is the concept of the EQF's list, by its id",
    ),
    Row("Credit", f"{_COURSE}/credit/", "creditReceived"),
    Row("Credit.scheme", f"{_STUDIED}/credit[2]/scheme", "creditReceived/framework/notation"),
    Row("Credit.level", f"{_STUDIED}/credit/level", outcome="dropped", reason="ELM's credit points have no level"),
    Row("Credit.value", f"{_STUDIED}/credit/value", "creditReceived/point", value="181"),
    # --- how well
    Row("ShortenedGrading", "shortenedGrading/", "provenBy/shortenedGrading", "approximated", _WHOLE, "22.4"),
    *(
        Row(
            f"ShortenedGrading.{name}",
            f"shortenedGrading/{name}",
            f"shortenedGrading/{name}",
            "approximated",
            _WHOLE,
            to,
        )
        for name, to in (("percentageLower", "22.4"), ("percentageEqual", "27.4"), ("percentageHigher", "40.4"))
    ),
    Row("ResultDistribution", "resultDistribution/", "provenBy/resultDistribution"),
    Row("ResultDistribution.category", "resultDistribution/category/", "resultDistribution/resultCategory"),
    Row("ResultDistribution.description", "resultDistribution/description", "resultDistribution/description/en"),
    Row("ResultCategory", "resultDistribution/category/", "resultDistribution/resultCategory"),
    Row("ResultCategory.label", "category/@label", "resultCategory/label"),
    Row(
        "ResultCategory.count",
        "category[2]/@count",
        "resultCategory/count",
        reason="a category with a count of 0 is dropped: ELM wants one or more",
    ),
    Row("GradingScheme", "report/gradingScheme/description", _SCHEME, "moved", "see Report.gradingScheme"),
    Row("GradingScheme.localId", "report[2]/gradingScheme/@localId", f"{_SCHEME}/identifier/notation", value="steps"),
    Row(
        "GradingScheme.description",
        "report/gradingScheme/description",
        f"{_SCHEME}/title/en",
        "moved",
        "ELM requires a title and ELMO has none: the description becomes it",
    ),
    # --- the Diploma Supplement
    *(
        Row(field, f"diplomaSupplement/{elmo}", outcome="dropped", reason=_SUPPLEMENT)
        for field, elmo in (
            ("DiplomaSupplement", ""),
            ("DiplomaSupplement.version", "version"),
            ("DiplomaSupplement.issueDate", "issueDate"),
            ("DiplomaSupplement.introduction", "introduction"),
            ("DiplomaSupplement.section", "section/"),
            ("DiplomaSupplement.language", "@lang"),
            ("DiplomaSupplementSection", "section/"),
            ("DiplomaSupplementSection.title", "section/title"),
            ("DiplomaSupplementSection.content", "section/section/content"),
            ("DiplomaSupplementSection.additionalInformation", "section/section/additionalInformation"),
            ("DiplomaSupplementSection.attachment", "section/section/attachment/type"),
            ("DiplomaSupplementSection.section", "section/section/"),
            ("DiplomaSupplementSection.number", "section/@number"),
        )
    ),
    Row("DiplomaSupplement.signature", "diplomaSupplement/Signature/", outcome="proof", reason=_PROOF),
    # --- attachments, groups, extensions, proofs
    Row("Attachment", "report/attachment/title", "attachment"),
    Row(
        "Attachment.identifier",
        "report/attachment/identifier",
        outcome="dropped",
        reason="ELM's media objects have none, and it is there for references alone",
    ),
    Row("Attachment.title", "report/attachment/title", "attachment/title/en"),
    Row("Attachment.type", "report/attachment/type", "attachment/attachmentType", value="Diploma"),
    Row("Attachment.description", "report/attachment/description", "attachment/description/en"),
    Row(
        "Attachment.content",
        "report/attachment/content[2]",
        "attachment/content",
        "moved",
        "one media object holds one file: the content in a second language moves to one of its own; which is in which"
        " language is dropped",
        "data:application/pdf;base64,JVBERi0xLjQKJSBjaGFuZ2VkCiUlRU9GCg==",
    ),
    Row("Attachment.extension", "report/attachment/extension/", outcome="dropped", reason=_EXTENSION),
    Row("AttachmentReference", "attachments/", outcome="dropped", reason=_REFERENCE),
    Row("AttachmentReference.ref", "attachments/ref", outcome="dropped", reason=_REFERENCE),
    Row("Groups", "elmo/groups/", outcome="dropped", reason=_GROUPS),
    Row("CustomsExtensionsController", "elmo/extension/", outcome="dropped", reason=_EXTENSION),
    Row("Signature", "elmo/Signature/", outcome="proof", reason=_PROOF),
)
