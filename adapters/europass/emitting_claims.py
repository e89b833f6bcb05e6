"""Writing what is claimed: achievements, assessments, activities, entitlements and their specifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.europass.emitting import Emitting, Node
from adapters.europass.fitting import says_none_of
from adapters.europass.fitting_claims import Around, Award, award_of, title_of
from adapters.europass.fitting_specifications import SPECIFICATION_KEYS, level_places
from gateway.model.leaves import filled, keys
from gateway.model.record import (
    Achievement,
    Activity,
    Assessment,
    Claim,
    Credit,
    Distribution,
    Entitlement,
    GradingScheme,
    Outcome,
    Period,
    Report,
    ResultCategory,
    ShortenedGrading,
    Specification,
)
from gateway.model.texts import Text


class ClaimEmitting:
    """The claims of one report."""

    def __init__(self, emitting: Emitting, report: Report) -> None:
        self.out = emitting
        self._processes: dict[tuple[object, ...], Node] = {}
        self._scales = dict(zip(keys(report.grading_schemes), report.grading_schemes, strict=True))
        self._written: dict[str, Node] = {}
        self._writers: dict[str, Callable[[Any], Any]] = {
            "identifiers": emitting.identifier,
            "credits_offered": self._credit,
            "languages": emitting.language,
            "outcomes": self._outcome,
            "limit_organisations": emitting.organisation,
            "homepages": emitting.link,
            "documents": emitting.link,
            "notes": emitting.note,
            **dict.fromkeys(_CODES, emitting.code),
        }

    def claims(self, report: Report) -> list[Node]:
        """Every claim of a report."""
        around = Around({}, Award((report.issuer,)))
        return [
            *(self._achievement(achievement, around.award) for achievement in report.achievements),
            *(self._activity(activity, around) for activity in report.activities),
            *(self._assessment(assessment, around) for assessment in report.assessments),
            *(self._entitlement(entitlement, around) for entitlement in report.entitlements),
        ]

    # --- the four kinds -----------------------------------------------------------------------------------------

    def _achievement(self, claim: Achievement, around: Award) -> Node:
        out = self.out
        title = title_of(claim, claim.specification, {})
        award = award_of(claim, around, whole=False)
        inside = Around(title, award)
        node = self._claim("LearningAchievement", claim, title, award)
        if claim.specification != _NOTHING:
            qualified = claim.specification.qualification
            name = "Qualification" if qualified else "LearningAchievementSpecification"
            node["specifiedBy"] = self._specification(claim.specification, name)
        self._opportunity(node, claim, inside)
        out.put(node, "creditReceived", claim.credits_earned, self._credit)
        out.put(node, "provenBy", claim.assessments, lambda a: self._assessment(a, inside))
        out.put(node, "influencedBy", claim.activities, lambda a: self._activity(a, inside))
        out.put(node, "entitlesTo", claim.entitlements, lambda e: self._entitlement(e, inside))
        out.put(node, "hasPart", claim.parts, lambda part: self._achievement(part, award))
        return node

    def _assessment(self, claim: Assessment, around: Around) -> Node:
        out = self.out
        title = title_of(claim, claim.specification, around.title)
        award = award_of(claim, around.award, whole=True)
        node = self._claim("LearningAssessment", claim, title, award)
        out.put_note(node, "grade", claim.grade)
        if says_none_of(claim, _BESIDE_A_GRADE):
            return node
        out.put_one(node, "gradeStatus", claim.status, out.code)
        out.put_when(node, "dateIssued", claim.assessed_on)
        out.put(node, "assessedBy", claim.assessed_by, out.organisation)
        out.put_one(node, "location", claim.place, out.place)
        out.put_one(node, "resultDistribution", claim.distribution, self._distribution)
        out.put_one(node, "shortenedGrading", claim.shortened, self._shortened)
        out.put_one(node, "idVerification", claim.identity_check, out.code)
        self._specified(node, claim, title)
        out.put(node, "hasPart", claim.parts, lambda part: self._assessment(part, Around(title, award)))
        return node

    def _activity(self, claim: Activity, around: Around) -> Node:
        out = self.out
        title = title_of(claim, claim.specification, around.title)
        award = award_of(claim, around.award, whole=True)
        node = self._claim("LearningActivity", claim, title, award)
        out.put(node, "temporal", claim.periods, out.period)
        out.put_one(node, "workload", claim.workload, str)
        out.put_one(node, "levelOfCompletion", claim.completion, int)
        out.put(node, "directedBy", claim.directed_by, out.organisation)
        out.put(node, "location", claim.places, out.place)
        if claim.specification is not None:
            name = "LearningActivitySpecification"
            node["specifiedBy"] = self._specification(claim.specification, name)
        out.put(node, "hasPart", claim.parts, lambda part: self._activity(part, Around(title, award)))
        return node

    def _entitlement(self, claim: Entitlement, around: Around) -> Node:
        out = self.out
        title = title_of(claim, claim.specification, around.title)
        award = award_of(claim, around.award, whole=True)
        node = self._claim("LearningEntitlement", claim, title, award)
        out.put_when(node, "dateIssued", claim.issued)
        out.put_when(node, "expiryDate", claim.expires)
        if claim.specification is not None:
            name = "LearningEntitlementSpecification"
            node["specifiedBy"] = self._specification(claim.specification, name)
        out.put(node, "hasPart", claim.parts, lambda part: self._entitlement(part, Around(title, award)))
        return node

    # --- what they have in common -------------------------------------------------------------------------------

    def _claim(self, kind: str, claim: Claim, title: Text, award: Award) -> Node:
        out = self.out
        node = out.node(kind)
        out.put_title(node, "title", title, claim, "title")
        node["awardedBy"] = self._process(award)
        if says_none_of(claim, _SELDOM_CLAIMED):
            return node
        out.put_text(node, "description", claim.description)
        out.put(node, "identifier", claim.identifiers, out.identifier)
        out.put(node, "dcType", claim.kinds, out.code)
        out.put(node, "supplementaryDocument", claim.documents, out.link)
        out.put_notes(node, claim.notes)
        return node

    def _process(self, award: Award) -> Node:
        """An AwardingProcess; the same award is the same node."""
        key = (*map(id, award.bodies), award.on, id(award.at))
        known = self._processes.get(key)
        if known is None:
            known = self._processes[key] = self.out.node("AwardingProcess")
            self.out.put(known, "awardingBody", award.bodies, self.out.organisation)
            self.out.put_when(known, "awardingDate", award.on)
            self.out.put_one(known, "location", award.at, self.out.place)
        return known

    def _opportunity(self, node: Node, claim: Achievement, inside: Around) -> None:
        """The opportunity that was taken, which holds the period of study and the term."""
        term, period = claim.term, claim.period
        if term is None and period is None:
            return
        if period is None and term is not None and term.title:
            node["learningOpportunity"] = self._taken(term, inside)
            return
        whole = self._taken(period, inside)
        if term is not None:
            whole["hasPart"] = self._taken(term, inside)
        node["learningOpportunity"] = whole

    def _taken(self, period: Period | None, inside: Around) -> Node:
        node = self.out.node("LearningOpportunity")
        node["title"] = dict(inside.title or {"und": "–"})
        self.out.put(node, "providedBy", inside.award.bodies, self.out.organisation)
        self.out.put_one(node, "temporal", period, self.out.period)
        return node

    # --- grades -------------------------------------------------------------------------------------------------

    def _specified(self, node: Node, claim: Assessment, title: Text) -> None:
        """The specification of an assessment, which carries the grading scheme too."""
        scale = self._scales.get(claim.scheme or "")
        if claim.specification is None and scale is None:
            return
        name = "LearningAssessmentSpecification"
        if claim.specification is not None:
            made = self._specification(claim.specification, name)
        else:
            made = self.out.node(name, "learningAssessmentSpec") | {"title": dict(title or {"und": "–"})}
        if scale is not None:
            made["gradingScheme"] = self._scheme(claim.scheme or "", scale)
        node["specifiedBy"] = made

    def _scheme(self, key: str, scale: GradingScheme) -> Node:
        known = self._written.get(key)
        if known is None:
            known = self._written[key] = self.out.node("GradingScheme")
            self.out.put_title(known, "title", scale.title, scale, "title")
            self.out.put_text(known, "description", scale.description)
            self.out.put(known, "identifier", scale.identifiers, self.out.identifier)
            self.out.put(known, "supplementaryDocument", scale.documents, self.out.link)
        return known

    def _distribution(self, distribution: Distribution) -> Node:
        node = self.out.node("ResultDistribution")
        self.out.put(node, "resultCategory", distribution.categories, self._category)
        self.out.put_text(node, "description", distribution.description)
        return node

    def _category(self, category: ResultCategory) -> Node:
        node = self.out.node("ResultCategory") | {"label": category.label}
        self.out.put_one(node, "count", category.count, int)
        self.out.put_one(node, "score", category.score, str)
        self.out.put_one(node, "minimumScore", category.minimum, str)
        self.out.put_one(node, "maximumScore", category.maximum, str)
        return node

    def _shortened(self, shortened: ShortenedGrading) -> Node:
        node = self.out.node("ShortenedGrading")
        self.out.put_one(node, "percentageLower", shortened.lower, int)
        self.out.put_one(node, "percentageEqual", shortened.equal, int)
        self.out.put_one(node, "percentageHigher", shortened.higher, int)
        return node

    def _credit(self, credit: Credit) -> Node:
        return self.out.node("CreditPoint") | {"framework": self.out.framework(credit.scheme), "point": credit.value}

    # --- specifications -----------------------------------------------------------------------------------------

    def _specification(self, given: Specification, kind: str) -> Node:
        node = self.out.node(kind)
        self.out.put_title(node, "title", given.title, given, "title")
        for field, value in filled(given):
            if field == "levels":
                self._levels(node, given)
            elif field in _KEYS:
                node[_KEYS[field]] = self._value(field, value)
        return node

    def _value(self, field: str, value: Any) -> Any:
        if field in _TEXTS:
            return dict(value)
        if field in _NOTES:
            return self.out.note(value)
        write = self._writers.get(field, _as_it_is)
        if not isinstance(value, tuple):
            return write(value)
        return write(value[0]) if len(value) == 1 else [write(member) for member in value]

    def _levels(self, node: Node, given: Specification) -> None:
        places = level_places(given.levels, qualified=bool(given.qualification))
        for place in dict.fromkeys(places):
            levels = [level for level, at in zip(given.levels, places, strict=True) if at == place]
            self.out.put(node, place, levels, self.out.level)

    def _outcome(self, outcome: Outcome) -> Node:
        out = self.out
        node = out.node("LearningOutcome")
        out.put_title(node, "title", outcome.title, outcome, "title")
        out.put(node, "identifier", outcome.identifiers, out.identifier)
        out.put(node, "dcType", outcome.kinds, out.code)
        out.put(node, "relatedESCOSkill", outcome.esco_skills, out.code)
        out.put(node, "relatedSkill", outcome.related_skills, out.code)
        out.put_one(node, "reusabilityLevel", outcome.reusability, out.code)
        out.put_notes(node, outcome.notes)
        return node


def _as_it_is(value: Any) -> Any:
    return value


_NOTHING = Specification()
_SELDOM_CLAIMED = frozenset({"description", "identifiers", "kinds", "documents", "notes"})
_BESIDE_A_GRADE = frozenset(
    {
        *("status", "assessed_on", "assessed_by", "place", "distribution", "shortened", "identity_check"),
        *("specification", "scheme", "parts"),
    }
)
_KEYS = SPECIFICATION_KEYS | {"notes": "additionalNote", "status": "status"}
_TEXTS = frozenset({"description", "other_titles", "categories"})
_NOTES = frozenset({"entry_requirement", "outcome_summary"})
_CODES = (
    "kinds",
    "qualification_codes",
    "fields",
    "subjects",
    "modes",
    "setting",
    "target_groups",
    "entitlement_status",
    "limit_jurisdictions",
    "limit_occupations",
)
