"""The page of a report: what of the record is shown, in one language.

Shown are: who reports, the learner with birth date, the awards (whatever has parts, is a qualification, or stands
alone) with level, grade and credits, and every other result as a line of the table, then studies under way and what
stands by itself: activities, assessments, entitlements. A failed result and a study under way say so beside the grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.model.record import (
    Achievement,
    Claim,
    Credit,
    Enrolment,
    Learner,
    Level,
    Organisation,
    Period,
    Record,
    Report,
    Study,
)
from gateway.model.texts import Text, in_language
from gateway.rendering.labels import word
from gateway.rendering.page import Award, Course, Fact, Page


def describe(record: Record, report: Report, *, language: str, draft: bool, footer: tuple[str, ...] = ()) -> Page:
    """The page of one report of the record, each text in `language`, else without one, else in the first there is."""
    teller = _Teller(language)
    awards = [study for study in report.achievements if _is_award(study, report)]
    rest = [study for study in report.achievements if not _is_award(study, report)]
    courses = [course for award in awards for course in teller.courses((*award.parts, *award.enrolments), 0)]
    return Page(
        language=language,
        title=teller.text(report.title) or _first(teller.title(award) for award in awards),
        draft=draft,
        issuers=_filled((teller.text(report.issuer.legal_name),)),
        learner=_name(record.learner, language),
        learner_facts=teller.facts(("born", (record.learner.born or "")[:10])),
        facts=teller.facts(
            ("awarded_by", teller.bodies(awards)),
            ("awarded_on", _first(award.awarded_on or "" for award in awards)[:10]),
            ("issued_on", (report.issued or "")[:10]),
        ),
        awards=tuple(teller.award(award) for award in awards),
        courses=(*courses, *teller.courses((*rest, *report.enrolments), 0), *teller.claims(report)),
        footer=footer,
    )


def _is_award(study: Achievement, report: Report) -> bool:
    return bool(study.parts or study.specification.qualification) or len(report.achievements) == 1


class _Teller:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def text(self, text: Text) -> str:
        return in_language(text, self._language)

    def facts(self, *pairs: tuple[str, str]) -> tuple[Fact, ...]:
        return tuple(Fact(word(key, self._language), value) for key, value in pairs if value)

    def title(self, claim: Claim) -> str:
        specification = getattr(claim, "specification", None)
        return self.text(claim.title) or (self.text(specification.title) if specification else "")

    def bodies(self, awards: Iterable[Achievement]) -> str:
        names = (self._organisation(body) for award in awards for body in award.awarded_by)
        return " · ".join(dict.fromkeys(_filled(names)))

    def award(self, study: Achievement) -> Award:
        levels = ", ".join(_filled(self._level(level) for level in study.specification.levels))
        facts = self.facts(("level", levels), ("grade", self._grade(study)), ("credits", self._credits(study)))
        return Award(self.title(study), facts)

    def claims(self, report: Report) -> Iterator[Course]:
        """What stands by itself beside the achievements, one line each."""
        for activity in report.activities:
            yield Course(title=self.title(activity), when=_first(map(_span, activity.periods)))
        for assessment in report.assessments:
            when = (assessment.assessed_on or assessment.awarded_on or "")[:10]
            yield Course(title=self.title(assessment), grade=self.text(assessment.grade), when=when)
        for entitlement in report.entitlements:
            yield Course(title=self.title(entitlement), when=(entitlement.issued or "")[:10])

    def courses(self, studies: Iterable[Study], depth: int) -> Iterator[Course]:
        """The studies and their parts, depth first, in the order of the report."""
        waiting = [(study, depth) for study in reversed(tuple(studies))]
        while waiting:
            study, deep = waiting.pop()
            yield self._course(study, deep)
            waiting += [(part, deep + 1) for part in reversed((*study.parts, *study.enrolments))]

    def _course(self, study: Study, depth: int) -> Course:
        identifiers = study.identifiers or study.specification.identifiers
        return Course(
            title=self.title(study),
            code=identifiers[0].value if identifiers else "",
            credits=self._credits(study),
            grade=self._grade(study),
            when=(study.awarded_on or "")[:10] or _span(study.period),
            depth=depth,
        )

    def _grade(self, study: Study) -> str:
        grades = ", ".join(_filled(self.text(assessment.grade) for assessment in study.assessments))
        return " – ".join(_filled((grades, self._status(study))))

    def _status(self, study: Study) -> str:
        """Nothing for a pass: only what isn't one has to be said."""
        if isinstance(study, Enrolment):
            return word("in_progress", self._language) if study.status == "in-progress" else study.status
        return word("failed", self._language) if getattr(study, "status", "") == "failed" else ""

    def _credits(self, study: Study) -> str:
        earned = study.credits_earned
        return ", ".join(_filled(self._credit(credit) for credit in earned))

    def _credit(self, credit: Credit) -> str:
        scheme = self.text(credit.scheme.label) or credit.scheme.value
        return f"{credit.value} {scheme.upper() if scheme == 'ects' else scheme}".strip() if credit.value else ""

    def _level(self, level: Level) -> str:
        return self.text(level.label) or " ".join(_filled((level.scheme.upper(), level.value or "")))

    def _organisation(self, body: Organisation) -> str:
        return self.text(body.legal_name)


def _name(learner: Learner, language: str) -> str:
    """The printed name: in the page's language if there is one, else the first."""
    names = sorted(learner.names, key=lambda name: (name.use != "legal", name.language not in (language, "und")))
    for name in names:
        told = name.full or " ".join(_filled((name.given or "", name.family or "")))
        if told:
            return told
    return ""


def _span(period: Period | None) -> str:
    if period is None:
        return ""
    return " – ".join(_filled(((period.start or "")[:10], (period.end or "")[:10])))


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _filled(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, texts))
