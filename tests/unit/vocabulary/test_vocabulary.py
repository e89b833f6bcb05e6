"""The code tables say what the standards say, and None for what they don't know."""

from __future__ import annotations

import pytest

from gateway.vocabulary import countries, credit_schemes, fields, languages, levels, sexes
from gateway.vocabulary.tables import read_rows
from tests.reference import needs_reference
from tests.vocabularies import official_list


def test_a_country_is_found_by_each_of_its_codes():
    netherlands = countries.by_alpha2("nl")
    assert netherlands == ("NLD", "NL", "NLD", "Netherlands")
    assert countries.by_authority("NLD") == netherlands


def test_the_european_spellings_of_greece_and_the_united_kingdom_are_understood():
    assert countries.by_alpha2("EL") == countries.by_alpha2("GR")
    assert countries.by_alpha2("UK") == countries.by_alpha2("GB")


def test_kosovo_and_provisional_data_have_authority_codes_of_their_own():
    assert countries.by_alpha2("XK").code == "1A0"
    assert countries.by_authority(countries.PROVISIONAL).alpha2 == ""


@pytest.mark.parametrize("code", ["", "ZZ", "XX", "N", "NLD"])
def test_an_unknown_alpha2_is_none(code):
    assert countries.by_alpha2(code) is None


def test_no_code_of_a_country_stands_twice():
    for column in range(3):
        codes = [row[column] for row in read_rows("countries.csv") if row[column]]
        assert len(codes) == len(set(codes))


def test_a_language_is_found_by_tag_and_by_authority_code():
    assert languages.by_tag("en-GB") == languages.by_authority("ENG") == ("ENG", "en", "English")
    assert languages.by_tag("grc").tag == "grc"
    assert languages.by_authority("NLD").tag == "nl"


def test_a_language_without_a_label_is_known_all_the_same():
    assert languages.by_authority("AAB") == ("AAB", "", "")


@pytest.mark.parametrize("tag", ["", "x", "zz", "zzzz", "123"])
def test_an_unknown_language_is_none(tag):
    assert languages.by_tag(tag) is None


def test_all_of_iso_639_1_but_the_withdrawn_codes_is_there():
    assert sum(1 for row in read_rows("languages.csv") if row[1]) == 183


def test_a_field_has_a_label_and_an_unknown_one_none():
    assert fields.label_of("0613") == "Software and applications development and analysis"
    assert fields.label_of("14.1") is None


def test_eqf_knows_eight_levels():
    assert [levels.eqf_label(str(n)) is not None for n in range(10)] == [False, *[True] * 8, False]
    assert levels.eqf_label("6") == "Level 6"
    assert levels.eqf_label("9") is None


@pytest.mark.parametrize("word", ["ECTS", "ects", " Ects ", "European Credit  Transfer System"])
def test_every_spelling_of_ects_is_ects(word):
    assert credit_schemes.credit_scheme(word) == "ects"


@pytest.mark.parametrize("word", ["", "sws", "studiepoeng", "学分", "NKR"])
def test_an_issuers_own_credit_scheme_is_not_ects(word):
    assert credit_schemes.credit_scheme(word) is None


def test_sex_goes_both_ways_and_not_known_has_no_counterpart():
    assert [sexes.authority_code(code) for code in "0129"] == [None, "MALE", "FEMALE", None]
    assert sexes.iso_code("FEMALE") == "2"
    assert sexes.iso_code("OTHER") is None


@needs_reference
def test_countries_are_those_of_the_official_list():
    assert {row[0]: row[3] for row in read_rows("countries.csv")} == official_list("country")


@needs_reference
def test_languages_are_those_of_the_official_list():
    official = official_list("language")
    assert all(languages.by_authority(code) is not None for code in official)
    named = {row[0]: row[2] for row in read_rows("languages.csv")}
    assert set(named) <= set(official)
    assert {code: label for code, label in official.items() if label} == {
        code: label for code, label in named.items() if official[code]
    }


@needs_reference
def test_fields_are_those_of_the_official_list():
    assert {row[0]: row[1] for row in read_rows("isced_f.csv")} == official_list("isced-f")


@needs_reference
def test_levels_are_those_of_the_official_list():
    assert {level: levels.eqf_label(level) for level in levels.EQF_LEVELS} == official_list("eqf")
