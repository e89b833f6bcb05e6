"""Fitting achievements and enrolments into ELMO's learning opportunities and their instances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.elmo import names
from adapters.elmo.dates import as_day
from adapters.elmo.fit import (
    always,
    count,
    decimal,
    every,
    exact,
    first,
    fit_foreign,
    homepage,
    identifiers,
    leaf,
    lines,
    of_one,
    one_of,
    scratch,
    some,
    text,
    token,
    words,
)
from adapters.elmo.fit_attachments import Files, fit_supplement
from adapters.elmo.fit_issuer import left_empty
from adapters.elmo.studies import CREDIT, EQF, ISCED_F, KIND, SUBJECT
from gateway.kit.walk import Walk
from gateway.model.record import (
    Achievement,
    Assessment,
    Code,
    Credit,
    Distribution,
    Enrolment,
    GroupMembership,
    Level,
    Period,
    ResultCategory,
    ShortenedGrading,
    Specification,
    Study,
)
from gateway.model.texts import UNDETERMINED, Text, When
from gateway.vocabulary import credit_schemes, languages
from gateway.vocabulary.kinds import opportunity_of

_ALL = Decimal(100)
CREDIT_LEVELS = ("Bachelor", "Master", "PhD")


@dataclass(frozen=True, slots=True)
class References:
    """What studies refer to: the keys that grading schemes have in ELMO, and whether a reference to a file holds."""

    schemes: Mapping[str, str | None]
    resolves: Callable[[str], bool]
    files: Files


@dataclass(frozen=True, slots=True)
class Places:
    """Where the studies of one list will stand in the document: `before[1]after`, `before[2]after` …"""

    before: str
    after: str = ""

    def of(self, number: int) -> str:
        """The place of the n-th, counted from 1."""
        return f"{self.before}[{number}]{self.after}"

    def parts(self, number: int) -> Places:
        """The places of the parts of the n-th."""
        return Places(f"{self.of(number)}/hasPart", "/learningOpportunitySpecification[1]")


# --- studies ---------------------------------------------------------------------------------------------------------


def fit_achievements(walk: Walk, field: str, to: References, places: Places) -> tuple[Achievement, ...]:
    """The achievements of a report, or the parts of a study."""
    if not walk.peek(field):
        return ()
    branches = walk.each(field, _as_named)
    return tuple(
        Achievement(status=branch.take("status"), **_facts(branch, to, places, n))
        for n, branch in enumerate(branches, 1)
    )


def fit_enrolments(walk: Walk, to: References, places: Places, after: int) -> tuple[Enrolment, ...]:
    """The studies in progress, which stand after so many others. Those interrupted, left or without an award have no
    word in ELMO.
    """
    if not walk.peek("enrolments"):
        return ()
    branches = walk.each("enrolments", lambda member: _as_named(member) if _under_way(member) else None)
    return tuple(
        Enrolment(status=branch.take("status"), **_facts(branch, to, places, n))
        for n, branch in enumerate(branches, after + 1)
    )


def _under_way(member: Any) -> bool:
    return bool(member.status == "in-progress")


def _as_named(member: Any) -> Study:
    """A study as far as its key goes: its identifiers, those of the specification, the title."""
    return scratch(_fit_names, member)


def _fit_names(study: Walk) -> Achievement:
    walk = study.one("specification")
    own = identifiers(study)
    if walk is None or own:
        return Achievement(identifiers=own)
    title = _moved_text(study, walk, "title", token)
    return Achievement(specification=Specification(identifiers=identifiers(walk), title=title))


def _facts(walk: Walk, to: References, places: Places, number: int) -> dict[str, Any]:
    supplement = walk.one("supplement")
    has_sections = supplement is not None and scratch(lambda w: fit_supplement(w, to.files), supplement.noun).sections
    place, inner = places.of(number), places.parts(number)
    instance = f"{place}/specifies[1]/learningOpportunityInstance[1]"
    parts = fit_achievements(walk, "parts", to, inner)
    return {
        "identifiers": identifiers(walk),
        "specification": _specification(walk, place),
        "period": _period(walk),
        "term": _term(walk, f"{instance}/academicTerm[1]"),
        "assessments": of_one(_assessment(walk, to)),
        "credits_earned": () if isinstance(walk.noun, Enrolment) else every(walk, "credits_earned", _fit_credit),
        "parts": parts,
        "enrolments": fit_enrolments(walk, to, inner, len(parts)),
        "groups": of_one(first(walk, "groups", _fit_membership)),
        "attachments": words(walk, "attachments", lambda key: key if to.resolves(key) else None),
        "supplement": (
            fit_supplement(supplement, to.files, f"{instance}/diplomaSupplement[1]")
            if supplement is not None and has_sections
            else None
        ),
        "passthrough": every(walk, "passthrough", fit_foreign),
    }


def _fit_membership(walk: Walk) -> GroupMembership:
    return GroupMembership(
        group_type=always(walk, "group_type", lines(walk.peek("group_type"))),
        group=always(walk, "group", lines(walk.peek("group"))),
    )


# --- what was taken --------------------------------------------------------------------------------------------------


def _specification(study: Walk, place: str) -> Specification:
    walk = study.one("specification")
    if walk is None:
        return Specification()
    offered = isinstance(study.noun, Enrolment)
    title = _moved_text(study, walk, "title", token)
    if not title:
        left_empty(walk, "title", f"{place}/title[1]")
    return Specification(
        identifiers=identifiers(walk),
        title=title,
        description=_moved_text(study, walk, "description", lines),
        kinds=of_one(first(walk, "kinds", _fit_kind, _is_kind)),
        levels=every(walk, "levels", _fit_level, lambda level: level.claimed_by is None),
        credits_offered=every(walk, "credits_offered", _fit_credit) if offered else (),
        fields=of_one(first(walk, "fields", _fit_code, lambda code: code.scheme == ISCED_F and bool(code.value))),
        subjects=of_one(first(walk, "subjects", _fit_code, lambda code: code.scheme == SUBJECT and bool(code.value))),
        languages=words(walk, "languages", _language, most=1),
        contact_hours=words(walk, "contact_hours", decimal, most=1),
        homepages=homepage(walk),
    )


def _moved_text(study: Walk, specification: Walk, field: str, change: Callable[[str], str]) -> Text:
    """A text of the specification; where it has none, the study's own, if ELMO holds that as it is."""
    own: Text = study.peek(field)
    if specification.peek(field) or not own or not exact(own, change):
        return text(specification, field, change)
    specification.take(field)
    study.note("moved", field, to_path=f"{specification.to_path}/{field}", detail="ELMO has one place for it")
    return dict(study.take(field))


