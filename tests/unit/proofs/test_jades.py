"""What JAdES adds: the claimed time, references to the certificate, time-stamps, and what isn't judged."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.model.verdict import Indication, Status
from gateway.proofs.jose.certificates import kid_of, x5t_s256
from gateway.readers.der import INTEGER, OCTET_STRING, OID, SEQUENCE, SET, context, write_der
from tests.jose_makers import (
    CREDENTIAL,
    b64url,
    certificate,
    certified,
    compact,
    jose_value,
    proof,
    status,
    verdict,
    x5c,
)

SIG_T = {"sigT": "2026-03-01T09:30:00Z", "crit": ["sigT"]}


def jades(**members: object) -> dict[str, object]:
    return certified(**{"x5t#S256": x5t_s256(certificate("p256"))}) | SIG_T | members


def flattened(header: dict[str, object], etsi_u: object = None) -> bytes:
    head, payload, value = (part.decode() for part in compact(header).split(b"."))
    jws: dict[str, object] = {"payload": payload, "protected": head, "signature": value}
    if etsi_u is not None:
        jws["header"] = {"etsiU": etsi_u(jws) if callable(etsi_u) else etsi_u}
    return json.dumps(jws).encode()


def token(stamped: bytes, digest: str = "608648016503040201") -> str:
    """The outline of an RFC 3161 token over these octets, unsigned."""
    algorithm = write_der(SEQUENCE, write_der(OID, bytes.fromhex(digest)))
    imprint = write_der(SEQUENCE, algorithm, write_der(OCTET_STRING, hashlib.sha256(stamped).digest()))
    info = write_der(SEQUENCE, write_der(INTEGER, b"\1"), write_der(OID, b"\x2a\x03"), imprint)
    content = write_der(
        SEQUENCE,
        write_der(OID, bytes.fromhex("2a864886f70d0109100104")),
        write_der(context(0), write_der(OCTET_STRING, info)),
    )
    signed = write_der(SEQUENCE, write_der(INTEGER, b"\3"), write_der(SET), content, write_der(SET))
    oid = write_der(OID, bytes.fromhex("2a864886f70d010702"))
    return base64.b64encode(write_der(SEQUENCE, oid, write_der(context(0), signed))).decode()


def tokens(stamped: bytes) -> dict[str, object]:
    return {"tstTokens": [{"val": token(stamped)}]}


def item(value: object) -> str:
    return b64url(json.dumps(value).encode())


def test_a_baseline_signature_passes_and_claims_its_time() -> None:
    found = proof(compact(jades(kid=kid_of(certificate("p256")))))
    assert {f.status for f in found.findings} == {Status.PASSED}
    assert (found.kind, found.claimed_time, found.covered) == ("jades", "2026-03-01T09:30:00Z", CREDENTIAL)


def test_iat_claims_the_time_as_well() -> None:
    header = certified(**{"x5t#S256": x5t_s256(certificate("p256"))}, iat=1772357400)
    assert proof(compact(header)).claimed_time == "2026-03-01T09:30:00Z"


@pytest.mark.parametrize(
    "members",
    [
        {"sigT": "yesterday"},
        {"sigT": "2026-03-01T09:30:00"},
        {"sigT": 5},
        {"iat": 1772357400},
        {"sigT": None, "iat": 1772357400},
        {"exp": 1},
        {"nbf": 1},
    ],
    ids=repr,
)
def test_a_time_that_is_double_limited_or_unreadable_is_never_passed(members: dict[str, object]) -> None:
    found = proof(compact(jades(**members)))
    assert status(found, "signature.time") is Status.INDETERMINATE


def test_no_signing_time_is_never_passed() -> None:
    assert verdict(compact(certified(srCms=[]))).verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("seconds", [10**90, -(10**90), True])
def test_an_absurd_iat_is_no_time_and_no_crash(seconds: int) -> None:
    found = proof(compact(certified(**{"x5t#S256": x5t_s256(certificate("p256"))}, iat=seconds)))
    assert found.claimed_time is None
    assert status(found, "signature.time") is Status.INDETERMINATE


def test_without_a_signed_reference_to_the_certificate_it_is_never_passed() -> None:
    assert verdict(compact(certified() | SIG_T)).verdict is Indication.INDETERMINATE


def test_several_references_are_never_passed() -> None:
    one = {"digAlg": "S256", "digVal": x5t_s256(certificate("p256"))}
    found = proof(compact(certified() | SIG_T | {"sigX5ts": [one, one]}))
    assert status(found, "signature.certificate_reference") is Status.INDETERMINATE


def test_a_key_id_of_another_certificate_is_a_warning() -> None:
    assert status(proof(compact(jades(kid="bXkga2V5"))), "signature.key_id") is Status.WARNING


def test_a_policy_document_leaves_the_answer_open() -> None:
    found = proof(compact(jades(sigPId={"id": "urn:oid:1.2.3"}, crit=["sigT", "sigPId"])))
    assert status(found, "signature.policy") is Status.INDETERMINATE


def test_detached_content_leaves_the_answer_open_and_covers_nothing() -> None:
    found = proof(compact(jades(sigD={"mId": "x"}, crit=["sigT", "sigD"]), b""))
    assert status(found, "signature.payload") is Status.INDETERMINATE
    assert status(found, "signature.value") is Status.NOT_CHECKED
    assert found.covered is None


def test_a_certificate_in_unsigned_hints_counts_only_where_a_signed_digest_names_it() -> None:
    held = [{"xVals": [{"x509Cert": {"val": x5c(certificate(kind))[0]}} for kind in ("rsa", "p256")]}]
    header: dict[str, object] = {"alg": "ES256"} | SIG_T
    named = proof(flattened(header | {"x5t#S256": x5t_s256(certificate("p256"))}, held))
    assert named.covered == CREDENTIAL
    assert named.certificates == (certificate("p256"), certificate("rsa"))
    unnamed = proof(flattened(header, held))
    assert unnamed.covered is None
    assert status(unnamed, "signature.key") is Status.INDETERMINATE


def test_unreadable_hints_are_no_hints() -> None:
    held = [{"xVals": [{"x509Cert": {"val": "no"}}, 5, {"x509Cert": 1}]}, {"xVals": 3}]
    assert proof(flattened(jades(), held)).certificates == (certificate("p256"),)


def test_a_content_time_stamp_over_this_payload_passes_and_over_another_never() -> None:
    crit = ["sigT", "adoTst"]
    good = proof(compact(jades(adoTst=tokens(b64url(CREDENTIAL).encode()), crit=crit)))
    assert status(good, "timestamp.content") is Status.PASSED
    assert status(good, "timestamp.content.authority") is Status.NOT_CHECKED
    bad = proof(compact(jades(adoTst=tokens(b"another"), crit=crit)))
    assert status(bad, "timestamp.content") is Status.INDETERMINATE


@pytest.mark.parametrize(
    "held",
    [{}, 5, {"tstTokens": []}, {"tstTokens": [5]}, {"tstTokens": [{"val": "!"}]}, {"tstTokens": [{"val": "MAA="}]},
     {"tstTokens": [{"val": token(b"x", "2b0e03021a")}]}, {"tstTokens": [{"val": token(b"x")}] * 9}],
    ids=str,
)  # fmt: skip
def test_an_unreadable_content_time_stamp_is_never_passed(held: object) -> None:
    found = proof(compact(jades(adoTst=held, crit=["sigT", "adoTst"])))
    assert status(found, "timestamp.content") is Status.INDETERMINATE


def test_imprints_of_unsigned_time_stamps_are_compared_and_lend_no_trust() -> None:
    def stamps(jws: dict[str, str]) -> list[str]:
        first = item({"sigTst": tokens(jws["signature"].encode())})
        second = item({"xVals": []})
        over = ".".join((jws["payload"], jws["protected"], jws["signature"], first + second))
        return [first, second, item({"arcTst": tokens(over.encode())})]

    found = proof(flattened(jades(), stamps))
    matched = [f for f in found.findings if f.check.startswith("timestamp.")]
    assert [f.status for f in matched] == [Status.NOT_CHECKED, Status.NOT_CHECKED]
    assert all("matches" in f.explanation for f in matched)


def test_a_copied_time_stamp_is_a_warning() -> None:
    found = proof(flattened(jades(), [item({"sigTst": tokens(b"of another signature")})]))
    assert status(found, "timestamp.signature") is Status.WARNING
    assert found.covered == CREDENTIAL


@pytest.mark.parametrize("etsi_u", ["text", {}, [], 5])
def test_unsigned_items_that_are_no_array_are_never_passed(etsi_u: object) -> None:
    assert verdict(flattened(jades(), etsi_u)).verdict is Indication.INDETERMINATE


def test_unreadable_unsigned_items_are_named_and_count_for_nothing() -> None:
    found = proof(flattened(jades(), ["!", 5, {"a": 1, "b": 2}, item([1])]))
    assert status(found, "signature.unsigned") is Status.WARNING


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["S256", "sigT", "b64", "ES256"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["digAlg", "digVal", "val", "x"]), inner)
    ),
    max_leaves=6,
)
MEMBERS = "alg kid typ cty crit b64 sigT iat exp x5c x5t#S256 x5t#o sigX5ts adoTst sigPId sigD srCms jku jwk".split()


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS), ODD), st.dictionaries(st.sampled_from([*MEMBERS, "etsiU"]), ODD))
def test_whatever_stands_in_the_headers_every_step_answers(
    header: dict[str, object], unprotected: dict[str, object]
) -> None:
    protected = b64url(json.dumps(header).encode())
    payload = b64url(b"{}")
    value = b64url(jose_value("ES256", f"{protected}.{payload}".encode()))
    member = {"protected": protected, "header": unprotected, "signature": value}
    found = proof(json.dumps({"payload": payload, "signatures": [member]}).encode())
    assert len({f.check for f in found.findings}) >= 7
    assert found.covered is None
