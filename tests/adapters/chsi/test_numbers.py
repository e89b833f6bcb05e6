"""Numbers, codes, dates and addresses: those of ours, and the vectors of the reference with their verdicts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.chsi.addresses import fault_of
from adapters.chsi.dates import parse_date
from adapters.chsi.lists import degree, fold, word
from adapters.chsi.numbers import certificate_number, degree_number, school_code, verification_code
from tests.reference import needs_reference, reference

LATEST = 2026


def vectors(group: str) -> list[Any]:
    return json.loads(reference("chsi/vectors/vectors.json").read_text("utf-8"))[group]


@needs_reference
def test_certificate_numbers_of_the_reference_have_their_verdicts() -> None:
    for vector in vectors("heqc_certificate_number"):
        found = certificate_number(vector["in"], latest=LATEST)
        assert (not found.fault) == vector["ok"], vector
        expected = vector.get("decode", {})
        for name, ours in (("school", found.school), ("type", found.kind), ("year", found.year),
                           ("level", found.level), ("serial", found.serial)):  # fmt: skip
            assert expected.get(name, ours) == ours, vector
        assert vector.get("normalised", found.value) == found.value
        assert found.self_study == (vector.get("form") == "zikao")


@needs_reference
def test_degree_numbers_of_the_reference_have_their_verdicts() -> None:
    for vector in vectors("degree_certificate_number"):
        found = degree_number(vector["in"], latest=LATEST)
        assert (not found.fault) == vector["ok"], vector
        expected = vector.get("decode", {})
        for name, ours in (("unit", found.unit), ("level", found.level), ("year", found.year)):
            assert expected.get(name, ours) == ours, vector


@needs_reference
def test_codes_of_the_reference_have_their_verdicts() -> None:
    for vector in vectors("vcode"):
        found = verification_code(vector["in"])
        assert (found is not None) == vector["ok"], vector
        assert vector.get("normalised", found) == found


@needs_reference
def test_school_codes_of_the_reference_have_their_verdicts() -> None:
    for vector in vectors("moe_school_code"):
        found = school_code(vector["in"])
        assert (not found.fault) == vector["ok"], vector
        if vector["ok"]:
            assert found.school == vector.get("school5", "51060" if found.category == "42" else "")
            assert found.category == vector.get("category", found.category)


@needs_reference
def test_dates_of_the_reference_have_their_verdicts() -> None:
    for vector in vectors("dates"):
        assert parse_date(vector["in"]) == vector["out"], vector


@needs_reference
def test_addresses_of_the_reference_have_their_verdicts() -> None:
    for vector in vectors("urls"):
        assert (fault_of(vector["in"]) == "") == vector["trusted"], vector


@needs_reference
def test_every_value_and_label_of_the_reference_lists_is_known() -> None:
    lists = json.loads(reference("chsi/codes/chsi_value_lists.json").read_text("utf-8"))
    ours = {"level": "level", "educationType": "education_type", "studyForm": "study_form",
            "studentStatus": "student_status", "conclusion": "conclusion"}  # fmt: skip
    for name, of in ours.items():
        for value in lists[name]:
            found = {word(of, spelling) for spelling in (value["zh"], *value.get("aliases", []))}
            assert len(found) == 1, value
            [known] = found
            assert known is not None, value
            if value.get("certNoCode"):
                assert known.code == value["certNoCode"]
            if "eqf_indicative" in value:
                assert known.eqf == str(value["eqf_indicative"] or "")
                assert known.isced == str(value["isced2011"])


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("98765 1 2024 05 00032", "17 digits, which ended"),
        ("98765 1 2001 05 00032", ""),
        ("98765 1 2000 05 000321", "before 2001"),
        ("98765 3 2024 05 000321", "no type"),
        ("98765 1 2024 07 000321", "no type"),
        ("98765 1 2027 05 000321", "can't know yet"),
        ("9876512024050003211", "19 digits"),
        ("98765120240500032X", "something else than digits"),
    ],
)
def test_seventeen_digits_of_2001_and_2002_and_impossible_numbers(number: str, why: str) -> None:
    fault = certificate_number(number, latest=LATEST).fault
    assert (why in fault) if why else not fault


def test_widths_blanks_and_hyphens_make_no_other_number() -> None:
    spelt = "９８７６５－１２０２４ ０５００ ０３２１"
    assert certificate_number(spelt, latest=LATEST).value == "987651202405000321"
    assert verification_code("az00-test 00fa ke01") == "AZ00TEST00FAKE01"


def test_words_are_known_in_both_scripts_and_widths() -> None:
    assert word("level", "專科（高職）") == word("level", "专科(高职)") == word("level", "Junior College")
    assert word("conclusion", "畢業") == word("conclusion", " 毕 业 ")
    assert fold("毕（结）业") == fold("畢(結)業")


def test_a_degree_is_known_by_field_and_level() -> None:
    found = degree("工学学士学位")
    assert found is not None
    assert (found.en, found.code, found.eqf) == ("Bachelor of Engineering", "4", "6")
    assert degree("临床医学博士") is not None
    assert degree("园艺师") is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://www.chsi.com.cn:444/xlcx/bg.do?vcode=AZ00TEST00FAKE01", "another host"),
        ("https://www.chsi.com.cn/xlcx/other.do?vcode=AZ00TEST00FAKE01", "another page"),
        ("https://www.chsi.com.cn/xlcx/bg.do?vcode=short", "can't be one"),
        ("https://[www.chsi.com.cn/xlcx/bg.do", "can't be read"),
        ("https://xn--www-9cd.chsi.com.cn/xlcx/bg.do?vcode=AZ00TEST00FAKE01", "look alike"),
    ],
)
def test_look_alike_addresses_are_told(url: str, why: str) -> None:
    assert why in fault_of(url)
