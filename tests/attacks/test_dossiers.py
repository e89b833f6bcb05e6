"""Attacks on bilingual dossiers: by whoever has no key, and by a node that seals lies with a key that is trusted."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.europass import ADAPTER as EUROPASS
from gateway.kit.laws.trip import request_for
from gateway.model.record import Achievement as Study
from gateway.model.record import Assessment, Learner, Name, Organisation, Record, Report, Specification
from gateway.model.verdict import Indication, Status, SubIndication
from gateway.node.reproduce import Answer, Claim, reproduce
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.translate.reproduction import Outcome
from gateway.verify.engine import VerifiedDocument, verify
from tests.adapters.chsi.documents import HEQC, octets
from tests.credential_node import adapters, forged_transcript, sealed_transcript
from tests.toy_node import NOW, anchor, node_key, sealed, university
from tests.toy_node import node as toy_node

GRADE = {"en": "Excellent", "zh": "优秀"}


def node(**changes: Any) -> Any:
    return toy_node(**{"adapters": adapters(), **changes})


async def outcome(source: bytes, to: str = "dossier", **order: Any) -> Translated | Withheld:
    return await translate_file(node(), Order(octets=source, to=to, **order), now=NOW)


async def made(source: bytes, to: str = "dossier", **order: Any) -> Translated:
    done = await outcome(source, to, **order)
    assert isinstance(done, Translated), done
    return done


async def withheld(source: bytes, to: str, **order: Any) -> Withheld:
    refused = await outcome(source, to, **order)
    assert isinstance(refused, Withheld)
    return refused


def seen(dossier: bytes) -> VerifiedDocument:
    """A dossier as somebody sees it who trusts the node and the university."""
    terms = node(anchors=(anchor(node_key()), anchor(university()))).terms(NOW)
    return verify(dossier, adapters=adapters(), terms=terms)


async def again(done: Translated, **changes: bytes) -> Answer:
    claim = {"derivation": done.derivation_octets, "source": done.source.original, "result": done.results[0].octets}
    return await reproduce(node(), Claim(**{**claim, **changes}), now=NOW)


def differences(answer: Answer) -> set[str]:
    assert answer.reproduction.outcome is Outcome.DIFFERS, answer.reproduction
    return {difference.what for difference in answer.reproduction.differences}


def credential() -> bytes:
    """A sealed Europass credential with a grade in two languages."""
    school = Organisation(legal_name={"en": "University of Examplia", "zh": "示例大学"}, country="XX")
    study = Study(
        specification=Specification(title={"en": "Knots", "zh": "绳结"}),
        awarded_by=(school,),
        assessments=(Assessment(title={"en": "Exam", "zh": "考试"}, grade=GRADE),),
    )
    learner = Learner(names=(Name(language="en", given="Élodie", family="Nemo"),))
    record = Record(learner=learner, reports=(Report(issuer=school, title={"en": "R"}, achievements=(study,)),))
    request = request_for(record, b"{}", "application/json", EUROPASS)
    body = json.loads(EUROPASS.write(record, request)[0].body)
    for note in ("evidence", "displayParameter"):
        body.pop(note, None)
    return sealed(json.dumps(body, ensure_ascii=False).encode(), "jades")


Change = Callable[[dict[str, Any]], object]


def payload(dossier: bytes) -> dict[str, Any]:
    return json.loads(json.loads(dossier)["payload"])  # RFC 7797: as it is, not in base64


def altered(dossier: bytes, change: Change) -> bytes:
    """A sealed dossier with its content changed and its seal kept."""
    whole, value = json.loads(dossier), payload(dossier)
    change(value)
    return json.dumps({**whole, "payload": json.dumps(value, ensure_ascii=False)}, ensure_ascii=False).encode()


def lied(dossier: bytes, change: Change) -> bytes:
    """The same, sealed anew by the node's own key."""
    value = payload(dossier)
    change(value)
    return sealed(json.dumps(value, ensure_ascii=False).encode(), "jades", node_key())


