"""What can be written as a credit bank's document, and what never."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.creditbank import ADAPTER
from gateway.errors import Refused
from gateway.kit import Draft
from gateway.kit.laws import read_with
from gateway.kit.laws.trip import request_for
from gateway.model.record import (
    Achievement,
    Code,
    Credit,
    Enrolment,
    Identifier,
    Level,
    Organisation,
    Record,
    Specification,
)
from tests.adapters.creditbank.documents import ACBS, NCB, ON_THE_WAY, PROFILES, octets


def record(document: dict[str, Any]) -> Record:
    return read_with(ADAPTER, octets(document)).record


def drafts(given: Record) -> tuple[Draft, ...]:
    return ADAPTER.write(given, request_for(given, b"{}", "application/json", ADAPTER))


def written(given: Record) -> tuple[dict[str, Any], Draft]:
    [draft] = drafts(given)
    return json.loads(draft.body), draft


def with_achievements(*achievements: Achievement) -> Record:
    given = record(NCB)
    report = given.reports[0].changed({"achievements": achievements})
    return given.changed({"reports": (report,), "relations": ()})


def study(title: str = "课程", **members: Any) -> Achievement:
    return Achievement(specification=Specification(title={"zh": title}), **members)


@pytest.mark.parametrize("name", PROFILES)
def test_a_document_written_again_says_the_same_without_a_loss(name: str) -> None:
    given = record(PROFILES[name])
    _, draft = written(given)
    assert draft.losses == ()
    assert read_with(ADAPTER, draft.body).record == given
    assert draft.seal == "jades"


def test_words_are_written_as_the_bank_writes_them() -> None:
    value, _ = written(record(NCB))
    assert [one["status"] for one in value["outcomes"]] == ["积累", "认定", "转换"]
    assert "description" not in value["outcomes"][0]
    assert value["outcomes"][2]["conversion"] == {"rule": "GZ-0815", "from": ["LO-0002"]}


def test_a_translation_says_that_it_is_one_and_encloses_the_original() -> None:
    value, draft = written(record(NCB))
    assert value["translation"]["node"]
    facts = read_with(ADAPTER, draft.body).document
    assert facts.derived is not None
    assert facts.derived.source_sha256 == value["translation"]["sha256"]
    assert facts.issuer != record(NCB).reports[0].issuer


def test_nobody_but_a_credit_bank_makes_its_documents() -> None:
    given = record(NCB)
    university = Organisation(legal_name={"en": "University of Examplia"})
    foreign = given.changed({"reports": (given.reports[0].changed({"issuer": university}),)})
    with pytest.raises(Refused) as refused:
        drafts(foreign)
    assert refused.value.code == "target.requires"
    mixed = given.changed({"reports": (*foreign.reports, *given.reports)})
    _, draft = written(mixed)
    assert ("dropped", "/reports/ncb-certificate=NCB-2025-000042") in {(x.kind, x.path) for x in draft.losses}


@pytest.mark.parametrize("keys", [("other",), ("ncb", "acbs")])
def test_a_bank_that_is_none_of_the_two_or_both_makes_none(keys: tuple[str, ...]) -> None:
    given = record(NCB)
    identifiers = tuple(Identifier(scheme="credit-bank", value=key) for key in keys)
    issuer = given.reports[0].issuer.changed({"identifiers": identifiers})
    with pytest.raises(Refused, match="require"):
        drafts(given.changed({"reports": (given.reports[0].changed({"issuer": issuer}),)}))


def test_credits_of_another_unit_are_never_written_as_the_banks() -> None:
    ects = Credit(scheme=Code(scheme="credit", value="ects"), value="7.5")
    own = Credit(scheme=Code(value="学分"), value="3")
    korean = Credit(scheme=Code(value="학점"), value="2")
    value, draft = written(with_achievements(study(credits_earned=(ects, korean)), study("二", credits_earned=(own,))))
    assert "credits" not in value["outcomes"][0]
    assert value["outcomes"][1]["credits"] == "3"
    assert "7.5" not in json.dumps(value["outcomes"])
    assert any(loss.kind == "dropped" and loss.path.endswith("/credits_earned") for loss in draft.losses)


@pytest.mark.parametrize(
    "other",
    [study(status="failed"), study(awarded_by=(Organisation(legal_name={"en": "University"}),)), Achievement()],
    ids=["failed", "awarded by another", "untitled"],
)
def test_what_the_bank_did_not_recognise_is_no_outcome(other: Achievement) -> None:
    value, draft = written(with_achievements(study("一"), other))
    assert [one["title"] for one in value["outcomes"]] == [{"zh": "一"}]
    assert [loss.path.rpartition("/")[2] for loss in draft.losses if loss.kind == "dropped"] != []


def test_a_status_that_the_record_does_not_say_is_told_as_assumed() -> None:
    value, draft = written(with_achievements(study("一")))
    assert value["outcomes"][0]["status"] == "认定"
    assert ("assumed", "一") in {(loss.kind, loss.path.split("/")[4]) for loss in draft.losses}


@pytest.mark.parametrize("again", ["LO-1", "ＬＯ－１"])
def test_one_number_stands_for_one_outcome(again: str) -> None:
    one, other = (Identifier(scheme="ncb-outcome", value=said) for said in ("LO-1", again))
    value, draft = written(with_achievements(study("一", identifiers=(one,)), study("二", identifiers=(other,))))
    assert len(value["outcomes"]) == 1
    assert any(loss.kind == "dropped" and loss.path.startswith("/reports/") for loss in draft.losses)


def test_a_level_that_the_gateway_claims_is_never_written_as_the_banks() -> None:
    claim = Level(scheme="eqf", value="5", claimed_by="gateway")
    one = Achievement(specification=Specification(title={"zh": "一"}, levels=(claim,)))
    value, draft = written(with_achievements(one))
    assert "levels" not in value["outcomes"][0]
    assert any(loss.path.endswith("/specification/levels") for loss in draft.losses)


@pytest.mark.parametrize("kinds", [slice(0, 1), slice(1, 2), slice(0, 2)])
def test_a_degree_that_nobody_conferred_is_neither_a_degree_nor_an_outcome(kinds: slice) -> None:
    """Its credits would count twice. Other systems keep neither who conferred it nor which it is."""
    given = record(ACBS)
    report = given.reports[0]
    degree = report.achievements[0]
    specification = degree.specification.changed({"kinds": degree.specification.kinds[kinds]})
    nobodys = degree.changed({"awarded_by": (), "specification": specification})
    value, draft = written(given.changed({"reports": (report.changed({"achievements": (nobodys,)}),)}))
    assert "degrees" not in value
    assert "outcomes" not in value
    assert any(loss.kind == "dropped" and loss.path.endswith("/achievements") for loss in draft.losses)


def test_a_course_under_way_is_no_programme_towards_a_degree() -> None:
    given = record(ON_THE_WAY)
    report = given.reports[0]
    course = Enrolment(specification=Specification(title={"ko": "과목"}, kinds=(Code(value="Course"),)))
    left = report.enrolments[0].changed({"status": "left"})
    several = (*report.enrolments, course, left)
    value, draft = written(given.changed({"reports": (report.changed({"enrolments": several}),)}))
    assert len(value["programmes"]) == 1
    assert len([loss for loss in draft.losses if loss.kind == "dropped"]) == 2


def test_a_korean_degree_is_none_of_the_chinese_bank() -> None:
    """The kind of a Korean degree in a report of China's bank makes it no degree: it isn't the bank's to confer."""
    degree = record(ACBS).reports[0].achievements[0]
    value, _ = written(with_achievements(study("一"), degree))
    assert "degrees" not in value
