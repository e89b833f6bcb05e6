"""Days and moments of partial dates."""

from __future__ import annotations

import pytest

from gateway.model.dates import as_moment, day_at_midnight, earliest, latest, parts_of
from gateway.model.texts import is_when


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


def test_the_earliest_and_the_latest_are_told_in_time_and_not_by_their_letters():
    dates = ["2025-06-01T00:00:00+02:00", None, "2025-05-31T23:00:00Z", "2025-06", "2025"]
    assert earliest(dates) == "2025"
    assert latest(dates) == "2025-06"
    assert latest(dates[:3]) == "2025-05-31T23:00:00Z"
    assert earliest([None, "-0044-03"]) is None
    assert latest([]) is None


@pytest.mark.parametrize("when", ["２０２４", "٢٠٢٤-٠١-٠٢", "2024-0１", "2024-01-02T10:00:0०Z"])
def test_digits_of_another_script_make_no_date(when):
    assert not is_when(when)
    with pytest.raises(ValueError, match="expected a date"):
        parts_of(when)
