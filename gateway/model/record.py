"""The record: what issuers state about one learner. The hub of every translation.

It follows the European Learning Model in spirit, because that is the richest of the models translated here. Facts of
a document (its id, time, sealer, page images, enclosed original) are not facts of the record: see `DocumentFacts`.
Three markings on a field tell the laws of no silent loss (gateway.kit.laws) how to look at it:

- ORDERED    the order of the list is a fact of its own (a leaf); elsewhere a list is a set of keyed members
- SENSITIVE  personal data beyond name and results, which may be left out by policy
- NO_LEAF    not compared (`vouched_by`)

How a member of a list is named in paths is told in gateway.model.leaves. Durations are ISO 8601 as printed, decimals
are the printed text ("6.0" is not "6"), countries ISO 3166-1 alpha-2 and languages ISO 639-1 where one exists.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from gateway.model.noun import Noun
from gateway.model.texts import Text, When

ORDERED = "ordered"
SENSITIVE = "sensitive"
NO_LEAF = "no leaf"


# --- small words -----------------------------------------------------------------------------------------------------


class Code(Noun):
    """A term of a code list: `scheme` is our table's name ("eqf", "isced-f", "credit", …) or the list's own address."""

    scheme: str = ""
    value: str
    label: Text = Field(default_factory=dict)


class Identifier(Noun):
    """A number or name by which something is known; `country` makes it a legal identifier (ELM LegalIdentifier)."""

    scheme: str = ""
    value: str
    country: str | None = None
    scheme_address: str | None = None
    scheme_version: str | None = None
    agency: Text = Field(default_factory=dict)
    issued: When | None = None
    kinds: tuple[Code, ...] = ()


class Link(Noun):
    """A page or file on the web; never fetched."""

    url: str
    title: Text = Field(default_factory=dict)
    language: str | None = None


class Content(Noun):
    """Bytes that travel beside the record as a blob named by `sha256`, or, where they can't be decoded, `text`."""

    sha256: str = ""
    size: int = 0
    media_type: str = ""
    language: str | None = None
    text: str | None = None
    url: str | None = None
    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)


class Address(Noun):
    """A postal address: free text (`full`), or the parts of the EWP flexible address."""

    country: str | None = None
    full: Text = Field(default_factory=dict)
    recipient: Annotated[tuple[str, ...], ORDERED] = ()
    lines: Annotated[tuple[str, ...], ORDERED] = ()
    building_number: str | None = None
    building_name: str | None = None
    street: str | None = None
    unit: str | None = None
    floor: str | None = None
    post_office_box: str | None = None
    delivery_point: Annotated[tuple[str, ...], ORDERED] = ()
    postal_code: str | None = None
    locality: str | None = None
    region: str | None = None
    identifiers: tuple[Identifier, ...] = ()


class Place(Noun):
    """A location: its names, addresses and codes."""

    name: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    addresses: tuple[Address, ...] = ()
    codes: tuple[Code, ...] = ()
    identifiers: tuple[Identifier, ...] = ()


class Phone(Noun):
    """A telephone number, whole or in parts."""

    number: str | None = None
    country: str | None = None
    area: str | None = None
    dial: str | None = None


class ContactPoint(Noun):
    """How somebody can be reached."""

    description: Text = Field(default_factory=dict)
    emails: tuple[str, ...] = ()
    phones: tuple[Phone, ...] = ()
    addresses: tuple[Address, ...] = ()
    forms: tuple[Link, ...] = ()


class Period(Noun):
    """A span of time, with a name where it has one ("2009 Spring")."""

    title: Text = Field(default_factory=dict)
    start: When | None = None
    end: When | None = None


class Foreign(Noun):
    """An extension of somebody else, kept inert: text and namespace, never live nodes. `place`: where it stood."""

    namespace: str = ""
    text: str
    place: str = ""


