"""A record as an ELMO 1.7 file: what fits is written as it is, and nothing else."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from adapters.elmo import names
from adapters.elmo.attachments import INTERNAL
from adapters.elmo.elements import DERIVED, FOREIGN
from adapters.elmo.fit_learner import NATIONAL
from adapters.elmo.fit_record import fit_record
from adapters.elmo.studies import EQF
from gateway.kit.contract import Draft, WriteRequest
from gateway.model.dates import as_moment
from gateway.model.leaves import key_of, keys
from gateway.model.record import (
    Address,
    Assessment,
    Attachment,
    Content,
    DiplomaSupplement,
    Enrolment,
    Foreign,
    GroupType,
    Identifier,
    Learner,
    Level,
    Organisation,
    Period,
    Record,
    Report,
    Specification,
    Study,
    SupplementSection,
)
from gateway.model.texts import UNDETERMINED, Text

_LANG = f"{{{names.XML}}}lang"
_ADDRESS_PARTS = (
    ("buildingNumber", "building_number"),
    ("buildingName", "building_name"),
    ("streetName", "street"),
    ("unit", "unit"),
    ("floor", "floor"),
    ("postOfficeBox", "post_office_box"),
)


def write(record: Record, request: WriteRequest) -> Draft:
    """One file for all reports of the record.

    Raises:
        Refused: `target.requires`.
    """
    fitted, losses = fit_record(record, request)
    root = _Writer(request).elmo(fitted)
    return Draft(
        body=etree.tostring(root, encoding="UTF-8", xml_declaration=True),
        media_type="application/xml",
        extension="xml",
        seal="xmldsig",
        reports=tuple(keys(record.reports)),
        losses=losses,
    )


class _Writer:
    """Writes fitted nouns in the order that the schema wants."""

    def __init__(self, request: WriteRequest) -> None:
        self._request = request
        self._local_ids: Mapping[str, str] = {}
        self._files: Mapping[str, str] = {}

    def elmo(self, record: Record) -> etree._Element:
        root = etree.Element(_tag("elmo"), nsmap=_default(names.V1))
        _add(root, "generatedDate", self._request.now)
        self._learner(_add(root, "learner"), record.learner)
        for report in record.reports:
            self._report(_add(root, "report"), report, record.attachments)
        self._attachments(root, record.attachments)
        if record.groups:
            _groups(_add(root, "groups"), record.groups)
        self._derived(_foreign(root, record.passthrough, needed=True))
        return root

    def _derived(self, extension: etree._Element) -> None:
        """Our own note: that the file is a translation, of what, by whom; and that it is a draft."""
        request = self._request
        note = etree.SubElement(extension, f"{{{DERIVED}}}derived", nsmap=_default(DERIVED))
        note.set("sourceSha256", request.source.sha256)
        note.set("node", request.node)
        note.set("adapters", f"{request.source.adapter} elmo")
        if request.draft:
            note.set("draft", "true")

    # --- the learner -------------------------------------------------------------------------------------------------

    def _learner(self, parent: etree._Element, learner: Learner) -> None:
        used = next(name for name in learner.names if name.use != "birth")
        birth = next((name.full for name in learner.names if name.use == "birth"), None)
        for country in learner.citizenships:
            _add(parent, "citizenship", country)
        if learner.national_identifier is not None:
            _add(parent, "identifier", learner.national_identifier.value, type=NATIONAL)
        _identifiers(parent, learner.identifiers)
        _add(parent, "givenNames", used.given)
        _add(parent, "familyName", used.family)
        _optional(parent, "bday", learner.born)
        if learner.birthplace is not None:
            _add(parent, "placeOfBirth", learner.birthplace.addresses[0].full[UNDETERMINED])
        _optional(parent, "birthName", birth)
        if learner.home is not None:
            _address(_add(parent, "currentAddress"), learner.home.addresses[0])
        _optional(parent, "gender", learner.gender)

    # --- reports -----------------------------------------------------------------------------------------------------

    def _report(self, parent: etree._Element, report: Report, shared: tuple[Attachment, ...]) -> None:
        self._local_ids = {key_of(scheme): scheme.identifiers[0].value for scheme in report.grading_schemes}
        files = [file for file in (*report.attachments, *shared) if file.identifiers]
        self._files = {key_of(file): file.identifiers[0].value for file in reversed(files)}
        _organisation(_add(parent, "issuer"), report.issuer)
        for study in (*report.achievements, *report.enrolments):
            self._study(parent, study)
        _add(parent, "issueDate", as_moment(report.issued or self._request.now))
        for scheme in report.grading_schemes:
            element = _add(parent, "gradingScheme", localId=scheme.identifiers[0].value)
            _text(element, "description", scheme.description)
        self._attachments(parent, report.attachments)

    def _study(self, parent: etree._Element, study: Study) -> None:
        specification = study.specification
        opportunity = _add(parent, "learningOpportunitySpecification")
        _opportunity(opportunity, specification)
        self._instance(_add(_add(opportunity, "specifies"), "learningOpportunityInstance"), study)
        for part in (*study.parts, *study.enrolments):
            self._study(_add(opportunity, "hasPart"), part)

    def _instance(self, parent: etree._Element, study: Study) -> None:
        specification = study.specification
        _identifiers(parent, study.identifiers)
        if study.period is not None:
            _optional(parent, "start", study.period.start)
            _optional(parent, "date", study.period.end)
        if study.term is not None:
            _term(_add(parent, "academicTerm"), study.term)
        _add(parent, "status", str(getattr(study, "status", "passed")))
        for assessment in study.assessments:
            self._assessment(parent, assessment)
        is_enrolment = isinstance(study, Enrolment)
        for credit in specification.credits_offered if is_enrolment else study.credits_earned:
            element = _add(parent, "credit")
            _add(element, "scheme", credit.scheme.value)
            _optional(element, "level", credit.level)
            _optional(element, "value", credit.value)
        for level in specification.levels:
            _level(_add(parent, "level"), level)
        _each(parent, "languageOfInstruction", specification.languages)
        _each(parent, "engagementHours", specification.contact_hours)
        if study.attachments:
            _each(_add(parent, "attachments"), "ref", (self._files[key] for key in study.attachments))
        for group in study.groups:
            _add(parent, "grouping", typeref=group.group_type, idref=group.group)
        _foreign(parent, study.passthrough)
        if study.supplement is not None:
            self._supplement(_add(parent, "diplomaSupplement"), study.supplement)

    def _assessment(self, parent: etree._Element, assessment: Assessment) -> None:
        if assessment.scheme is not None:
            _add(parent, "gradingSchemeLocalId", self._local_ids.get(assessment.scheme, assessment.scheme))
        _each(parent, "resultLabel", assessment.grade.values())
        if assessment.shortened is not None:
            shares = _add(parent, "shortenedGrading")
            _add(shares, "percentageLower", assessment.shortened.lower)
            _add(shares, "percentageEqual", assessment.shortened.equal)
            _add(shares, "percentageHigher", assessment.shortened.higher)
        if assessment.distribution is not None:
            distribution = _add(parent, "resultDistribution")
            for category in assessment.distribution.categories:
                _add(distribution, "category", label=category.label, count=category.count or "0")
            _text(distribution, "description", assessment.distribution.description)

    # --- attachments and the Diploma Supplement ----------------------------------------------------------------------

    def _attachments(self, parent: etree._Element, attachments: Iterable[Attachment]) -> None:
        for attachment in attachments:
            element = _add(parent, "attachment")
            for identifier in attachment.identifiers:
                _add(element, "identifier", identifier.value, type=identifier.scheme or INTERNAL)
            _text(element, "title", attachment.title)
            if attachment.kind is not None:
                _add(element, "type", attachment.kind.value)
            _text(element, "description", attachment.description)
            for content in attachment.contents:
                self._content(element, content)
            _foreign(element, attachment.passthrough)

    def _content(self, parent: etree._Element, content: Content) -> None:
        text = content.text
        if content.sha256:
            encoded = base64.b64encode(self._request.blobs[content.sha256]).decode()
            text = f"data:{content.media_type};base64,{encoded}"
        _speaking(_add(parent, "content", text), content.language)

    def _supplement(self, parent: etree._Element, supplement: DiplomaSupplement) -> None:
        _speaking(parent, supplement.language)
        _add(parent, "version", supplement.version)
        _add(parent, "issueDate", supplement.issued)
        _add(parent, "introduction", supplement.introduction)
        for section in supplement.sections:
            self._section(_add(parent, "section", number=section.number), section)

    def _section(self, parent: etree._Element, section: SupplementSection) -> None:
        _add(parent, "title", section.title)
        if section.content is not None:
            content = _add(parent, "content", section.content)
            if section.content_type is not None:
                content.set("type", section.content_type)
        _each(parent, "additionalInformation", section.additional)
        self._attachments(parent, section.attachments)
        for inner in section.sections:
            self._section(_add(parent, "section", number=inner.number), inner)


# --- elements --------------------------------------------------------------------------------------------------------


def _tag(name: str) -> str:
    return f"{{{names.V1}}}{name}"


def _default(namespace: str) -> Any:
    """The namespace as the default one; the stubs of lxml don't know that a prefix may be None."""
    return {None: namespace}


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add an element; attributes are in no namespace. An empty one stands where ELMO requires what isn't known."""
    element = etree.SubElement(parent, _tag(name), attributes)
    element.text = text or None
    return element


