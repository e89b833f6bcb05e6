"""Attacks on documents of credit banks, and bad input: each with its name, and a code or verdict of its own."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from adapters.creditbank import ADAPTER
from gateway.errors import Refused
from gateway.kit import Content
from gateway.kit.laws.trip import document_of
from gateway.model.verdict import Indication, Status, SubIndication
from gateway.node import startup
from gateway.verify.engine import VerifiedDocument, verify
from tests.adapters.creditbank.documents import ACBS, NCB, changed, octets
from tests.toy_node import NOW, anchor, seal_key, sealed

SECONDS = 10.0
"""Of processor: about three are taken."""
BANK = "National Institute for Lifelong Education"


def judged(body: bytes, **terms: Any) -> VerifiedDocument:
    return verify(body, adapters=startup.adapters(), terms=replace(startup.terms(at=NOW), **terms))


def by_bank(body: bytes) -> VerifiedDocument:
    """Judged with the bank's seal, by somebody who trusts it."""
    key = seal_key("acbs", BANK)
    return judged(sealed(body, "jades", key), anchors=(anchor(key),))


def warned(body: bytes) -> set[tuple[str, str]]:
    findings = ADAPTER.conform(Content(document=document_of(body), format=""))
    return {(f.check, f.about) for f in findings if f.status is Status.WARNING}


def refused(body: bytes) -> str:
    """The code by which bytes are no document."""
    found = judged(body)
    assert found.verdict.verdict is Indication.FAILED
    return next(f.about for f in found.verdict.findings if f.check == "format.readable")


def code(body: bytes) -> str:
    """The code by which reading is refused."""
    with pytest.raises(Refused) as refusal:
        judged(body).read()
    return str(refusal.value.code)


# --- bad input, by name -----------------------------------------------------------------------------------------------


def test_number_of_another_bank() -> None:
    """A Chinese number in a Korean document, wherever it stands."""
    assert warned(changed(ACBS, lambda it: it["learner"]["numbers"][0].update(scheme="ncb-account"))) == {
        ("conformity.number", "/learner/numbers/0/scheme")
    }
    told = warned(changed(NCB, lambda it: it["outcomes"][0]["sources"][0]["numbers"][0].update(scheme="acbs-degree")))
    assert told == {("conformity.number", "/outcomes/0/sources/0/numbers/0/scheme")}


@pytest.mark.parametrize("amount", [-3, "-3", "－３", "3학점", 1e30, "NaN", True, None, ["3"], {"value": "3"}])
def test_credits_negative_or_no_amount(amount: Any) -> None:
    """They aren't taken, by no reader further on: warned of, and a loss."""
    body = changed(NCB, lambda it: it["outcomes"][0].update(credits=amount))
    assert ("conformity.credits", "/outcomes/0/credits") in warned(body)
    reading = judged(body).read()
    assert reading.record.reports[0].achievements[0].credits_earned == ()
    assert any(loss.source.startswith("/outcomes/0/credits") for loss in reading.losses)


def test_sum_that_does_not_add_up() -> None:
    """A degree of more credits than its classes have, or its outcomes; a conversion of more than was given."""
    more = changed(ACBS, lambda it: it["degrees"][0].update(credits="141"))
    assert {place for check, place in warned(more) if check == "conformity.sum"} == {
        "/degrees/0/creditsBy", "/degrees/0/credits",
    }  # fmt: skip
    given = changed(NCB, lambda it: it["outcomes"][2]["conversion"].update(creditsIn=12))
    assert warned(given) == {("conformity.sum", "/outcomes/2/conversion/creditsIn")}


@pytest.mark.parametrize("encoding", ["gb18030", "euc-kr", "utf-16", "cp949"])
def test_mixed_encodings_of_the_whole(encoding: str) -> None:
    body = octets(ACBS if encoding in ("euc-kr", "cp949") else NCB).decode().replace("朴", "").encode(encoding)
    found = judged(body)
    assert found.verdict.verdict is not Indication.PASSED
    assert found.content is None