class Organisation(Noun):
    """A school, university, ministry, registry."""

    legal_name: Text = Field(default_factory=dict)
    other_names: Text = Field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    eidas_identifier: Identifier | None = None
    registration: Identifier | None = None
    vat_identifiers: tuple[Identifier, ...] = ()
    tax_identifiers: tuple[Identifier, ...] = ()
    country: str | None = None
    places: tuple[Place, ...] = ()
    homepages: tuple[Link, ...] = ()
    logo: Content | None = None
    contact_points: tuple[ContactPoint, ...] = ()
    kinds: tuple[Code, ...] = ()
    part_of: Organisation | None = None
    notes: tuple[Text, ...] = ()


# --- the learner -----------------------------------------------------------------------------------------------------


class Name(Noun):
    """One form of a person's name, in one language or script; `given` and `family` may be the empty string."""

    use: Literal["legal", "birth", "patronymic", "alternative", "romanised"] = "legal"
    language: str = "und"
    given: str | None = None
    family: str | None = None
    full: str | None = None
    source: str | None = None  # who romanised or gave this form; None: it is printed in the document


class Learner(Noun):
    """The person who learned. May have no name at all (a hashed identifier)."""

    names: Annotated[tuple[Name, ...], ORDERED] = ()
    identifiers: Annotated[tuple[Identifier, ...], SENSITIVE] = ()
    national_identifier: Annotated[Identifier | None, SENSITIVE] = None
    born: Annotated[When | None, SENSITIVE] = None
    birthplace: Annotated[Place | None, SENSITIVE] = None
    birth_country: Annotated[str | None, SENSITIVE] = None
    gender: Annotated[Literal["0", "1", "2", "9"] | None, SENSITIVE] = None  # ISO/IEC 5218
    citizenships: Annotated[tuple[str, ...], SENSITIVE] = ()
    home: Annotated[Place | None, SENSITIVE] = None
    contact_points: Annotated[tuple[ContactPoint, ...], SENSITIVE] = ()
    photo: Annotated[Content | None, SENSITIVE] = None
    member_of: tuple[Organisation, ...] = ()


# --- results ---------------------------------------------------------------------------------------------------------


class Credit(Noun):
    """Credits of one scheme; nothing converts them without an agreement."""

    scheme: Code
    value: str | None = None
    level: str | None = None


class Level(Noun):
    """A level that somebody claims, in a framework: EQF, a national one, or the issuer's own words."""

    scheme: str = ""
    value: str | None = None
    label: Text = Field(default_factory=dict)
    claimed_by: Literal["gateway"] | None = None  # None: the issuer


class Outcome(Noun):
    """What the learner knows, understands and is able to do."""

    title: Text = Field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    kinds: tuple[Code, ...] = ()
    esco_skills: tuple[Code, ...] = ()
    related_skills: tuple[Code, ...] = ()
    reusability: Code | None = None
    notes: tuple[Text, ...] = ()


class Alignment(Noun):
    """A link to a framework of skills or competencies (CASE, ESCO)."""

    target: str
    name: Text = Field(default_factory=dict)
    code: str | None = None
    framework: str | None = None
    kind: str | None = None
    description: Text = Field(default_factory=dict)