def _optional(parent: etree._Element, name: str, text: str | None) -> None:
    if text is not None:
        _add(parent, name, text)


def _each(parent: etree._Element, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        _add(parent, name, text)


def _speaking(element: etree._Element, language: str | None) -> etree._Element:
    """State the language; where none is known, only so that none is inherited from a Diploma Supplement."""
    if language is not None and language != UNDETERMINED:
        element.set(_LANG, language)
    elif any(_LANG in around.attrib for around in element.iterancestors(_tag("diplomaSupplement"))):
        element.set(_LANG, UNDETERMINED)
    return element


def _text(parent: etree._Element, name: str, text: Text, *, required: bool = False) -> None:
    """A text, one element a language; where one is required and there is none, an empty one says nothing."""
    for language, value in text.items():
        _speaking(_add(parent, name, value), language)
    if required and not text:
        _add(parent, name)


def _identifiers(parent: etree._Element, identifiers: Iterable[Identifier]) -> None:
    for identifier in identifiers:
        _add(parent, "identifier", identifier.value, type=identifier.scheme)


def _organisation(parent: etree._Element, organisation: Organisation) -> None:
    _optional(parent, "country", organisation.country)
    _identifiers(parent, organisation.identifiers)
    if not organisation.identifiers:
        _add(parent, "identifier", type="")
    _text(parent, "title", organisation.legal_name, required=True)
    _add(parent, "url", next((link.url for link in organisation.homepages), None))


def _opportunity(parent: etree._Element, specification: Specification) -> None:
    _identifiers(parent, specification.identifiers)
    _text(parent, "title", specification.title, required=True)
    _each(parent, "type", (kind.value for kind in specification.kinds))
    _each(parent, "subjectArea", (subject.value for subject in specification.subjects))
    _each(parent, "iscedCode", (code.value for code in specification.fields))
    _each(parent, "url", (link.url for link in specification.homepages))
    _text(parent, "description", specification.description)


def _term(parent: etree._Element, term: Period) -> None:
    _text(parent, "title", term.title, required=True)
    _add(parent, "start", term.start)
    _add(parent, "end", term.end)


def _level(parent: etree._Element, level: Level) -> None:
    _add(parent, "type", level.scheme.upper() if level.scheme == EQF else level.scheme)
    _text(parent, "description", level.label)
    _optional(parent, "value", level.value)


def _groups(parent: etree._Element, kinds: Iterable[GroupType]) -> None:
    for kind in kinds:
        group_type = _add(parent, "groupType", id=kind.id)
        _text(group_type, "title", kind.title, required=True)
        for group in kind.groups:
            element = _add(group_type, "group", id=group.id)
            if group.sorting_key is not None:
                element.set("sortingKey", group.sorting_key)
            _text(element, "title", group.title, required=True)


def _foreign(parent: etree._Element, foreign: Iterable[Foreign], *, needed: bool = False) -> etree._Element:
    """An extension with what others put into theirs: as text, never as live elements."""
    pieces = tuple(foreign)
    if not pieces and not needed:
        return parent
    extension = _add(parent, "extension")
    for piece in pieces:
        element = etree.SubElement(extension, f"{{{FOREIGN}}}foreign", nsmap=_default(FOREIGN))
        element.set("namespace", piece.namespace)
        element.set("place", piece.place)
        element.text = piece.text
    return extension


def _address(parent: etree._Element, address: Address) -> None:
    def add(name: str, texts: Iterable[str | None]) -> None:
        for text in texts:
            if text is not None:
                etree.SubElement(parent, f"{{{names.ADDRESS}}}{name}", nsmap=_default(names.ADDRESS)).text = text

    add("recipientName", address.recipient)
    add("addressLine", address.lines)
    for name, field in _ADDRESS_PARTS:
        add(name, (getattr(address, field),))
    add("deliveryPointCode", address.delivery_point)
    add("postalCode", (address.postal_code,))
    add("locality", (address.locality,))
    add("region", (address.region,))
    add("country", (address.country,))
