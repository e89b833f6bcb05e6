"""Attacks on proofs over linked data, numbered D1 to D6, D9 and D10, each by what it tries."""

from __future__ import annotations

import copy
import json
import socket

import pytest

from gateway.errors import Refused
from gateway.model.verdict import Indication, Status, SubIndication
from tests.jose_makers import key
from tests.linked_data import mutants
from tests.vc_makers import SUBJECT, badge, bare, did_key, embedded, examined, read

OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
VC2 = "https://www.w3.org/ns/credentials/v2"
CRED = "https://www.w3.org/2018/credentials#"


def good(**members: object) -> dict:
    return embedded(badge(**members))


def judged(document: dict):
    return examined(json.dumps(document).encode(), did_key())


def why(document: dict) -> tuple[Indication, SubIndication | None]:
    verdict = judged(document).verdict
    return verdict.verdict, verdict.sub_indication


def status_of(document: dict, check: str) -> Status:
    return next(f.status for f in judged(document).verdict.findings if f.check == check)


ENDED = {"validUntil": "2026-06-01T00:00:00Z"}


def test_the_forgeries_below_are_of_a_document_that_has_ended() -> None:
    assert why(good(**ENDED)) == (Indication.INDETERMINATE, SubIndication.CREDENTIAL_EXPIRED)
    assert why(good()) == (Indication.PASSED, None)


# --- D1: contexts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["root", "subject", "achievement"])
@pytest.mark.parametrize("inline", [{"name": "urn:x:name"}, {}, None, [{"@vocab": "urn:x:"}], [], 5, {"@import": VC2}])
def test_d1_a_context_in_the_document_itself_is_refused(where: str, inline: object) -> None:
    document = good()
    places = {"root": document, "subject": document["credentialSubject"]}
    place = places.get(where) or document["credentialSubject"]["achievement"]
    place["@context"] = [*document["@context"], inline] if where == "root" else inline
    assert why(document) == (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)
    assert status_of(document, "signature.contexts") is Status.INDETERMINATE


def test_d1_an_unknown_context_is_neither_fetched_nor_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_network)
    document = good()
    document["@context"] = [*document["@context"], "https://attacker.example/context"]
    assert why(document) == (Indication.INDETERMINATE, SubIndication.UNSUPPORTED_PROOF)


@pytest.mark.parametrize(
    "contexts",
    [
        [VC2], [OB3], [OB3, VC2], ["https://www.w3.org/2018/credentials/v1", OB3],
        [VC2, OB3, "https://www.w3.org/2018/credentials/v1"], [VC2, OB3, "https://www.w3.org/ns/did/v1"], [VC2] * 17,
        [VC2, OB3, "https://w3id.org/security/jwk/v1"],
    ],
)  # fmt: skip
def test_d1_contexts_swapped_left_out_or_added_never_change_what_is_read(contexts: list[str]) -> None:
    """A known context that changes no meaning may stay; no other gives a pass."""
    document = good(**ENDED)
    document["@context"] = contexts
    indication, _ = why(document)
    assert indication is not Indication.PASSED
    fresh = good()
    fresh["@context"] = contexts
    found = judged(fresh)
    if found.verdict.verdict is Indication.PASSED:
        assert read(found) | {"@context": 0} == read(judged(good())) | {"@context": 0}


# --- D2: words without meaning, and meanings without words -----------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "grade",
        "Grades",
        "valid until",
        "@included",
        "@graph",
        "@nest",
        "@index",
        "@reverse",
        "@language",
        "@direction",
        "@value",
        "x:y",
    ],
)
@pytest.mark.parametrize("where", ["root", "subject", "achievement", "issuer"])
def test_d2_a_name_that_no_context_defines_is_no_pass(name: str, where: str) -> None:
    document = good()
    subject = document["credentialSubject"]
    place = {"root": document, "subject": subject, "achievement": subject["achievement"], "issuer": document["issuer"]}
    place[where][name] = "A+" if name[:1] != "@" else [{"id": "urn:a", "name": "b"}]
    assert why(document)[0] is not Indication.PASSED


@pytest.mark.parametrize("kind", ["DoctoralDegree", "Unheard", "../x", ""])
def test_d2_a_type_that_no_context_defines_is_no_pass(kind: str) -> None:
    document = good()
    document["credentialSubject"]["achievement"]["type"] = ["Achievement", kind]
    assert why(document)[0] is not Indication.PASSED


def test_d2_an_undefined_name_is_no_pass_even_where_its_issuer_signed_it() -> None:
    assert why(embedded({**badge(), "grades": {"maths": "1"}})) == (
        Indication.INDETERMINATE,
        SubIndication.SIG_CONSTRAINTS_FAILURE,
    )


