"""What a credit bank's document says, in the record."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.creditbank import ADAPTER
from gateway.errors import Refused
from gateway.kit import Reading
from gateway.kit.laws import read_with
from gateway.model.record import Achievement, Record
from tests.adapters.creditbank.documents import ACBS, AS_PRINTED, NCB, ON_THE_WAY, changed, octets


def reading(document: dict[str, Any]) -> Reading:
    return read_with(ADAPTER, octets(document))


def record(document: dict[str, Any]) -> Record:
    return reading(document).record


def outcome(document: dict[str, Any], at: int = 0) -> Achievement:
    studies = record(document).reports[0].achievements
    return [one for one in studies if any(code.scheme.endswith("-status") for code in one.kinds)][at]


def with_outcome(document: dict[str, Any], at: int = 0, **members: Any) -> bytes:
    return changed(document, lambda it: it["outcomes"][at].update(members))


# --- outcomes ---------------------------------------------------------------------------------------------------------


def test_the_bank_issues_and_awards_and_a_provider_directs() -> None:
    report = record(NCB).reports[0]
    assert report.issuer.identifiers[0].value == "ncb"
    first = report.achievements[0]
    assert first.awarded_by == ()
    [source] = first.activities
    assert source.directed_by[0].legal_name["zh"] == "虚构职业技术学院"
    assert source.kinds[0].label == {"zh": "学历教育", "en": "Formal education"}
    assert source.identifiers[0].issued == "2025-01-20"


def test_credits_are_in_the_banks_unit_as_printed() -> None:
    assert [(c.scheme.value, c.value) for c in outcome(NCB, 1).credits_earned] == [("学分", "6.0")]
    assert [(c.scheme.value, c.value) for c in outcome(ACBS).credits_earned] == [("학점", "64")]


def test_levels_are_the_issuers_words_in_both_languages_and_put_to_no_other_framework() -> None:
    [level] = outcome(NCB).specification.levels
    assert (level.scheme, level.value, level.claimed_by) == ("学习成果框架", "5", None)
    assert level.label == {"zh": "第五级", "en": "Level five"}


def test_what_few_systems_have_a_place_for_is_said_in_words_in_both_languages() -> None:
    told = outcome(NCB).specification.description
    assert told["zh"] == "状态：积累；来源：学历教育, 虚构职业技术学院；等级：第五级；学分：4 学分"
    assert "Status: Accumulated; Source: Formal education, Fictional Polytechnic" in told["en"]
    assert outcome(ACBS).specification.description["ko"].startswith("상태: 학점인정; 학점원: 평가인정 학습과정")
    assert outcome(AS_PRINTED, 1).specification.description == {"zh": "由机构说明"}


def test_a_conversion_names_its_rule_and_what_it_was_converted_from() -> None:
    assert ("ncb-rule", "GZ-0815") in {(code.scheme, code.value) for code in outcome(NCB, 2).kinds}
    [relation] = record(NCB).relations
    assert (relation.kind, relation.source, relation.target) == (
        "converted-from", "ncb-outcome=LO-0003", "ncb-outcome=LO-0002",
    )  # fmt: skip


def test_a_conversion_from_an_outcome_of_another_document_keeps_its_number() -> None:
    body = with_outcome(NCB, 2, conversion={"from": ["LO-9999"]})
    [relation] = read_with(ADAPTER, body).record.relations
    assert relation.target == "ncb-outcome=LO-9999"


def test_credits_of_a_conversion_that_only_repeat_are_no_loss_and_others_are() -> None:
    assert reading(NCB).losses == ()
    body = changed(NCB, lambda it: it["outcomes"][2]["conversion"].update(creditsIn="7"))
    assert [loss.source for loss in read_with(ADAPTER, body).losses] == ["/outcomes/2/conversion/creditsIn"]


def test_other_widths_and_spellings_say_the_same() -> None:
    said, printed = record(NCB).reports[0], record(AS_PRINTED).reports[0]
    assert printed.issued == said.issued
    assert [a.kinds for a in printed.achievements] == [a.kinds for a in said.achievements]
    assert [a.identifiers for a in printed.achievements] == [a.identifiers for a in said.achievements]
    assert printed.achievements[0].specification.title == {"und": "数据库原理"}
    assert printed.achievements[0].credits_earned == said.achievements[0].credits_earned


# --- statuses ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grade", ["F", "0", "不合格", "A+", "100"])
def test_no_status_follows_from_a_result(grade: str) -> None:
    """The bank recognised it, whatever the result; and no result makes up for the bank's word."""
    whole = read_with(ADAPTER, with_outcome(ACBS, results=[{"grade": {"und": grade}}])).record
    assert whole.reports[0].achievements[1].status == "passed"
    silent = changed(ACBS, lambda it: (it["outcomes"][0].pop("status"), it["outcomes"][0].update(results=[grade])))
    with pytest.raises(Refused) as refused:
        read_with(ADAPTER, silent)
    assert refused.value.code == "creditbank.status"


