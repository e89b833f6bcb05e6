"""Proofs embedded in credentials: which hold, by whose key, over what, and what a reader is then given."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import ConfigError, Refused
from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.proofs.dataintegrity.seal import finish_proof, prepare_proof
from gateway.proofs.dids import VerificationMethod, method_named
from gateway.proofs.jose.token import finish_token, prepare_token
from tests.jose_makers import key, key_signer
from tests.linked_data import stock_quads
from tests.vc_makers import NOW, SUBJECT, badge, bare, did_key, embedded, examined, proof_value, read

SUITES = [
    ("eddsa-rdfc-2022", "ed25519"), ("eddsa-2022", "ed25519"), ("eddsa-jcs-2022", "ed25519"), ("ecdsa-rdfc-2019", "p256"),
    ("ecdsa-rdfc-2019", "p384"), ("ecdsa-jcs-2019", "p256"), ("ecdsa-jcs-2019", "p384"), ("Ed25519Signature2020", "ed25519"),
]  # fmt: skip
ED25519_2020 = "https://w3id.org/security/suites/ed25519-2020/v1"


def octets(document: dict) -> bytes:
    return json.dumps(document).encode()


def sealed(suite: str = "eddsa-rdfc-2022", kind: str = "ed25519", **members: object) -> dict:
    credential = badge(did_key(kind))
    if suite.startswith("Ed25519"):
        credential["@context"] = [*credential["@context"], ED25519_2020]
    return embedded({**credential, **members}, suite=suite, kind=kind)


def status_of(document, check: str) -> Status:
    return next(f.status for f in document.verdict.findings if f.check == check)


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_a_proof_of_every_suite_passes_under_trust_in_the_issuers_did(suite: str, kind: str) -> None:
    found = examined(octets(sealed(suite, kind)), did_key(kind))
    assert found.verdict.verdict is Indication.PASSED, found.verdict.findings
    assert Caveat.SEALER_IS_NOT_ISSUER not in found.verdict.caveats
    assert (Caveat.OLD_SUITE_NAME in found.verdict.caveats) == (suite == "eddsa-2022")
    given_to_reader = read(found)
    assert "proof" not in given_to_reader
    assert given_to_reader["credentialSubject"]["id"] == SUBJECT


@pytest.mark.parametrize(("suite", "kind"), SUITES)
def test_a_proof_over_another_content_fails(suite: str, kind: str) -> None:
    document = sealed(suite, kind)
    document["credentialSubject"]["achievement"]["name"] = "Knots, splices and navigation"
    found = examined(octets(document), did_key(kind))
    assert (found.verdict.verdict, found.verdict.sub_indication) == (
        Indication.FAILED,
        SubIndication.SIG_CRYPTO_FAILURE,
    )


@pytest.mark.parametrize(("suite", "kind"), SUITES)
@pytest.mark.parametrize("member", ["created", "proofPurpose"])
def test_what_a_proof_states_of_itself_is_covered(suite: str, kind: str, member: str) -> None:
    document = sealed(suite, kind)
    document["proof"][member] = {"created": "2026-03-01T09:30:01Z", "proofPurpose": "authentication"}[member]
    assert examined(octets(document), did_key(kind)).verdict.verdict is Indication.FAILED


def test_without_trust_nothing_passes_and_the_key_is_told() -> None:
    verdict = examined(octets(sealed())).verdict
    assert (verdict.verdict, verdict.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )
    anchor = next(f for f in verdict.findings if f.check == "trust.anchor")
    assert anchor.evidence["key_sha256"]


def test_a_bare_key_is_tried_where_the_proofs_own_name_leads_nowhere() -> None:
    document = embedded(badge("https://school.example/"), verificationMethod="did:web:school.example#key-1")
    found = examined(octets(document), bare("ed25519")).verdict
    assert found.verdict is Indication.PASSED
    assert Caveat.SEALER_IS_NOT_ISSUER in found.caveats
    other = examined(octets(document), bare("p256")).verdict
    assert (other.verdict, other.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.TRY_LATER,
    )


def test_a_proof_under_the_name_of_a_did_that_is_not_known_is_not_that_of_another_did() -> None:
    document = embedded(badge("did:web:school.example"), verificationMethod="did:web:school.example#key-1")
    found = examined(octets(document), did_key()).verdict
    assert (found.verdict, found.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.TRY_LATER,
    )


def test_the_key_of_another_did_than_the_issuers_is_a_caveat_with_a_pinned_key() -> None:
    found = examined(octets(embedded(badge("did:web:school.example"))), did_key()).verdict
    assert found.verdict is Indication.PASSED
    assert Caveat.SEALER_IS_NOT_ISSUER in found.caveats


WEB = "did:web:school.example"


def of_web(**more: object) -> dict[str, VerificationMethod]:
    method = {"id": f"{WEB}#a", "key": key("ed25519").public_key(), "controller": WEB}
    return {f"{WEB}#a": VerificationMethod(**{**method, "purposes": frozenset({"assertionMethod"}), **more})}


def judged_by_document(**more: object):
    from gateway.trust.anchors import anchors_of_did

    known = of_web()
    document = embedded(badge(WEB), verificationMethod=f"{WEB}#a")
    return examined(octets(document), *anchors_of_did(WEB, known, place="-"), methods=of_web(**more)).verdict


def test_a_did_document_that_is_given_names_the_key_and_makes_it_the_issuers() -> None:
    found = judged_by_document()
    assert found.verdict is Indication.PASSED
    assert Caveat.SEALER_IS_NOT_ISSUER not in found.caveats


@pytest.mark.parametrize("ended", ["expires", "revoked"])
def test_an_expired_or_revoked_key_is_no_pass(ended: str) -> None:
    found = judged_by_document(**{ended: "2026-06-01T00:00:00Z"})
    assert (found.verdict, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)


def test_a_key_that_its_controller_lists_for_another_purpose_is_no_pass() -> None:
    found = judged_by_document(purposes=frozenset({"authentication"}))
    assert (found.verdict, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


def test_a_proof_past_its_own_end_is_no_pass() -> None:
    found = examined(octets(embedded(badge(), expires="2026-06-01T00:00:00Z")), did_key()).verdict
    assert (found.verdict, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.EXPIRED)
    assert (
        examined(octets(embedded(badge(), expires="2027-06-01T00:00:00Z")), did_key()).verdict.verdict
        is Indication.PASSED
    )


# --- sets and chains --------------------------------------------------------------------------------------------------


def set_of(*suites: tuple[str, str]) -> dict:
    credential = badge()
    return {**credential, "proof": [embedded(credential, suite=s, kind=k)["proof"] for s, k in suites]}


def test_a_set_of_good_proofs_passes_when_every_key_is_trusted() -> None:
    document = set_of(("eddsa-rdfc-2022", "ed25519"), ("ecdsa-rdfc-2019", "p256"))
    assert examined(octets(document), did_key(), did_key("p256")).verdict.verdict is Indication.PASSED
    assert examined(octets(document), did_key()).verdict.verdict is Indication.INDETERMINATE


def test_one_bad_proof_of_a_set_fails_the_document() -> None:
    document = set_of(("eddsa-rdfc-2022", "ed25519"), ("ecdsa-rdfc-2019", "p256"))
    document["proof"][1]["created"] = "2026-03-01T09:30:01Z"
    assert examined(octets(document), did_key(), did_key("p256")).verdict.verdict is Indication.FAILED


def test_an_unknown_suite_beside_a_good_one_is_set_aside_with_a_caveat_and_alone_is_not_supported() -> None:
    document = set_of(("eddsa-rdfc-2022", "ed25519"))
    strange = {"type": "DataIntegrityProof", "cryptosuite": "made-up-2030", "proofValue": "zzz"}
    document["proof"].append(strange)
    found = examined(octets(document), did_key())
    assert found.verdict.verdict is Indication.PASSED
    assert Caveat.UNKNOWN_PROOF_IN_SET in found.verdict.caveats
    assert "proof" not in read(found)
    alone = examined(octets({**badge(), "proof": strange}), did_key()).verdict
    assert (alone.verdict, alone.sub_indication) == (Indication.INDETERMINATE, SubIndication.UNSUPPORTED_PROOF)


def chain() -> dict:
    credential = badge()
    first = embedded(credential, id="urn:uuid:00000000-0000-4000-8000-000000000001")["proof"]
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": "ecdsa-rdfc-2019",
        "created": "2026-03-02T09:30:00Z",
        "verificationMethod": f"{did_key('p256')}#{did_key('p256').removeprefix('did:key:')}",
        "proofPurpose": "assertionMethod",
        "previousProof": first["id"],
    }
    value = proof_value({**credential, "proof": [first]}, options, "ecdsa-rdfc-2019", "p256")
    return {**credential, "proof": [first, {**options, "proofValue": value}]}


def test_a_later_proof_of_a_chain_covers_the_earlier_one() -> None:
    document = chain()
    assert examined(octets(document), did_key(), did_key("p256")).verdict.verdict is Indication.PASSED
    document["proof"][0] = embedded(badge(), id=document["proof"][0]["id"], created="2026-03-01T09:31:00Z")["proof"]
    assert examined(octets(document), did_key(), did_key("p256")).verdict.verdict is Indication.FAILED


@pytest.mark.parametrize("previous", ["urn:absent", ["urn:absent"], [], 5, None, {}])
def test_a_proof_that_comes_after_one_that_is_not_there_fails(previous: object) -> None:
    document = chain()
    document["proof"][1]["previousProof"] = previous
    assert examined(octets(document), did_key(), did_key("p256")).verdict.verdict is Indication.FAILED


# --- what is handed on ------------------------------------------------------------------------------------------------


def test_order_that_the_rdf_does_not_hold_is_not_handed_on() -> None:
    tags = ["rope", "sea", "knot", "harbour"]
    achievement = {**badge()["credentialSubject"]["achievement"], "tag": tags}
    subject = {"id": SUBJECT, "type": ["AchievementSubject"], "achievement": achievement}
    document = sealed(credentialSubject=subject)
    seen = []
    for order in (tags, tags[::-1], [*tags, "sea"]):
        document["credentialSubject"]["achievement"]["tag"] = order
        found = examined(octets(document), did_key())
        assert found.verdict.verdict is Indication.PASSED
        seen.append(read(found)["credentialSubject"]["achievement"]["tag"])
    assert seen[0] == seen[1] == seen[2]
    assert sorted(seen[0]) == sorted(tags)


def test_what_rdf_has_no_word_for_is_not_handed_on() -> None:
    document = sealed()
    document |= {"validUntil": None, "evidence": [], "endorsement": [None]}
    found = examined(octets(document), did_key())
    assert found.verdict.verdict is Indication.PASSED
    assert not read(found).keys() & {"validUntil", "evidence"}
    assert "endorsement" not in read(found) or read(found)["endorsement"] == []


def test_numbers_are_handed_on_as_printed() -> None:
    document = json.dumps(sealed(credentialSubject=badge()["credentialSubject"] | {"creditsEarned": 6.5}))
    found = examined(document.replace("6.5", "6.50").encode(), did_key())
    assert found.verdict.verdict is Indication.PASSED
    assert b'"creditsEarned":6.50' in found.content.document.octets


# --- making -----------------------------------------------------------------------------------------------------------


def method(kind: str = "ed25519") -> VerificationMethod:
    named = method_named(f"{did_key(kind)}#{did_key(kind).removeprefix('did:key:')}", {})
    assert named is not None
    return named


def test_what_we_seal_passes_and_its_rdf_is_that_of_another_implementation() -> None:
    credential = octets(badge())
    prepared = prepare_proof(credential, method=method(), signed_at=datetime(2026, 3, 1, 9, 30, 15, 99, tzinfo=UTC))
    sealed_file = finish_proof(prepared, key("ed25519").sign(prepared.signing_input))
    assert examined(sealed_file, did_key()).verdict.verdict is Indication.PASSED
    whole = json.loads(sealed_file)
    options = {k: v for k, v in whole.pop("proof").items() if k != "proofValue"} | {"@context": whole["@context"]}
    import hashlib

    judged = hashlib.sha256(stock_quads(options)).digest() + hashlib.sha256(stock_quads(whole)).digest()
    assert judged == prepared.signing_input
    assert options["created"] == "2026-03-01T09:30:15Z"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"proof": {}}, "seal.already_sealed"),
        ({"unheardOf": 1}, "seal.not_verifiable"),
        ({"@context": ["https://www.w3.org/ns/credentials/v2", {"x": "urn:x"}]}, "seal.not_verifiable"),
        ({"@context": ["https://elsewhere.example/context"]}, "seal.not_verifiable"),
        ({"type": ["VerifiableCredential", "Unheard"]}, "seal.not_verifiable"),
    ],
)
def test_what_a_proof_would_not_cover_is_not_sealed(change: dict, code: str) -> None:
    with pytest.raises(Refused) as caught:
        prepare_proof(octets({**badge(), **change}), method=method(), signed_at=NOW)
    assert caught.value.code == code


def test_a_key_of_another_kind_or_another_key_seals_nothing() -> None:
    with pytest.raises(ConfigError) as caught:
        prepare_proof(octets(badge()), method=method("p384"), signed_at=NOW)
    assert caught.value.code == "seal.key_unsupported"
    prepared = prepare_proof(octets(badge()), method=method(), signed_at=NOW)
    with pytest.raises(ConfigError) as caught:
        finish_proof(prepared, bytes(64))
    assert caught.value.code == "seal.key_mismatch"


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384"])
def test_a_token_that_we_make_passes(kind: str) -> None:
    prepared = prepare_token(octets(badge(did_key(kind), validUntil="2027-01-01T00:00:00Z")), method=method(kind))
    sign = key("ed25519").sign if kind == "ed25519" else key_signer(kind)
    made = finish_token(prepared, sign(prepared.signing_input))
    found = examined(made, did_key(kind))
    assert found.verdict.verdict is Indication.PASSED
    assert read(found) == badge(did_key(kind), validUntil="2027-01-01T00:00:00Z")
    with pytest.raises(ConfigError):
        finish_token(prepared, sign(b"other octets"))


def test_no_credential_becomes_a_token_without_stating_itself() -> None:
    with pytest.raises(Refused):
        prepare_token(b"[]", method=method())


# --- laws -------------------------------------------------------------------------------------------------------------

BADGE = sealed()
PLACES = [(), ("credentialSubject",), ("credentialSubject", "achievement"), ("issuer",), ("proof",)]
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=8), st.lists(st.text(max_size=3), max_size=3)
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), st.text(max_size=12), VALUES, st.booleans())
def test_whatever_is_added_or_changed_is_either_not_handed_on_or_no_pass(place, name, value, existing) -> None:
    document = json.loads(octets(BADGE))
    target = document
    for step in place:
        target = target[step]
    if existing:
        name = sorted(target)[len(name) % len(target)]
    target[name] = value
    found = examined(octets(document), did_key())
    if found.verdict.verdict is Indication.PASSED:
        assert read(found) == read(examined(octets(BADGE), did_key()))