@pytest.mark.parametrize(
    "spelling",
    [
        {f"{CRED}validUntil": {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": ENDED["validUntil"]}},
        {"@included": [{"id": badge()["id"], **ENDED}]},
        {"validUntil": {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": ENDED["validUntil"]}},
        {"validUntil": {"@set": [ENDED["validUntil"]]}},
        {"validUntil": {"type": "xsd:dateTime", "@value": ENDED["validUntil"]}},
        {"evidence": [{"id": badge()["id"], **ENDED}]},
        {"related": [{"id": badge()["id"], "type": ["Related"], **ENDED}]},
    ],
    ids=range(7),
)
def test_d2_the_end_of_a_credential_cannot_be_hidden_in_another_spelling_of_the_same_rdf(spelling: dict) -> None:
    document = good(**ENDED)
    del document["validUntil"]
    document |= copy.deepcopy(spelling)
    assert why(document)[0] is not Indication.PASSED


@pytest.mark.parametrize(("word", "other"), [("achievement", "Achievement"), ("id", "@id"), ("type", "@type")])
def test_d2_a_name_cannot_change_to_another_of_the_same_meaning(word: str, other: str) -> None:
    document = good()
    subject = document["credentialSubject"]
    subject[other] = subject.pop(word)
    assert why(document)[0] is not Indication.PASSED


@pytest.mark.parametrize(
    "identity", ["learner", "#learner", "", "_:b0", "a b:c", "http://example.org/base/x", "<urn:x>"]
)
def test_d2_an_id_that_rdf_drops_or_renames_is_no_pass(identity: str) -> None:
    """A relative one is dropped, a blank node's label isn't covered."""
    document = badge()
    document["credentialSubject"]["id"] = identity
    try:
        signed = embedded(document)
    except Refused:
        return
    signed["credentialSubject"]["id"] = identity
    assert (why(signed)[0] is Indication.PASSED) == (identity == "http://example.org/base/x")


def unsigned_part(name: str, issuer: str) -> dict:
    part = badge(issuer)
    part["id"] = f"urn:uuid:{name}"
    part["credentialSubject"]["achievement"] |= {"id": f"urn:achievement:{name}", "name": name}
    return part


def test_d2_an_achievement_cannot_move_from_one_issuers_badge_to_anothers_inside_one_proof() -> None:
    """Both subjects are one node of the graph: the RDF doesn't say in which credential which achievement stood."""
    clr = badge()
    clr["@context"] = [VC2, "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json", OB3]
    clr["type"] = ["VerifiableCredential", "ClrCredential"]
    parts = [unsigned_part("knots", "https://quay.example/"), unsigned_part("medicine", "https://academy.example/")]
    for part in parts:
        del part["@context"]
    clr["credentialSubject"] = {"id": SUBJECT, "type": ["ClrSubject"], "verifiableCredential": parts}
    document = embedded(clr)
    assert why(document) == (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)
    first, second = (part["credentialSubject"] for part in document["credentialSubject"]["verifiableCredential"])
    first["achievement"], second["achievement"] = second["achievement"], first["achievement"]
    assert status_of(document, "signature.value") is Status.PASSED  # which is why
    assert why(document)[0] is not Indication.PASSED


# --- D3: poison: test_poison.py -----------------------------------------------------------------------------------------


def test_d3_deep_nesting_is_refused_with_a_code() -> None:
    document = badge()
    place = document
    for _ in range(150):
        place["evidence"] = {"id": "urn:e", "type": ["Evidence"], "evidence": {}}
        place = place["evidence"]
    found = judged({**document, "proof": good()["proof"]})
    assert found.verdict.verdict is not Indication.PASSED


# --- D4: purpose, key, expiry -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("purpose", ["authentication", "capabilityInvocation", "", None, 5])
def test_d4_a_proof_made_for_another_purpose_is_no_pass(purpose: object) -> None:
    document = embedded(badge(), proofPurpose=purpose)
    assert why(document) == (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


def test_d4_somebody_elses_did_in_the_proof_fails() -> None:
    document = good()
    other = did_key("p256")
    document["proof"]["verificationMethod"] = f"{other}#{other.removeprefix('did:key:')}"
    assert why(document)[0] is Indication.FAILED


def test_d4_a_forger_with_a_key_of_his_own_gets_no_pass_in_anybodys_name() -> None:
    document = embedded(badge(did_key("p256")))  # signed by the other key
    assert examined(json.dumps(document).encode(), did_key("p256")).verdict.verdict is Indication.INDETERMINATE


# --- D5: sets and chains ----------------------------------------------------------------------------------------------


def test_d5_proofs_that_come_after_each_other_in_a_circle_fail() -> None:
    first = embedded(badge(), id="urn:a")["proof"] | {"previousProof": "urn:b"}
    second = embedded(badge(), id="urn:b")["proof"] | {"previousProof": "urn:a"}
    assert why({**badge(), "proof": [first, second]})[0] is Indication.FAILED
    assert why({**badge(), "proof": first | {"previousProof": "urn:a"}})[0] is Indication.FAILED


def test_d5_too_many_proofs_fail_at_once() -> None:
    assert why({**badge(), "proof": [good()["proof"]] * 5})[0] is Indication.FAILED


@pytest.mark.parametrize("proof", [5, "x", [5], [[]], {}, {"type": 5}, [None], {"type": "DataIntegrityProof"}])
def test_d5_what_is_no_proof_is_never_a_pass(proof: object) -> None:
    assert why({**badge(), "proof": proof})[0] is not Indication.PASSED
    assert why({**badge(), "proof": [good()["proof"], proof]})[0] is not Indication.PASSED or proof == {
        "type": "DataIntegrityProof"
    }


# --- D6: suites -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "ecdsa-rdfc-2019", "none", "", None, 5, "EDDSA-RDFC-2022"])
def test_d6_a_proof_under_another_suites_name_is_no_pass(suite: object) -> None:
    document = good()
    document["proof"]["cryptosuite"] = suite
    assert why(document)[0] is not Indication.PASSED


@pytest.mark.parametrize("value", ["", "z", "z0", "u" + "A" * 86, "z" + "1" * 88, "z" + "2" * 2000, 5, None])
def test_d6_a_value_that_is_no_signature_fails(value: object) -> None:
    document = good()
    document["proof"]["proofValue"] = value
    assert why(document)[0] is Indication.FAILED


def test_d6_an_ecdsa_value_of_zeros_fails() -> None:
    document = embedded(badge(did_key("p256")), suite="ecdsa-rdfc-2019", kind="p256")
    document["proof"]["proofValue"] = "z" + "1" * 64
    assert examined(json.dumps(document).encode(), bare("p256")).verdict.verdict is Indication.FAILED
    assert key("p256") is not None


# --- D9, D10: what is never fetched, and whose it is --------------------------------------------------------------------

OUTSIDE = "https://attacker.example/"
NAMED = {
    "credentialSchema": {"id": f"{OUTSIDE}schema", "type": "1EdTechJsonSchemaValidator2019"},
    "evidence": [{"id": f"{OUTSIDE}evidence", "type": ["Evidence"]}],
    "refreshService": {"id": f"{OUTSIDE}refresh", "type": "1EdTechCredentialRefresh"},
    "termsOfUse": {"id": f"{OUTSIDE}terms", "type": "Terms"},
    "image": {"id": f"{OUTSIDE}image", "type": "Image"},
}


@pytest.mark.parametrize("name", list(NAMED))
def test_d9_an_address_that_a_badge_names_is_neither_fetched_nor_asked_about(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_network)
    try:
        found = judged(good(**{name: NAMED[name]}))
    except Refused:  # nobody would have signed it
        found = judged({**good(), name: NAMED[name]})
    assert [question for question in found.questions if OUTSIDE in question.url] == []


@pytest.mark.parametrize("other", ["did:example:somebody-else", None])
def test_d10_a_badge_of_somebody_else_is_not_made_ones_own(other: str | None) -> None:
    document = good()
    document["credentialSubject"]["id"] = other
    if other is None:
        del document["credentialSubject"]["id"]
    assert why(document)[0] is Indication.FAILED


def test_d10_a_presentation_vouches_for_nothing_whoever_shows_it() -> None:
    """It would say who showed a badge, once; that isn't what is asked here, and so it is no document of ours."""
    shown = {"@context": [VC2], "type": ["VerifiablePresentation"], "verifiableCredential": [good()]}
    assert judged(shown).verdict.verdict is Indication.INDETERMINATE
    assert judged({**shown, "proof": good()["proof"]}).verdict.verdict is not Indication.PASSED


# --- all at once ------------------------------------------------------------------------------------------------------


def test_no_mutant_passes_with_other_content_and_none_ends_in_an_error() -> None:
    """Odd values and keywords of JSON-LD at every place of a badge: 600 of them, seeded."""
    base = good()
    expected = judged(base).content.document.octets
    for document in mutants(base, 600):
        found = judged(document)
        if found.verdict.verdict is Indication.PASSED:
            assert found.content.document.octets == expected, document
