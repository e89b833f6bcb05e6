"""The record as parts of a page, as a person would read it: who, by whom, which awards, which courses, which grades.

Every value stands as it was printed. Not every field is shown: the whole record is `testamur inspect --json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from gateway.model.leaves import keys
from gateway.model.record import (
    Activity,
    Assessment,
    Attachment,
    Code,
    Credit,
    DiplomaSupplement,
    Entitlement,
    GradingScheme,
    Identifier,
    Learner,
    Level,
    Name,
    Organisation,
    Record,
    Report,
    Study,
    SupplementSection,
)
from gateway.rendering.description import Column, Fact, Facts, Note, Row, Said, Section, Span, Table, said
from gateway.rendering.telling import letters
from gateway.rendering.telling.dates import day_of, span_of
from gateway.rendering.telling.names import written
from gateway.rendering.telling.teller import Teller, foreign, joined, lines
from gateway.vocabulary import fields, languages

MOST_ROWS = 2000
"""Rows of a table that a page shows; the data beside the page has all."""

_COLUMNS = ("course", "code", "level", "credits", "grade", "when")


class _Course(NamedTuple):
    """A line of a table of results; `depth` is how deep it stands below an award."""

    study: Study
    depth: int


def record_parts(record: Record, teller: Teller) -> tuple[Note | Section, ...]:
    """The record: what to be careful of in its letters, its learner, each report."""
    reports = (report_part(report, teller) for report in record.reports)
    return (*_cautions(record, teller), learner_part(record.learner, teller), *reports)


# --- letters


def _cautions(record: Record, teller: Teller) -> Iterator[Note]:
    telling = list(_telling_texts(record))
    for word, odd in letters.mixed_words(telling):
        named = ", ".join(map(letters.named, odd))
        yield Note(teller.sentence("mixed_letters", word=foreign(word, look="strong"), letters=Span(named)), "caution")
    turned = letters.turning(telling)
    if turned:
        named = ", ".join(map(letters.named, turned))
        yield Note(teller.sentence("turned_letters", letters=Span(named)), "caution")


def _telling_texts(record: Record) -> Iterator[str]:
    """Names, titles, issuers: the texts by which a reader takes one thing for another."""
    for name in record.learner.names:
        yield from filter(None, (name.full, name.given, name.family))
    for report in record.reports:
        yield from chain(report.title.values(), report.issuer.legal_name.values())
        for row in _rows((*report.achievements, *report.enrolments)):
            yield from chain(row.study.specification.title.values(), row.study.title.values())


# --- the learner


def learner_part(learner: Learner, teller: Teller) -> Section:
    """Who learned."""
    facts = [_name_fact(name, teller) for name in learner.names]
    gender = teller.word(f"gender_{learner.gender}") if learner.gender else ()
    facts += teller.facts(
        ("born", day_of(learner.born)),
        ("birthplace", lines([teller.one(learner.birthplace.name)]) if learner.birthplace else ()),
        ("citizenship", said(foreign(", ".join(learner.citizenships))) if learner.citizenships else ()),
        ("gender", gender),
        ("national_identifier", _number(learner.national_identifier)),
    )
    facts += [_identifier_fact(identifier, teller) for identifier in learner.identifiers]
    facts = facts or [teller.fact("name_legal", teller.word("not_named"))]
    return Section(teller.word("learner"), (Facts(tuple(facts)),), level=3, kind="learner")


def _name_fact(name: Name, teller: Teller) -> Fact:
    label = teller.word(f"name_{name.use}")
    source = Span(f" ({name.source})", "en") if name.source else None
    return Fact(f"name_{name.use}", joined(label, source), said(foreign(written(name), name.language)))


def _identifier_fact(identifier: Identifier, teller: Teller) -> Fact:
    scheme = joined(" (", foreign(identifier.scheme), ")") if identifier.scheme else None
    return Fact("identifier", joined(teller.word("identifier"), scheme), said(foreign(identifier.value)))


# --- a report


def report_part(report: Report, teller: Teller) -> Section:
    """An issuer's set of results: its awards with their courses, then all that stands by itself."""
    awards = [study for study in report.achievements if is_award(study, report)]
    rest = [study for study in report.achievements if not is_award(study, report)]
    blocks: list[Facts | Section | Table | None] = [
        Facts(tuple(_report_facts(report, teller))),
        *(_award(award, teller) for award in awards),
        _courses("results", rest, teller),
        _courses("under_way", report.enrolments, teller),
        _claims("activities", [_of_activity(one, teller) for one in report.activities], teller),
        _claims("assessments", [_of_assessment(one, teller) for one in report.assessments], teller),
        _claims("entitlements", [_of_entitlement(one, teller) for one in report.entitlements], teller),
        _schemes(report.grading_schemes, teller),
        _attachments(report.attachments, teller),
    ]
    title = teller.text(report.title) or teller.word("results")
    return Section(title, tuple(block for block in blocks if block is not None), level=3, kind="report")


