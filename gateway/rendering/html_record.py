"""The record as a part of a page, as a person would read it: who, by whom, which awards, which courses, which grades.

Every value stands as it was printed. A text stands in the primary language first and in the others asked for below it;
where it has none of them, in whatever it has. Not every field is shown: the whole record is `testamur inspect --json`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from gateway.model.texts import UNDETERMINED, Text
from gateway.rendering.html_dates import date_of, span_of
from gateway.rendering.html_verdict import fact, text
from gateway.rendering.markup import Markup, element
from gateway.vocabulary import fields, languages

_GENDERS = {"0": "not known", "1": "male", "2": "female", "9": "not applicable"}
_USES = {
    "legal": "Name",
    "birth": "Name at birth",
    "patronymic": "Patronymic",
    "alternative": "Other name",
    "romanised": "Name in Latin letters",
}
_STATUSES = {
    "failed": "not passed",
    "in-progress": "in progress",
    "interrupted": "interrupted",
    "left": "left",
    "completed-without-award": "completed without award",
}


def record_part(record: Record, wanted: tuple[str, ...]) -> Markup:
    """The record: its learner and each report."""
    return _Telling(wanted).record(record)


def name_of(learner: Learner) -> str:
    """The name that a page is headed with; a learner may have none."""
    return next((_full(name) for name in learner.names if _full(name)), "Learner not named")


def _full(name: Name) -> str:
    return name.full or " ".join(part for part in (name.given, name.family) if part)


class _Row(NamedTuple):
    """A line of the table of results; `depth` is how deep it stands below an award."""

    study: Study
    depth: int


class _Telling:
    def __init__(self, wanted: tuple[str, ...]) -> None:
        self.languages = wanted

    def record(self, record: Record) -> Markup:
        return element("div", self._learner(record.learner), [self._report(report) for report in record.reports])

    # --- the learner

    def _learner(self, learner: Learner) -> Markup:
        facts = [fact(_USES[name.use] + _by(name), text(_full(name), _tag(name.language))) for name in learner.names]
        facts += self._optional(
            ("Born", date_of(learner.born)),
            ("Place of birth", self._one(learner.birthplace.name) if learner.birthplace else None),
            ("Citizenship", ", ".join(learner.citizenships)),
            ("Gender", _GENDERS[learner.gender] if learner.gender else None),
            ("National identifier", _number(learner.national_identifier)),
        )
        facts += [fact(_scheme(i), text(i.value)) for i in learner.identifiers]
        return element("section", element("h3", "Learner"), element("dl", facts or fact("Name", "not given")))

    # --- reports

    def _report(self, report: Report) -> Markup:
        title = self._texts(report.title) if report.title else "Results"
        awards = [study for study in report.achievements if _is_award(study)]
        results = [study for study in report.achievements if not _is_award(study)]
        return element(
            "section",
            element("h3", title),
            element("dl", self._report_facts(report)),
            [self._award(award) for award in awards],
            self._table("Results", results),
            self._table("Studies under way", report.enrolments),
            [self._claims("Activities", report.activities), self._claims("Assessments", report.assessments)],
            self._claims("Entitlements", report.entitlements),
            self._schemes(report.grading_schemes),
            self._attachments(report.attachments),
            class_="report",
        )

    def _report_facts(self, report: Report) -> Iterator[Markup]:
        yield fact("Issued by", self._organisation(report.issuer))
        yield from self._optional(
            ("Issued on", date_of(report.issued)),
            ("Valid from", date_of(report.valid_from)),
            ("Valid until", date_of(report.valid_until)),
        )
        if report.description:
            yield fact("Description", self._texts(report.description))

    def _organisation(self, organisation: Organisation) -> list[Markup | str]:
        name = self._texts(organisation.legal_name) if organisation.legal_name else "an organisation without a name"
        numbers = [organisation.eidas_identifier, organisation.registration, *organisation.identifiers]
        shown = [_number(number) for number in numbers if number is not None]
        more = [*([organisation.country] if organisation.country else []), *[number for number in shown if number]]
        return [name, element("span", text(" · ".join(more)), class_="faint block") if more else ""]

    # --- awards and courses

    def _award(self, award: Study) -> Markup:
        rows = [*_rows(award.parts), *_rows(award.enrolments)]
        return element(
            "article",
            element("h4", self._texts(award.specification.title or award.title), self._badge(award)),
            element("dl", self._award_facts(award)),
            self._rows_table("Courses and results", rows),
            self._supplement(award.supplement),
            class_="award",
        )

    def _award_facts(self, award: Study) -> Iterator[Markup]:
        specification = award.specification
        yield from self._optional(
            ("Level", [self._level(level) for level in specification.levels]),
            ("Grade", [self._grade(assessment) for assessment in award.assessments]),
            ("Credits", self._credits(award)),
            ("Awarded by", [self._organisation(organisation) for organisation in award.awarded_by]),
            ("Awarded on", date_of(award.awarded_on)),
            ("Period", span_of(award.period)),
            ("Field of study", [self._code(code) for code in specification.fields]),
            ("Language of instruction", ", ".join(map(_language_name, specification.languages))),
            ("Identifier", [text(_number(i) or "") for i in specification.identifiers]),
            ("Description", self._texts(specification.description) if specification.description else None),
            ("Learning outcomes", [self._texts(outcome.title) for outcome in specification.outcomes if outcome.title]),
            ("Activities", [self._activity(activity) for activity in award.activities]),
            ("Entitles to", [self._title(entitlement) for entitlement in award.entitlements]),
        )

    def _table(self, caption: str, studies: Sequence[Study]) -> Markup | None:
        return self._rows_table(caption, list(_rows(studies)))

    def _rows_table(self, caption: str, rows: Sequence[_Row]) -> Markup | None:
        """The table of results; a column that nobody fills isn't there."""
        if not rows:
            return None
        cells = [
            {
                "Course": self._course(row),
                "Code": _code_of(row.study),
                "Level": _lines(self._level(level) for level in row.study.specification.levels),
                "Credits": self._credits(row.study),
                "Grade": _lines(self._grade(assessment) for assessment in row.study.assessments),
                "When": _when(row.study),
            }
            for row in rows
        ]
        heads = [head for head in cells[0] if any(row[head] for row in cells)]
        body = [
            element("tr", [element("td", row[head], data_label=head, class_=head.lower()) for head in heads])
            for row in cells
        ]
        header = element("tr", [element("th", head, scope="col", class_=head.lower()) for head in heads])
        return element(
            "table",
            element("caption", caption),
            element("thead", header),
            element("tbody", body),
            class_="courses",
        )

    def _course(self, row: _Row) -> Markup:
        title = self._texts(row.study.specification.title or row.study.title)
        return element("div", title, self._badge(row.study), class_=f"depth{min(row.depth, 4)}")

    def _badge(self, study: Study) -> Markup | None:
        status = getattr(study, "status", "passed")
        return None if status == "passed" else element("span", _STATUSES[status], class_="pill")

    def _level(self, level: Level) -> Markup:
        words = " ".join(part for part in (level.scheme.upper(), level.value or "") if part)
        gateway = " (indicative, by the gateway)" if level.claimed_by else ""
        return element("span", text(words) if words else None, " ", self._one(level.label), gateway)

    def _grade(self, assessment: Assessment) -> Markup:
        status = f" ({self._plain(assessment.status.label) or assessment.status.value})" if assessment.status else ""
        own = [self._one(assessment.title), ": "] if assessment.title else []
        return element("span", own, self._one(assessment.grade) if assessment.grade else "–", status)

    def _credits(self, study: Study) -> Markup | None:
        earned = [_credit(credit) for credit in study.credits_earned if credit.value]
        if earned:
            return _lines(text(credit) for credit in earned)
        offered = [_credit(credit) for credit in study.specification.credits_offered if credit.value]
        return _lines(element("span", text(credit), " offered", class_="faint") for credit in offered)

    # --- the rest of a report

    def _claims(self, heading: str, claims: Sequence[Activity | Assessment | Entitlement]) -> Markup | None:
        if not claims:
            return None
        items = [element("li", self._title(claim), self._of_assessment(claim)) for claim in claims]
        return element("div", element("h4", heading), element("ul", items, class_="plain"))

    def _title(self, claim: Activity | Assessment | Entitlement) -> Markup:
        title = claim.title or (claim.specification.title if claim.specification is not None else {})
        return self._texts(title) if title else element("span", "without a title")

    def _activity(self, activity: Activity) -> Markup:
        more = [*map(span_of, activity.periods), text(activity.workload) if activity.workload else None]
        return element("span", self._title(activity), [[" · ", part] for part in more if part is not None])

    def _of_assessment(self, claim: Activity | Assessment | Entitlement) -> list[Markup | str]:
        return [" — ", self._grade(claim)] if isinstance(claim, Assessment) and claim.grade else []

    def _schemes(self, schemes: Sequence[GradingScheme]) -> Markup | None:
        if not schemes:
            return None
        names = keys(schemes)
        facts = [
            fact(name, self._texts(scheme.title or scheme.description), self._texts(scheme.description))
            if scheme.title and scheme.description
            else fact(name, self._texts(scheme.title or scheme.description))
            for name, scheme in zip(names, schemes, strict=True)
        ]
        return element("div", element("h4", "Grading schemes"), element("dl", facts))

    def _attachments(self, attachments: Sequence[Attachment]) -> Markup | None:
        if not attachments:
            return None
        items = [
            element(
                "li",
                self._texts(attachment.title) if attachment.title else "A file",
                [_file(content.media_type, content.size, content.sha256) for content in attachment.contents],
            )
            for attachment in attachments
        ]
        return element("div", element("h4", "Attached files"), element("ul", items, class_="plain"))

    def _supplement(self, supplement: DiplomaSupplement | None) -> Markup | None:
        if supplement is None:
            return None
        sections = [_section(section, supplement.language) for section in supplement.sections]
        return element("details", element("summary", "Diploma Supplement"), sections, class_="supplement")

    # --- texts

    def _texts(self, words: Text) -> Markup:
        """A text in the primary language, the others asked for below it."""
        chosen = [language for language in self.languages if words.get(language)]
        if not chosen:
            chosen = [UNDETERMINED] if words.get(UNDETERMINED) else list(words)[:1]
        first, *others = [text(words[language], _tag(language)) for language in chosen] or [Markup("")]
        return element("span", first, [element("span", other, class_="other") for other in others], class_="text")

    def _one(self, words: Text) -> Markup | None:
        """A short text once: a grade, a label."""
        language = self._language(words)
        return None if language is None else text(words[language], _tag(language))

    def _plain(self, words: Text) -> str:
        language = self._language(words)
        return "" if language is None else words[language]

    def _language(self, words: Text) -> str | None:
        wanted = (*self.languages, UNDETERMINED)
        return next((language for language in wanted if words.get(language)), next(iter(words), None))

    def _code(self, code: Code) -> Markup:
        known = fields.label_of(code.value) if code.scheme == "isced-f" and not code.label else None
        label = self._one(code.label) if code.label else text(known or code.value, "en" if known else None)
        return element("span", label, f" ({code.value})" if known else None)

    def _optional(self, *facts: tuple[str, Markup | str | Sequence[object] | None]) -> list[Markup]:
        made = []
        for label, value in facts:
            if isinstance(value, list):
                lines = [element("div", one) for one in value]
                made += [fact(label, lines)] if lines else []
            elif value:
                made.append(fact(label, value if isinstance(value, Markup) else text(str(value))))
        return made


