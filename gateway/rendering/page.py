"""What a page for people says, as values: no fonts, no sizes, no positions.

Every face of a record (the page image of a Europass credential, HTML, later PDF) is drawn from this description, so
that there is one account of what is shown. All texts are plain data: a drawer must never read them as markup.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: a label in the page's language (may be empty) and the value as the issuer wrote it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Award:
    """An achievement that stands at the head of the page, e.g. a degree."""

    title: str
    facts: tuple[Fact, ...] = ()  # level, grade, credits, awarding body, date


@dataclass(frozen=True, slots=True)
class Course:
    """One line of the table of results, every value as printed; empty where the issuer states nothing."""

    title: str
    code: str = ""
    credits: str = ""
    grade: str = ""
    when: str = ""
    depth: int = 0  # how deep it stands below an award: 0 is a result of its own


@dataclass(frozen=True, slots=True)
class Page:
    """One page in one language.

    `language` is a BCP 47 tag: it chooses the fixed words, the direction of the page and the national forms of Han
    characters. `draft` puts a mark on the page that can't be overlooked. `footer` says what vouches for the page.
    """

    language: str
    title: str
    draft: bool = False
    issuers: tuple[str, ...] = ()
    learner: str = ""
    learner_facts: tuple[Fact, ...] = ()
    facts: tuple[Fact, ...] = ()
    awards: tuple[Award, ...] = ()
    courses: tuple[Course, ...] = ()
    footer: tuple[str, ...] = ()
    number: int = 1
    of: int = 1
