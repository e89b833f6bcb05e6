"""Learning opportunities and their instances: what a learner took, as achievements and enrolments.

An absent status means passed, by the format's own words; a status is never derived from a grade. A study in progress
is an enrolment, a failed one stays a failed result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from adapters.elmo.attachments import Blobs, supplement_in
from adapters.elmo.elements import (
    code_of,
    foreign_in,
    identifiers_of,
    said,
    text_of,
    union,
    when_of,
)
from gateway.errors import Refused
from gateway.kit import plain_text
from gateway.kit.xml_cursor import XmlCursor, own_text
from gateway.model.record import (
    Achievement,
    Assessment,
    Code,
    Credit,
    Distribution,
    Enrolment,
    GroupMembership,
    Level,
    Link,
    Period,
    ResultCategory,
    ShortenedGrading,
    Specification,
)
from gateway.model.texts import Text
from gateway.vocabulary import credit_schemes, kinds, languages

KIND = kinds.OPPORTUNITY
SUBJECT = "erasmus-subject"
ISCED_F = "isced-f"
CREDIT = "credit"
EQF = "eqf"

Studies = tuple[tuple[Achievement, ...], tuple[Enrolment, ...]]
_ONE_WORD = "expected passed, failed or in-progress, or no status, which means passed"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a study may refer to: `attachment` gives the key of an attachment by its identifier.

    `external` gathers what instances say of grading schemes by an id known elsewhere (ELMO 2.0), by local id.
    """

    attachment: Callable[[str], str]
    scheme: Callable[[str], str]
    blobs: Blobs
    external: dict[str | None, list[str]] = field(default_factory=dict)


def studies_in(opportunities: Sequence[XmlCursor], around: Surroundings) -> Studies:
    """Achievements and enrolments of a list of learning opportunities, each in order."""
    achievements: list[Achievement] = []
    enrolments: list[Enrolment] = []
    for opportunity in opportunities:
        study = _study(opportunity, around)
        if isinstance(study, Enrolment):
            enrolments.append(study)
        else:
            achievements.append(study)
    return tuple(achievements), tuple(enrolments)


def _study(opportunity: XmlCursor, around: Surroundings) -> Achievement | Enrolment:
    specifies = opportunity.child("specifies")
    instance = None if specifies is None else specifies.child("learningOpportunityInstance")
    if specifies is None or instance is None:
        raise Refused(
            "elmo.no_instance",
            f"got a learning opportunity without an instance at {opportunity.place}, expected one",
            advice="It can't be told whether this was taken at all: ask the issuer for a corrected file.",
        )
    status = _status(instance)
    credits_ = tuple(_credit(child) for child in instance.children("credit"))
    under_way = status == "in-progress"
    parts = [part for wrapper in opportunity.children("hasPart") for part in wrapper.children(opportunity.name)]
    achievements, enrolments = studies_in(parts, around)
    facts = said(
        {
            "identifiers": identifiers_of(instance),
            "specification": _specification(opportunity, instance, credits_ if under_way else ()),
            "period": _period(instance),
            "term": _term(instance),
            "assessments": _assessments(instance, around),
            "credits_earned": () if under_way else credits_,
            "parts": achievements,
            "enrolments": enrolments,
            "groups": _groups(instance),
            "attachments": _references(instance, around),
            "supplement": supplement_in(instance, around.blobs),
            "passthrough": union(foreign_in(opportunity), foreign_in(specifies), foreign_in(instance)),
        }
    )
    return Enrolment.made(**facts) if under_way else Achievement.made(status=status, **facts)


def _status(instance: XmlCursor) -> str:
    cursor = instance.child("status")
    if cursor is None:
        return "passed"
    status = cursor.token()
    if status not in ("passed", "failed", "in-progress"):
        raise Refused(
            "elmo.status",
            f"got another status at {cursor.place}, {_ONE_WORD}",
            advice="What was achieved can't be told from this file: ask the issuer for a corrected one.",
        )
    return status


def _specification(opportunity: XmlCursor, instance: XmlCursor, offered: tuple[Credit, ...]) -> Specification:
    url, hours, language = opportunity.filled_of("url"), instance.filled_of("engagementHours"), _language(instance)
    facts = {
        "identifiers": identifiers_of(opportunity),
        "title": text_of(opportunity, "title"),
        "description": _description(opportunity),
        "kinds": code_of(KIND, opportunity.filled_of("type")),
        "levels": tuple(_level(child) for child in instance.children("level")),
        "credits_offered": offered,
        "fields": code_of(ISCED_F, opportunity.filled_of("iscedCode")),
        "subjects": code_of(SUBJECT, opportunity.filled_of("subjectArea")),
        "languages": () if language is None else (language,),
        "contact_hours": () if hours is None else (hours,),
        "homepages": () if url is None else (Link.made(url=url),),
    }
    return Specification.made(**said(facts))


