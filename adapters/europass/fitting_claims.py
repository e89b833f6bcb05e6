"""Achievements, assessments, activities and entitlements as the European Learning Model can hold them.

Nothing that wasn't achieved is an achievement: a failed result becomes an assessment of its own, an enrolment an
activity (rulings of the project, 2.5). What a claim inherits from the one around it isn't said twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

from adapters.europass.fitting import Fitting, says_none_of
from adapters.europass.fitting_grades import POSITIVE, GradeFitting
from adapters.europass.fitting_specifications import SpecificationFitting
from adapters.europass.nodes import PLACEHOLDER
from gateway.model.noun import Noun
from gateway.model.record import (
    Achievement,
    Activity,
    Assessment,
    Claim,
    Code,
    Enrolment,
    Entitlement,
    Organisation,
    Period,
    Place,
    Report,
    Specification,
    Study,
)
from gateway.model.texts import Text

C = TypeVar("C", bound=Claim)
S = TypeVar("S", bound=Noun)
DEEPEST = 80
"""Claims within claims: a level is at most two of JSON, and readers stop at two hundred of those."""
_OF_CLAIM = frozenset({"title", "identifiers", "kinds", "awarded_by", "awarded_on", "awarded_at", "documents"})
_OF_ASSESSMENT = _OF_CLAIM | {
    *("status", "scheme", "assessed_on", "assessed_by", "place", "distribution", "shortened", "identity_check"),
    *("specification", "parts", "level", "alignments"),
}
"""The fields of a claim, and of an assessment, that fitting looks at: most assessments have a grade and no more."""
FAILED = Code(value="failed", label={"en": "Failed"})


class Award(NamedTuple):
    """Who awarded, when and where."""

    bodies: tuple[Organisation, ...] = ()
    on: str | None = None
    at: Place | None = None


class Around(NamedTuple):
    """What a claim inherits: the written title and the awarding process of the claim around it."""

    title: Text
    award: Award


def award_of(claim: Claim, around: Award, *, whole: bool) -> Award:
    """The awarding process of a fitted claim; with `whole` one that says nothing inherits all of it."""
    if whole and not (claim.awarded_by or claim.awarded_on or claim.awarded_at):
        return around
    return Award(claim.awarded_by or around.bodies, claim.awarded_on, claim.awarded_at)


def title_of(claim: Claim, specification: Specification | None, around: Text) -> Text:
    """The title that is written for a fitted claim; empty where only the placeholder can stand."""
    return claim.title or (specification.title if specification is not None else {}) or around


class ClaimFitting:
    """The claims of one report."""

    def __init__(self, fitting: Fitting, report: Report) -> None:
        self.fit = fitting
        self.grades = GradeFitting(fitting, report)
        self._specifications = SpecificationFitting(fitting)
        self.results: list[Assessment] = []
        self._depth = 0

    # --- studies ------------------------------------------------------------------------------------------------

    def achievements(
        self, given: tuple[Achievement, ...], enrolments: tuple[Enrolment, ...], around: Award
    ) -> tuple[Achievement, ...]:
        """The passed ones, and those within what was failed or is under way; of those the results are kept apart."""
        if not given and not enrolments:
            return given
        passed = [a for study in (*given, *enrolments) for a in self._passed(study)]
        fitted = self._each(tuple(passed), lambda a: self._achievement(a, around))
        same = len(fitted) == len(given) and all(new is old for new, old in zip(fitted, given, strict=True))
        return given if same else fitted

    def _each(self, given: tuple[S, ...], fit: Callable[[S], S | None]) -> tuple[S, ...]:
        """Claims within a claim, as deep as our own limits let a reader follow."""
        if not given:
            return given
        if self._depth == DEEPEST:
            for claim in given:
                self.fit.drop(claim, "", f"nested deeper than {DEEPEST} claims")
            return ()
        self._depth += 1
        fitted = self.fit.each(given, fit)
        self._depth -= 1
        return fitted

    def _passed(self, study: Study) -> Iterator[Achievement]:
        if isinstance(study, Achievement) and study.status == "passed":
            yield study
            return
        self._keep_results(study)
        for part in (*study.parts, *study.enrolments):
            for passed in self._passed(part):
                yield self._elsewhere(passed)

    def _elsewhere(self, given: S) -> S:
        moved: S = self.fit.origins.note(given.model_copy(), given, elsewhere=True)
        return moved

    def _achievement(self, given: Achievement, around: Award) -> Achievement:
        specification = self._specifications.specification(given.specification, _class_of(given.specification))
        common = self._common(given, specification.title, around, whole=False)
        award = award_of(common, around, whole=False)
        inside = Around(title_of(common, specification, {}), award)
        period, term = self._times(given)
        return self.fit.changed(
            common,
            specification=specification,
            period=period,
            term=term,
            credits_earned=self.fit.each(given.credits_earned, self.fit.credit),
            assessments=self.assessments(given.assessments, inside),
            activities=self._with_hours(given, inside),
            entitlements=self.entitlements(given.entitlements, inside),
            parts=self.achievements(given.parts, given.enrolments, award),
            enrolments=(),
            groups=(),
            attachments=(),
            supplement=None,
            passthrough=(),
        )

    def _with_hours(self, given: Achievement, inside: Around) -> tuple[Activity, ...]:
        """The activities, and for hours of contact one more, because only an activity has them in the model."""
        activities = self.activities(given.activities, given.enrolments, inside)
        hours = given.specification.contact_hours
        if not hours:
            return activities
        made = Specification(title=inside.title, contact_hours=hours)
        self.fit.origins.carry(given.specification, "contact_hours", made)
        return (*activities, Activity(specification=made))

    def _times(self, given: Study) -> tuple[Period | None, Period | None]:
        period = self.fit.one(given.period, self.fit.period)
        term = self.fit.one(given.term, self.fit.period)
        if period is not None and period.title and term is None:
            self.fit.drop(given.period or period, "title", "a period with a name is read as a term")
            period = self.fit.changed(period, title={})
        return period, term

    def _keep_results(self, given: Study) -> None:
        """The results of what wasn't achieved, as assessments of the report under the title of what was tried."""
        status = FAILED if isinstance(given, Achievement) else None
        if status is not None:
            self.fit.drop(given, "", "what was failed is no achievement; a printed result is kept as an assessment")
        for assessment in given.assessments:
            if assessment.grade:
                told = {
                    "title": assessment.title or given.title or given.specification.title,
                    "awarded_on": assessment.awarded_on or given.awarded_on,
                    "awarded_by": assessment.awarded_by or given.awarded_by,
                    "status": assessment.status or status,
                }
                kept = assessment.model_copy(update=told)
                self.results.append(self.fit.origins.note(kept, assessment, elsewhere=True))

    # --- assessments --------------------------------------------------------------------------------------------

    def assessments(self, given: tuple[Assessment, ...], around: Around) -> tuple[Assessment, ...]:
        """Assessments with a printed result; one without isn't written (rulings, 3.5)."""
        return self._each(given, lambda a: self._assessment(a, around))

    def _assessment(self, given: Assessment, around: Around) -> Assessment | None:
        if not given.grade:
            self.fit.drop(given, "", "the model wants a printed result in an assessment")
            return None
        if says_none_of(given, _OF_ASSESSMENT):
            return given
        specification = self._own(given.specification, "LearningAssessmentSpecification")
        scheme = self.grades.scheme(given)
        named = given.title or (specification.title if specification is not None else {}) or around.title
        if specification is not None and scheme is not None and specification == Specification(title=named):
            self.fit.drop(given, "specification", "one that says only the title again")
            specification = None
        common = self._common(given, _inherited(specification, around), around.award, whole=True, named=named)
        inside = Around(named, award_of(common, around.award, whole=True))
        return self.fit.changed(
            common,
            status=self.fit.one_code(given.status),
            scheme=scheme,
            level=None,
            alignments=(),
            assessed_on=self.fit.when(given, "assessed_on"),
            assessed_by=self.fit.organisations(given.assessed_by),
            place=self.fit.one(given.place, self.fit.place),
            distribution=self.fit.one(given.distribution, self.grades.distribution),
            shortened=self.fit.one(given.shortened, self.grades.shortened),
            identity_check=self.fit.one_code(given.identity_check),
            specification=specification,
            parts=self.assessments(given.parts, inside),
        )

    # --- activities and entitlements ----------------------------------------------------------------------------

    def activities(
        self, given: tuple[Activity, ...], enrolments: tuple[Enrolment, ...], around: Around
    ) -> tuple[Activity, ...]:
        """Activities, and after them the enrolments as activities."""
        if not given and not enrolments:
            return given
        fitted = self.fit.each(given, lambda a: self._activity(a, around))
        enrolled = () if self._depth == DEEPEST else tuple(self._enrolled(one, around) for one in enrolments)
        return (*fitted, *enrolled) if enrolled else fitted

    def _enrolled(self, given: Enrolment, around: Around) -> Activity:
        self.fit.drop(given, "moved", "a study under way is an activity, never an achievement")
        origins = self.fit.origins
        made = Activity(
            **{name: getattr(given, name) for name in Claim.model_fields},
            periods=() if given.period is None else (self._elsewhere(given.period),),
            specification=given.specification,
            parts=tuple(self._elsewhere(part) for part in given.activities),
        )
        fitted = self._activity(origins.note(made, given), around, given.enrolments)
        moved: Activity = origins.note(fitted, given, elsewhere=True)
        return moved

    def _activity(self, given: Activity, around: Around, enrolments: tuple[Enrolment, ...] = ()) -> Activity:
        specification = self._own(given.specification, "LearningActivitySpecification")
        named = given.title or (specification.title if specification is not None else {}) or around.title
        common = self._common(given, _inherited(specification, around), around.award, whole=True, named=named)
        inside = Around(named, award_of(common, around.award, whole=True))
        completion = given.completion if POSITIVE.fullmatch(given.completion or "") else None
        return self.fit.changed(
            common,
            periods=self.fit.each(given.periods, self.fit.period),
            workload=self.fit.duration(given, "workload"),
            completion=None if completion is None else str(int(completion)),
            directed_by=self.fit.organisations(given.directed_by),
            places=self.fit.places(given.places),
            specification=specification,
            parts=self.activities(given.parts, enrolments, inside),
        )

    def entitlements(self, given: tuple[Entitlement, ...], around: Around) -> tuple[Entitlement, ...]:
        """Entitlements."""
        return self._each(given, lambda e: self._entitlement(e, around))

    def _entitlement(self, given: Entitlement, around: Around) -> Entitlement:
        specification = self._own(given.specification, "LearningEntitlementSpecification")
        named = given.title or (specification.title if specification is not None else {}) or around.title
        if specification is not None and not (specification.kinds and specification.entitlement_status):
            self.fit.drop(given, "specification", "the model wants its kind and status, and they aren't there")
            specification = None
        common = self._common(given, _inherited(specification, around), around.award, whole=True, named=named)
        inside = Around(named, award_of(common, around.award, whole=True))
        return self.fit.changed(
            common,
            kinds=common.kinds[:1],
            issued=self.fit.when(given, "issued"),
            expires=self.fit.when(given, "expires"),
            specification=specification,
            parts=self.entitlements(given.parts, inside),
        )

    # --- what they have in common -------------------------------------------------------------------------------

    def _common(self, given: C, shadow: Text, around: Award, *, whole: bool, named: Text | None = None) -> C:
        """The members of every claim; `shadow` is the title that isn't said again."""
        if says_none_of(given, _OF_CLAIM):
            return given
        fit = self.fit
        named = given.title if named is None else named
        bodies = fit.organisations(given.awarded_by)
        on, at = fit.when(given, "awarded_on"), fit.one(given.awarded_at, fit.place)
        award = Award(bodies or around.bodies, on, at)
        inherits = whole and award == around
        return fit.changed(
            given,
            title={} if named in (shadow, PLACEHOLDER) else named,
            identifiers=fit.identifiers(given.identifiers),
            kinds=fit.codes(given.kinds),
            awarded_by=() if bodies == around.bodies else bodies,
            awarded_on=None if inherits else on,
            awarded_at=None if inherits else at,
            documents=fit.links(given.documents),
        )

    def _own(self, given: Specification | None, name: str) -> Specification | None:
        return None if given is None else self._specifications.specification(given, name)


def _class_of(specification: Specification) -> str:
    return "Qualification" if specification.qualification else "LearningAchievementSpecification"


def _inherited(specification: Specification | None, around: Around) -> Text:
    return (specification.title if specification is not None else {}) or around.title