def is_award(study: Study, report: Report) -> bool:
    """Whether something heads a section of its own: a qualification, what holds other results, a report's only one."""
    alone = len(report.achievements) == 1 and not report.enrolments
    return alone or bool(study.parts or study.enrolments or study.supplement or study.specification.qualification)


def _report_facts(report: Report, teller: Teller) -> list[Fact]:
    return [
        teller.fact("issuer", _organisation(report.issuer, teller)),
        *teller.facts(
            ("issued_on", day_of(report.issued)),
            ("valid_from", day_of(report.valid_from)),
            ("valid_until", day_of(report.valid_until)),
            ("description", teller.text(report.description)),
        ),
    ]


def _organisation(organisation: Organisation, teller: Teller) -> Said:
    name = teller.text(organisation.legal_name) or teller.word("nameless")
    numbers = [organisation.eidas_identifier, organisation.registration, *organisation.identifiers]
    more = [*([organisation.country] if organisation.country else []), *(_numbered(n) for n in numbers if n)]
    return lines([name, foreign(" · ".join(more), look="faint") if more else None])


# --- awards and courses


def _award(award: Study, teller: Teller) -> Section:
    rows = (*award.parts, *award.enrolments)
    blocks = (
        Facts(tuple(_award_facts(award, teller))),
        _courses("courses", rows, teller),
        _supplement(award.supplement, teller),
    )
    title = title_of(award, teller) or teller.heading("without_title")
    badges = (_status(award, teller),) if _status(award, teller) else ()
    kept = tuple(block for block in blocks if block is not None)
    return Section(title, kept, level=4, kind="award", badges=badges)


def title_of(study: Study, teller: Teller) -> Said:
    """What a result is called; nothing where it has no title."""
    return teller.text(study.specification.title or study.title)


def _award_facts(award: Study, teller: Teller) -> list[Fact]:
    specification = award.specification
    return teller.facts(
        ("level", lines(_level(level, teller) for level in specification.levels)),
        ("grade", lines(_grade(assessment, teller) for assessment in award.assessments)),
        ("credits", _credits(award, teller)),
        ("awarded_by", lines(_organisation(body, teller) for body in award.awarded_by)),
        ("awarded_on", day_of(award.awarded_on)),
        ("period", span_of(award.period)),
        ("field", lines(_code(code, teller) for code in specification.fields)),
        ("language", _languages(specification.languages)),
        ("identifier", lines(_number(i) for i in (*specification.identifiers, *award.identifiers))),
        ("description", teller.text(specification.description)),
        ("outcomes", lines(teller.text(outcome.title) for outcome in specification.outcomes)),
        ("activities", lines(_activity(activity, teller) for activity in award.activities)),
        ("entitles", lines(_claim_title(entitlement, teller) for entitlement in award.entitlements)),
    )


def _courses(caption: str, studies: Sequence[Study], teller: Teller) -> Table | None:
    courses = list(_rows(studies))
    return _table(caption, [_course(course, teller) for course in courses[:MOST_ROWS]], len(courses), teller)


