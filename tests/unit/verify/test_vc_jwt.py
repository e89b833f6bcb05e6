"""Credentials as JSON Web Tokens, in both forms: by which key, in whose name, and that token and credential agree."""

from __future__ import annotations

import json

import pytest
from jwcrypto import jwk, jws

from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.proofs.jwk import write_jwk
from tests.jose_makers import key, png
from tests.vc_makers import NOW, badge, bare, claims_of, did_for, did_jwk, did_key, examined, read, token

ALGORITHMS = ["EdDSA", "ES256", "ES384", "RS256", "PS256"]
V1 = ["https://www.w3.org/2018/credentials/v1"]


def enclosed(issuer: str, **claims: object) -> dict:
    """The form of VC 1.1, in which the registered claims are the only place of what they state."""
    inside = badge(**{"@context": V1}, id=None, validFrom=None)
    del inside["issuer"]
    return {**claims_of(badge(issuer)), "vc": inside, **claims}


def plain(issuer: str, **claims: object) -> dict:
    """The form of Open Badges 3.0, in which they repeat the credential."""
    credential = badge(issuer)
    return {**credential, **claims_of(credential), **claims}


FORMS = {"vc": enclosed, "plain": plain}


def status_of(document, check: str) -> Status:
    return next(f.status for f in document.verdict.findings if f.check == check)


@pytest.mark.parametrize("alg", ALGORITHMS)
@pytest.mark.parametrize("form", FORMS)
def test_a_token_of_either_form_passes_under_trust_in_its_did(form: str, alg: str) -> None:
    did = did_for(alg)
    octets = token(FORMS[form](did), alg=alg)
    found = examined(octets, did)
    assert found.verdict.verdict is Indication.PASSED, found.verdict.findings
    assert Caveat.SEALER_IS_NOT_ISSUER not in found.verdict.caveats
    judge = jws.JWS()
    judge.allowed_algs = ALGORITHMS
    judge.deserialize(octets.decode())
    judge.verify(jwk.JWK(**write_jwk(found.proofs[0].key)))


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_the_key_in_the_header_is_used_and_trusted_only_by_decision(alg: str) -> None:
    public = key({"EdDSA": "ed25519", "ES256": "p256", "ES384": "p384"}.get(alg, "rsa"))
    octets = token(plain("https://school.example/"), alg=alg, jwk=write_jwk(public.public_key()))
    untrusted = examined(octets).verdict
    assert (untrusted.verdict, untrusted.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )
    trusted = examined(octets, bare({"EdDSA": "ed25519", "ES256": "p256", "ES384": "p384"}.get(alg, "rsa"))).verdict
    assert trusted.verdict is Indication.PASSED
    assert Caveat.SEALER_IS_NOT_ISSUER in trusted.caveats


def test_an_attackers_own_key_in_the_header_is_no_answer_where_others_are_trusted() -> None:
    """C3: `jwk` of another than the trusted one, and the trusted key didn't sign."""
    forged = token(plain(did_key("p256")), jwk=write_jwk(key("ed25519").public_key()))
    found = examined(forged, did_key("p256"))
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert found.content is not None
    assert found.content.vouched == "unverified"


def test_the_credential_comes_out_with_the_claims_in_their_places() -> None:
    found = examined(token(enclosed(did_key(), exp=2_000_000_000)), did_key())
    given = read(found)
    assert "vc" not in given
    assert (given["id"], given["issuer"]) == ("urn:uuid:5b2f1c6e-0000-4000-8000-000000000001", did_key())
    assert (given["issuanceDate"], given["expirationDate"]) == ("2026-03-01T09:30:00Z", "2033-05-18T03:33:20Z")
    assert not given.keys() & {"iss", "sub", "jti", "nbf", "exp"}


def test_claims_that_no_form_knows_stay_in_what_is_read() -> None:
    found = examined(token(enclosed(did_key(), cnf={"kid": "x"})), did_key())
    assert read(found)["cnf"] == {"kid": "x"}


def test_the_time_of_signing_is_the_tokens() -> None:
    found = examined(token(plain(did_key(), iat=1_790_000_000)), did_key())
    assert found.proofs[0].claimed_time == "2026-09-21T14:13:20Z"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "did:example:another"}, {"sub": "did:example:another"}, {"jti": "urn:another"}, {"nbf": 1},
        {"exp": "tomorrow"}, {"exp": True}, {"exp": 10**30}, {"nbf": float("1e300")}, {"iss": 5}, {"iss": None},
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", FORMS)
def test_a_token_that_contradicts_its_credential_or_itself_is_no_pass_and_is_not_handed_on(form: str, claims) -> None:
    payload = FORMS[form](did_key())
    if form == "vc":  # where a claim is the only place, nothing can contradict it
        payload["vc"] |= {"issuer": did_key(), "id": payload["jti"], "issuanceDate": "2026-03-01T09:30:00Z"}
    found = examined(token({**payload, **claims}), did_key())
    assert status_of(found, "signature.claims") is Status.INDETERMINATE
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert found.content is not None
    assert found.content.vouched == "unverified"


