"""Attacks on Chinese reports and their verification page: each with its name, and a code or verdict of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.chsi import ADAPTER
from adapters.chsi.addresses import ASK
from adapters.chsi.lists import squeezed
from gateway.kit import Content
from gateway.kit.laws.trip import document_of
from gateway.model.verdict import Indication, Status
from gateway.node import startup
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer
from tests.adapters.chsi.documents import CODE, HEQC, error, octets, page

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def judged(body: bytes) -> VerifiedDocument:
    return verify(body, adapters=[ADAPTER], terms=startup.terms(at=NOW))


def refusal(body: bytes) -> str:
    found = judged(body)
    assert found.verdict.verdict is not Indication.PASSED
    return next((f.about for f in found.verdict.findings if f.check == "format.readable"), "")


def warned(body: bytes) -> set[str]:
    document = document_of(body)
    findings = ADAPTER.conform(Content(document=document, format=""))
    return {f.check for f in findings if f.status is Status.WARNING}


def changed(**members: Any) -> bytes:
    return octets({**HEQC, **members})


def test_page_with_the_code_of_another_host() -> None:
    """A picture or link of another host is told, and never followed."""
    for link in (
        '<img src="https://www.chsic.com.cn/qr.png">',
        '<a href="//wwww.chsi.com.cn.example.invalid/xlcx/bg.do">验证</a>',
        '<a href="https://www.chsi.com.cn@evil.invalid/x">验证</a>',
    ):
        assert "conformity.address" in warned(page(extra=link))
    assert "conformity.address" not in warned(page(extra='<a href="https://www.chsi.com.cn/xlcx/rhsq.jsp">x</a>'))


def test_captcha_page_is_a_question_for_a_person() -> None:
    body = error("请输入验证码以继续当前操作")
    found = judged(body)
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert [f.about for f in found.verdict.findings if f.check == "online.answer"] == ["challenge"]


def test_captcha_page_dressed_as_a_report_is_still_a_captcha() -> None:
    found = judged(page(extra='<form><input type="hidden" name="capachatok" value="x"></form>'))
    assert [f.about for f in found.verdict.findings if f.check == "online.answer"] == ["challenge"]


def test_report_with_an_error_beside_it_is_no_report() -> None:
    found = judged(page(extra="<h2>在线验证报告已关闭，无法在线验证。</h2>"))
    assert [f.about for f in found.verdict.findings if f.check == "online.answer"] == ["closed"]


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("html.encoding", page().replace("吕思远".encode(), "吕思远".encode("gb18030"))),
        ("html.encoding", page().replace(b"utf-8", b"gb18030") + b"\xff\xff"),
        ("html.encoding", page().replace(b"utf-8", b"utf-7")),
        ("html.encoding", page().replace(b"utf-8", b"no-such-thing")),
        ("html.character", page() + b"\x00"),
        ("limit.nodes", page(extra="<b>" * 300_000)),
        ("limit.nodes", page(extra="<p>姓名</p>" * 30_000)),
        ("limit.depth", page(extra="<div>" * 240)),
    ],
)
def test_mixed_encodings_and_pages_without_end(code: str, body: bytes) -> None:
    assert refusal(body) == code


def test_number_of_another_school() -> None:
    assert "conformity.school" in warned(changed(certificateNo="123451202405000321"))


@pytest.mark.parametrize(
    "url",
    [
        "https://www.chsic.com.cn/xlcx/bg.do?vcode=AZ00TEST00FAKE01",
        "https://wwww.chsi.com.cn.example.invalid/xlcx/bg.do?vcode=AZ00TEST00FAKE01",
        "https://www.chsi.com.cn@evil.invalid/xlcx/bg.do?vcode=AZ00TEST00FAKE01",
        "https://www.сhsi.com.cn/xlcx/bg.do?vcode=AZ00TEST00FAKE01",
        "https://www.chsi.com.cn/xlcx/bg.do?vcode=AZ00TEST00FAKE01&vcode=BZ00TEST00FAKE01",
    ],
)
def test_look_alike_domain(url: str) -> None:
    """It is told, never asked, and its code stands in no finding."""
    body = changed(provenance={"sourceUrl": url})
    assert "conformity.address" in warned(body)
    document = document_of(body)
    assert {question.url for question in ADAPTER.open(document).questions} == {"https://www.chsi.com.cn/xlcx/bg.do"}
    assert CODE not in judged(body).verdict.model_dump_json()


def test_code_in_lower_case_with_spaces() -> None:
    [question] = ADAPTER.open(document_of(changed(vcode="az00 test 00fa ke01"))).questions
    assert question.form["vcode"] == CODE
    assert CODE not in repr(question)
    assert CODE not in question.url


def test_code_that_cannot_be_one_is_not_asked_by() -> None:
    body = changed(vcode="AZ00TEST00FAKE0!")
    assert ADAPTER.open(document_of(body)).questions[0].form == {}
    assert "conformity.code" in warned(body)


@pytest.mark.parametrize(
    "number", ["98765120240500032", "987651199905000321", "987651209905000321", "000000000000000000"]
)
def test_seventeen_digits_out_of_their_time_and_impossible_numbers(number: str) -> None:
    assert "conformity.certificate" in warned(changed(certificateNo=number))


def test_name_as_image_is_no_name_and_said_so() -> None:
    body = page(name="").replace(b"<h4>", '<div>姓名</div><div><img src="/n.png"></div><h4>'.encode())
    reading = judged(body).read()
    assert reading.record.learner.names == ()
    assert ("姓名", "dropped") in {(loss.source, loss.kind) for loss in reading.losses}


def test_home_made_english_report_is_no_report() -> None:
    body = b"<!doctype html><h1>Online Verification Report</h1><p>Status: Currently enrolled</p>"
    assert judged(body).adapter is None


def test_members_beside_the_flat_profile_are_not_claimed() -> None:
    body = octets({"name": "x", "school": "y", "cert_no": "z", "graduate_conclusion": "毕业", "also": 1})
    assert judged(body).adapter is None


# --- the code, and what isn't a field ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        page(extra=f"<p>验证网址：https://www.chsi.com.cn/xlcx/bg.do?vcode={CODE}</p><p>{CODE}</p>"),
        page(extra="<p>A Z00TEST 00FA-KE01</p>"),
        page(code="", extra="<p>https://www.chsi.com.cn/xlcx/bg.do?vcode=BZ00TEST00FAKE99</p>"),
        changed(verifyUrl=f"https://www.chsi.com.cn/xlcx/bg.do?vcode={CODE}"),
        changed(holder={**HEQC["holder"], "vcode": CODE}),
        changed(vcode=[CODE]),
        changed(remark={"seen": [f"code {CODE.lower()}"]}),
    ],
)
def test_code_repeated_in_another_place_is_handed_on_nowhere(body: bytes) -> None:
    """A page prints its code in a link as well; no loss repeats it, neither as its value nor as its place."""
    found = judged(body)
    reading = found.read()
    told = [*(loss.model_dump_json() for loss in reading.losses), reading.record.model_dump_json()]
    told += [reading.document.model_dump_json(), found.verdict.model_dump_json()]
    for text in told:
        assert CODE not in squeezed(text)
        assert "BZ00TEST00FAKE99" not in text


def by_register(claim: bytes, answer: bytes) -> VerifiedDocument:
    """Judged with an answer that this gateway fetched itself."""
    fetched = Answer(url=ASK, fetched_at=NOW, octets=answer, media_type="text/html", fetched_here=True)
    return verify(claim, adapters=[ADAPTER], terms=replace(startup.terms(at=NOW), evidence={ASK: fetched}))


def test_namesake_a_name_alone_takes_nobody_elses_certificate() -> None:
    """Thousands have one name: the answer about a namesake, to another code, is no answer about this paper."""
    holder = {"name": HEQC["holder"]["name"]}
    thin = {"reportType": "heqc", "vcode": "BZ00TEST00FAKE99", "holder": holder}
    found = by_register(octets(thin), page(code=""))
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert found.content is not None
    assert found.content.vouched == "unverified"
    whole = {**thin, "holder": {**holder, "birthDate": HEQC["holder"]["birthDate"]}}
    assert by_register(octets(whole), page(code="")).verdict.verdict is Indication.PASSED


@pytest.mark.parametrize(
    ("place", "member"),
    [("/honours", {"honours": True}), ("/list", {"list": ["a"]}), ("/deep", {"deep": {"a": {"b": "c"}}}),
     ("/holder/rank", {"holder": {**HEQC["holder"], "rank": "1"}}), ("/major", {"major": ["甲"]})],
)  # fmt: skip
def test_members_beside_the_fields_are_lost_where_the_answer_is_what_is_read(place: str, member: Any) -> None:
    found = by_register(changed(**member), page(major=""))
    assert found.verdict.verdict is Indication.PASSED
    assert place in {loss.source for loss in found.read().losses}


def test_course_called_passed_that_the_register_calls_failed() -> None:
    course = {"name": "游泳", "credits": 1, "grade": "通过"}
    report = {**HEQC, "reportType": "transcript"}

    def of(**more: Any) -> bytes:
        return octets({**report, "courses": [{**course, **more}]})

    found = by_register(of(passed=True), of(passed=False))
    assert found.verdict.verdict is Indication.FAILED
    assert [f.about for f in found.verdict.findings if f.status is Status.FAILED] == ["/courses/0/passed"]
    assert by_register(of(passed=True), of(passed=True)).verdict.verdict is Indication.PASSED
    beside = by_register(of(remark="甲"), of())
    assert "/courses/0/remark" in {loss.source for loss in beside.read().losses}