def grades(value: dict[str, Any]) -> dict[str, str]:
    return value["record"]["reports"][0]["achievements"][0]["assessments"][0]["grade"]


def change_grade(value: dict[str, Any]) -> None:
    grades(value)["zh"] = "及格"


def change_label(value: dict[str, Any]) -> None:
    value["labels"]["grade"]["zh"] = "学信网认证成绩"


# --- the genuine one -------------------------------------------------------------------------------------------------


async def test_a_genuine_dossier_passes_with_its_original_and_is_reproduced() -> None:
    done = await made(credential())
    assert done.sealed
    found = seen(done.results[0].octets)
    assert found.verdict.verdict is Indication.PASSED
    assert {f.status for f in found.verdict.findings if f.check in ("trust.issuer", "signature.value")} == {
        Status.PASSED
    }
    [original] = found.inner.values()
    assert (original.role, original.verdict.verdict) == ("original", Indication.PASSED)
    assert original.original == done.source.original
    assert grades(payload(done.results[0].octets)) == GRADE
    assert (await again(done)).reproduction.outcome is Outcome.REPRODUCED
    assert (await again(done, source=done.results[0].octets)).reproduction.outcome is Outcome.REPRODUCED


# --- without a key ---------------------------------------------------------------------------------------------------


def swap_original(value: dict[str, Any]) -> None:
    value["derived"]["original"] = base64.b64encode(sealed_transcript()).decode()


@pytest.mark.parametrize("change", [change_grade, change_label, swap_original, lambda v: v.pop("notice")])
async def test_attack_altered_dossier_without_a_key_is_failed_whatever_was_changed(change: Change) -> None:
    dossier = (await made(credential())).results[0].octets
    found = seen(altered(dossier, change))
    assert found.verdict.verdict is Indication.FAILED
    assert found.verdict.sub_indication in (SubIndication.HASH_FAILURE, SubIndication.SIG_CRYPTO_FAILURE)


# --- with a key that is trusted --------------------------------------------------------------------------------------


async def test_attack_altered_label_beside_a_right_english_one_is_warned_of_and_reaches_nobody() -> None:
    lie = lied((await made(credential())).results[0].octets, change_label)
    found = seen(lie)
    warnings = {(f.check, f.about) for f in found.verdict.findings if f.status is Status.WARNING}
    assert ("conformity.label", "/labels/grade") in warnings
    reading = found.read()
    assert [(loss.kind, loss.source) for loss in reading.losses] == [("dropped", "/labels/grade/zh")]
    assert "学信网认证成绩" not in reading.record.model_dump_json()


async def test_attack_grade_changed_in_one_language_only_is_found_by_running_it_again() -> None:
    done = await made(credential())
    lie = lied(done.results[0].octets, change_grade)
    assert seen(lie).verdict.verdict is Indication.PASSED  # the seal is genuine: it says who lied
    assert "core" in differences(await again(done, result=lie))


async def test_attack_grade_changed_by_a_trusted_node_is_never_translated_on() -> None:
    """A translation works on the enclosed original; the altered dossier is passed over."""
    lie = lied((await made(credential())).results[0].octets, change_grade)
    onwards = await made(lie, to="elmo")
    assert onwards.chosen.path == "/derived/original"
    assert ">Excellent<" in onwards.results[0].octets.decode()
    assert "及格" not in onwards.results[0].octets.decode()


async def test_attack_swapped_original_is_warned_of_and_differs() -> None:
    done = await made(credential())
    lie = lied(done.results[0].octets, swap_original)
    found = seen(lie)
    warnings = {(f.check, f.about) for f in found.verdict.findings if f.status is Status.WARNING}
    assert ("conformity.original", "/derived/original") in warnings
    assert "core" in differences(await again(done, result=lie))
    assert "source" in differences(await again(done, source=lie))


