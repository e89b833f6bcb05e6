"""What Chinese reports become in a record."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.chsi import ADAPTER
from gateway.errors import Refused
from gateway.kit import Content
from gateway.kit.laws import read_with
from gateway.kit.laws.trip import document_of
from gateway.model.record import Record, Report
from gateway.model.verdict import Status
from gateway.vocabulary.credit_schemes import credit_scheme
from tests.adapters.chsi.documents import (
    DEGREE,
    FLAT,
    GAOKAO,
    HEQC,
    PROFILES,
    STUDENT,
    TRANSCRIPT,
    UPPER,
    octets,
)


def record(value: dict[str, Any], **changed: Any) -> Record:
    return read_with(ADAPTER, octets({**value, **changed})).record


def report(value: dict[str, Any], **changed: Any) -> Report:
    [only] = record(value, **changed).reports
    return only


def warnings(value: dict[str, Any], **changed: Any) -> set[tuple[str, str]]:
    document = document_of(octets({**value, **changed}))
    findings = ADAPTER.conform(Content(document=document, format=""))
    return {(f.check, f.about) for f in findings if f.status is Status.WARNING}


def test_a_graduation_is_an_achievement_of_the_school() -> None:
    found = report(HEQC)
    [graduation] = found.achievements
    assert found.issuer.legal_name == {"zh": "虚构理工大学"}
    assert (graduation.status, graduation.awarded_on) == ("passed", "2024-06-28")
    assert [(i.scheme, i.value) for i in graduation.identifiers] == [("chsi-certificate", "987651202405000321")]
    assert not found.enrolments


def test_graduation_and_degree_are_two_achievements() -> None:
    both = {**HEQC, **{k: v for k, v in DEGREE.items() if k.startswith("degree")}}
    graduation, degree = report(both).achievements
    assert graduation.specification.title == {"zh": "应用海洋学"}
    assert degree.specification.title == {"zh": "理学学士", "en": "Bachelor of Science"}
    assert graduation.identifiers != degree.identifiers


@pytest.mark.parametrize(("word", "status"), [("结业", "completed-without-award"), ("肄业", "left")])
def test_ending_without_graduation_is_no_achievement(word: str, status: str) -> None:
    found = report(HEQC, conclusion=word)
    assert not found.achievements
    [study] = found.enrolments
    assert study.status == status
    assert study.awarded_on is None
    assert not [level for level in study.specification.levels if level.claimed_by]


@pytest.mark.parametrize("status", ["在籍（注册学籍）", "不在籍（毕业）", "休学", "不在籍（转专业）"])
def test_a_student_record_is_an_enrolment_whatever_its_status(status: str) -> None:
    found = report(STUDENT, studentStatus=status)
    assert not found.achievements
    assert len(found.enrolments) == 1
    assert any(status in note["zh"] for note in found.enrolments[0].notes)


def test_levels_are_the_issuers_words_in_both_languages_and_other_frameworks_the_gateways_claim() -> None:
    own, *claims = report(HEQC).achievements[0].specification.levels
    assert (own.label, own.claimed_by) == ({"zh": "本科", "en": "Undergraduate"}, None)
    assert [(c.scheme, c.value, c.claimed_by) for c in claims] == [("eqf", "6", "gateway"), ("isced", "6", "gateway")]
    losses = read_with(ADAPTER, octets(HEQC)).losses
    assert {loss.to for loss in losses if loss.kind == "assumed" and loss.source == "/level"} == {
        "Undergraduate",
        "eqf 6",
        "isced 6",
    }


def test_credits_are_never_called_ects() -> None:
    found = report(TRANSCRIPT)
    schemes = {credit.scheme.value for study in found.achievements for credit in study.credits_earned}
    assert schemes == {"学分"}
    assert credit_scheme("学分") is None


def test_a_course_is_passed_or_failed_where_the_transcript_says_so() -> None:
    found = report(TRANSCRIPT)
    told = {a.specification.title["zh"]: (a.status, len(a.credits_earned)) for a in found.achievements}
    assert told == {"潮汐学": ("passed", 1), "结绳": ("failed", 0)}
    assert [a.specification.title["zh"] for a in found.assessments if a.specification] == ["航海", "游泳"]
    assert {s.title["en"] for s in found.grading_schemes} == {"Percentage", "Five steps", "Two steps"}


@pytest.mark.parametrize(
    ("scale", "grade"),
    [("cn-100", "100"), ("cn-100-b", "12"), ("cn-5", "优秀"), ("cn-5", "不及格"), ("cn-2", "合格"), ("cn-2", "不合格"),
     (None, "58")],
)  # fmt: skip
def test_a_status_is_never_derived_from_a_grade(scale: str | None, grade: str) -> None:
    course = {"name": "潮汐学", "grade": grade, "credits": 2, **({} if scale is None else {"gradeScale": scale})}
    reading = read_with(ADAPTER, octets({**TRANSCRIPT, "courses": [course]}))
    [found] = reading.record.reports
    assert not found.achievements
    [result] = found.assessments
    assert (set(result.grade.values()), result.status) == ({grade}, None)
    assert not [loss for loss in reading.losses if loss.source and loss.source.startswith("/courses")]


def test_results_of_gaokao_are_nobodys_achievements() -> None:
    assert not report(GAOKAO).achievements


@pytest.mark.parametrize("name", PROFILES)
def test_the_type_of_a_report_stays_exact(name: str) -> None:
    value = PROFILES[name]
    [kind] = report(value).kinds
    assert kind.value == value.get("reportType", "heqc")
    assert report(value).title["zh"]


def test_the_online_report_and_the_authentication_report_are_not_interchangeable() -> None:
    kinds = {report(PROFILES[name]).title["en"] for name in ("heqc", "authentication")}
    assert len(kinds) == 2


def test_the_code_and_sensitive_facts_are_left_out_and_told_without_their_value() -> None:
    reading = read_with(ADAPTER, octets(STUDENT))
    whole = reading.record.model_dump_json() + str(reading.document) + str(reading.losses)
    for secret in (STUDENT["vcode"], "320***0000", "汉族"):
        assert secret not in whole
    assert {"/vcode", "/holder/idNumber", "/holder/ethnicity"} <= {loss.source for loss in reading.losses}


def test_the_end_of_the_online_check_is_no_end_of_the_certificate() -> None:
    reading = read_with(ADAPTER, octets(HEQC))
    assert reading.document.other["/validUntil"] == "2025-01-10"
    assert reading.document.valid_until is None
    assert reading.record.reports[0].valid_until is None
    assert ADAPTER.open(document_of(octets(HEQC))).stated.valid_until is None


def test_the_flat_profile_says_the_same() -> None:
    found = report(FLAT)
    [graduation] = found.achievements
    assert graduation.specification.levels[0].label["zh"] == "专科（高职）"
    assert graduation.specification.categories == {"zh": "成人", "en": "Adult higher education"}
    assert graduation.awarded_on == "2022-01-20"


def test_an_unknown_mark_is_no_value() -> None:
    assert record(HEQC, enrollDate="＊", presidentName="*").reports[0].achievements[0].period is None


def test_a_date_that_cannot_be_is_a_loss_and_a_warning() -> None:
    reading = read_with(ADAPTER, octets({**HEQC, "enrollDate": "2020-02-30"}))
    assert "/enrollDate" in {loss.source for loss in reading.losses}
    assert ("conformity.date", "/enrollDate") in warnings(HEQC, enrollDate="2020-02-30")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("chsi.conclusion", {**HEQC, "conclusion": "及格"}),
        ("chsi.conclusion", {k: v for k, v in HEQC.items() if k != "conclusion"}),
        ("chsi.status", {**STUDENT, "studentStatus": "active"}),
        ("chsi.institution", {k: v for k, v in UPPER.items() if k != "institution"} | {"reportType": "transcript"}),
    ],
)
def test_what_would_have_to_be_guessed_is_refused(code: str, value: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        read_with(ADAPTER, octets(value))
    assert refused.value.code == code


def test_numbers_are_held_against_the_report() -> None:
    place = "/certificateNo"
    assert warnings(HEQC) == set()
    assert ("conformity.year", place) in warnings(HEQC, certificateNo="987651202305000321")
    assert ("conformity.level", place) in warnings(HEQC, certificateNo="987651202406000321")
    assert ("conformity.type", place) in warnings(HEQC, certificateNo="987655202405000321")
    assert ("conformity.school", place) in warnings(HEQC, certificateNo="123451202405000321")
    assert ("conformity.certificate", place) in warnings(HEQC, certificateNo="98765120240500032")
    assert ("conformity.level", "/degreeCertificateNo") in warnings(DEGREE, degreeCertificateNo="9876532024000321")
    assert ("conformity.title", "/title") in warnings(HEQC, title="教育部学籍在线验证报告")
    other = {**HEQC["institution"], "schoolCode": "11111"}
    assert ("conformity.school", "/institution/schoolCode") in warnings(HEQC, institution=other)


def test_no_report_is_ever_written() -> None:
    with pytest.raises(Refused) as refused:
        ADAPTER.write(record(HEQC), None)  # type: ignore[arg-type]
    assert refused.value.code == "target.requires"