def _description(opportunity: XmlCursor) -> Text:
    """The plain description; in a language that has none, the text of the HTML one."""
    result = dict(text_of(opportunity, "description", lines=True))
    for child in opportunity.children("descriptionHtml"):
        language, html = child.language(), child.text()
        if language in result:
            child.lose("dropped", from_=html, detail="HTML beside a plain description in the same language")
        else:
            result[language] = plain_text(html)
            child.note("approximated", from_=html, to=result[language], detail="HTML became plain text")
    return result


def _language(instance: XmlCursor) -> str | None:
    """The language of instruction as ISO 639-1; a word that isn't one stays as it is printed."""
    word = instance.filled_of("languageOfInstruction")
    if word is None:
        return None
    language = languages.by_alpha2(word)
    return word if language is None else language.alpha2


def _period(instance: XmlCursor) -> Period | None:
    start, end = when_of(instance, "start"), when_of(instance, "date")
    return None if start is None and end is None else Period.made(start=start, end=end)


def _term(instance: XmlCursor) -> Period | None:
    term = instance.child("academicTerm")
    if term is None:
        return None
    return Period.made(title=text_of(term, "title"), start=when_of(term, "start"), end=when_of(term, "end"))


def _credit(cursor: XmlCursor) -> Credit:
    """An amount of credits. ECTS is known by any spelling; every other scheme is the issuer's word."""
    word = cursor.token_of("scheme") or ""
    known = credit_schemes.credit_scheme(word)
    scheme = Code.made(value=word) if known is None else Code.made(scheme=CREDIT, value=known)
    return Credit.made(scheme=scheme, value=cursor.token_of("value"), level=cursor.token_of("level"))


def _level(cursor: XmlCursor) -> Level:
    word = cursor.token_of("type") or ""
    return Level.made(
        scheme=EQF if word.casefold() == EQF else word,
        value=cursor.token_of("value"),
        label=text_of(cursor, "description", lines=True),
    )


def _assessments(instance: XmlCursor, around: Surroundings) -> tuple[Assessment, ...]:
    label, shortened = instance.child("resultLabel"), instance.child("shortenedGrading")
    distribution, scheme = instance.child("resultDistribution"), _scheme(instance, around)
    if label is None and shortened is None and distribution is None and scheme is None:
        return ()
    facts = {
        "grade": {} if label is None else {label.language(): label.token()},
        "scheme": scheme,
        "shortened": None if shortened is None else _shortened(shortened),
        "distribution": None if distribution is None else _distribution(distribution),
    }
    return (Assessment.made(**said(facts)),)


def _scheme(instance: XmlCursor, around: Surroundings) -> str | None:
    """The key of the grading scheme; an id known elsewhere is kept on the scheme itself."""
    local, external = instance.filled_of("gradingSchemeLocalId"), instance.filled_of("gradingSchemeExternalId")
    if external is not None:
        around.external.setdefault(local, []).append(external)
    if local is None:
        return None if external is None else around.scheme(external)
    return around.scheme(local)


def _shortened(cursor: XmlCursor) -> ShortenedGrading:
    return ShortenedGrading.made(
        lower=cursor.token_of("percentageLower"),
        equal=cursor.token_of("percentageEqual"),
        higher=cursor.token_of("percentageHigher"),
    )


def _distribution(cursor: XmlCursor) -> Distribution:
    return Distribution.made(
        categories=tuple(
            ResultCategory.made(label=child.attribute("label") or "", count=child.attribute("count"))
            for child in cursor.children("category")
        ),
        description=text_of(cursor, "description", lines=True),
    )


def _groups(instance: XmlCursor) -> tuple[GroupMembership, ...]:
    return tuple(_membership(child) for child in instance.children("grouping"))


def _membership(cursor: XmlCursor) -> GroupMembership:
    """The ids of a group; a text beside them is told as changed, for the element itself is kept."""
    if own_text(cursor.element).strip():
        cursor.note("approximated", from_=cursor.text(), to="", detail="a membership has ids and no text")
    return GroupMembership.made(group_type=cursor.attribute("typeref") or "", group=cursor.attribute("idref") or "")


def _references(instance: XmlCursor, around: Surroundings) -> tuple[str, ...]:
    attachments = instance.child("attachments")
    return () if attachments is None else tuple(around.attachment(r.token()) for r in attachments.children("ref"))
