"""Online checks: the answer is the content, the document a claim; who may be believed that they fetched it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.chsi import ADAPTER
from gateway.drivers.evidence_files import load_evidence
from gateway.drivers.workers import IsolatedAdapter
from gateway.kit.contract import EvidenceRequest, comparing
from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.node import startup
from gateway.node.source import source_of
from gateway.readers.jws import parse_compact
from gateway.trust.anchors import Anchor
from gateway.verify.asking import name_of
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer
from gateway.verify.online import ATTESTATION
from tests.adapters.chsi.documents import CODE, HEQC, error, octets, page
from tests.jose_makers import compact, key

URL = "https://www.chsi.com.cn/xlcx/bg.do"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPERATOR = Anchor(key=key("p256").public_key(), key_id="clerk")


def answered(body: bytes, *, status: int = 200, at: datetime = NOW - timedelta(hours=1)) -> Answer:
    return Answer(url=URL, fetched_at=at, octets=body, status=status, media_type="text/html")


def attested(found: Answer, *, typ: str = ATTESTATION, alg: str = "ES256", **changed: object) -> Answer:
    """The answer, and what the named operator signs of it."""
    said: dict[str, Any] = {
        "url": found.url,
        "fetched_at": found.fetched_at.isoformat(),
        "status": found.status,
        "media_type": found.media_type,
        "sha256": hashlib.sha256(found.octets).hexdigest(),
        **changed,
    }
    header = {"alg": alg, "typ": typ, "kid": "clerk"}
    return replace(found, attestation=compact(header, json.dumps(said).encode(), alg=alg))


def judged(
    document: bytes, found: Answer | None = None, *, trusted: bool = True, channel: bool = False, **terms: object
) -> VerifiedDocument:
    evidence = {} if found is None else {found.url: found}
    anchors = (OPERATOR,) if trusted else ()
    by = frozenset({"chsi"} if channel else ())
    made = replace(startup.terms(at=NOW), evidence=evidence, witnesses=anchors, channel=by, **terms)
    return verify(document, adapters=[ADAPTER], terms=made)


def said(found: VerifiedDocument) -> tuple[Indication, SubIndication | None]:
    return found.verdict.verdict, found.verdict.sub_indication


PAPER = octets(HEQC)
GOOD = attested(answered(page()))


def test_a_check_that_answers_verified_with_equal_fields_passes() -> None:
    found = judged(PAPER, GOOD)
    assert said(found) == (Indication.PASSED, None)
    assert Caveat.CHECKED_ONLINE in found.verdict.caveats
    assert found.content is not None
    assert found.content.vouched == "online"
    assert found.content.document.octets == page()


def test_an_answer_that_this_gateway_fetched_itself_needs_no_attestation() -> None:
    found = judged(PAPER, replace(answered(page()), fetched_here=True), trusted=False)
    assert said(found) == (Indication.PASSED, None)


@pytest.mark.parametrize("field", ["name", "birthDate", "institution", "graduationDate", "level", "certificateNo"])
def test_one_field_that_differs_fails(field: str) -> None:
    changed = {"birthDate": "2001-10-04", "graduationDate": "2023-06-28", "level": "专科", "certificateNo": "9" * 18}
    found = judged(PAPER, attested(answered(page(**{field: changed.get(field, "别的")}))))
    assert said(found) == (Indication.FAILED, SubIndication.ANSWER_DIFFERS)
    [failed] = [f for f in found.verdict.findings if f.status is Status.FAILED]
    assert failed.about.rpartition("/")[2] in (field, "name")


def test_the_page_of_another_code_fails() -> None:
    assert said(judged(PAPER, attested(answered(page(code="BZ00TEST00FAKE99")))))[0] is Indication.FAILED


def test_what_the_answer_does_not_show_is_not_handed_on_and_is_a_loss() -> None:
    found = judged(PAPER, attested(answered(page(presidentName="", major=""))))
    assert said(found) == (Indication.PASSED, None)
    reading = found.read()
    assert "虚构校长" not in reading.record.model_dump_json()
    assert "应用海洋学" not in reading.record.model_dump_json()
    told = {loss.source for loss in reading.losses if loss.kind == "dropped"}
    assert {"/presidentName", "/major", "/institution/location", "/institution/moeCode"} <= told


def test_the_same_said_otherwise_is_equal() -> None:
    """Dates, widths, aliases and blanks are spellings, not differences."""
    otherwise = page(
        birthDate="2001年10月3日", duration="4 年", level="大学本科", educationType="普通", studyForm="全日制",
        certificateNo="9876 5120 2405 0003 21", name="吕　思远",
    )  # fmt: skip
    assert said(judged(PAPER, attested(answered(otherwise)))) == (Indication.PASSED, None)


def test_a_newer_date_of_the_register_is_told_and_fails_nothing() -> None:
    found = judged(PAPER, attested(answered(page(updateDate="2024年09月01日"))))
    assert said(found) == (Indication.PASSED, None)
    assert [f.about for f in found.verdict.findings if f.check == "online.date"] == ["/updateDate"]


ANSWERS = {
    "expired": ("在线验证报告已过期，无法在线验证。", SubIndication.TRY_LATER),
    "closed": ("在线验证报告已关闭，无法在线验证。", SubIndication.TRY_LATER),
    "not_found": ("此在线验证码无效！", SubIndication.NO_PROOF_FOUND),
    "malformed": ("系统检测到非法访问，不合要求的在线验证码！", SubIndication.FORMAT_FAILURE),
    "challenge": ("请输入验证码以继续当前操作", SubIndication.TRY_LATER),
}


@pytest.mark.parametrize("state", ANSWERS)
def test_an_answer_without_a_report_leaves_the_question_open_with_advice(state: str) -> None:
    text, sub = ANSWERS[state]
    for found in (judged(PAPER, attested(answered(error(text)))), judged(PAPER, answered(error(text)))):
        assert said(found)[0] is Indication.INDETERMINATE
        [told] = [f for f in found.verdict.findings if f.check == "online.answer"]
        assert (told.about, told.sub_indication) == (state, sub)
        assert told.explanation
        assert found.content is not None
        assert found.content.vouched == "unverified"


def test_an_answer_that_is_none_is_unavailable() -> None:
    for body, status in (
        (b"<!doctype html><p>502", 502),
        (b"<!doctype html><p>x</p>", 200),
        (b"gone", 200),
        (b"", 200),
    ):
        found = judged(PAPER, attested(answered(body, status=status)))
        assert said(found) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
        assert [f.about for f in found.verdict.findings if f.check == "online.answer"] == ["unavailable"]


def test_without_an_answer_it_is_well_formed_and_not_verified() -> None:
    found = judged(PAPER)
    assert said(found) == (Indication.INDETERMINATE, SubIndication.NO_PROOF_FOUND)
    assert any("well-formed, not verified" in f.explanation for f in found.verdict.findings)


def test_a_page_handed_in_by_the_holder_proves_nothing_either_way() -> None:
    assert said(judged(PAPER, answered(page())))[0] is Indication.INDETERMINATE
    assert said(judged(PAPER, answered(page(name="别人"))))[0] is Indication.INDETERMINATE
    assert said(judged(page()))[0] is Indication.INDETERMINATE


FORGED = {
    "a key that nobody trusts": attested(answered(page()), alg="RS256"),
    "another body": replace(GOOD, octets=page(presidentName="")),
    "another address": replace(GOOD, url="https://www.chsic.com.cn/xlcx/bg.do"),
    "another day": replace(GOOD, fetched_at=NOW - timedelta(days=2)),
    "another status": attested(answered(page()), status=404),
    "another kind of statement": attested(answered(page()), typ="JWT"),
    "no JWS": replace(GOOD, attestation=b"signed, the clerk"),
    "a payload that is no object": replace(GOOD, attestation=compact({"alg": "ES256", "typ": ATTESTATION}, b"[]")),
    "a broken signature": replace(GOOD, attestation=GOOD.attestation[:-6] + b"AAAAAA"),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_an_attestation_that_is_not_of_this_answer_vouches_for_nothing(forgery: str) -> None:
    found = FORGED[forgery]
    outcome = judged(PAPER, replace(found, url=URL) if found.url == URL else None)
    assert said(outcome)[0] is not Indication.PASSED


def test_who_is_trusted_for_documents_alone_attests_no_answer() -> None:
    """A university's key seals its documents: that it may say what the register answered is another trust."""
    found = judged(PAPER, GOOD, trusted=False, anchors=(OPERATOR,))
    assert said(found)[0] is Indication.INDETERMINATE
    [told] = [f for f in found.verdict.findings if f.check == "online.attested"]
    assert told.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert 'for = ["evidence"]' in told.explanation


