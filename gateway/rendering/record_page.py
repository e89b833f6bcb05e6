"""The page image of a report: what of its description fits a sheet, in one language.

Shown are: who reports, the learner with birth date, the awards with level, grade and credits, and every other result as
a line of the table, with what stands by itself: activities, assessments, entitlements. A failed result and a study
under way say so beside the grade.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.model.record import Record, Report
from gateway.rendering.description import Facts, Line, Row, Said, Section, Table
from gateway.rendering.labels import word
from gateway.rendering.page import Award, Course, Page
from gateway.rendering.page import Fact as PageFact
from gateway.rendering.telling.dates import day_of
from gateway.rendering.telling.names import name_of
from gateway.rendering.telling.record import report_part
from gateway.rendering.telling.teller import Teller

_OF_AWARDS = ("level", "grade", "credits")


def describe(record: Record, report: Report, *, language: str, draft: bool, footer: tuple[str, ...] = ()) -> Page:
    """The page of one report of the record, each text in `language`, else without one, else in the first there is."""
    teller = Teller((language,))
    told = report_part(report, teller)
    awards = [block for block in told.blocks if isinstance(block, Section) and block.kind == "award"]
    own = _facts(told)
    return Page(
        language=language,
        title=_plain(teller.text(report.title)) or next((_plain(award.heading) for award in awards), ""),
        draft=draft,
        issuers=tuple(filter(None, (_plain(teller.text(report.issuer.legal_name)),))),
        learner=name_of(record.learner, language),
        learner_facts=_page_facts(language, ("born", _plain(day_of(record.learner.born)))),
        facts=_page_facts(
            language,
            ("awarded_by", _awarding(awards)),
            ("awarded_on", next(filter(None, (_plain(_facts(award).get("awarded_on", ())) for award in awards)), "")),
            ("issued_on", _plain(own.get("issued_on", ()))[:10]),
        ),
        awards=tuple(_award(award, language) for award in awards),
        courses=tuple(_courses(told)),
        footer=footer,
    )


def _page_facts(language: str, *pairs: tuple[str, str]) -> tuple[PageFact, ...]:
    return tuple(PageFact(word(key, language), value) for key, value in pairs if value)


def _award(award: Section, language: str) -> Award:
    facts = _facts(award)
    return Award(_plain(award.heading), _page_facts(language, *((key, _all(facts.get(key, ()))) for key in _OF_AWARDS)))


def _awarding(awards: Iterable[Section]) -> str:
    """Whoever awarded, each once, without their numbers."""
    names = (
        _line(line) for award in awards for line in _facts(award).get("awarded_by", ()) if line.spans[0].look != "faint"
    )
    return " · ".join(dict.fromkeys(names))


def _facts(section: Section) -> dict[str, Said]:
    return {fact.key: fact.value for block in section.blocks if isinstance(block, Facts) for fact in block.facts}


def _courses(section: Section) -> Iterator[Course]:
    """The rows of all its tables, those of awards first, as they stand."""
    for block in section.blocks:
        if isinstance(block, Table):
            keys = [column.key for column in block.columns]
            yield from (_course(row, dict(zip(keys, map(_all, row.cells), strict=True))) for row in block.rows)
        elif isinstance(block, Section):
            yield from _courses(block)


def _course(row: Row, cells: dict[str, str]) -> Course:
    """A status stands beside the grade."""
    return Course(
        title=cells["course"],
        code=cells.get("code", ""),
        credits=cells.get("credits", ""),
        grade=" – ".join(filter(None, (cells.get("grade", ""), _all(row.status)))),
        when=cells.get("when", ""),
        depth=row.depth,
    )


def _plain(what: Said) -> str:
    return _line(what[0]) if what else ""


def _all(what: Said) -> str:
    return ", ".join(map(_line, what))


def _line(line: Line) -> str:
    if len(line.spans) == 1:
        return line.spans[0].text
    return "".join(span.text for span in line.spans)
