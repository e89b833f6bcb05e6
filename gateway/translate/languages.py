"""In which languages a translation is written when nobody says (rulings, 2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.model.record import Activity, Assessment, Entitlement, Record, Study
from gateway.model.texts import UNDETERMINED, Text

MOST = 3
_ENGLISH = "en"


def languages_of(record: Record) -> tuple[str, ...]:
    """The languages of the titles, in order of appearance, at most three; the first is the primary one.

    Titles of the reports come before those of their results. A record whose titles say no language is written in
    English: the words around its results have to be in some language.
    """
    seen = dict.fromkeys(language for title in _titles(record) for language in title if language != UNDETERMINED)
    return tuple(seen)[:MOST] or (_ENGLISH,)


def _titles(record: Record) -> Iterator[Text]:
    yield from (report.title for report in record.reports)
    for report in record.reports:
        for study in (*report.achievements, *report.enrolments):
            yield from _titles_below(study)
        claims: tuple[Activity | Assessment | Entitlement, ...] = (
            *report.activities,
            *report.assessments,
            *report.entitlements,
        )
        for claim in claims:
            yield claim.title
            if claim.specification is not None:
                yield claim.specification.title


def _titles_below(study: Study) -> Iterator[Text]:
    yield study.specification.title
    yield study.title
    for part in (*study.parts, *study.enrolments):
        yield from _titles_below(part)