def test_an_operator_who_is_not_in_trust_vouches_for_nothing() -> None:
    assert said(judged(PAPER, GOOD, trusted=False))[0] is Indication.INDETERMINATE


def test_an_answer_from_after_the_time_that_is_judged_at_or_from_long_before_is_not_stood_on() -> None:
    for at in (NOW + timedelta(minutes=1), NOW - timedelta(days=181)):
        assert said(judged(PAPER, attested(answered(page(), at=at)))) == (
            Indication.INDETERMINATE,
            SubIndication.TRY_LATER,
        )


def test_a_peer_may_vouch_by_policy_and_only_for_what_the_policy_names() -> None:
    found = judged(PAPER, channel=True)
    assert said(found) == (Indication.PASSED, None)
    assert Caveat.VOUCHED_BY_CHANNEL in found.verdict.caveats
    assert found.content is not None
    assert (found.content.vouched, found.content.document.octets) == ("channel", PAPER)
    assert said(judged(b'{"x": 1}', channel=True))[0] is Indication.INDETERMINATE


def test_an_answer_that_contradicts_what_a_peer_sent_fails_it() -> None:
    assert said(judged(PAPER, attested(answered(page(name="别人"))), channel=True))[0] is Indication.FAILED


def test_a_simulated_answer_says_so_in_the_verdict() -> None:
    found = judged(PAPER, attested(answered(page(extra="<p>SAMPLE 样例，非学信网出具</p>"))))
    assert said(found) == (Indication.PASSED, None)
    assert Caveat.SIMULATED in found.verdict.caveats