async def test_attack_swapped_original_whose_digest_was_put_right_differs_too() -> None:
    def swap(value: dict[str, Any]) -> None:
        swap_original(value)
        value["derived"]["sha256"] = hashlib.sha256(sealed_transcript()).hexdigest()

    done = await made(credential())
    lie = lied(done.results[0].octets, swap)
    assert "core" in differences(await again(done, result=lie))
    assert "source" in differences(await again(done, source=lie))


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        ({"valid_until": "2026-05"}, SubIndication.CREDENTIAL_EXPIRED),
        ({"valid_from": "2026-06-02"}, SubIndication.CREDENTIAL_NOT_YET_VALID),
        ({"valid_until": "for ever"}, SubIndication.FORMAT_FAILURE),
        ({"valid_until": None}, SubIndication.FORMAT_FAILURE),
    ],
)
async def test_attack_expired_report_in_a_dossier_is_no_report_without_end(bounds: Any, why: SubIndication) -> None:
    """A dossier lives no longer than what it holds."""
    dossier = (await made(credential())).results[0].octets
    found = seen(lied(dossier, lambda value: value["record"]["reports"][0].update(bounds)))
    assert (found.verdict.verdict, found.verdict.sub_indication) == (Indication.INDETERMINATE, why)
    kept = {"valid_from": "2026-05-01", "valid_until": "2026-06"}
    found = seen(lied(dossier, lambda value: value["record"]["reports"][0].update(kept)))
    assert found.verdict.verdict is Indication.PASSED


# --- dressed as something else ---------------------------------------------------------------------------------------


async def test_attack_dossier_dressed_as_a_report_of_the_register_is_read_by_nobody() -> None:
    lie = lied((await made(credential())).results[0].octets, lambda value: value.update(json.loads(octets(HEQC))))
    found = seen(lie)
    assert found.adapter is None
    assert found.verdict.verdict is not Indication.PASSED
    [told] = [f for f in found.verdict.findings if f.check == "format.recognised"]
    assert "chsi" in told.explanation
    assert "dossier" in told.explanation
    assert (await withheld(lie, "europass", unsealed=True)).code == "document.unknown"


async def test_attack_dossier_with_the_registers_title_and_code_is_no_report_and_asks_nobody() -> None:
    """What isn't the profile's is warned of and lost; a dossier has no online check that could vouch for it."""
    claims = {"title": "教育部学历证书电子注册备案表", "reportType": "heqc", "vcode": "AZ00TEST00FAKE01"}
    found = seen(lied((await made(credential())).results[0].octets, lambda value: value.update(claims)))
    assert found.adapter is not None
    assert found.adapter.manifest.id == "dossier"
    assert found.questions == ()
    assert ("conformity.schema", "") in {
        (f.check, f.about) for f in found.verdict.findings if f.status is Status.WARNING
    }
    reading = found.read()
    assert {loss.source for loss in reading.losses} == {f"/{name}" for name in claims}
    assert reading.document.derived is not None


async def test_attack_dossier_without_the_notice_that_it_is_no_report_is_warned_of() -> None:
    found = seen(lied((await made(credential())).results[0].octets, lambda value: value["notice"].update(zh="认证书")))
    assert "conformity.notice" in {f.check for f in found.verdict.findings if f.status is Status.WARNING}


# --- laundering ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gone", [["original"], ["original", "sha256", "node"], None])
@pytest.mark.parametrize("to", ["europass", "elmo", "dossier"])
async def test_attack_laundering_a_dossier_is_never_the_source_of_a_sealed_translation(
    gone: list[str] | None, to: str
) -> None:
    """Not when its original is gone, not when the note is, and not when a trusted university sealed it."""

    def strip(value: dict[str, Any]) -> None:
        if gone is None:
            del value["derived"]
        else:
            value["derived"] = {name: said for name, said in value["derived"].items() if name not in gone}

    value = payload((await made(credential())).results[0].octets)
    strip(value)
    lie = sealed(json.dumps(value, ensure_ascii=False).encode(), "jades", university())
    assert seen(lie).verdict.verdict is Indication.PASSED
    refused = await withheld(lie, to)
    assert refused.code == "seal.withheld"
    assert "itself a translation" in refused.message
    assert not (await made(lie, to, unsealed=True)).sealed


