"""The controlled lists of Europass equal the official ones, and unknown codes are None."""

from __future__ import annotations

import pytest

from adapters.europass import lists
from tests.reference import needs_reference
from tests.vocabularies import official_list

OFFICIAL = {
    "accreditation": "europass-accreditation-types",
    "assessment": "europass-learning-assessment-types",
    "education-credit": "credit-points",
    "encoding": "europass-content-encoding-types",
    "entitlement": "europass-learning-entitlement-types",
    "entitlement-status": "europass-learning-entitlement-statuses",
    "file-type": "file-type",
    "learning-activity": "europass-learning-activity-types",
    "learning-assessment": "europass-modes",
    "learning-opportunity": "europass-learning-opportunity-types",
    "learning-schedule": "europass-learning-schedule-types",
    "learning-setting": "europass-learning-setting-types",
    "qdr": "nqf",
    "skill-reuse-level": "skill-reuse-levels",
    "skill-type": "skill-types",
    "target-group": "europass-target-groups",
}


@needs_reference
@pytest.mark.parametrize("name", OFFICIAL)
def test_a_list_is_the_official_one(name):
    official = official_list(OFFICIAL[name])
    assert {code: lists.label_of(name, code) for code in lists.codes_of(name)} == official


@needs_reference
def test_the_credential_profiles_contain_those_of_the_old_official_list():
    assert set(official_list("europass-credential-types")) <= lists.codes_of("credential")


@pytest.mark.parametrize(
    ("name", "code", "address"),
    [
        ("eqf", "6", "http://data.europa.eu/snb/eqf/6"),
        ("country", "IRL", "http://publications.europa.eu/resource/authority/country/IRL"),
    ],
)
def test_a_concepts_address_goes_both_ways(name, code, address):
    assert lists.concept_address(name, code) == address
    assert lists.parse_address(address) == (name, code)


@pytest.mark.parametrize(
    "address", ["", "urn:epass:concept:1", "http://data.europa.eu/snb/eqf", "https://example.org/eqf/6"]
)
def test_a_foreign_address_is_of_no_list(address):
    assert lists.parse_address(address) is None


def test_a_bogus_level_is_in_no_list():
    assert lists.label_of("eqf", "99") is None
    assert lists.label_of("no-such-list", "1") is None


def test_lists_that_are_not_held_are_named():
    assert not any(lists.is_held(name) for name in lists.UNHELD)
