"""Reading what is claimed: achievements, assessments, activities, entitlements and what they are specified by.

What the model makes a file repeat isn't read twice: a title equal to the specification's or to that of the claim
around it, an awarding process equal to that of the claim around it, a provider equal to the awarding body.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from adapters.europass import nodes
from adapters.europass.nodes import Blobs, codes, enter, links, note, notes, one_code, when
from gateway.kit import plain_text
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.model.leaves import keys
from gateway.model.record import (
    Achievement,
    Activity,
    Assessment,
    Code,
    Credit,
    Distribution,
    Entitlement,
    GradingScheme,
    Level,
    Organisation,
    Outcome,
    Period,
    Place,
    ResultCategory,
    ShortenedGrading,
    Specification,
)
from gateway.model.texts import Text


class Award(NamedTuple):
    """Who awarded, when and where."""

    bodies: tuple[Organisation, ...] = ()
    on: str | None = None
    at: Place | None = None


class Around(NamedTuple):
    """What a claim inherits from the one around it, or from the report."""

    title: Text = MappingProxyType({})
    award: Award = Award()


@dataclass(slots=True)
class Claims:
    """One reading of the claims of a credential, with what they share."""

    blobs: Blobs
    schemes: list[GradingScheme] = field(default_factory=list)

    # --- the four kinds -----------------------------------------------------------------------------------------

    def achievement(self, cursor: JsonCursor, around: Around) -> Achievement:
        """A LearningAchievement with everything in it."""
        enter(cursor, "LearningAchievement")
        named = nodes.title(cursor)
        found = cursor.one("specifiedBy")
        expected = "LearningAchievementSpecification"
        specification = Specification() if found is None else self.specification(found, expected)
        award = self._award(cursor)
        inside = Around(named or specification.title, award)
        bodies = Around(specification.title, Award(around.award.bodies, "not inherited"))
        common = self._common(cursor, named, award, bodies)
        term, period = self._opportunity(cursor, inside, common)
        return Achievement(
            **common,
            specification=specification,
            period=period,
            term=term,
            assessments=tuple(self.assessment(found, inside) for found in cursor.each("provenBy")),
            credits_earned=tuple(_credit(found) for found in cursor.each("creditReceived")),
            activities=tuple(self.activity(found, inside) for found in cursor.each("influencedBy")),
            entitlements=tuple(self.entitlement(found, inside) for found in cursor.each("entitlesTo")),
            parts=tuple(self.achievement(found, Around({}, award)) for found in cursor.each("hasPart")),
        )

    def assessment(self, cursor: JsonCursor, around: Around) -> Assessment:
        """A LearningAssessment: the only place of a grade."""
        enter(cursor, "LearningAssessment")
        named = nodes.title(cursor)
        award = self._award(cursor)
        specification, scheme = self._of_assessment(cursor, named)
        shadow = _title_of(specification)
        return Assessment(
            **self._common(cursor, named, award, around._replace(title=shadow or around.title)),
            grade=note(cursor, "grade"),
            status=one_code(cursor, "gradeStatus"),
            scheme=scheme,
            assessed_on=when(cursor, "dateIssued"),
            assessed_by=nodes.organisations(cursor, "assessedBy", self.blobs),
            place=nodes.one_place(cursor, "location"),
            distribution=self._distribution(cursor),
            shortened=_shortened(cursor),
            identity_check=one_code(cursor, "idVerification"),
            specification=specification,
            parts=tuple(self.assessment(found, Around(named, award)) for found in cursor.each("hasPart")),
        )

    def activity(self, cursor: JsonCursor, around: Around) -> Activity:
        """A LearningActivity."""
        enter(cursor, "LearningActivity")
        named = nodes.title(cursor)
        award = self._award(cursor)
        found = cursor.one("specifiedBy")
        specification = None if found is None else self.specification(found, "LearningActivitySpecification")
        shadow = _title_of(specification)
        return Activity(
            **self._common(cursor, named, award, around._replace(title=shadow or around.title)),
            periods=tuple(nodes.period(one) for one in cursor.each("temporal")),
            workload=cursor.scalar("workload"),
            completion=cursor.scalar("levelOfCompletion"),
            directed_by=nodes.organisations(cursor, "directedBy", self.blobs),
            places=nodes.places(cursor),
            specification=specification,
            parts=tuple(self.activity(one, Around(named, award)) for one in cursor.each("hasPart")),
        )

    def entitlement(self, cursor: JsonCursor, around: Around) -> Entitlement:
        """A LearningEntitlement."""
        enter(cursor, "LearningEntitlement")
        named = nodes.title(cursor)
        award = self._award(cursor)
        found = cursor.one("specifiedBy")
        specification = None if found is None else self.specification(found, "LearningEntitlementSpecification")
        shadow = _title_of(specification)
        return Entitlement(
            **self._common(cursor, named, award, around._replace(title=shadow or around.title)),
            issued=when(cursor, "dateIssued"),
            expires=when(cursor, "expiryDate"),
            specification=specification,
            parts=tuple(self.entitlement(one, Around(named, award)) for one in cursor.each("hasPart")),
        )

    # --- what they have in common -------------------------------------------------------------------------------

    def _common(self, cursor: JsonCursor, named: Text, award: Award, around: Around) -> dict[str, Any]:
        own = award if award != around.award else Award()
        return {
            "title": {} if named == around.title else named,
            "description": cursor.text("description"),
            "identifiers": nodes.identifiers(cursor),
            "kinds": codes(cursor, "dcType"),
            "awarded_by": own.bodies if own.bodies != around.award.bodies else (),
            "awarded_on": own.on,
            "awarded_at": own.at,
            "documents": links(cursor, "supplementaryDocument"),
            "notes": notes(cursor),
        }

    def _award(self, cursor: JsonCursor) -> Award:
        found = cursor.one("awardedBy")
        if found is None:
            return Award()
        enter(found, "AwardingProcess")
        bodies = nodes.organisations(found, "awardingBody", self.blobs)
        return Award(bodies, when(found, "awardingDate"), nodes.one_place(found, "location"))

    def _opportunity(
        self, cursor: JsonCursor, around: Around, common: dict[str, Any]
    ) -> tuple[Period | None, Period | None]:
        """The term and the period of study, which the model keeps in the opportunity that was taken."""
        found = cursor.one("learningOpportunity")
        if found is None:
            return None, None
        self._copies(found, around)
        self._html(found, common)
        whole = _temporal(found)
        part = found.one("hasPart")
        term = None
        if part is not None:
            self._copies(part, around)
            term = _temporal(part)
        if whole is not None and whole.title and term is None:
            return whole, None
        return term, whole

    def _copies(self, cursor: JsonCursor, around: Around) -> None:
        enter(cursor, "LearningOpportunity")
        if cursor.value.get("title") in (around.title, nodes.PLACEHOLDER):
            cursor.skip("title")
        apart = JsonReading(cursor.value).root  # what is read to compare isn't taken by it
        if nodes.organisations(apart, "providedBy", Blobs()) == around.award.bodies:
            cursor.skip("providedBy")

    def _html(self, cursor: JsonCursor, common: dict[str, Any]) -> None:
        html = cursor.scalar("descriptionHtml")
        if html is not None:
            common["notes"] = (*common["notes"], {"und": plain_text(html)})
            cursor.note("approximated", "descriptionHtml", detail="HTML became text")

    # --- grades ---------------------------------------------------------------------------------------------------

    def _of_assessment(self, cursor: JsonCursor, named: Text) -> tuple[Specification | None, str | None]:
        found = cursor.one("specifiedBy")
        if found is None:
            return None, None
        scale = found.one("gradingScheme")
        scheme = None if scale is None else self._scheme(scale)
        specification = self.specification(found, "LearningAssessmentSpecification")
        if scheme is not None and specification == Specification(title=named):
            return None, scheme
        return specification, scheme

    def _scheme(self, cursor: JsonCursor) -> str:
        """Note a grading scheme once, and give the key under which it stands in the report."""
        enter(cursor, "GradingScheme")
        found = GradingScheme(
            identifiers=nodes.identifiers(cursor),
            title=nodes.title(cursor),
            description=cursor.text("description"),
            documents=links(cursor, "supplementaryDocument"),
        )
        if found not in self.schemes:
            self.schemes.append(found)
        return keys(self.schemes)[self.schemes.index(found)]

    def _distribution(self, cursor: JsonCursor) -> Distribution | None:
        found = cursor.one("resultDistribution") or cursor.one("resultDestribution")
        if found is None:
            return None
        enter(found, "ResultDistribution")
        return Distribution(
            categories=tuple(_category(one) for one in found.each("resultCategory")),
            description=found.text("description"),
        )

    # --- specifications -------------------------------------------------------------------------------------------

    def specification(self, cursor: JsonCursor, expected: str) -> Specification:
        """A specification of any of the five classes."""
        enter(cursor, expected, "Qualification")
        return Specification(
            title=nodes.title(cursor),
            description=cursor.text("description"),
            identifiers=nodes.identifiers(cursor),
            kinds=codes(cursor, "dcType"),
            qualification=True if nodes.is_of(cursor, "Qualification") else None,
            partial_qualification=_truth(cursor, "isPartialQualification"),
            qualification_codes=codes(cursor, "qualificationCode"),
            levels=_levels(cursor),
            credits_offered=tuple(_credit(found) for found in cursor.each("creditPoint")),
            fields=codes(cursor, "thematicArea"),
            subjects=codes(cursor, "educationSubject"),
            languages=nodes.language_tags(cursor, "language"),
            modes=codes(cursor, "mode"),
            setting=one_code(cursor, "learningSetting"),
            volume=cursor.scalar("volumeOfLearning"),
            maximum_duration=cursor.scalar("maximumDuration"),
            contact_hours=tuple(cursor.scalars("contactHour")),
            entry_requirement=note(cursor, "entryRequirement"),
            target_groups=codes(cursor, "targetGroup"),
            outcomes=tuple(_outcome(found) for found in cursor.each("learningOutcome")),
            outcome_summary=note(cursor, "learningOutcomeSummary"),
            entitlement_status=one_code(cursor, "entitlementStatus"),
            limit_jurisdictions=codes(cursor, "limitJurisdiction"),
            limit_occupations=codes(cursor, "limitOccupation"),
            limit_organisations=nodes.organisations(cursor, "limitOrganisation", self.blobs),
            other_titles=cursor.text("altLabel"),
            categories=cursor.text("category"),
            status=cursor.scalar("status"),
            homepages=links(cursor, "homepage"),
            documents=links(cursor, "supplementaryDocument"),
            notes=notes(cursor),
        )


def _truth(cursor: JsonCursor, name: str) -> bool | None:
    value = cursor.value.get(name)
    if value in (True, "true", "1"):
        cursor.skip(name)
        return True
    if value in (False, "false", "0"):
        cursor.skip(name)
        return False
    return None


def _title_of(specification: Specification | None) -> Text:
    return {} if specification is None else specification.title


def _temporal(cursor: JsonCursor) -> Period | None:
    found = cursor.one("temporal")
    return None if found is None else nodes.period(found)


def _levels(cursor: JsonCursor) -> tuple[Level, ...]:
    return tuple(
        nodes.level(found) for name in ("eqfLevel", "nqfLevel", "educationLevel") for found in cursor.each(name)
    )


def _credit(cursor: JsonCursor) -> Credit:
    enter(cursor, "CreditPoint")
    found = cursor.one("framework")
    scheme = nodes.framework(found) if found is not None else Code(value="")
    return Credit(scheme=scheme, value=cursor.scalar("point"))


def _outcome(cursor: JsonCursor) -> Outcome:
    enter(cursor, "LearningOutcome")
    return Outcome(
        title=nodes.title(cursor),
        identifiers=nodes.identifiers(cursor),
        kinds=codes(cursor, "dcType"),
        esco_skills=codes(cursor, "relatedESCOSkill"),
        related_skills=codes(cursor, "relatedSkill"),
        reusability=one_code(cursor, "reusabilityLevel"),
        notes=notes(cursor),
    )


def _category(cursor: JsonCursor) -> ResultCategory:
    enter(cursor, "ResultCategory")
    return ResultCategory(
        label=cursor.scalar("label") or "",
        count=cursor.scalar("count"),
        score=cursor.scalar("score"),
        minimum=cursor.scalar("minimumScore"),
        maximum=cursor.scalar("maximumScore"),
    )


def _shortened(cursor: JsonCursor) -> ShortenedGrading | None:
    found = cursor.one("shortenedGrading")
    if found is None:
        return None
    enter(found, "ShortenedGrading")
    return ShortenedGrading(
        lower=found.scalar("percentageLower"),
        equal=found.scalar("percentageEqual"),
        higher=found.scalar("percentageHigher"),
    )
