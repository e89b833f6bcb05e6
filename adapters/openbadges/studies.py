"""Reading an AchievementCredential: what was achieved, or is under way, as an achievement or an enrolment.

What the format makes a file repeat isn't read twice: a credential's name and description equal to the achievement's, a
description equal to the name, criteria equal to the description, a day of issue equal to that of the record around it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from adapters.openbadges import terms
from adapters.openbadges.credentials import ENDS, STARTS, is_conversion
from adapters.openbadges.nodes import PLACEHOLDER, Nodes, enter, image, text, when
from adapters.openbadges.results import Results
from gateway.kit.json_cursor import JsonCursor
from gateway.model.record import (
    Achievement,
    Alignment,
    Code,
    Credit,
    Enrolment,
    GradingScheme,
    Identifier,
    Level,
    Link,
    Organisation,
    Outcome,
    Period,
    Specification,
    Study,
)
from gateway.model.texts import UNDETERMINED, Text

LICENSE = "licenseNumber"
Status = Literal["passed", "failed", "in-progress", "interrupted", "left"]


class Around(NamedTuple):
    """The record or badge around a credential.

    reporter   who reports; not said again as who awarded
    issuer     who issues, as it is printed there
    issued     the day of issue as it is printed there, which a credential inside repeats
    expires    the same of the end of its life
    derived    a translation: its issuer is whoever translated, and who awarded stands as creator
    """

    reporter: Organisation
    issuer: Any = None
    issued: Any = None
    expires: Any = None
    derived: bool = False


@dataclass(slots=True)
class Studies:
    """One reading of the credentials of a report, with the grading schemes that they share."""

    nodes: Nodes
    schemes: list[GradingScheme] = field(default_factory=list)

    def study(self, credential: JsonCursor, around: Around, inside: tuple[Study, ...] = ()) -> Study:
        """A credential as a study; `inside` are the studies that are parts of it."""
        subject = credential.one("credentialSubject")
        achievement = None if subject is None else subject.one("achievement")
        if subject is None or achievement is None:
            raise ValueError("a credential without an achievement is no study: see has_achievement")
        enter(subject, "credentialSubject")
        language = _language(achievement)
        results = Results(self.nodes, self.schemes, subject, achievement, language)
        status = results.status()
        members = self._claim(credential, subject, achievement, around, language) | {
            "specification": self.nodes.made(self._specification(achievement, language), achievement),
            "period": _period(subject),
            "term": _term(subject, language),
            "credits_earned": self._credits(subject, "creditsEarned"),
            "assessments": results.assessments(),
            "parts": tuple(one for one in inside if isinstance(one, Achievement)),
            "enrolments": tuple(one for one in inside if isinstance(one, Enrolment)),
        }
        if status in ("passed", "failed"):
            return self.nodes.made(Achievement(status=status, **members), credential)
        return self.nodes.made(Enrolment(status=status, **members), credential)

    # --- what is said of the award ------------------------------------------------------------------------------

    def _claim(
        self, credential: JsonCursor, subject: JsonCursor, achievement: JsonCursor, around: Around, language: str
    ) -> dict[str, Any]:
        awarded_on = when(credential, "awardedDate")
        return {
            "title": _unless(credential, "name", achievement.value.get("name"), language),
            "description": _unless(credential, "description", achievement.value.get("description"), language),
            "notes": tuple([said] if (said := text(subject, "narrative", language)) else []),
            "identifiers": _license(subject),
            "awarded_by": self._awarded_by(credential, achievement, around),
            "awarded_on": _issued(credential, around, awarded_on),
            "documents": tuple(self._document(found) for found in _documents(credential)),
        }

    def _awarded_by(self, credential: JsonCursor, achievement: JsonCursor, around: Around) -> tuple[Organisation, ...]:
        if around.derived:
            if credential.place and credential.value.get("issuer") == around.issuer:
                credential.skip("issuer")  # whoever translated: a fact of the document
            bodies = self.nodes.issuers(achievement, "creator")
        else:
            bodies = self.nodes.issuers(credential)
            if achievement.value.get("creator") == credential.value.get("issuer"):
                achievement.skip("creator")
        return () if bodies == (around.reporter,) else bodies

    def _document(self, evidence: JsonCursor) -> Link:
        enter(evidence, "evidence")
        return self.nodes.made(Link(url=evidence.scalar("id") or "", title=text(evidence, "name")), evidence)

    # --- what was learned ---------------------------------------------------------------------------------------

    def _specification(self, achievement: JsonCursor, language: str) -> Specification:
        enter(achievement, "achievement")
        aligned = [self.nodes.alignment(found, language) for found in achievement.each("alignment")]
        named = text(achievement, "name", language)
        return Specification(
            title={} if PLACEHOLDER in named.values() else named,
            description=_unless(achievement, "description", achievement.value.get("name"), language),
            identifiers=(*self.nodes.identifiers(achievement), *_human_code(achievement)),
            kinds=self._kinds(achievement),
            credits_offered=self._credits(achievement, "creditsAvailable"),
            subjects=tuple(_subjects(achievement)),
            levels=tuple(one for one in aligned if isinstance(one, Level)),
            outcomes=tuple(one for one in aligned if isinstance(one, Outcome)),
            alignments=tuple(one for one in aligned if isinstance(one, Alignment)),
            image=image(achievement, language),
            **_criteria(achievement, language),
        )

    def _kinds(self, achievement: JsonCursor) -> tuple[Code, ...]:
        kind = achievement.scalar("achievementType")
        if kind is None:
            return ()
        code = Code(scheme=terms.ACHIEVEMENT_TYPE, value=terms.without_extension(kind))
        return (self.nodes.made(code, achievement, "achievementType"),)

    def _credits(self, cursor: JsonCursor, member: str) -> tuple[Credit, ...]:
        """Credits: the format has no unit for them, so they have none here."""
        value = cursor.scalar(member)
        return () if value is None else (self.nodes.made(Credit(scheme=Code(value=""), value=value), cursor, member),)


def has_achievement(credential: JsonCursor) -> bool:
    """Whether a credential states an achievement."""
    subject = credential.one("credentialSubject")
    return subject is not None and subject.one("achievement") is not None


def _language(achievement: JsonCursor) -> str:
    """The language of the achievement, which its texts are taken to be in."""
    return (achievement.scalar("inLanguage") or UNDETERMINED).lower()


def _unless(cursor: JsonCursor, member: str, copied: Any, language: str) -> Text:
    """A text, unless it only says again what stands elsewhere."""
    if cursor.value.get(member) is not None and cursor.value[member] == copied:
        cursor.skip(member)
        return {}
    return text(cursor, member, language)


def _issued(credential: JsonCursor, around: Around, awarded: str | None) -> str | None:
    """The day of the award: its own, else that of issue where it differs from that of the record around it."""
    for names, copied in ((STARTS, around.issued), (ENDS, around.expires)):
        for name in names:
            if name in credential.value and credential.value[name] == copied:
                credential.skip(name)
    if awarded is not None:
        return awarded
    started = [name for name in STARTS if name in credential.value and credential.value[name] != around.issued]
    return next((found for name in started if (found := when(credential, name)) is not None), None)


def _license(subject: JsonCursor) -> tuple[Identifier, ...]:
    number = subject.scalar(LICENSE)
    return () if number is None else (Identifier(scheme=LICENSE, value=number),)


def _documents(credential: JsonCursor) -> list[JsonCursor]:
    """Evidence that has an address; one enclosed in the credential has no place in the record yet."""
    several = [found for found in credential.each("evidence") if not is_conversion(found)]
    return [found for found in several if not str(found.value.get("id", "data:")).startswith("data:")]


def _period(subject: JsonCursor) -> Period | None:
    start, end = when(subject, "activityStartDate"), when(subject, "activityEndDate")
    return None if start is end is None else Period(start=start, end=end)


def _term(subject: JsonCursor, language: str) -> Period | None:
    named = text(subject, "term", language)
    return Period(title=named) if named else None


def _human_code(achievement: JsonCursor) -> tuple[Identifier, ...]:
    code = achievement.scalar("humanCode")
    return () if code is None else (Identifier(scheme="humanCode", value=code),)


def _subjects(achievement: JsonCursor) -> list[Code]:
    """Fields, specialisations and tags: free words, each under its own name."""
    places = (("fieldOfStudy", terms.FIELD), ("specialization", terms.SPECIALIZATION), ("tag", terms.TAG))
    return [Code(scheme=scheme, value=word) for member, scheme in places for word in achievement.scalars(member)]


def _criteria(achievement: JsonCursor, language: str) -> dict[str, Any]:
    """What has to be done: the nearest that the record has is the summary of what was learned, and a document."""
    criteria = achievement.one("criteria")
    if criteria is None:
        return {}
    enter(criteria, "criteria")
    address = criteria.scalar("id")
    return {
        "outcome_summary": _unless(criteria, "narrative", _described(achievement), language),
        "documents": () if address is None else (Link(url=address),),
    }


def _described(achievement: JsonCursor) -> Any:
    return achievement.value.get("description") or achievement.value.get("name")