def _is_kind(code: Code) -> bool:
    return code.scheme == KIND and code.value in names.OPPORTUNITY_KINDS


def _fit_kind(walk: Walk) -> Code:
    """A kind by our name for it, or by that of badges, which have more of them."""
    scheme, value = walk.peek("scheme"), walk.peek("value")
    kind = opportunity_of(scheme, value)
    if kind is None:
        return _fit_code(walk)
    return Code(scheme=always(walk, "scheme", KIND), value=always(walk, "value", token(kind)))


def _fit_code(walk: Walk) -> Code:
    return Code(scheme=walk.take("scheme"), value=always(walk, "value", token(walk.peek("value"))))


def _language(word: str) -> str | None:
    known = languages.by_alpha2(word)
    return some(word) if known is None else known.alpha2


def _fit_level(walk: Walk) -> Level:
    """A level that the issuer claims; ELMO has no place for one that the gateway adds."""
    scheme = token(walk.peek("scheme"))
    return Level(
        scheme=always(walk, "scheme", EQF if scheme.casefold() == EQF else scheme),
        value=leaf(walk, "value", token),
        label=_one_language(walk, "label"),
        claimed_by=walk.peek("claimed_by"),
    )


def _one_language(walk: Walk, field: str) -> Text:
    """A text of which ELMO holds one language: the first; the others are lost."""
    held = text(walk, field, lines)
    for language in list(held)[1:]:
        walk.note("dropped", field, language, detail="ELMO holds one language of it")
    return dict(list(held.items())[:1])


def _fit_credit(walk: Walk) -> Credit:
    return Credit(
        scheme=_credit_scheme(walk),
        value=leaf(walk, "value", decimal),
        level=leaf(walk, "level", one_of(CREDIT_LEVELS)),
    )