async def test_attack_laundering_a_forged_original_never_becomes_a_sealed_dossier() -> None:
    assert (await withheld(forged_transcript(), "dossier")).code == "seal.withheld"
    draft = await made(forged_transcript(), unsealed=True)
    assert json.loads(draft.results[0].octets)["draft"] is True
    assert json.loads(draft.results[0].octets)["derived"]["verdict"] == "FAILED"


async def test_attack_laundering_a_dossier_with_a_forged_original_inside_is_no_source() -> None:
    draft = (await made(forged_transcript(), unsealed=True)).results[0].octets
    lie = sealed(draft, "jades", university())
    assert (await withheld(lie, "europass")).code == "seal.withheld"


# --- what isn't said -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "grade"), [("passed", "不及格"), ("failed", "优秀"), ("failed", "100"), ("passed", "F")]
)
async def test_attack_status_beside_a_grade_is_never_derived_from_it(status: str, grade: str) -> None:
    def change(value: dict[str, Any]) -> None:
        value["record"]["reports"][0]["achievements"][0]["status"] = status
        grades(value)["zh"] = grade

    [report] = seen(lied((await made(credential())).results[0].octets, change)).read().record.reports
    assert report.achievements[0].status == status
    assert report.achievements[0].assessments[0].grade["zh"] == grade


async def test_attack_status_left_out_beside_a_good_grade_is_refused() -> None:
    def change(value: dict[str, Any]) -> None:
        del value["record"]["reports"][0]["achievements"][0]["status"]

    lie = lied((await made(credential())).results[0].octets, change)
    refused = await withheld(altered(lie, lambda value: value.pop("derived")), "elmo", unsealed=True)
    assert refused.code == "dossier.missing"


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files", [{"0" * 64: "QQ=="}, {"not a digest": "QQ=="}, {"0" * 64: "no base64!"}, {"0" * 64: 7}]
)
async def test_attack_file_under_another_digest_is_refused(files: dict[str, Any]) -> None:
    lie = lied((await made(credential())).results[0].octets, lambda value: value.update(files=files, derived={}))
    assert (await withheld(lie, "elmo", unsealed=True)).code == "dossier.file"


async def test_attack_file_that_the_record_does_not_name_is_told_and_left_behind() -> None:
    """Nothing travels on under a seal that nobody has said anything about."""
    digest = hashlib.sha256(b"contraband").hexdigest()
    files = {digest: base64.b64encode(b"contraband").decode()}
    reading = seen(lied((await made(credential())).results[0].octets, lambda value: value.update(files=files))).read()
    assert reading.blobs == {}
    assert [(loss.kind, loss.source) for loss in reading.losses] == [("dropped", f"/files/{digest}")]


@pytest.mark.parametrize("levels", [90, 150])
async def test_attack_parts_in_parts_without_end_are_read_or_refused_and_break_nothing(levels: int) -> None:
    def nest(value: dict[str, Any]) -> None:
        [study] = value["record"]["reports"][0]["achievements"]
        for _ in range(levels):
            study = {"status": "passed", "specification": {"title": {"en": "K"}}, "parts": [study]}
        value["record"]["reports"][0]["achievements"] = [study]
        value.pop("derived")

    lie = lied((await made(credential())).results[0].octets, nest)
    for to in ("elmo", "europass", "clr", "dossier"):
        answer = await outcome(lie, to, unsealed=True)
        assert isinstance(answer, Translated) if levels < 100 else answer.code == "limit.depth"


# --- Chinese reports -------------------------------------------------------------------------------------------------


async def test_attack_dossier_of_a_chinese_report_is_no_second_report() -> None:
    """The words of the register stand in it as its words; it is a translation, and the report itself is given back."""
    report = sealed(octets(HEQC), "jades")
    dossier = (await made(report)).results[0].octets
    found = seen(dossier)
    assert (found.verdict.format, found.questions) == ("Bilingual dossier 1 (profile of Testamur)", ())
    assert found.read().document.derived is not None
    assert "AZ00TEST00FAKE01" not in json.dumps({**payload(dossier), "derived": {}})
    back = await made(dossier)
    assert back.returned
    assert back.results[0].octets == report
