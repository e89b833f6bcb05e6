"""Warnings about documents that contradict themselves or their bank: each with its place, none with what stands there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.creditbank import ADAPTER
from gateway.kit import Content, Finding, Status
from gateway.kit.laws.trip import document_of
from tests.adapters.creditbank.documents import ACBS, NCB, ON_THE_WAY, changed, octets
from tests.reference import ROOT

Change = Callable[[dict[str, Any]], object]


def findings(body: bytes) -> tuple[Finding, ...]:
    return ADAPTER.conform(Content(document=document_of(body), format=""))


def warned(document: dict[str, Any], change: Change) -> set[tuple[str, str]]:
    return {(f.check, f.about) for f in findings(changed(document, change)) if f.status is Status.WARNING}


@pytest.mark.parametrize("document", [NCB, ACBS, ON_THE_WAY], ids=["ncb", "acbs", "on the way"])
def test_a_sound_document_conforms(document: dict[str, Any]) -> None:
    assert [f.status for f in findings(octets(document))] == [Status.PASSED]


def test_the_example_of_the_reference_page_conforms() -> None:
    page = (ROOT / "docs/reference/creditbank.md").read_text(encoding="utf-8")
    example = page.partition("```json\n")[2].partition("```")[0]
    assert [f.status for f in findings(example.encode())] == [Status.PASSED]


def first(document: dict[str, Any], of: str = "outcomes") -> dict[str, Any]:
    return document[of][0]


@pytest.mark.parametrize(
    ("check", "place", "document", "change"),
    [
        ("age", "/issued", NCB, lambda it: it.update(issued="2019-12-31")),
        ("age", "/issued", ACBS, lambda it: it.update(issued="1997-12-31")),
        ("age", "/issuer/name", ACBS, lambda it: it["issuer"].update(name={"ko": "한국교육개발원"})),
        ("age", "/degrees/0/conferredBy/0/name", ACBS, lambda it: first(it, "degrees").update(conferredOn="2010-02-28")),
        ("bank", "/issuer/name", ACBS, lambda it: it["issuer"].update(name={"en": "Example Bank"})),
        ("bank", "/issuer/name", ACBS, lambda it: it["issuer"].update(name={"zh": "国家学分银行"})),
        ("date", "/issued", NCB, lambda it: it.update(issued="2025-06-31")),
        ("date", "/learner/born", NCB, lambda it: it["learner"].update(born="2001年2月29日")),
        ("order", "/outcomes/0/recognisedOn", NCB, lambda it: first(it).update(recognisedOn="2026-01-01")),
        ("order", "/outcomes/0/recognisedOn", ACBS, lambda it: first(it).update(recognisedOn="1989-01")),
        ("order", "/degrees/0/conferredOn", ACBS, lambda it: first(it, "degrees").update(conferredOn="2024-03-06")),
        ("word", "/outcomes/0/class", ACBS, lambda it: first(it).update({"class": "선택"})),
        ("word", "/outcomes/0/sources/0/kind", NCB, lambda it: first(it)["sources"][0].update(kind="其他")),
        ("script", "/outcomes/0/title/zh", NCB, lambda it: first(it)["title"].update(zh="Databases")),
        ("sum", "/degrees/0/creditsBy", ACBS, lambda it: first(it, "degrees").update(credits="141")),
        ("sum", "/degrees/0/credits", ACBS, lambda it: first(it).update(credits="65")),
        ("sum", "/degrees/0/creditsBy/0/credits", ACBS, lambda it: first(it).update(credits="65")),
        ("conversion", "/outcomes/2/conversion/from", NCB, lambda it: it["outcomes"][2]["conversion"].update({"from": ["X"]})),
        ("schema", "", NCB, lambda it: it.pop("learner")),
        ("schema", "/degrees", NCB, lambda it: it.update(degrees=[])),
    ],
)  # fmt: skip
def test_a_contradiction_is_warned_of(check: str, place: str, document: dict[str, Any], change: Change) -> None:
    assert (f"conformity.{check}", place) in warned(document, change)


def test_fewer_credits_than_a_degree_requires_are_warned_of() -> None:
    def fewer(it: dict[str, Any]) -> None:
        it["degrees"][0] |= {
            "credits": "100",
            "creditsBy": [{"class": "전공", "credits": "59"}, {"class": "교양", "credits": "41"}],
        }

    told = {place for check, place in warned(ACBS, fewer) if check == "conformity.requirement"}
    assert told == {"/degrees/0/credits", "/degrees/0/creditsBy/0/credits"}


@pytest.mark.parametrize(("degree", "enough"), [("전문학사", True), ("전문학사(3년제)", False), ("학사", False)])
def test_each_degree_requires_its_own_credits(degree: str, enough: bool) -> None:
    def other(it: dict[str, Any]) -> None:
        it["degrees"][0] |= {"degree": degree, "credits": "80", "creditsBy": []}

    assert ("conformity.requirement" in {check for check, _ in warned(ACBS, other)}) is not enough


def test_the_bank_of_the_time_is_called_as_it_was() -> None:
    body = changed(ON_THE_WAY, lambda it: it.update(issued="2007-12-01", issuer={"name": {"ko": "한국교육개발원"}}))
    assert "conformity.age" not in {f.check for f in findings(body)}


def test_a_universitys_degree_has_no_minister_to_be_called_otherwise() -> None:
    told = warned(ACBS, lambda it: first(it, "degrees").update(conferredBy=[{"name": {"ko": "가상대학교"}}]))
    assert told == set()


def test_no_finding_repeats_what_stands_in_the_document() -> None:
    def change(it: dict[str, Any]) -> None:
        it["learner"] |= {"born": "吕思远", "gender": "吕思远", "extra": "吕思远"}
        it["outcomes"][0] |= {"credits": "吕思远", "recognisedOn": "吕思远"}

    for finding in findings(changed(NCB, change)):
        assert "吕思远" not in finding.model_dump_json()


def test_no_more_than_fifty_findings() -> None:
    body = changed(NCB, lambda it: it.update(outcomes=[{"title": {"zh": "x"}, "status": "认定", "credits": -1}] * 200))
    assert len(findings(body)) == 50