@pytest.mark.parametrize(
    ("document", "words", "encoding"), [(NCB, "数据库原理", "gb18030"), (ACBS, "자료구조", "euc-kr")]
)
def test_mixed_encodings_in_one_file(document: dict[str, Any], words: str, encoding: str) -> None:
    assert refused(octets(document).replace(words.encode(), words.encode(encoding))) == "json.encoding"


@pytest.mark.parametrize(("document", "language", "encoding"), [(NCB, "zh", "gb18030"), (ACBS, "ko", "euc-kr")])
def test_mixed_encodings_read_as_another(document: dict[str, Any], language: str, encoding: str) -> None:
    """Sound UTF-8 that holds what somebody once read wrongly: kept as it is, and warned of."""

    def misread(it: dict[str, Any]) -> None:
        title = it["outcomes"][0]["title"]
        title[language] = title[language].encode(encoding).decode("latin-1")

    assert warned(changed(document, misread)) == {("conformity.encoding", f"/outcomes/0/title/{language}")}


@pytest.mark.parametrize(
    "members",
    [{"profile": "testamur-credit-bank-2"}, {"bank": "jcb"}, {"bank": "NCB"}, {"bank": None}, {"bank": ["ncb"]}],
)
def test_unknown_profile(members: dict[str, Any]) -> None:
    """Claimed by its name, and not read: even under a good seal it is no pass."""
    body = octets({**ACBS, **members})
    found = by_bank(body)
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert [f.about for f in found.verdict.findings if f.check == "format.opened"] == ["creditbank.profile"]
    assert code(body) == "creditbank.profile"


@pytest.mark.parametrize("again", ["LO-0001", "ＬＯ－０００１", " LO-0001 "])
def test_duplicate_outcome_numbers(again: str) -> None:
    """Credits would count twice: in other widths and with blanks too."""
    body = changed(NCB, lambda it: it["outcomes"][1]["numbers"][0].update(value=again))
    assert code(body) == "creditbank.outcome_twice"
    assert ("conformity.duplicate", "/outcomes") in warned(body)


@pytest.mark.parametrize("picture", ["data:image/png;base64,iVBORw0KGgo=", "ＤＡＴＡ:image/png,x", '<img src="n.png">'])
def test_name_as_image_is_no_name_and_said_so(picture: str) -> None:
    body = changed(NCB, lambda it: it["learner"].update(names=[{"language": "zh", "full": picture}]))
    assert ("conformity.name", "/learner/names/0/full") in warned(body)
    reading = judged(body).read()
    assert reading.record.learner.names == ()
    assert "/learner/names" in {loss.source for loss in reading.losses}


def test_impossible_dates_are_not_taken() -> None:
    body = changed(ACBS, lambda it: it["outcomes"][0].update(recognisedOn="2021년 2월 30일"))
    assert ("conformity.date", "/outcomes/0/recognisedOn") in warned(body)
    assert "/outcomes/0/recognisedOn" in {loss.source for loss in judged(body).read().losses}


def test_document_older_than_its_bank() -> None:
    assert ("conformity.age", "/issued") in warned(changed(NCB, lambda it: it.update(issued="2001-01-01")))


# --- what vouches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", [NCB, ACBS], ids=["ncb", "acbs"])
def test_without_seal_and_channel_it_is_well_formed_and_not_verified(document: dict[str, Any]) -> None:
    found = judged(octets(document))
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert found.verdict.sub_indication is SubIndication.NO_PROOF_FOUND
    assert found.verdict.conformity == "CONFORMS"
    assert found.content is not None
    assert found.content.vouched == "unverified"


def test_the_banks_seal_vouches() -> None:
    found = by_bank(octets(ACBS))
    assert found.verdict.verdict is Indication.PASSED, found.verdict
    assert found.content is not None
    assert found.content.vouched == "proof"
    assert found.read().record.reports[0].achievements[0].awarded_on == "2024-02-28"


