"""Tokens whose key stands at an https address: which page counts, whose key it is, and what its owner lets it do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.proofs.jwk import write_jwk
from gateway.verify.engine import VerifiedDocument
from gateway.verify.evidence import Answer, methods_in
from gateway.verify.terms import Terms
from tests.jose_makers import key
from tests.unit.verify.test_gathering import Books, judged, untrusting
from tests.vc_makers import NOW, badge, bare, embedded, terms, token

ISSUER = "https://school.example/issuer"
KEY = "https://school.example/keys/1"
OTHER = "https://other.example/issuer"
Json = dict[str, Any]


def jwk(kind: str = "ed25519") -> Json:
    return dict(write_jwk(key(kind).public_key()))


def page(owner: str = ISSUER, kind: str = "ed25519", **members: Any) -> Json:
    """A page of one key, as Controlled Identifiers 1.0 has it."""
    return {"id": KEY, "type": "JsonWebKey", "controller": owner, "publicKeyJwk": jwk(kind), **members}


def owner(address: str = ISSUER, **members: Any) -> Json:
    return {"id": address, "assertionMethod": [KEY], **members}


def signed(issuer: str = ISSUER, kid: str = KEY, **header: Any) -> bytes:
    return token(badge(issuer), kid=kid, **header)


async def found(book: Json, octets: bytes | None = None, start: Terms | None = None) -> tuple[VerifiedDocument, Books]:
    books = Books(**book)
    return await judged(octets or signed(), books, start or untrusting()), books


def statuses(document: VerifiedDocument, check: str) -> list[Status]:
    return [finding.status for finding in document.verdict.findings if finding.check == check]


def disowned(document: VerifiedDocument) -> bool:
    return any("whose own page doesn't name the key" in finding.explanation for finding in document.verdict.findings)


async def test_the_page_of_a_key_raises_the_question_whether_its_owner_names_it() -> None:
    document, books = await found({KEY: page(), ISSUER: owner()}, start=terms(bare("ed25519")))
    assert books.urls == [], "the key is trusted by itself, and nothing else would change that"
    document, books = await found({KEY: page(), ISSUER: owner()})
    assert books.urls == [KEY, ISSUER]
    assert document.proofs[0].covered is not None
    assert document.proofs[0].controller == ISSUER


async def test_a_key_of_the_issuer_s_own_is_no_reason_to_be_careful() -> None:
    gathered, _ = await found({KEY: page(), ISSUER: owner()})
    assert gathered.verdict.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND  # nobody is trusted yet
    evidence = {url: answer(url, value) for url, value in ((KEY, page()), (ISSUER, owner()))}
    trusted = terms(bare("ed25519"), evidence=evidence, methods=methods_in(evidence.values()))
    document, _ = await found({}, start=trusted)
    assert document.verdict.verdict is Indication.PASSED
    assert statuses(document, "trust.issuer") == [Status.PASSED]
    document, _ = await found({}, signed("https://school.example/another"), trusted)
    assert Caveat.SEALER_IS_NOT_ISSUER in document.verdict.caveats


def answer(url: str, value: Json, status: int = 200) -> Answer:
    return Answer(url=url, fetched_at=NOW, octets=json.dumps(value).encode(), status=status)


async def test_a_proof_embedded_in_a_credential_may_name_such_a_page_too() -> None:
    octets = json.dumps(embedded(badge(ISSUER), verificationMethod=KEY)).encode()
    document, books = await found({KEY: page(), ISSUER: owner()}, octets)
    assert books.urls == [KEY, ISSUER]
    assert document.proofs[0].controller == ISSUER


async def test_a_jwk_alone_is_nobody_s() -> None:
    """Its host says that it is a key, and not whose (Open Badges 3.0, 8.2.4)."""
    document, books = await found({KEY: jwk()})
    assert books.urls == [KEY]
    assert document.proofs[0].covered is not None
    assert document.proofs[0].controller == ""


async def test_a_key_in_a_document_of_several_is_named_by_its_fragment() -> None:
    method = page(id=f"{ISSUER}#key-1")
    document, books = await found(
        {ISSUER: owner(verificationMethod=[method], assertionMethod=["#key-1"])}, signed(kid=f"{ISSUER}#key-1")
    )
    assert books.urls == [ISSUER]
    assert document.proofs[0].controller == ISSUER


@pytest.mark.parametrize(
    "named",
    [
        {"assertionMethod": [KEY]}, {"assertionMethod": KEY}, {"assertionMethod": [page()]},
        {"verificationMethod": [page()], "assertionMethod": [KEY]}, {"assertionMethod": [], "publicKey": KEY},
        {"assertionMethod": [], "publicKey": [{"id": "https://school.example/keys/2"}, {"id": KEY}]},
    ],
)  # fmt: skip
async def test_ways_in_which_an_owner_names_a_key(named: Json) -> None:
    document, _ = await found({KEY: page(), ISSUER: owner(**named)})
    assert document.proofs[0].controller == ISSUER
    assert statuses(document, "signature.purpose") == []


@pytest.mark.parametrize(
    "owners",
    [
        owner(assertionMethod=[]), owner(assertionMethod=[f"{KEY}0"]), owner(assertionMethod=5), owner(OTHER), {},
        owner(assertionMethod=[], publicKey="https://school.example/keys/2"),
    ],
)  # fmt: skip
async def test_a_key_that_its_owner_doesn_t_name_is_not_its(owners: Json) -> None:
    document, books = await found({KEY: page(), ISSUER: owners})
    assert books.urls == [KEY, ISSUER]
    assert document.proofs[0].covered is None
    assert disowned(document)


async def test_an_owner_who_can_t_be_asked_leaves_the_question_open() -> None:
    document, books = await found({KEY: page()})
    assert books.urls == [KEY, ISSUER]
    assert (document.verdict.verdict, document.proofs[0].covered) == (Indication.INDETERMINATE, None)
    assert statuses(document, "evidence.asked") == [Status.INDETERMINATE]
    assert not disowned(document)


@pytest.mark.parametrize(
    "wrong",
    [
        page(id=f"{KEY}0"), page(owner=""), page(controller=None), page(publicKeyJwk={"kty": "oct", "k": "AA"}), [], 5,
        page(publicKeyJwk=None), jwk() | {"d": "AA"}, jwk() | {"use": "enc"}, page(note="x" * 70_000),
        page(publicKeyJwk=None, publicKeyPem="-----BEGIN PRIVATE KEY-----"),
    ],
)  # fmt: skip
async def test_what_is_no_page_of_this_key_gives_none(wrong: Any) -> None:
    document, _ = await found({KEY: wrong, ISSUER: owner()})
    assert document.proofs[0].covered is None
    assert document.verdict.verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("relationship", ["authentication", "capabilityInvocation"])
async def test_a_key_for_another_purpose_states_nothing(relationship: str) -> None:
    document, _ = await found({KEY: page(), ISSUER: owner(assertionMethod=[], **{relationship: [KEY]})})
    assert statuses(document, "signature.purpose") == [Status.INDETERMINATE]


@pytest.mark.parametrize("member", ["expires", "revoked"])
async def test_a_key_that_its_controller_ended_vouches_for_nothing_now(member: str) -> None:
    for ended, said in (("2026-01-01T00:00:00Z", [Status.INDETERMINATE]), ("2126-01-01T00:00:00Z", [])):
        document, _ = await found({KEY: page(**{member: ended}), ISSUER: owner()})
        assert statuses(document, "signature.key_life") == said


async def test_an_address_without_tls_is_not_asked_and_its_page_counts_where_it_is_given() -> None:
    plain = "http://school.example/keys/1"
    document, books = await found({}, signed(kid=plain))
    assert books.urls == []
    given = {plain: answer(plain, page(id=plain))}
    start = terms(evidence=given, methods=methods_in(given.values()))
    document, books = await found({ISSUER: owner(assertionMethod=[plain])}, signed(kid=plain), start)
    assert books.urls == [ISSUER]
    assert document.proofs[0].controller == ISSUER


async def test_the_owner_may_be_a_did_whose_document_stands_at_an_address() -> None:
    did = "did:web:school.example"
    document, books = await found({KEY: page(did), "https://school.example/.well-known/did.json": owner(did)})
    assert books.urls == [KEY, "https://school.example/.well-known/did.json"]
    assert document.proofs[0].controller == did


def test_a_page_that_answered_with_a_refusal_gives_no_key() -> None:
    assert methods_in([answer(KEY, jwk(), status=410)]) == {}