def _credit_scheme(credit: Walk) -> Code:
    """The word for the scheme as it will be read back: ECTS by any spelling is "ects"."""
    walk = credit.one("scheme")
    if walk is None:
        return Code(value="")
    word = token(walk.peek("value"))
    known = credit_schemes.credit_scheme(word)
    return Code(
        scheme=always(walk, "scheme", "" if known is None else CREDIT), value=always(walk, "value", known or word)
    )


# --- when ------------------------------------------------------------------------------------------------------------


def _period(study: Walk) -> Period | None:
    """Start and end; the day of the award stands for an end that isn't told."""
    walk = study.one("period")
    start = None if walk is None else leaf(walk, "start", as_day)
    end = None if walk is None else leaf(walk, "end", as_day)
    if end is None and (walk is None or walk.peek("end") is None):
        end = _award_as_end(study)
    return None if start is None and end is None else Period(start=start, end=end)


def _award_as_end(study: Walk) -> When | None:
    awarded: When | None = study.peek("awarded_on")
    if awarded is None or as_day(awarded) != awarded:
        return None
    study.take("awarded_on")
    study.note("moved", "awarded_on", to_path=f"{study.to_path}/period/end", detail="ELMO has one date for both")
    return awarded


def _term(study: Walk, place: str) -> Period | None:
    """An academic term: ELMO has it only with a start and an end."""
    walk = study.one("term")
    if walk is None or not all(when and as_day(when) for when in (walk.peek("start"), walk.peek("end"))):
        return None
    title = text(walk, "title")
    if not title:
        left_empty(walk, "title", f"{place}/title[1]")
    return Period(title=title, start=leaf(walk, "start", as_day), end=leaf(walk, "end", as_day))


# --- results ---------------------------------------------------------------------------------------------------------


def _assessment(study: Walk, to: References) -> Assessment | None:
    """The first result of which ELMO holds anything: it has a place for one."""
    return first(study, "assessments", lambda walk: _fit_assessment(walk, to), lambda fitted: fitted != Assessment())


def _fit_assessment(walk: Walk, to: References) -> Assessment:
    shortened, distribution = walk.one("shortened"), walk.one("distribution")
    return Assessment(
        grade=_grade(walk),
        scheme=leaf(walk, "scheme", lambda key: to.schemes.get(key, some(key))),
        shortened=None if shortened is None else _fit_shortened(shortened),
        distribution=None if distribution is None else _fit_distribution(distribution),
    )


def _grade(walk: Walk) -> Text:
    """The value as printed, of which ELMO holds one, without a language."""
    grade: Text = walk.peek("grade")
    if not grade:
        return {}
    language = UNDETERMINED if UNDETERMINED in grade else next(iter(grade))
    printed, now = grade[language], token(grade[language])
    walk.take("grade")
    for other in grade:
        if other != language:
            walk.note("dropped", "grade", other, detail="ELMO holds one printed value")
    if language == UNDETERMINED:
        if now != printed:
            walk.note("approximated", "grade", language, from_=printed, to=now, detail="another form in ELMO")
    elif now == printed:
        walk.note(
            "moved", "grade", language, to_path=f"{walk.to_path}/grade/{UNDETERMINED}", detail="without a language"
        )
    else:
        walk.note("dropped", "grade", language, detail="ELMO holds it on one line and without a language")
        walk.note("assumed", "grade", UNDETERMINED, to=now, detail="the printed value on one line")
    return {UNDETERMINED: now}


def _fit_shortened(walk: Walk) -> ShortenedGrading | None:
    """The three shares: ELMO has them together or not at all, and about 100 per cent together."""
    shares = [decimal(walk.peek(name) or "") for name in ("lower", "equal", "higher")]
    known = [Decimal(share) for share in shares if share is not None]
    if len(known) < len(shares) or abs(sum(known) - _ALL) > 1 or known[0] == _ALL:
        return None
    return ShortenedGrading(lower=walk.take("lower"), equal=walk.take("equal"), higher=walk.take("higher"))


def _fit_distribution(walk: Walk) -> Distribution | None:
    """The histogram: ELMO counts every category, and has at least one."""
    categories = every(walk, "categories", _fit_category, lambda category: category.count is not None)
    return Distribution(categories=categories, description=text(walk, "description", lines)) if categories else None


def _fit_category(walk: Walk) -> ResultCategory:
    return ResultCategory(label=always(walk, "label", token(walk.peek("label"))), count=leaf(walk, "count", count))