def _course(course: _Course, teller: Teller) -> Row:
    study = course.study
    cells = (
        title_of(study, teller),
        _code_of(study),
        lines(_level(level, teller) for level in study.specification.levels),
        _credits(study, teller),
        lines(_grade(assessment, teller) for assessment in study.assessments),
        _when(study),
    )
    return Row(cells, depth=course.depth, status=_status(study, teller))


def _table(caption: str, rows: Sequence[Row], whole: int, teller: Teller) -> Table | None:
    """A table of what has these rows; a column that nobody fills isn't there."""
    if not rows:
        return None
    used = [place for place in range(len(_COLUMNS)) if place == 0 or any(row.cells[place] for row in rows)]
    more = teller.phrase("more_elsewhere", n=f"{whole - len(rows):,}") if whole > len(rows) else ()
    return Table(
        "courses",
        teller.word(caption),
        tuple(Column(_COLUMNS[place], teller.word(_COLUMNS[place])) for place in used),
        tuple(Row(tuple(row.cells[place] for place in used), row.depth, row.status) for row in rows),
        more,
    )


def _rows(studies: Iterable[Study]) -> Iterator[_Course]:
    """The studies and their parts, depth first, in the order of the report."""
    waiting = [_Course(study, 0) for study in reversed(tuple(studies))]
    while waiting:
        course = waiting.pop()
        yield course
        below = reversed((*course.study.parts, *course.study.enrolments))
        waiting += [_Course(part, course.depth + 1) for part in below]


def _status(study: Study, teller: Teller) -> Said:
    """Nothing for a pass: only what isn't one has to be said."""
    status: str = getattr(study, "status", "passed")
    return () if status == "passed" else teller.word(status.replace("-", "_"))


def _level(level: Level, teller: Teller) -> Said:
    named = " ".join(part for part in (level.scheme.upper(), level.value or "") if part)
    label = teller.one(level.label)
    gateway = joined(" (", teller.short("by_gateway"), ")") if level.claimed_by else None
    return joined(foreign(named) if named else None, " " if named and label else None, label, gateway)


def _grade(assessment: Assessment, teller: Teller) -> Said:
    status = assessment.status
    if status is None and not assessment.title:
        return lines([teller.one(assessment.grade) or Span("–")])
    words = (teller.one(status.label) or foreign(status.value)) if status else None
    title = teller.one(assessment.title)
    return joined(
        title,
        ": " if title else None,
        teller.one(assessment.grade) or Span("–"),
        *((" (", words, ")") if words else ()),
    )


def _credits(study: Study, teller: Teller) -> Said:
    earned = [foreign(_credit(credit, teller)) for credit in study.credits_earned if credit.value]
    if earned:
        return lines(earned)
    offered = [foreign(_credit(credit, teller)) for credit in study.specification.credits_offered if credit.value]
    return lines(
        joined(credit._replace(look="faint"), " ", teller.short("offered", look="faint")) for credit in offered
    )


def _credit(credit: Credit, teller: Teller) -> str:
    label = teller.one(credit.scheme.label)
    scheme = label.text if label else credit.scheme.value.rpartition("/")[2].upper()
    return " ".join(filter(None, (credit.value, scheme))) + (f", {credit.level}" if credit.level else "")


def _code_of(study: Study) -> Said:
    found = next(iter((*study.identifiers, *study.specification.identifiers)), None)
    return said(foreign(found.value)) if found is not None else ()


def _when(study: Study) -> Said:
    printed = day_of(study.awarded_on) or span_of(study.term) or span_of(study.period)
    return printed or next((day_of(a.assessed_on or a.awarded_on) for a in study.assessments), ())


# --- what stands by itself


def _claims(caption: str, rows: Sequence[Row], teller: Teller) -> Table | None:
    return _table(caption, rows[:MOST_ROWS], len(rows), teller)


def _claim_title(claim: Activity | Assessment | Entitlement, teller: Teller) -> Said:
    title = claim.title or (claim.specification.title if claim.specification is not None else {})
    return teller.text(title) or teller.word("without_title")


