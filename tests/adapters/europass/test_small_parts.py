"""Dates, plain text, file types and shares of the Europass adapter."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.europass.dates import read_when
from adapters.europass.fitting_grades import largest_remainder
from adapters.europass.media_types import file_type, media_type
from adapters.europass.writing import dump
from gateway.model.dates import as_moment
from gateway.readers.html import plain_text
from gateway.readers.json import dump_json


@pytest.mark.parametrize(
    ("when", "written", "back"),
    [
        ("2014", "2014-01-01T00:00:00Z", "2014-01-01"),
        ("2014-11", "2014-11-01T00:00:00Z", "2014-11-01"),
        ("2014-11-28", "2014-11-28T00:00:00Z", "2014-11-28"),
        ("2014-11-28+02:00", "2014-11-28T00:00:00+02:00", "2014-11-28+02:00"),
        ("2014-11-28Z", "2014-11-28T00:00:00Z", "2014-11-28"),
        ("2016-01-08T09:58:18Z", "2016-01-08T09:58:18Z", "2016-01-08T09:58:18Z"),
        ("2016-01-08T09:58:18.5", "2016-01-08T09:58:18.5", "2016-01-08T09:58:18.5"),
    ],
)
def test_a_date_goes_there_and_back(when, written, back):
    assert as_moment(when) == written
    assert read_when(written) == back


@given(st.datetimes(), st.sampled_from(["Z", "+02:00", "-11:30", ""]))
def test_a_second_trip_of_a_date_changes_nothing(moment, zone):
    once = read_when(moment.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + zone)
    assert once is not None
    assert read_when(as_moment(once)) == once


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"),
        ("plain", "plain"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<script>alert(1)</script>safe<style>x{}</style>", "safe"),
        ("<img src=x onerror=alert(1)>", ""),
        ("a < b", "a < b"),
        ("</script></script>still here", "still here"),
    ],
)
def test_html_becomes_the_text_that_a_person_reads(html, text):
    assert plain_text(html) == text


def test_a_file_type_goes_both_ways():
    assert media_type(file_type("application/pdf")) == "application/pdf"
    assert file_type("application/x-unknown") is None


@given(st.lists(st.decimals(0, 100, places=2), min_size=3, max_size=3))
def test_whole_shares_keep_the_rounded_sum_and_are_off_by_less_than_one(shares):
    whole = largest_remainder(shares)
    assert sum(whole) == int(sum(shares).to_integral_value())
    assert all(abs(w - s) < 1 for w, s in zip(whole, shares, strict=True))


def test_shares_of_a_hundred_stay_a_hundred():
    assert largest_remainder([Decimal("33.4"), Decimal("33.3"), Decimal("33.3")]) == [34, 33, 33]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
        lambda v: st.lists(v) | st.dictionaries(st.text(), v),
    )
)
def test_what_is_written_is_the_compact_form_of_the_readers(value):
    assert dump(value) == dump_json(value)
