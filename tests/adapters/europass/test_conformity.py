"""Conformity of credentials: what the schema says, and what no schema of the model checks."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from adapters.europass.conformity import conform
from gateway.model.verdict import Status
from tests.adapters.europass.documents import SMALL, listed


def findings(change: Any = lambda _: None) -> list[tuple[str, str]]:
    value = deepcopy(SMALL)
    change(value)
    return [(f.check.removeprefix("conformity."), f.about) for f in conform(value) if f.status is Status.WARNING]


def claim(value: dict[str, Any]) -> dict[str, Any]:
    return value["credentialSubject"]["hasClaim"][0]


SPECIFIED = "/credentialSubject/hasClaim/0/specifiedBy"


def test_a_good_credential_has_one_finding_that_it_passed():
    assert [finding.status for finding in conform(SMALL)] == [Status.PASSED]


def test_a_missing_member_is_named_without_any_value():
    value = deepcopy(SMALL)
    del value["issuer"]["eIDASIdentifier"]
    (finding,) = conform(value)
    assert (finding.check, finding.about) == ("conformity.schema", "/issuer")
    assert "eIDASIdentifier" in finding.explanation
    assert "Agency" not in finding.explanation


def test_no_message_shows_what_stands_in_the_credential():
    value = deepcopy(SMALL)
    value["credentialSubject"]["givenName"] = "Ingrid Secret"
    value["credentialSubject"]["dateOfBirth"] = "Secret"
    told = " ".join(f.explanation for f in conform(value))
    assert "Secret" not in told


@pytest.mark.parametrize(("name", "key"), [("eqf", "eqfLevel"), ("isced-f", "thematicArea"), ("language", "language")])
def test_a_code_that_is_in_no_list_is_found(name, key):
    assert findings(lambda v: claim(v)["specifiedBy"].update({key: listed(name, "QQQ9")})) == [
        ("code", f"{SPECIFIED}/{key}")
    ]


def test_a_label_that_contradicts_its_list_is_found():
    level = listed("eqf", "6", "Level 7")
    assert findings(lambda v: claim(v)["specifiedBy"].update(eqfLevel=level)) == [("label", f"{SPECIFIED}/eqfLevel")]


def test_a_shorter_form_of_a_label_is_no_contradiction():
    label = listed("education-credit", "6fcec5c5af", "European Credit Transfer")
    assert findings(lambda v: claim(v)["creditReceived"].update(framework=label)) == []


@pytest.mark.parametrize("date", ["2025-07-01", "2025-07-01T10:00:00", "2025-02-30T00:00:00Z"])
def test_a_date_that_is_no_datetime_with_its_zone_is_found(date):
    assert ("date", "/issued") in findings(lambda v: v.update(issued=date))


def test_a_credential_that_ends_before_it_begins_is_found():
    assert findings(lambda v: v.update(validUntil="2020-01-01T00:00:00Z")) == [("order", "/validUntil")]


def test_copies_of_one_node_that_differ_are_found():
    other = deepcopy(claim(SMALL)["awardedBy"])
    other["awardingDate"] = "2024-01-01T00:00:00Z"
    found = findings(lambda v: claim(v)["provenBy"].update(awardedBy=other))
    assert found == [("copies", "/credentialSubject/hasClaim/0/provenBy/awardedBy")]


def test_a_credential_with_a_thousand_faults_has_fifty_findings():
    bad = [{"type": "LearningAchievement"}] * 1000
    assert len(conform(deepcopy(SMALL) | {"credentialSubject": {"type": "Person", "hasClaim": bad}})) == 50


def test_a_context_within_the_credential_that_could_turn_its_keys_around_is_found():
    turned = {"title": "http://purl.org/dc/terms/description"}
    assert findings(lambda v: claim(v).update({"@context": turned})) == [
        ("context", "/credentialSubject/hasClaim/0/@context")
    ]
