"""The page that lists what has no place in the record says what reading does."""

from __future__ import annotations

from scripts.make_openbadges_coverage import PAGE, page


def test_the_coverage_page_is_the_one_that_reading_makes():
    assert PAGE.read_text(encoding="utf-8") == page()
