"""Whether a credential was revoked, as its issuer's lists say: answered, open, and lists that must not be believed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.drivers.evidence_files import load_evidence
from gateway.errors import ConfigError
from gateway.model.verdict import Indication, Status, SubIndication
from gateway.node import startup
from gateway.proofs.multikey import write_multikey
from gateway.readers.limits import MIB
from gateway.verify.asking import NoAnswer
from gateway.verify.engine import verify
from gateway.verify.evidence import Answer, address_of_did, methods_in
from tests.jose_makers import key
from tests.vc_makers import NOW, Slip, badge, did_key, embedded, examined

URL = "https://school.example/status/3"
STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"
OPEN, GOOD, REVOKED = (
    (Indication.INDETERMINATE, SubIndication.TRY_LATER),
    (Indication.PASSED, None),
    (Indication.FAILED, SubIndication.CREDENTIAL_REVOKED),
)
NOT_MEANT = (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)
UNREADABLE = (Indication.INDETERMINATE, SubIndication.FORMAT_FAILURE)


def entry(index: object = "41", kind: str = "BitstringStatusListEntry", **more: object) -> dict[str, Any]:
    whole = {"type": kind, "statusPurpose": "revocation", "statusListIndex": index, "statusListCredential": URL, **more}
    return {name: value for name, value in whole.items() if value is not None}


def bits(*ones: int, size: int = 131_072) -> bytes:
    octets = bytearray(size // 8)
    for one in ones:
        octets[one // 8] |= 0x80 >> one % 8
    return bytes(octets)


def encoded(octets: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(octets, mtime=0)).rstrip(b"=").decode()


def listed(
    *ones: int, text: str | None = None, subject: dict[str, Any] | None = None, **members: object
) -> dict[str, Any]:
    inside = {
        "id": f"{URL}#list",
        "type": "BitstringStatusList",
        "statusPurpose": "revocation",
        "encodedList": text if text is not None else encoded(bits(*ones)),
        **(subject or {}),
    }
    whole = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_key(),
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": inside,
        **members,
    }
    return embedded(whole)


def answer(value: object, *, status: int = 200, age: int = 0) -> dict[str, Answer]:
    octets = value if isinstance(value, bytes) else json.dumps(value).encode()
    return {URL: Answer(url=URL, fetched_at=NOW - timedelta(seconds=age), octets=octets, status=status)}


def judged(evidence: dict[str, Answer], *entries: dict[str, Any]) -> tuple[Indication, SubIndication | None]:
    credential = badge(credentialStatus=list(entries) if len(entries) != 1 else entries[0])
    found = examined(json.dumps(embedded(credential)).encode(), did_key(), evidence=evidence).verdict
    return found.verdict, found.sub_indication


def test_without_an_answer_the_question_stays_open_and_is_never_taken_for_valid() -> None:
    assert judged({}, entry()) == OPEN


def test_the_list_tells_whether_it_was_revoked() -> None:
    assert judged(answer(listed(40, 42)), entry()) == GOOD
    assert judged(answer(listed(41)), entry()) == REVOKED
    assert judged(answer(listed(0)), entry(0)) == REVOKED
    assert judged(answer(listed(131_071)), entry("131071")) == REVOKED


def test_a_suspended_credential_is_no_pass_and_no_forgery() -> None:
    suspension = listed(41, subject={"statusPurpose": "suspension"})
    found = judged(answer(suspension), entry(statusPurpose="suspension"))
    assert found == (Indication.INDETERMINATE, SubIndication.CREDENTIAL_REVOKED)


def test_every_entry_counts_and_one_that_is_open_leaves_the_whole_open() -> None:
    assert judged(answer(listed(7)), entry(), entry("7")) == REVOKED
    assert judged(answer(listed(7)), entry(), entry("9", statusListCredential="https://school.example/other")) == OPEN
    assert judged(answer(listed()), *[entry(str(at)) for at in range(8)]) == GOOD
    assert judged(answer(listed()), *[entry(str(at)) for at in range(9)]) == OPEN


@pytest.mark.parametrize("index", ["131072", "-1", "1.5", "", None, True, "٤", [], "9" * 40])
def test_an_index_that_is_none_of_the_list_is_no_pass(index: object) -> None:
    assert judged(answer(listed()), entry(index)) == NOT_MEANT


def test_d8_a_list_for_another_purpose_is_no_answer() -> None:
    assert judged(answer(listed(subject={"statusPurpose": "message"})), entry()) == NOT_MEANT


def test_d8_a_list_of_another_issuer_is_no_answer() -> None:
    assert judged(answer(listed(issuer="did:web:other.example")), entry()) == NOT_MEANT


def test_d8_a_list_that_is_not_signed_or_was_altered_is_no_answer() -> None:
    unsigned = {name: value for name, value in listed().items() if name != "proof"}
    assert judged(answer(unsigned), entry()) == NOT_MEANT
    altered = listed(41)
    altered["credentialSubject"]["encodedList"] = encoded(bits())
    assert judged(answer(altered), entry()) == NOT_MEANT


def test_d8_a_list_by_another_address_is_no_answer() -> None:
    assert judged(answer(listed(id="https://school.example/status/4")), entry()) == NOT_MEANT


@pytest.mark.parametrize("life", [{"validUntil": "2026-10-01T00:00:00Z"}, {"validFrom": "2027-01-01T00:00:00Z"}])
def test_d8_a_list_that_is_not_of_this_time_is_asked_for_again(life: dict[str, str]) -> None:
    assert judged(answer(listed(**life)), entry()) == OPEN


def test_d8_a_list_kept_longer_than_it_may_be_is_asked_for_again() -> None:
    fresh = listed(subject={"ttl": 300_000})
    assert judged(answer(fresh, age=299), entry()) == GOOD
    assert judged(answer(fresh, age=301), entry()) == OPEN


@pytest.mark.parametrize("status", [301, 404, 410, 500])
def test_d8_an_answer_that_is_none_leaves_the_question_open(status: int) -> None:
    assert judged(answer(listed(), status=status), entry()) == OPEN


def test_d8_a_bomb_in_a_status_list_is_refused() -> None:
    bomb = gzip.compress(bytes(64 * MIB), mtime=0)
    text = "u" + base64.urlsafe_b64encode(bomb).rstrip(b"=").decode()
    assert judged(answer(listed(text=text)), entry()) == UNREADABLE


@pytest.mark.parametrize("text", ["", "u", "uAAAA", "x", "u%%%", "u" + "A" * 500])
def test_d8_what_is_no_list_of_bits_is_no_answer(text: str) -> None:
    assert judged(answer(listed(text=text)), entry()) == UNREADABLE


@pytest.mark.parametrize("octets", [b"", b"[]", b"{}", b"null", b'{"id":1,"id":2}', b"<list/>", b"\xff"])
def test_an_answer_that_is_no_credential_is_no_answer(octets: bytes) -> None:
    assert judged(answer(octets), entry())[0] is Indication.INDETERMINATE


def test_the_forerunner_of_2021_is_read_without_its_letter() -> None:
    inside = {"type": "StatusList2021", "encodedList": encoded(bits(41)).removeprefix("u")}
    contexts = ["https://www.w3.org/2018/credentials/v1", STATUS_2021, "https://w3id.org/security/data-integrity/v2"]
    old = listed(subject=inside, **{"@context": contexts, "type": ["VerifiableCredential", "StatusList2021Credential"]})
    del old["proof"], old["validFrom"]
    old = embedded({**old, "issuanceDate": "2026-01-01T00:00:00Z"})
    status = entry(kind="StatusList2021Entry", id=f"{URL}#41")
    credential = badge(credentialStatus=status, validFrom=None, issuanceDate="2026-03-01T09:30:00Z")
    credential |= {
        "@context": [
            contexts[0],
            STATUS_2021,
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
            contexts[2],
        ]
    }
    found = examined(json.dumps(embedded(credential)).encode(), did_key(), evidence=answer(old)).verdict
    assert (found.verdict, found.sub_indication) == REVOKED, found.findings


EXTENDED = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
    ],
    "credentialStatus": {"id": URL, "type": "1EdTechRevocationList"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"issuer": did_key(), "revokedCredential": []}, GOOD),
        ({"issuer": did_key(), "revokedCredential": [{"id": badge()["id"], "revocationReason": "x"}]}, REVOKED),
        ({"issuer": did_key(), "revokedCredential": [{"id": badge()["id"], "revoked": False}]}, GOOD),
        ({"issuer": "did:web:other.example", "revokedCredential": []}, NOT_MEANT),
        ({"revokedCredential": []}, NOT_MEANT),
        ({"issuer": did_key()}, NOT_MEANT),
    ],
)
def test_the_revocation_list_of_1edtech_names_credentials(value: dict, expected: tuple) -> None:
    document = json.dumps(embedded({**badge(), **EXTENDED})).encode()
    found = examined(document, did_key(), evidence=answer(value)).verdict
    assert (found.verdict, found.sub_indication) == expected


def test_a_credential_that_no_adapter_knows_may_have_ended_or_been_revoked_all_the_same() -> None:
    def alone(**members: object) -> tuple[Indication, SubIndication | None]:
        document = json.dumps(embedded(badge(**members))).encode()
        found = examined(document, did_key(), adapters=(), evidence=answer(listed(41))).verdict
        return found.verdict, found.sub_indication

    assert alone() == GOOD
    assert alone(credentialStatus=entry()) == REVOKED
    assert alone(credentialStatus=entry(statusListCredential="https://school.example/other")) == OPEN
    ended = (Indication.INDETERMINATE, SubIndication.CREDENTIAL_EXPIRED)
    assert alone(validUntil="2026-06-01T00:00:00Z") == ended


# --- a folder of answers ----------------------------------------------------------------------------------------------


def keep(folder: Path, name: str, url: str, octets: bytes, **more: object) -> None:
    note = {
        "url": url,
        "fetched_at": "2026-11-22T11:00:00Z",
        "status": 200,
        "media_type": "application/json",
        "sha256": hashlib.sha256(octets).hexdigest(),
        **more,
    }
    (folder / f"{name}.json").write_text(json.dumps({k: v for k, v in note.items() if v is not None}))
    (folder / f"{name}.body").write_bytes(octets)


WEB = "did:web:school.example:registry"


def test_a_folder_answers_for_lists_and_for_did_documents(tmp_path: Path) -> None:
    method = {
        "id": "#a",
        "type": "Multikey",
        "controller": WEB,
        "publicKeyMultibase": write_multikey(key("ed25519").public_key()),
    }
    document = {"id": WEB, "verificationMethod": [method], "assertionMethod": ["#a"]}
    keep(tmp_path, "did", "https://school.example/registry/did.json", json.dumps(document).encode())
    lists = embedded(
        {**{k: v for k, v in listed().items() if k != "proof"}, "issuer": WEB}, verificationMethod=f"{WEB}#a"
    )
    keep(tmp_path, "list", URL, json.dumps(lists).encode())
    credential = embedded(badge(WEB, credentialStatus=entry()), verificationMethod=f"{WEB}#a")
    terms = startup.terms([WEB], at=NOW, answers=load_evidence(tmp_path))
    found = verify(json.dumps(credential).encode(), adapters=(Slip(),), terms=terms).verdict
    assert found.verdict is Indication.PASSED, found.findings
    assert {f.check: f.status for f in found.findings}["credential.status"] is Status.PASSED


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ({"sha256": "00"}, "evidence.digest"), ({"url": None}, "evidence.note"), ({"fetched_at": "yesterday"}, "evidence.note"),
        ({"fetched_at": "2026-11-22"}, "evidence.note"), ({"status": "200"}, "evidence.note"),
    ],
)  # fmt: skip
def test_a_folder_that_cannot_be_used_is_the_callers_to_mend(tmp_path: Path, note: dict, code: str) -> None:
    keep(tmp_path, "x", URL, b"{}")
    whole = json.loads((tmp_path / "x.json").read_bytes()) | note
    (tmp_path / "x.json").write_text(json.dumps(whole))
    with pytest.raises(ConfigError) as caught:
        load_evidence(tmp_path)
    assert caught.value.code == code


def test_a_note_without_its_octets_is_the_callers_to_mend(tmp_path: Path) -> None:
    keep(tmp_path, "x", URL, b"{}")
    (tmp_path / "x.body").unlink()
    with pytest.raises(ConfigError) as caught:
        load_evidence(tmp_path)
    assert caught.value.code == "evidence.unreadable"


@pytest.mark.parametrize(
    ("did", "address"),
    [
        ("did:web:school.example", "https://school.example/.well-known/did.json"),
        ("did:web:school.example:a:b", "https://school.example/a/b/did.json"),
        ("did:web:school.example%3A8443", "https://school.example:8443/.well-known/did.json"),
        ("did:web:user@school.example", None), ("did:web:school.example:..", None), ("did:web:school.example:a%2Fb", None),
        ("did:web:a b", None), ("did:web:", None), ("did:key:z6Mk", None), ("did:web:169%2e254", "https://169.254/.well-known/did.json"),
    ],
)  # fmt: skip
def test_d7_a_did_stands_at_one_address_or_at_none(did: str, address: str | None) -> None:
    assert address_of_did(did) == address


def test_a_did_document_counts_only_where_its_did_is_looked_up() -> None:
    method = {"id": "#a", "publicKeyMultibase": write_multikey(key("ed25519").public_key())}
    octets = json.dumps({"id": WEB, "verificationMethod": [method], "assertionMethod": ["#a"]}).encode()

    def at(url: str, status: int = 200) -> dict:
        return methods_in([Answer(url=url, fetched_at=NOW, octets=octets, status=status)])

    assert at("https://school.example/registry/did.json").keys() == {f"{WEB}#a"}
    assert at(WEB).keys() == {f"{WEB}#a"}
    assert at("https://attacker.example/did.json") == at("did:web:attacker.example") == at(WEB, 404) == {}


def test_why_no_answer_came_is_told_with_its_code_and_leaves_the_question_open() -> None:
    credential = json.dumps(embedded(badge(credentialStatus=entry()))).encode()
    nothing = {URL: NoAnswer(code="online.timeout", why="the host took too long")}
    found = examined(credential, did_key(), unanswered=nothing).verdict
    said = [finding for finding in found.findings if finding.check == "evidence.asked"]
    assert (found.verdict, found.sub_indication) == OPEN
    assert [finding.about for finding in said] == ["online.timeout"]
    assert "the host took too long" in said[0].explanation
