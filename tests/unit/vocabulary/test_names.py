"""Names of one person, and of others: in both scripts, in either order, with ü, dots and surnames of two characters."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.record import Learner, Name
from gateway.vocabulary.name_match import forms_of, match_learners, match_names, match_texts
from gateway.vocabulary.romanising import parts_of_name, spellings, splits
from tests.reference import needs_reference, reference
from tests.work import lines_in

EXPECTED = [
    ("吕思远", "吕思远", "exact"),
    ("吕思远", "吕 思远", "equivalent"),
    ("阿依古丽·买买提", "阿依古丽•买买提", "equivalent"),
    ("吕思远", "LYU SIYUAN", "equivalent"),
    ("吕思远", "LU SIYUAN", "equivalent"),
    ("吕思远", "LV SIYUAN", "equivalent"),
    ("吕思远", "Lü Siyuan", "equivalent"),
    ("吕思远", "Siyuan LYU", "equivalent"),
    ("吕思远", "Si Yuan Lü", "equivalent"),
    ("LYU SIYUAN", "Lü Siyuan", "equivalent"),
    ("José García", "garcia jose", "equivalent"),
    ("曾小强", "ZENG XIAOQIANG", "equivalent"),
    ("单明", "SHAN MING", "equivalent"),
    ("欧阳明月", "OUYANG MINGYUE", "equivalent"),
    ("欧阳明月", "Mingyue Ou-Yang", "equivalent"),
    ("西安民", "XI ANMIN", "equivalent"),
    ("阿依古丽·买买提", "AYGUL MAMAT", "review"),
    ("朴例示", "PARK YESI", "review"),
    ("陈大文", "CHAN TAI MAN", "review"),
    ("田中花子", "TANAKA HANAKO", "review"),
    ("Ada Example", "Ada King", "review"),
    ("思远", "斯远", "review"),
    ("测试生", "LI MING", "mismatch"),
    ("吕思远", "测试生", "mismatch"),
]


@pytest.mark.parametrize(("one", "other", "answer"), EXPECTED)
def test_names_compare_as_a_careful_clerk_would(one: str, other: str, answer: str) -> None:
    assert match_texts(one, other).answer == answer
    assert match_texts(other, one).answer == answer
    assert match_texts(one, other).reason


@needs_reference
def test_names_of_the_reference_have_their_verdicts() -> None:
    vectors = json.loads(reference("chsi/vectors/vectors.json").read_text("utf-8"))["names"]
    means = {True: ("exact", "equivalent"), False: ("mismatch",), "review": ("review",)}
    for vector in vectors:
        for latin in (vector["passport"], *vector.get("also", [])):
            assert match_texts(vector["zh"], latin).answer in means[vector["match"]], (vector, latin)


@pytest.mark.parametrize("latin", ["WONG KAM PO", "NGUYEN VAN AN", "KIM MINJUN", "SATO TARO", "TSERING DOLMA", "LIM"])
@pytest.mark.parametrize("han", ["王金宝", "阮文安", "金民俊", "佐藤太郎", "次仁卓玛", "林"])
def test_no_name_is_rejected_for_its_romanisation_alone(han: str, latin: str) -> None:
    assert match_texts(han, latin).answer != "mismatch"


def test_chinese_is_compared_with_chinese_first() -> None:
    mine = [Name(language="zh", full="吕思远"), Name(language="zh-latn", full="LYU Siyuan")]
    theirs = [Name(language="zh", full="测试生"), Name(language="zh-latn", full="LYU Siyuan")]
    assert match_names(mine, theirs).answer == "mismatch"
    assert match_names(mine, [Name(language="en", full="Siyuan Lyu")]).answer == "equivalent"


def test_the_day_of_birth_is_the_second_key() -> None:
    def learner(name: str, born: str | None) -> Learner:
        return Learner(names=(Name(full=name),), born=born)

    assert match_learners(learner("吕思远", "2001-10-03"), learner("LYU SIYUAN", "2001-10-03")).answer == "equivalent"
    assert match_learners(learner("吕思远", "2001-10-03"), learner("LYU SIYUAN", "2001-10-04")).answer == "mismatch"
    assert match_learners(learner("吕思远", "2001-10"), learner("LYU SIYUAN", "2001-10-04")).answer == "equivalent"
    assert match_learners(learner("朴例示", "2001-10-03"), learner("PARK YESI", "2001-10-03")).answer == "review"
    assert match_learners(learner("吕思远", None), Learner()).answer == "review"


def test_a_form_has_script_order_parts_and_source() -> None:
    han, latin, parts = forms_of(
        [
            Name(language="zh", full="欧阳明月"),
            Name(use="romanised", language="zh-latn", full="OUYANG Mingyue", source="the school"),
            Name(given="Mingyue", family="Ouyang"),
        ]
    )
    assert (han.script, han.order, han.family, han.given) == ("Hani", "family-first", "欧阳", "明月")
    assert (latin.script, latin.order, latin.family, latin.source) == ("Latn", "unknown", None, "the school")
    assert (parts.order, parts.text) == ("given-first", "Mingyue Ouyang")


def test_what_is_not_built_like_a_chinese_name_is_not_taken_apart() -> None:
    assert parts_of_name("欧阳明月") == ("欧阳", "明月")
    assert parts_of_name("欧阳") == ("欧", "阳")
    for name in ("阿依古丽·买买提", "吕", "Lü Siyuan", ""):
        assert parts_of_name(name) is None
        assert spellings(name) == frozenset()


def test_a_name_without_end_costs_little() -> None:
    def matched() -> tuple[object, ...]:
        match_texts("吕" * 150, "lu" * 90)
        match_texts("吕思远", "xian" * 45)
        match_texts("吕思远", "xian" * 45 + "k")
        return splits("xian" * 45 + "k")

    lines, found = lines_in(matched)
    assert found == ()
    assert lines < 1_000_000


@given(st.text(max_size=30), st.text(max_size=30))
def test_comparing_is_the_same_both_ways_and_a_name_is_itself(one: str, other: str) -> None:
    assert match_texts(one, other).answer == match_texts(other, one).answer
    assert match_texts(one, one).answer == "exact"