@pytest.mark.parametrize("status", ["申请中", "신청", "passed", "", 1, None, ["认定"]])
def test_a_status_that_is_no_word_of_the_bank_is_refused_and_not_repeated(status: Any) -> None:
    with pytest.raises(Refused) as refused:
        read_with(ADAPTER, with_outcome(NCB, status=status))
    assert refused.value.code == "creditbank.status"
    assert "申请中" not in refused.value.message


# --- degrees ----------------------------------------------------------------------------------------------------------


def test_a_degree_by_credits_is_an_achievement_of_its_own_awarded_by_the_minister() -> None:
    degree = record(ACBS).reports[0].achievements[0]
    assert degree.awarded_by[0].legal_name["ko"] == "교육부장관"
    assert degree.awarded_on == "2024-02-28"
    assert degree.specification.title == {"ko": "공학사", "en": "Bachelor of Engineering"}
    assert [(c.scheme.value, c.value) for c in degree.credits_earned] == [
        ("학점", "140"), ("학점(전공)", "84"), ("학점(교양)", "36"), ("학점(일반선택)", "20"),
    ]  # fmt: skip


def test_a_degree_may_be_a_universitys() -> None:
    body = changed(ACBS, lambda it: it["degrees"][0].update(conferredBy={"name": {"ko": "가상대학교 총장"}}))
    degree = read_with(ADAPTER, body).record.reports[0].achievements[0]
    assert degree.awarded_by[0].legal_name == {"ko": "가상대학교 총장"}
    assert "학위수여자: 가상대학교 총장" in degree.specification.description["ko"]


@pytest.mark.parametrize("bodies", [None, [], {}, [{"name": {}}], "교육부장관"])
def test_who_conferred_a_degree_is_never_assumed_to_be_the_bank(bodies: Any) -> None:
    with pytest.raises(Refused) as refused:
        read_with(ADAPTER, changed(ACBS, lambda it: it["degrees"][0].update(conferredBy=bodies)))
    assert refused.value.code == "creditbank.conferred"


def test_levels_of_other_frameworks_are_the_gateways_own_claim_and_told() -> None:
    levels = record(ACBS).reports[0].achievements[0].specification.levels
    assert {(one.scheme, one.value, one.claimed_by) for one in levels} == {
        ("eqf", "6", "gateway"), ("isced", "6", "gateway"),
    }  # fmt: skip
    assert [(one.kind, one.source) for one in reading(ACBS).losses] == [("assumed", "/degrees/0/degree")] * 2


def test_a_programme_is_an_enrolment_and_claims_no_level() -> None:
    [enrolment] = record(ON_THE_WAY).reports[0].enrolments
    assert enrolment.status == "in-progress"
    assert enrolment.period is not None
    assert enrolment.period.start == "2021-01-16"
    assert enrolment.specification.levels == ()


# --- the learner ------------------------------------------------------------------------------------------------------


def test_names_keep_script_parts_and_source() -> None:
    names = record(ACBS).learner.names
    assert [(one.use, one.language) for one in names] == [
        ("legal", "ko"), ("alternative", "ko-hani"), ("romanised", "ko-latn"),
    ]  # fmt: skip
    assert record(NCB).learner.names[1].source == "passport"


def test_identity_numbers_and_photos_are_left_out_and_repeated_nowhere() -> None:
    body = changed(ACBS, lambda it: it["learner"].update(idNumber="900501-1000000", photo="data:image/png;base64,AA"))
    found = read_with(ADAPTER, body)
    assert {loss.source for loss in found.losses} >= {"/learner/idNumber", "/learner/photo"}
    told = found.record.model_dump_json() + "".join(loss.model_dump_json() for loss in found.losses)
    assert "900501" not in told
    assert "data:image" not in told


def test_a_document_without_a_bank_that_speaks_is_refused() -> None:
    for issuer in (None, {}, {"name": {}}, {"name": {"ko": ""}}, "국가평생교육진흥원"):
        with pytest.raises(Refused) as refused:
            read_with(ADAPTER, octets({**ACBS, "issuer": issuer}))
        assert refused.value.code == "creditbank.issuer"