class Specification(Noun):
    """What can be learned, apart from any learner: a programme, course, activity, assessment or entitlement."""

    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    identifiers: tuple[Identifier, ...] = ()
    kinds: tuple[Code, ...] = ()
    qualification: Literal[True] | None = None  # an ELM Qualification, not only an achievement specification
    partial_qualification: bool | None = None
    qualification_codes: tuple[Code, ...] = ()
    levels: tuple[Level, ...] = ()
    credits_offered: tuple[Credit, ...] = ()
    fields: tuple[Code, ...] = ()  # ISCED-F 2013
    subjects: tuple[Code, ...] = ()
    languages: tuple[str, ...] = ()
    modes: tuple[Code, ...] = ()
    setting: Code | None = None
    volume: str | None = None
    maximum_duration: str | None = None
    contact_hours: tuple[str, ...] = ()
    entry_requirement: Text = Field(default_factory=dict)
    target_groups: tuple[Code, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    outcome_summary: Text = Field(default_factory=dict)
    alignments: tuple[Alignment, ...] = ()
    entitlement_status: Code | None = None
    limit_jurisdictions: tuple[Code, ...] = ()
    limit_occupations: tuple[Code, ...] = ()
    limit_organisations: tuple[Organisation, ...] = ()
    other_titles: Text = Field(default_factory=dict)
    categories: Text = Field(default_factory=dict)
    status: str | None = None
    homepages: tuple[Link, ...] = ()
    documents: tuple[Link, ...] = ()
    notes: tuple[Text, ...] = ()
    image: Content | None = None


class ScaleLevel(Noun):
    """One step of a scale (of a rubric: a level of its criterion); `required` marks the least that passes."""

    identifiers: tuple[Identifier, ...] = ()
    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    rank: str | None = None
    points: str | None = None
    required: Literal[True] | None = None
    alignments: tuple[Alignment, ...] = ()


class GradingScheme(Noun):
    """The scale that grades are printed in. Assessments name it by its key; `values` go from low to high."""

    identifiers: tuple[Identifier, ...] = ()
    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    documents: tuple[Link, ...] = ()
    values: Annotated[tuple[str, ...], ORDERED] = ()
    minimum: str | None = None
    maximum: str | None = None
    required: str | None = None  # the least value that passes
    levels: Annotated[tuple[ScaleLevel, ...], ORDERED] = ()
    alignments: tuple[Alignment, ...] = ()


class ResultCategory(Noun):
    """One bar of the histogram of a group's results."""

    label: str
    count: str | None = None
    score: str | None = None
    minimum: str | None = None
    maximum: str | None = None


class Distribution(Noun):
    """The histogram of results of everybody who took this."""

    categories: Annotated[tuple[ResultCategory, ...], ORDERED] = ()
    description: Text = Field(default_factory=dict)


class ShortenedGrading(Noun):
    """The share of others, in per cent, with a lower, equal and higher result."""

    lower: str | None = None
    equal: str | None = None
    higher: str | None = None


class Claim(Noun):
    """What achievements, activities, assessments and entitlements have in common. `title` stands only where it differs
    from the specification's (or, for activities and assessments within an achievement, from the achievement's).
    """

    identifiers: tuple[Identifier, ...] = ()
    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    kinds: tuple[Code, ...] = ()
    awarded_by: tuple[Organisation, ...] = ()
    awarded_on: When | None = None
    awarded_at: Place | None = None
    documents: tuple[Link, ...] = ()
    notes: tuple[Text, ...] = ()


class Assessment(Claim):
    """A result: the only place where a grade stands. `grade` is the value as printed, `scheme` the key of its scale,
    `level` that of the level of the scale that was reached.
    """

    grade: Text = Field(default_factory=dict)
    status: Code | None = None
    scheme: str | None = None
    level: str | None = None
    alignments: tuple[Alignment, ...] = ()
    assessed_on: When | None = None
    assessed_by: tuple[Organisation, ...] = ()
    place: Place | None = None
    distribution: Distribution | None = None
    shortened: ShortenedGrading | None = None
    identity_check: Code | None = None
    specification: Specification | None = None
    parts: Annotated[tuple[Assessment, ...], ORDERED] = ()


class Activity(Claim):
    """What the learner did in order to learn: a class, an internship, a seminar."""

    periods: Annotated[tuple[Period, ...], ORDERED] = ()
    workload: str | None = None
    completion: str | None = None  # per cent
    directed_by: tuple[Organisation, ...] = ()
    places: tuple[Place, ...] = ()
    specification: Specification | None = None
    parts: Annotated[tuple[Activity, ...], ORDERED] = ()


class Entitlement(Claim):
    """What the learner may do: enter an occupation, a programme, a membership."""

    issued: When | None = None
    expires: When | None = None
    specification: Specification | None = None
    parts: Annotated[tuple[Entitlement, ...], ORDERED] = ()


class SupplementSection(Noun):
    """A section of a Diploma Supplement, with the number that the rules give it ("2.3")."""

    number: str
    title: str = ""
    content: str | None = None
    content_type: str | None = None
    additional: Annotated[tuple[str, ...], ORDERED] = ()
    attachments: tuple[Attachment, ...] = ()
    sections: Annotated[tuple[SupplementSection, ...], ORDERED] = ()


class DiplomaSupplement(Noun):
    """The Diploma Supplement of a degree, as a tree of numbered sections."""

    language: str | None = None
    version: str | None = None
    issued: When | None = None
    introduction: str | None = None
    sections: Annotated[tuple[SupplementSection, ...], ORDERED] = ()


class Attachment(Noun):
    """A file that travels inside a report: a transcript, a diploma. `contents` may repeat it in several languages."""

    identifiers: tuple[Identifier, ...] = ()
    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    kind: Code | None = None
    contents: Annotated[tuple[Content, ...], ORDERED] = ()
    passthrough: tuple[Foreign, ...] = ()


class GroupMembership(Noun):
    """Membership in one of the record's groups: the ids of a group type and of a group in it."""

    group_type: str
    group: str


class Study(Claim):
    """What an achievement and an enrolment have in common: the programme or course, and what hangs on it."""

    specification: Specification = Specification()
    period: Period | None = None
    term: Period | None = None
    assessments: Annotated[tuple[Assessment, ...], ORDERED] = ()
    credits_earned: tuple[Credit, ...] = ()
    activities: Annotated[tuple[Activity, ...], ORDERED] = ()
    entitlements: tuple[Entitlement, ...] = ()
    parts: Annotated[tuple[Achievement, ...], ORDERED] = ()
    enrolments: Annotated[tuple[Enrolment, ...], ORDERED] = ()
    groups: tuple[GroupMembership, ...] = ()
    attachments: tuple[str, ...] = ()  # keys of attachments of the report or record
    supplement: DiplomaSupplement | None = None
    passthrough: tuple[Foreign, ...] = ()


class Achievement(Study):
    """What was reached. Only what was achieved: `failed` says that a result exists and isn't a pass."""

    status: Literal["passed", "failed"] = "passed"


class Enrolment(Study):
    """A study under way, interrupted or left: a noun of its own, never an achievement in progress."""

    status: Literal["in-progress", "interrupted", "left", "completed-without-award"] = "in-progress"


# --- the report and the record ---------------------------------------------------------------------------------------


class Report(Noun):
    """An issuer's set of results for one learner."""

    issuer: Organisation
    issued: When | None = None
    identifiers: tuple[Identifier, ...] = ()
    kinds: tuple[Code, ...] = ()
    title: Text = Field(default_factory=dict)
    description: Text = Field(default_factory=dict)
    valid_from: When | None = None
    valid_until: When | None = None
    achievements: Annotated[tuple[Achievement, ...], ORDERED] = ()
    enrolments: Annotated[tuple[Enrolment, ...], ORDERED] = ()
    activities: Annotated[tuple[Activity, ...], ORDERED] = ()
    assessments: Annotated[tuple[Assessment, ...], ORDERED] = ()
    entitlements: Annotated[tuple[Entitlement, ...], ORDERED] = ()
    grading_schemes: tuple[GradingScheme, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    passthrough: tuple[Foreign, ...] = ()
    vouched_by: Annotated[str | None, NO_LEAF] = None  # path of the inner verdict, None: the document's own


class Group(Noun):
    """A group of studies, named by the issuer ("by semester": "first semester")."""

    id: str
    sorting_key: str | None = None
    title: Text = Field(default_factory=dict)


class GroupType(Noun):
    """A way in which the issuer groups studies."""

    id: str
    title: Text = Field(default_factory=dict)
    groups: Annotated[tuple[Group, ...], ORDERED] = ()


class Relation(Noun):
    """Any link that the tree can't hold (a second parent, a prerequisite): `source` and `target` are keys."""

    kind: str
    source: str
    target: str


class Record(Noun):
    """What issuers state about one learner."""

    learner: Learner
    reports: tuple[Report, ...]
    relations: tuple[Relation, ...] = ()
    groups: tuple[GroupType, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    passthrough: tuple[Foreign, ...] = ()


for _noun in (Study, Achievement, Enrolment, SupplementSection, DiplomaSupplement, Report, Record):
    _noun.model_rebuild()