def test_a_sealed_document_altered_is_failed() -> None:
    key = seal_key("acbs", BANK)
    genuine = sealed(octets(ACBS), "jades", key)
    forged = sealed(changed(ACBS, lambda it: it["outcomes"][0].update(credits="128")), "jades", key)
    mixed = {**json.loads(genuine), "payload": json.loads(forged)["payload"]}
    found = judged(json.dumps(mixed).encode(), anchors=(anchor(key),))
    assert found.verdict.verdict is Indication.FAILED


def test_anothers_seal_on_a_banks_document_says_so() -> None:
    """A provider seals what the bank never said: the pinned key counts as its own, and who isn't the issuer is told."""
    provider = seal_key("provider", "Fictional Academy")
    found = judged(sealed(octets(ACBS), "jades", provider), anchors=(anchor(provider),))
    assert "sealer_is_not_issuer" in {caveat.value for caveat in found.verdict.caveats}
    named = judged(sealed(octets(ACBS), "jades", provider), anchors=(anchor(provider, issuers=(BANK + "!",)),))
    assert named.verdict.verdict is not Indication.PASSED


def test_a_failing_sum_changes_no_verdict() -> None:
    found = by_bank(changed(ACBS, lambda it: it["degrees"][0].update(credits="141")))
    assert found.verdict.verdict is Indication.PASSED
    assert found.verdict.conformity == "DEVIATES"


# --- what pretends ----------------------------------------------------------------------------------------------------


def test_translation_that_hides_as_the_banks_own() -> None:
    """Whatever stands at `translation` makes it a translation: it is never taken for the bank's own document."""
    for note in ({}, [], "", "x", 0, {"by": None}, [{"node": "n.example"}]):
        body = changed(ACBS, lambda it, note=note: it.update(translation=note))
        reading = judged(body).read()
        assert reading.document.derived is not None
        assert reading.document.issuer is None


def test_number_that_calls_a_bank_another() -> None:
    """Which bank speaks is said once: a number beside it isn't taken, for the issuer or anybody."""
    body = changed(NCB, lambda it: it["issuer"].update(numbers=[{"scheme": "credit-bank", "value": "acbs"}]))
    assert ("conformity.number", "/issuer/numbers/0/scheme") in warned(body)
    reading = judged(body).read()
    assert [one.value for one in reading.record.reports[0].issuer.identifiers] == ["ncb"]
    assert "/issuer/numbers" in {loss.source for loss in reading.losses}


def test_enclosed_original_that_is_no_base64() -> None:
    body = changed(ACBS, lambda it: it.update(translation={"original": "%%%"}))
    assert "content.evidence" in {f.check for f in judged(body).verdict.findings}


def test_outcomes_without_end_cost_little() -> None:
    """Nine thousand outcomes, each converted from another, and two thousand degrees to add up over all of them."""
    one = {"title": {"ko": "과목"}, "status": "인정", "credits": 1, "class": "전공"}
    many = [
        {
            **one,
            "numbers": [{"scheme": "acbs-outcome", "value": str(n)}],
            "conversion": {"from": [str(n)], "creditsIn": 1},
        }
        for n in range(9_000)
    ]
    by_class = [{"class": "전공", "credits": 9_000}]
    by = [{"name": {"ko": "교육부장관"}}]
    one = {"title": {"ko": "학사"}, "degree": "학사", "credits": 9_000, "creditsBy": by_class, "conferredBy": by}
    degrees = [one] * 2_000
    body = octets({**ACBS, "outcomes": many, "degrees": degrees})
    start = time.process_time()
    found = judged(body)
    assert found.verdict.conformity == "CONFORMS"  # so that all of it was looked at
    assert len(found.read().record.relations) == 9_000
    assert time.process_time() - start < SECONDS