def _rows(studies: Sequence[Study], depth: int = 0) -> Iterator[_Row]:
    for study in studies:
        yield _Row(study, depth)
        yield from _rows((*study.parts, *study.enrolments), depth + 1)


def _is_award(study: Study) -> bool:
    """Whether something heads a section of its own: a qualification, or what holds other results."""
    return bool(study.parts or study.enrolments or study.supplement or study.specification.qualification)


def _by(name: Name) -> str:
    return f" (by {name.source})" if name.source else ""


def _language_name(tag: str) -> str:
    language = languages.by_tag(tag)
    return language.name if language is not None and language.name else tag


def _tag(language: str) -> str | None:
    return None if language == UNDETERMINED else language


def _number(identifier: Identifier | None) -> str | None:
    if identifier is None:
        return None
    return f"{identifier.scheme}: {identifier.value}" if identifier.scheme else identifier.value


def _scheme(identifier: Identifier) -> str:
    return f"Identifier ({identifier.scheme})" if identifier.scheme else "Identifier"


def _code_of(study: Study) -> Markup | None:
    found = next(iter((*study.specification.identifiers, *study.identifiers)), None)
    return text(found.value) if found is not None else None


def _credit(credit: Credit) -> str:
    scheme = credit.scheme.value
    level = f", {credit.level}" if credit.level else ""
    return f"{credit.value} {scheme.rpartition('/')[2].upper() if '/' in scheme else scheme.upper()}{level}"


def _when(study: Study) -> Markup | None:
    printed = date_of(study.awarded_on) or span_of(study.term) or span_of(study.period)
    return printed or next((date_of(a.assessed_on or a.awarded_on) for a in study.assessments), None)


def _lines(parts: Iterable[Markup]) -> Markup | None:
    made = [element("div", part) for part in parts]
    return element("div", made) if made else None


def _file(media_type: str, size: int, sha256: str) -> Markup:
    about = " · ".join(
        part for part in (media_type, f"{size:,} octets" if size else "", f"sha256 {sha256[:16]}…") if part
    )
    return element("span", text(about), class_="faint block")


def _section(section: SupplementSection, language: str | None) -> Markup:
    lines = [line for line in (section.content, *section.additional) if line]
    return element(
        "section",
        element("h5", text(f"{section.number} {section.title}".strip(), language)),
        [element("p", text(line, language)) for line in lines],
        [_section(inner, language) for inner in section.sections],
    )
