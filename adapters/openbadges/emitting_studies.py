"""Writing what was achieved, or is under way: one AchievementCredential for each study.

The issuer is whoever translates; who awarded stands as the creator of the achievement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from adapters.openbadges import terms
from adapters.openbadges.emitting import Emitting, Node, addressed
from adapters.openbadges.nodes import PLACEHOLDER
from adapters.openbadges.results import ORDINARY
from adapters.openbadges.studies import LICENSE
from gateway.kit import Number
from gateway.model.leaves import keys
from gateway.model.record import (
    Achievement,
    Assessment,
    Credit,
    Enrolment,
    GradingScheme,
    Organisation,
    Report,
    ScaleLevel,
    Specification,
    Study,
)
from gateway.model.texts import UNDETERMINED, Text
from gateway.vocabulary.kinds import achievement_of

_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,4}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_STATUS = {"failed": "Failed", "in-progress": "Enrolled", "interrupted": "OnHold", "left": "Withdrew"}
KEPT_STATUSES = ("Completed", "Provisional")
"""The statuses of a single result that don't say anything about the whole."""


class StudyEmitting:
    """The studies of one report."""

    def __init__(self, emitting: Emitting, report: Report) -> None:
        self.out = emitting
        self._issuer = report.issuer
        self._scales: Mapping[str, GradingScheme] = dict(
            zip(keys(report.grading_schemes), report.grading_schemes, strict=True)
        )
        self._used: set[str] = set()

    def fill(self, subject: Node, study: Study, number: str) -> None:
        """What a credential says of its subject, apart from who it is."""
        out = self.out
        language = self._language(study)
        achievement = self._achievement(study, number, language)
        if study.period is not None:
            out.put(subject, "activityStartDate", out.moment(study.period.start))
            out.put(subject, "activityEndDate", out.moment(study.period.end))
        self._credits(subject, "creditsEarned", study.credits_earned)
        out.put(subject, LICENSE, next((one.value for one in study.identifiers if one.scheme == LICENSE), None))
        out.put(subject, "narrative", next((out.words(note, language) for note in study.notes), None))
        if study.term is not None:
            out.put(subject, "term", out.words(study.term.title, language))
        out.put(subject, "result", self._results(study, achievement, number, language))
        subject["achievement"] = achievement

    def name_of(self, study: Study) -> str:
        """What a credential is called: the study's own title, else what was learned."""
        language = self._language(study)
        own = self.out.words(study.title, language)
        return self._name(study.specification, language) if own is None else own

    def description_of(self, study: Study) -> str | None:
        """What is said about this award alone."""
        return self.out.words(study.description, self._language(study))

    def _language(self, study: Study) -> str:
        """The one language in which all of a study's texts are there; und where there is none."""
        texts = [text for text in _texts(study) if text]
        shared = [tag for tag in (texts[0] if texts else ()) if all(tag in text for text in texts)]
        shared = [tag for tag in shared if _LANGUAGE.fullmatch(tag)]
        return self.out.preferred(shared) if shared else UNDETERMINED

    # --- what was learned ---------------------------------------------------------------------------------------

    def _achievement(self, study: Study, number: str, language: str) -> Node:
        out, learned = self.out, study.specification
        address, others = addressed(learned.identifiers)
        fresh = address is not None and address not in self._used
        node: Node = {"id": address if fresh else out.node_id("achievement", number), "type": ["Achievement"]}
        self._used.add(node["id"])
        name = self._name(learned, language)
        node |= {"name": name, "description": _or(out.words(learned.description, language), name)}
        node["criteria"] = {"narrative": _or(out.words(learned.outcome_summary, language), node["description"])}
        out.put(node["criteria"], "id", next((link.url for link in learned.documents), None))
        if language != UNDETERMINED:
            node["inLanguage"] = language
        node["creator"] = out.organisation(self._body(study))
        out.put(node, "image", out.image(learned.image, language))
        self._kind(node, learned)
        self._credits(node, "creditsAvailable", learned.credits_offered)
        self._subjects(node, learned)
        numbers = others if fresh or address is None else learned.identifiers
        out.put(node, "humanCode", next((one.value for one in numbers if one.scheme == "humanCode"), None))
        out.put(node, "otherIdentifier", out.entries(one for one in numbers if one.scheme != "humanCode"))
        aligned = [out.alignment(one, language) for one in learned.alignments]
        aligned += [out.outcome(one, language, f"{number}/{n}") for n, one in enumerate(learned.outcomes)]
        aligned += [level for one in learned.levels if (level := out.level(one, language)) is not None]
        out.put(node, "alignment", aligned)
        return out.origins.wrote(node, learned)

    def _name(self, learned: Specification, language: str) -> str:
        return _or(self.out.words(learned.title, language), PLACEHOLDER)

    def _body(self, study: Study) -> Organisation:
        """Who awarded; the model has one."""
        return next(iter(study.awarded_by), self._issuer)

    def _kind(self, node: Node, learned: Specification) -> None:
        """The achievement type, the first that can be one."""
        for code in learned.kinds:
            kind = achievement_of(code.scheme, code.value)
            term = None if not kind else terms.as_term(kind, terms.ACHIEVEMENT_TYPES)
            if term is not None:
                node["achievementType"] = term
                self.out.origins.wrote(node, code, "achievementType")
                self.out.origins.because(code, "scheme", "the target has another list of kinds")
                self.out.origins.because(code, "value", "the target has another list of kinds")
                return

    def _subjects(self, node: Node, learned: Specification) -> None:
        words = {scheme: [one.value for one in learned.subjects if one.scheme == scheme] for scheme in _SUBJECTS}
        for scheme, key in _SUBJECTS.items():
            several = key == "tag"
            self.out.put(node, key, words[scheme] if several else next(iter(words[scheme]), None))

    def _credits(self, node: Node, key: str, several: tuple[Credit, ...]) -> None:
        """One number: the model has no unit of credits."""
        chosen = next((one for one in several if _DECIMAL.fullmatch(one.value or "")), None)
        if chosen is not None:
            node[key] = _number(chosen.value or "")
            self.out.origins.wrote(node, chosen, key)
            self.out.origins.because(chosen, "scheme", NO_UNIT)
            self.out.origins.because(chosen.scheme, "scheme", NO_UNIT)
            self.out.origins.because(chosen.scheme, "value", NO_UNIT)

    # --- results ------------------------------------------------------------------------------------------------

    def _results(self, study: Study, achievement: Node, number: str, language: str) -> list[Node]:
        results = [
            self._result(one, achievement, f"{number}/{n}", language)
            for n, one in enumerate(study.assessments)
            if one.grade or _own_status(one)
        ]
        status = _STATUS.get(study.status) if isinstance(study, Achievement | Enrolment) else None
        if status is None:
            return results
        if results and "status" not in results[0]:
            results[0]["status"] = status
            return results
        return [*results, {"type": ["Result"], "status": status}]

    def _result(self, assessment: Assessment, achievement: Node, number: str, language: str) -> Node:
        out = self.out
        node: Node = {"type": ["Result"]}
        out.put(node, "value", out.words(assessment.grade, language))
        out.put(node, "status", _own_status(assessment))
        scale = self._scales.get(assessment.scheme or "")
        kind = next((one.value for one in assessment.kinds if one.scheme == terms.RESULT_TYPE), None)
        kind = None if kind is None else terms.as_term(kind, terms.RESULT_TYPES)
        if scale is not None or kind is not None:
            described = self._description(scale, kind or ORDINARY, number, language)
            achievement.setdefault("resultDescription", []).append(described)
            node["resultDescription"] = described["id"]
            if scale is not None and assessment.level in (names := keys(scale.levels)):
                node["achievedLevel"] = described["rubricCriterionLevel"][names.index(assessment.level)]["id"]
        out.put(node, "alignment", [out.alignment(one, language) for one in assessment.alignments])
        return out.origins.wrote(node, assessment)

    def _description(self, scale: GradingScheme | None, kind: str, number: str, language: str) -> Node:
        node: Node = {"id": self.out.node_id("result", number), "type": ["ResultDescription"], "resultType": kind}
        node["name"] = _or(self.out.words(scale.title, language) if scale is not None else None, kind)
        if scale is None:
            return node
        out = self.out
        levels = [self._level(one, f"{number}/{n}", language) for n, one in enumerate(scale.levels)]
        least = next((level["id"] for level, one in zip(levels, scale.levels, strict=True) if one.required), None)
        members = {
            "allowedValue": list(scale.values),
            "valueMin": scale.minimum,
            "valueMax": scale.maximum,
            "requiredValue": scale.required,
            "rubricCriterionLevel": levels,
            "requiredLevel": least,
            "alignment": [out.alignment(one, language) for one in scale.alignments],
        }
        for key, value in members.items():
            out.put(node, key, value)
        return out.origins.wrote(node, scale)

    def _level(self, level: ScaleLevel, number: str, language: str) -> Node:
        out = self.out
        address, _ = addressed(level.identifiers)
        node: Node = {"id": address or out.node_id("level", number), "type": ["RubricCriterionLevel"]}
        node["name"] = _or(out.words(level.title, language), PLACEHOLDER)
        out.put(node, "description", out.words(level.description, language))
        out.put(node, "level", level.rank)
        out.put(node, "points", level.points)
        out.put(node, "alignment", [out.alignment(one, language) for one in level.alignments])
        return out.origins.wrote(node, level)