@pytest.mark.parametrize("typ", ["at+jwt", "dpop+jwt", "kb+jwt", "vp+jwt", "", 5])
def test_a_token_made_for_another_purpose_is_no_credential(typ: object) -> None:
    assert examined(token(plain(did_key()), typ=typ), did_key()).verdict.verdict is not Indication.PASSED


def test_vc_in_a_token_whose_type_says_that_the_payload_is_the_credential_is_no_pass() -> None:
    found = examined(token(enclosed(did_key()), typ="vc+jwt"), did_key())
    assert status_of(found, "signature.claims") is Status.INDETERMINATE
    assert examined(token(plain(did_key()), typ="vc+jwt"), did_key()).verdict.verdict is Indication.PASSED


@pytest.mark.parametrize("form", FORMS)
def test_a_token_past_its_end_or_before_its_start_is_no_pass(form: str) -> None:
    late = examined(token(FORMS[form](did_key(), exp=int(NOW.timestamp()) - 60)), did_key()).verdict
    assert (late.verdict, late.sub_indication) == (Indication.INDETERMINATE, SubIndication.CREDENTIAL_EXPIRED)
    payload = FORMS[form](did_key(), nbf=int(NOW.timestamp()) + 60)
    payload.pop("validFrom", None)
    early = examined(token(payload), did_key()).verdict
    assert (early.verdict, early.sub_indication) == (Indication.INDETERMINATE, SubIndication.CREDENTIAL_NOT_YET_VALID)


def test_a_key_of_another_did_than_the_issuers_is_a_caveat_and_not_for_an_anchor_limited_to_issuers() -> None:
    octets = token(plain("did:web:school.example"))
    found = examined(octets, did_key()).verdict
    assert found.verdict is Indication.PASSED
    assert Caveat.SEALER_IS_NOT_ISSUER in found.caveats
    [anchor] = examined_anchors(did_key())
    limited = anchor.limited(policy=None, until=None, issuers=("did:web:other.example",))
    refused = examined(octets, limited).verdict
    assert (refused.verdict, refused.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.SIG_CONSTRAINTS_FAILURE,
    )


def examined_anchors(did: str):
    from gateway.trust.anchors import anchors_of_did

    return anchors_of_did(did, {}, place="-")


def test_a_token_without_any_issuer_is_no_pass() -> None:
    payload = plain(did_key())
    del payload["issuer"], payload["iss"]
    assert examined(token(payload), did_key()).verdict.verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("keyword", [b"openbadgecredential", b"clrcredential"])
def test_a_token_comes_out_of_a_picture(keyword: bytes) -> None:
    body = keyword + b"\0\0\0\0\0" + token(plain(did_key()))
    found = examined(png((b"iTXt", body)), did_key())
    assert found.verdict.verdict is Indication.PASSED
    assert found.containers == ("png", "jws", "jwt")


def test_a_token_in_an_envelope_is_judged_and_read_as_the_token_inside() -> None:
    issuer = did_key("ed25519")
    inside = token(plain(issuer), typ="vc+jwt", cty="vc")
    whole = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{inside.decode()}",
        "type": "EnvelopedVerifiableCredential",
    }
    alone, enveloped = examined(inside, issuer), examined(json.dumps(whole).encode(), issuer)
    assert enveloped.verdict.verdict is alone.verdict.verdict is Indication.PASSED
    assert (enveloped.containers, alone.containers) == (("envelope", "jws", "jwt"), ("jws", "jwt"))
    assert read(enveloped) == read(alone)
    unsigned_beside = examined(json.dumps({**whole, "credentialSubject": {"name": "Somebody"}}).encode(), issuer)
    assert unsigned_beside.verdict.verdict is Indication.INDETERMINATE
    assert unsigned_beside.containers == ()


def test_a_did_jwk_with_an_algorithm_of_its_own_serves_no_other() -> None:
    held = {**write_jwk(key("rsa").public_key()), "alg": "PS256"}
    found = examined(token(plain("https://school.example/"), alg="RS256", jwk=held))
    assert found.verdict.verdict is Indication.FAILED
    assert status_of(found, "signature.header") is not Status.INDETERMINATE


def test_the_claims_of_an_unsigned_file_are_not_taken_apart() -> None:
    found = examined(json.dumps(enclosed(did_jwk())).encode())
    assert found.containers == ()
    assert found.verdict.sub_indication is SubIndication.UNKNOWN_FORMAT