def test_the_code_stands_nowhere_in_what_is_told() -> None:
    for found in (judged(PAPER, GOOD), judged(PAPER), judged(PAPER, attested(answered(page(code="BZ00TEST00FAKE99"))))):
        reading = found.read()
        told = found.verdict.model_dump_json() + reading.record.model_dump_json() + str(reading.losses)
        assert CODE not in told
        assert CODE not in str(reading.document)
        assert CODE not in repr(ADAPTER.open(found.content.document).questions)


def test_the_source_of_a_translation_is_the_paper_and_its_media_type() -> None:
    source = source_of(judged(PAPER, GOOD))
    assert (source.original, source.media_type) == (PAPER, "application/json")


def test_a_name_under_which_an_answer_is_kept_is_an_hmac_and_nothing_without_the_secret() -> None:
    asked = EvidenceRequest(url=URL, why="x", form={"vcode": "000000000000"}, vouches=True)
    plain = hashlib.sha256(b"000000000000").hexdigest()
    kept = name_of(asked, b"secret of the node")
    assert name_of(EvidenceRequest(url=URL, why="x")) == URL
    assert name_of(asked) == name_of(asked) != name_of(replace(asked, form={"vcode": "000000000001"}))
    assert kept.startswith(URL + "#")
    assert kept != name_of(asked, b"another")
    assert plain not in kept
    assert "0000" not in kept.partition("#")[2]


def test_answers_come_from_a_folder_with_their_attestation(tmp_path) -> None:
    note = {
        "url": URL,
        "fetched_at": GOOD.fetched_at.isoformat(),
        "status": 200,
        "media_type": "text/html",
        "sha256": hashlib.sha256(GOOD.octets).hexdigest(),
        "attestation": GOOD.attestation.decode(),
    }
    (tmp_path / "one.json").write_text(json.dumps(note))
    (tmp_path / "one.body").write_bytes(GOOD.octets)
    assert load_evidence(tmp_path) == {URL: GOOD}
    (tmp_path / "one.json").write_text(json.dumps({**note, "asked": "abc"}))
    assert list(load_evidence(tmp_path)) == [f"{URL}#abc"]
    assert parse_compact(GOOD.attestation).payload is not None


def test_an_adapter_in_a_process_of_its_own_compares_too() -> None:
    isolated = IsolatedAdapter(ADAPTER)
    try:
        assert comparing(isolated) is not None
        made = replace(startup.terms(at=NOW), evidence={URL: GOOD}, witnesses=(OPERATOR,))
        assert verify(PAPER, adapters=[isolated], terms=made).verdict.verdict is Indication.PASSED
    finally:
        isolated.close()