NO_UNIT = "the target has a number of credits, and no unit of them"
_SUBJECTS = {terms.FIELD: "fieldOfStudy", terms.SPECIALIZATION: "specialization", terms.TAG: "tag"}


def _or(words: str | None, otherwise: str) -> str:
    """What is said, which may be the empty text, else what the format wants in its place."""
    return otherwise if words is None else words


def _number(text: str) -> int | Number:
    return int(text) if text.isdecimal() else Number(text)


def _own_status(assessment: Assessment) -> str | None:
    status = assessment.status
    known = status is not None and status.scheme == terms.RESULT_STATUS and status.value in KEPT_STATUSES
    return status.value if status is not None and known else None


def _texts(study: Study) -> Iterator[Text]:
    """The texts of a study that stand in its credential."""
    learned = study.specification
    yield from (learned.title, learned.description, learned.outcome_summary)
    yield from (study.title, study.description, *study.notes[:1])
    yield from (text for one in learned.alignments for text in (one.name, one.description))
    yield from (text for one in learned.outcomes for text in (one.title, *one.notes[:1]))
    yield from (one.grade for one in study.assessments)
    if study.term is not None:
        yield study.term.title


def is_writable(study: Study) -> bool:
    """Whether the model has a word for how a study ended: none for one completed without an award."""
    return not isinstance(study, Enrolment) or study.status in _STATUS
