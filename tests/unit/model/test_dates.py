"""Days and moments of partial dates."""

from __future__ import annotations

import pytest

from gateway.model.dates import as_moment, day_at_midnight, parts_of


@pytest.mark.parametrize(
    ("when", "moment", "back"),
    [
        ("2014", "2014-01-01T00:00:00Z", "2014-01-01"),
        ("2014-11", "2014-11-01T00:00:00Z", "2014-11-01"),
        ("2014-11-28", "2014-11-28T00:00:00Z", "2014-11-28"),
        ("2014-11-28+02:00", "2014-11-28T00:00:00+02:00", "2014-11-28+02:00"),
        ("2014-11-28T10:00:00", "2014-11-28T10:00:00", "2014-11-28T10:00:00"),
        ("2014-11-28T00:00:00.000Z", "2014-11-28T00:00:00.000Z", "2014-11-28"),
        ("-0044-03", "-0044-03-01T00:00:00Z", "-0044-03-01"),
    ],
)
def test_a_date_becomes_midnight_and_midnight_a_day(when, moment, back):
    assert as_moment(when) == moment
    assert day_at_midnight(moment) == back


def test_a_date_is_taken_apart_with_its_zone():
    assert parts_of("2014-05:00") == ("2014", "", "", "", "-05:00")
    assert parts_of("2014-11-28T10:00:00.5Z").date == "2014-11-28"
    with pytest.raises(ValueError, match="expected a date"):
        parts_of("yesterday")
