"""How a person is called at the head of a page."""

from __future__ import annotations

import pytest

from gateway.model.record import Learner, Name
from gateway.rendering.telling.names import name_of, written


@pytest.mark.parametrize(
    ("given", "family", "called"),
    [
        ("小明", "王", "王 小明"),
        ("さくら", "海野", "海野 さくら"),
        ("지민", "김", "김 지민"),
        ("Xiaoming", "Wang", "Xiaoming Wang"),  # a romanised name says its order by itself: as others' names
        ("マリア", "ガルシア", "マリア ガルシア"),  # a name from elsewhere, in kana
        ("John", "王", "John 王"),
        ("Ελένη", "Θαλασσινού", "Ελένη Θαλασσινού"),
        ("ليلى", "البحري", "ليلى البحري"),
        (None, "王", "王"),
        ("小明", "", "小明"),
    ],
)
def test_the_family_comes_first_where_both_names_are_written_in_han_or_hangul(
    given: str | None, family: str, called: str
) -> None:
    assert written(Name(given=given, family=family)) == called


def test_a_whole_name_stands_as_the_document_has_it() -> None:
    assert written(Name(given="小明", family="王", full="王小明 先生")) == "王小明 先生"


def test_who_has_no_name_has_none_and_an_endless_one_is_cut() -> None:
    assert name_of(Learner()) == ""
    assert len(name_of(Learner(names=(Name(full="N" * 10_000),)))) < 400