def _of_activity(activity: Activity, teller: Teller) -> Row:
    when = next(filter(None, map(span_of, activity.periods)), ())
    return Row((_claim_title(activity, teller), (), (), (), (), when))


def _of_assessment(assessment: Assessment, teller: Teller) -> Row:
    grade = _grade(assessment.model_copy(update={"title": {}}), teller) if assessment.grade else ()
    when = day_of(assessment.assessed_on or assessment.awarded_on)
    return Row((_claim_title(assessment, teller), (), (), (), grade, when))


def _of_entitlement(entitlement: Entitlement, teller: Teller) -> Row:
    return Row((_claim_title(entitlement, teller), (), (), (), (), day_of(entitlement.issued)))


def _activity(activity: Activity, teller: Teller) -> Said:
    more = [*map(span_of, activity.periods), said(foreign(activity.workload)) if activity.workload else ()]
    told = _claim_title(activity, teller)
    for part in filter(None, more):
        told = joined(told, " · ", part)
    return told


def _schemes(schemes: Sequence[GradingScheme], teller: Teller) -> Section | None:
    if not schemes:
        return None
    facts = [
        Fact("scheme", said(foreign(name)), lines(_scale(scheme, teller)))
        for name, scheme in zip(keys(schemes), schemes, strict=True)
    ]
    return Section(teller.word("schemes"), (Facts(tuple(facts)),), level=4, kind="schemes")


def _scale(scheme: GradingScheme, teller: Teller) -> Iterator[Said]:
    """What a scale is called, its values from low to high, and its levels."""
    yield teller.text(scheme.title)
    yield teller.text(scheme.description)
    if scheme.values:
        yield said(foreign(", ".join(scheme.values)))
    yield from (teller.text(level.title) for level in scheme.levels)


def _attachments(attachments: Sequence[Attachment], teller: Teller) -> Section | None:
    if not attachments:
        return None
    facts = [
        Fact(
            "attachment",
            teller.text(attachment.title) or teller.word("a_file"),
            lines(foreign(_file(c.media_type, c.size, c.sha256), look="faint") for c in attachment.contents),
        )
        for attachment in attachments
    ]
    return Section(teller.word("attached"), (Facts(tuple(facts)),), level=4, kind="attachments")


def _supplement(supplement: DiplomaSupplement | None, teller: Teller) -> Section | None:
    if supplement is None:
        return None
    parts = tuple(_supplement_part(section, supplement.language or "", 5) for section in supplement.sections)
    return Section(teller.word("supplement"), parts, level=5, kind="supplement", folded=True)


def _supplement_part(section: SupplementSection, language: str, level: int) -> Section:
    told = (line for line in (section.content, *section.additional) if line)
    notes = tuple(Note(said(foreign(line, language)), "nothing") for line in told)
    inner = tuple(_supplement_part(one, language, level) for one in section.sections)
    heading = said(foreign(f"{section.number} {section.title}".strip(), language))
    return Section(heading, (*notes, *inner), level=level, kind="supplement-part")


# --- codes and numbers


def _code(code: Code, teller: Teller) -> Said:
    known = fields.label_of(code.value) if code.scheme == "isced-f" and not code.label else None
    label = teller.one(code.label) or (Span(known, "en") if known else foreign(code.value))
    return joined(label, f" ({code.value})" if known else None)


def _languages(tags: Sequence[str]) -> Said:
    return said(Span(", ".join(map(_language_name, tags)), "en")) if tags else ()


def _language_name(tag: str) -> str:
    language = languages.by_tag(tag)
    return language.name if language is not None and language.name else tag


def _number(identifier: Identifier | None) -> Said:
    return said(foreign(_numbered(identifier))) if identifier is not None else ()


def _numbered(identifier: Identifier) -> str:
    return f"{identifier.scheme}: {identifier.value}" if identifier.scheme else identifier.value


def _file(media_type: str, size: int, sha256: str) -> str:
    sized = f"{size:,} octets" if size else ""
    return " · ".join(part for part in (media_type, sized, f"sha256 {sha256[:16]}…") if part)
