"""In which languages a translation is written when nobody says."""

from __future__ import annotations

import pytest

from gateway.model.record import Achievement, Activity, Learner, Organisation, Record, Report, Specification
from gateway.translate.languages import languages_of


def record(*titles: dict[str, str], report: dict[str, str] | None = None) -> Record:
    achievements = tuple(Achievement(specification=Specification(title=title)) for title in titles)
    whole = Report(issuer=Organisation(), title=report or {}, achievements=achievements)
    return Record(learner=Learner(), reports=(whole,))


@pytest.mark.parametrize(
    ("titles", "report", "languages"),
    [
        ([{"el": "α", "en": "a"}], None, ("el", "en")),
        ([{"en": "a"}], {"sv": "å"}, ("sv", "en")),
        ([{"und": "a"}, {"fi": "a"}], None, ("fi",)),
        ([{"und": "a"}], None, ("en",)),
        ([], None, ("en",)),
        ([{"a1": "", "b1": "", "c1": "", "d1": ""}], None, ("a1", "b1", "c1")),
    ],
)
def test_they_are_those_of_the_titles_in_order_at_most_three(titles, report, languages):
    assert languages_of(record(*titles, report=report)) == languages


def test_titles_of_parts_and_of_free_activities_count():
    part = Achievement(specification=Specification(title={"is": "þ"}))
    whole = Achievement(specification=Specification(title={"en": "a"}), parts=(part,))
    activity = Activity(specification=Specification(title={"da": "ø"}))
    report = Report(issuer=Organisation(), achievements=(whole,), activities=(activity,))
    assert languages_of(Record(learner=Learner(), reports=(report,))) == ("en", "is", "da")
