"""Findings that adapters make alike."""

from __future__ import annotations

from gateway.kit.findings import MOST_DEVIATIONS, conformity, deviation, schema_deviations, unreadable_bound
from gateway.model.verdict import Status, SubIndication
from gateway.readers.json import parse_json

SCHEMA = "losses.schema.json"


def test_nothing_to_say_is_one_finding_that_says_so():
    [finding] = conformity((), "a schema")
    assert (finding.check, finding.status, finding.about) == ("conformity.schema", Status.PASSED, "a schema")


def test_deviations_are_bounded_and_no_more_of_them_is_looked_for():
    looked = []

    def endless():
        while True:
            looked.append(1)
            yield deviation("word", "/a", "isn't a word of its list")

    assert len(conformity(endless(), "")) == len(looked) == MOST_DEVIATIONS


def test_a_broken_schema_is_told_by_place_and_rule_and_never_by_what_stands_there():
    value = parse_json(b'[{"stage": "Nemo", "detail": 6.0}]')
    told = {(f.about, f.status, f.explanation) for f in schema_deviations(value, SCHEMA, "list")}
    assert ("/0/stage", Status.WARNING, "breaks the rule `enum` of the list") in told
    assert any(place == "/0" and "`required`" in sentence for place, _, sentence in told)
    assert "Nemo" not in str(told)


def test_numbers_are_looked_at_by_their_value():
    """Ours keep their printed form, which no validator knows."""
    assert {f.about for f in schema_deviations(parse_json(b"6.0"), SCHEMA)} == {""}


def test_a_bound_that_nobody_can_read_is_open():
    finding = unreadable_bound("/validUntil")
    assert (finding.status, finding.sub_indication) == (Status.INDETERMINATE, SubIndication.FORMAT_FAILURE)
