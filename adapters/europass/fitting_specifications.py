"""Specifications as the European Learning Model can hold them: each class has its own properties."""

from __future__ import annotations

from typing import Any

from adapters.europass.fitting import Fitting
from adapters.europass.profile import classes
from gateway.model.leaves import filled
from gateway.model.record import Level, Outcome, Specification

SPECIFICATION_KEYS = {
    "description": "description",
    "identifiers": "identifier",
    "kinds": "dcType",
    "qualification_codes": "qualificationCode",
    "partial_qualification": "isPartialQualification",
    "credits_offered": "creditPoint",
    "fields": "thematicArea",
    "subjects": "educationSubject",
    "languages": "language",
    "modes": "mode",
    "setting": "learningSetting",
    "volume": "volumeOfLearning",
    "maximum_duration": "maximumDuration",
    "contact_hours": "contactHour",
    "entry_requirement": "entryRequirement",
    "target_groups": "targetGroup",
    "outcomes": "learningOutcome",
    "outcome_summary": "learningOutcomeSummary",
    "entitlement_status": "entitlementStatus",
    "limit_jurisdictions": "limitJurisdiction",
    "limit_occupations": "limitOccupation",
    "limit_organisations": "limitOrganisation",
    "other_titles": "altLabel",
    "categories": "category",
    "levels": "educationLevel",
    "homepages": "homepage",
    "documents": "supplementaryDocument",
}
_CODES = frozenset(
    {
        "kinds",
        "qualification_codes",
        "fields",
        "subjects",
        "modes",
        "target_groups",
        "limit_jurisdictions",
        "limit_occupations",
    }
)
_LISTS = {
    "fields": "isced-f",
    "setting": "learning-setting",
    "entitlement_status": "entitlement-status",
    "limit_jurisdictions": "atu",
    "limit_occupations": "occupations",
}
_NOTHING = Specification()


class SpecificationFitting:
    """The specifications of one report."""

    def __init__(self, fitting: Fitting) -> None:
        self.fit = fitting

    def specification(self, given: Specification, name: str) -> Specification:
        """A specification of a class, with what that class can hold."""
        if not given.title and given == _NOTHING:
            return given
        holds = classes()[name]
        qualified = name == "Qualification"
        values: dict[str, Any] = {"qualification": True if qualified else None, "alignments": (), "image": None}
        for field, value in filled(given):
            key = SPECIFICATION_KEYS.get(field)
            if key is not None:
                values[field] = self._held(given, field, value, qualified) if key in holds else getattr(_NOTHING, field)
        if holds["dcType"].single and len(given.kinds) > 1:
            values["kinds"] = values["kinds"][:1]
        return self.fit.changed(given, **values)

    def _held(self, given: Specification, field: str, value: Any, qualified: bool) -> Any:  # noqa: FBT001
        """A field of a specification as its class can hold it."""
        fit = self.fit
        match field:
            case "identifiers":
                return fit.identifiers(value)
            case "levels":
                return self._levels(value, qualified=qualified)
            case "credits_offered":
                return fit.each(value, fit.credit)
            case "languages":
                return fit.tags(value)
            case "volume" | "maximum_duration":
                return fit.duration(given, field)
            case "outcomes":
                return fit.each(value, self._outcome)
            case "limit_organisations":
                return fit.organisations(value)
            case "homepages" | "documents":
                return fit.links(value)
            case "setting" | "entitlement_status":
                return fit.one_code(value, _LISTS[field])
            case _ if field in _CODES:
                return fit.codes(value, _LISTS.get(field, ""))
            case _:
                return value

    def _levels(self, given: tuple[Level, ...], *, qualified: bool) -> tuple[Level, ...]:
        """The levels in the order in which they are read: EQF, national, others."""
        fitted = self.fit.each(given, self.fit.level)
        ranks = level_places(fitted, qualified=qualified)
        order = sorted(range(len(fitted)), key=lambda i: ("eqfLevel", "nqfLevel", "educationLevel").index(ranks[i]))
        return fitted if order == sorted(order) else tuple(fitted[i] for i in order)

    def _outcome(self, given: Outcome) -> Outcome:
        fit = self.fit
        return fit.changed(
            given,
            identifiers=fit.identifiers(given.identifiers),
            kinds=fit.codes(given.kinds, "skill-type", most=1),
            esco_skills=fit.codes(given.esco_skills, "skills"),
            related_skills=fit.codes(given.related_skills),
            reusability=fit.one_code(given.reusability, "skill-reuse-level"),
        )


def level_places(levels: tuple[Level, ...], *, qualified: bool) -> list[str]:
    """The property that holds each level: only a qualification has one EQF level and levels of a national framework."""
    places: list[str] = []
    for level in levels:
        place = "educationLevel"
        if qualified and level.scheme == "qdr" and level.value:
            place = "nqfLevel"
        elif qualified and level.scheme == "eqf" and level.value and "eqfLevel" not in places:
            place = "eqfLevel"
        places.append(place)
    return places
