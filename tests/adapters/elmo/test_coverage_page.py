"""The page that says what of ELMO reaches the record says what reading does, of every leaf of the schema."""

from __future__ import annotations

from scripts.make_elmo_coverage import PAGE, leaves, outcomes, page


def test_the_coverage_page_is_the_one_that_reading_makes():
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_leaf_of_the_schema_was_tried_and_shows_somewhere():
    """No leaf is left out of the page, and nothing is tried that the schema doesn't have."""
    found = outcomes()
    assert {leaf for leaf, shown in found.items() if shown} == set(leaves())
    assert len(found) > 100
