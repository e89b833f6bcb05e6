"""Open Badges of version 2.0 that stand on their host's word: as Credly and IBM SkillsBuild issue them, and signed ones."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.drivers.workers import IsolatedAdapter
from gateway.errors import Refused
from gateway.kit.contract import Content, revoking
from gateway.kit.discovery import discover
from gateway.model.verdict import Caveat, Indication, SubIndication
from gateway.node import startup
from gateway.readers.document import Document
from gateway.trust.anchors import Anchor
from gateway.verify.asking import NoAnswer
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer, methods_in
from tests.asking import gather
from tests.jose_makers import compact, key

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://badges.example"
ASSERTION, BADGE, ISSUER = f"{HOST}/assertions/1", f"{HOST}/badges/knots", f"{HOST}/issuers/school"
LIST = f"{HOST}/revoked"
ADAPTERS = tuple(found.adapter for found in discover(()).found)
Json = dict[str, Any]


def assertion(**members: Any) -> Json:
    recipient = {"type": "email", "hashed": True, "identity": "sha256$" + "0" * 64}
    made = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "id": ASSERTION,
        "recipient": recipient,
        "badge": BADGE,
        "issuedOn": "2026-03-01T09:30:00Z",
        "verification": {"type": "hosted"},
        **members,
    }
    return {name: value for name, value in made.items() if value is not None}


def badge(**members: Any) -> Json:
    criteria = {"narrative": "An afternoon at the quay."}
    return {"type": "BadgeClass", "id": BADGE, "name": "Knots", "criteria": criteria, "issuer": ISSUER, **members}


def issuer(**members: Any) -> Json:
    return {"type": "Profile", "id": ISSUER, "name": "Nordhavn School of Seafaring", **members}


def world(*documents: Json) -> dict[str, Answer]:
    """What this gateway fetched itself at the addresses by which documents call themselves."""
    made = {one["id"]: json.dumps(one).encode() for one in documents}
    at = NOW - timedelta(minutes=5)
    return {url: Answer(url=url, fetched_at=at, octets=octets, fetched_here=True) for url, octets in made.items()}


def judged(document: Json | bytes, evidence: dict[str, Answer], *anchors: Anchor) -> VerifiedDocument:
    octets = document if isinstance(document, bytes) else json.dumps(document).encode()
    terms = replace(startup.terms(at=NOW), evidence=evidence, anchors=anchors)
    return verify(octets, adapters=ADAPTERS, terms=terms)


def said(found: VerifiedDocument) -> tuple[Indication, SubIndication | None]:
    return found.verdict.verdict, found.verdict.sub_indication


WORLD = world(assertion(), badge(), issuer())


def test_a_hosted_assertion_whose_host_publishes_it_passes_with_badge_and_issuer_from_their_addresses() -> None:
    found = judged(assertion(), WORLD)
    assert said(found) == (Indication.PASSED, None)
    assert Caveat.CHECKED_ONLINE in found.verdict.caveats
    [report] = found.read().record.reports
    assert report.issuer.legal_name == {"und": "Nordhavn School of Seafaring"}
    assert report.achievements[0].specification.title == {"und": "Knots"}


def test_without_an_answer_a_hosted_assertion_is_open_and_asks_for_itself_and_its_badge() -> None:
    found = judged(assertion(), {})
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert {question.url for question in found.asks} == {ASSERTION, BADGE}
    with pytest.raises(Refused):
        found.read()


def test_the_badge_s_answer_raises_the_question_who_issued_it() -> None:
    found = judged(assertion(), world(assertion(), badge()))
    assert {question.url for question in found.asks} == {ISSUER}
    assert found.verdict.verdict is Indication.INDETERMINATE


async def test_badge_and_issuer_are_gathered_in_rounds_and_each_is_asked_once() -> None:
    asked: list[str] = []

    class World:
        async def ask(self, question: Any) -> Answer | NoAnswer:
            asked.append(question.url)
            return WORLD[question.url]

    async def open_questions(terms: Any) -> Any:
        return verify(json.dumps(assertion()).encode(), adapters=ADAPTERS, terms=terms).asks

    terms = await gather(startup.terms(at=NOW), open_questions, World())
    assert sorted(asked) == sorted(WORLD)
    found = verify(json.dumps(assertion()).encode(), adapters=ADAPTERS, terms=terms)
    assert found.verdict.verdict is Indication.PASSED


@pytest.mark.parametrize(
    "changed",
    [{"issuedOn": "2020-01-01T00:00:00Z"}, {"recipient": {"type": "email", "identity": "me@example.org"}}, {"badge": f"{HOST}/x"}],
)  # fmt: skip
def test_what_the_host_publishes_otherwise_fails(changed: Json) -> None:
    assert said(judged(assertion(**changed), WORLD)) == (Indication.FAILED, SubIndication.HASH_FAILURE)


REVOKED: Json = {"@context": "https://w3id.org/openbadges/v2", "type": "Assertion", "id": ASSERTION, "revoked": True}


def refusing(body: Json | bytes, status: int) -> dict[str, Answer]:
    """The world, in which the host answers otherwise at the assertion's own address."""
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return {**WORLD, ASSERTION: replace(WORLD[ASSERTION], octets=octets, status=status)}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (REVOKED, 200), ({"id": ASSERTION, "revoked": True}, 200), (assertion(revoked=True), 200), (REVOKED, 410),
        ({"revoked": True}, 410), ({"id": ASSERTION}, 410), (b"", 410), (b"<p>Gone</p>", 410), (REVOKED, 404),
    ],
)  # fmt: skip
def test_what_the_host_says_was_revoked_fails(body: Json | bytes, status: int) -> None:
    """Either 410 Gone or a body that says so; the body needs no more than id and `revoked`."""
    found = judged(assertion(), refusing(body, status))
    assert said(found) == (Indication.FAILED, SubIndication.CREDENTIAL_REVOKED)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_a_host_that_refuses_without_a_word_of_revoking_leaves_the_question_open(status: int) -> None:
    assert said(judged(assertion(), refusing(b"", status))) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


@pytest.mark.parametrize("status", [404, 410])
def test_the_revocation_of_another_assertion_is_none_of_this_one(status: int) -> None:
    other = {**REVOKED, "id": f"{HOST}/assertions/2"}
    assert said(judged(assertion(), refusing(other, status))) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


@pytest.mark.parametrize("status", [200, 410])
def test_a_revocation_that_nobody_attests_counts_as_little_as_an_assertion(status: int) -> None:
    evidence = refusing(REVOKED, status)
    handed_in = {**evidence, ASSERTION: replace(evidence[ASSERTION], fetched_here=False)}
    assert said(judged(assertion(), handed_in)) == (Indication.INDETERMINATE, SubIndication.NO_PROOF_FOUND)


def test_an_adapter_in_a_process_of_its_own_hears_of_it_too() -> None:
    [adapter] = [one for one in ADAPTERS if one.manifest.id == "openbadges"]
    isolated = IsolatedAdapter(adapter)
    claim = Content(document=Document(json.dumps(assertion()).encode(), "json"), format="Open Badges 2.0")
    try:
        able = revoking(isolated)
        assert able is not None
        assert [able.revoked(claim, status, None) for status in (410, 404)] == [True, False]
    finally:
        isolated.close()


@pytest.mark.parametrize("gone", [BADGE, ISSUER])
def test_a_badge_or_an_issuer_that_is_gone_is_no_revocation(gone: str) -> None:
    found = judged(assertion(), {**WORLD, gone: replace(WORLD[gone], octets=b"", status=410)})
    assert said(found) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


def test_an_answer_that_nobody_attests_is_no_pass_and_is_not_read_with_it() -> None:
    handed_in = {url: replace(answer, fetched_here=False) for url, answer in WORLD.items()}
    found = judged(assertion(), handed_in)
    assert found.verdict.verdict is Indication.INDETERMINATE
    with pytest.raises(Refused):
        found.read()


@pytest.mark.parametrize(
    ("policy", "passes"),
    [
        (None, False), ({"startsWith": f"{HOST}/assertions/"}, True), ({"startsWith": f"{HOST}.attacker.example/"}, False),
        ({"startsWith": "https://badges.exam"}, False), ({"allowedOrigins": "badges.example"}, True),
        ({"allowedOrigins": ["other.example", "badges.example"]}, True), ({"allowedOrigins": "other.example"}, False),
    ],
)  # fmt: skip
def test_a_host_speaks_for_an_issuer_elsewhere_only_where_the_issuer_names_it(
    policy: Json | None, passes: bool
) -> None:
    elsewhere = "https://school.example/profile"
    profile = issuer(id=elsewhere, **({"verification": policy} if policy else {}))
    found = judged(assertion(), world(assertion(), badge(issuer=elsewhere), profile))
    assert (found.verdict.verdict is Indication.PASSED) == passes


def test_an_answer_that_calls_itself_otherwise_is_not_put_in_place() -> None:
    wrong = replace(WORLD[BADGE], octets=json.dumps(badge(id=f"{HOST}/other")).encode())
    found = judged(assertion(), {**WORLD, BADGE: wrong})
    assert found.verdict.verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("octets", [b"", b"<html>", b"[]", b"5", b'{"id": 5}'])
def test_an_answer_that_is_no_badge_leaves_the_question_open(octets: bytes) -> None:
    found = judged(assertion(), {**WORLD, BADGE: replace(WORLD[BADGE], octets=octets)})
    assert found.verdict.verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://badges.example/x", "urn:x", ""])
def test_an_address_of_another_kind_is_never_asked(address: str) -> None:
    found = judged(assertion(badge=address), {})
    assert {question.url for question in found.asks} <= {ASSERTION}


# --- signed -----------------------------------------------------------------------------------------------------------

RSA = Anchor(key=key("rsa").public_key())


def signed(**members: Any) -> bytes:
    made = assertion(id="urn:uuid:52e4c6b3-8c13-4fa8-8482-a5cf34ef37a9", verification={"type": "signed"}, **members)
    return compact({"alg": "RS256"}, json.dumps(made).encode(), alg="RS256")


def listing(*revoked: Any) -> Json:
    return {"id": LIST, "type": "RevocationList", "revokedAssertions": list(revoked)}


LISTED = issuer(revocationList=LIST)


def test_a_signed_assertion_that_its_issuer_s_list_doesnt_name_passes() -> None:
    found = judged(signed(), world(badge(), LISTED, listing("urn:uuid:another")), RSA)
    assert said(found) == (Indication.PASSED, None)
    assert found.read().record.reports[0].achievements


@pytest.mark.parametrize("form", [str, lambda one: {"id": one}, lambda one: {"uid": one, "revocationReason": "a slip"}])
def test_a_signed_assertion_in_its_issuer_s_list_fails(form: Any) -> None:
    member = form("urn:uuid:52e4c6b3-8c13-4fa8-8482-a5cf34ef37a9")
    found = judged(signed(), world(badge(), LISTED, listing(member)), RSA)
    assert said(found) == (Indication.FAILED, SubIndication.CREDENTIAL_REVOKED)


def test_a_list_that_wasn_t_looked_up_is_never_a_pass() -> None:
    found = judged(signed(), world(badge(), LISTED), RSA)
    assert said(found) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert {question.url for question in found.asks} == {LIST}


@pytest.mark.parametrize("wrong", [{"revokedAssertions": 5}, {"revokedAssertions": None}])
def test_a_list_that_is_none_is_never_a_pass(wrong: Json) -> None:
    found = judged(signed(), world(badge(), LISTED, {"id": LIST, **wrong}), RSA)
    assert found.verdict.verdict is Indication.INDETERMINATE


# --- signed by a key that the assertion names -------------------------------------------------------------------------

KEY = f"{HOST}/keys/1"


def key_page(owner: str = ISSUER, **members: Any) -> Json:
    pem = key("rsa").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {"type": "CryptographicKey", "id": KEY, "owner": owner, "publicKeyPem": pem, **members}


def by_creator(creator: Any = KEY, **header: Any) -> bytes:
    made = assertion(id=ASSERTION, verification={"type": "SignedBadge", "creator": creator})
    return compact({"alg": "RS256", **header}, json.dumps(made).encode(), alg="RS256")


def with_keys(document: bytes, evidence: dict[str, Answer], *anchors: Anchor) -> VerifiedDocument:
    terms = replace(startup.terms(at=NOW), evidence=evidence, anchors=anchors, methods=methods_in(evidence.values()))
    return verify(document, adapters=ADAPTERS, terms=terms)


NAMING = issuer(publicKey=KEY)


@pytest.mark.parametrize("creator", [KEY, {"id": KEY}])
def test_a_signed_assertion_is_checked_by_the_key_that_it_names_and_its_issuer_too(creator: Any) -> None:
    found = with_keys(by_creator(creator), world(key_page(), badge(), NAMING), RSA)
    assert said(found) == (Indication.PASSED, None)
    assert found.proofs[0].controller == ISSUER
    assert Caveat.SEALER_IS_NOT_ISSUER not in found.verdict.caveats


async def test_its_key_its_badge_and_its_issuer_are_asked_for_in_rounds_each_once() -> None:
    asked: list[str] = []
    book = world(key_page(), badge(), issuer(publicKey=KEY, revocationList=LIST), listing())

    class World:
        async def ask(self, question: Any) -> Answer | NoAnswer:
            asked.append(question.url)
            return book[question.url]

    async def open_questions(terms: Any) -> Any:
        return verify(by_creator(), adapters=ADAPTERS, terms=terms).questions

    terms = await gather(startup.terms(at=NOW), open_questions, World())
    assert sorted(asked) == sorted(book)
    found = verify(by_creator(), adapters=ADAPTERS, terms=replace(terms, anchors=(RSA,)))
    assert said(found) == (Indication.PASSED, None)


def test_without_the_page_of_its_key_it_is_asked_for() -> None:
    found = with_keys(by_creator(), {})
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert KEY in {question.url for question in found.asks}


@pytest.mark.parametrize(
    "named", [{}, {"publicKey": f"{HOST}/keys/2"}, {"publicKey": []}, {"publicKey": {"id": KEY + "0"}}]
)
def test_a_key_that_the_issuer_doesn_t_list_is_not_its_and_vouches_for_nothing(named: Json) -> None:
    """Do not trust a key that is not properly linked from the issuer Profile ("SignedBadge Verification", 4)."""
    found = with_keys(by_creator(), world(key_page(), badge(), issuer(**named)))
    assert found.proofs[0].covered is None
    assert said(found) == (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


def test_an_issuer_enclosed_in_the_assertion_can_t_list_the_key_that_signed_it() -> None:
    """Whoever signs may enclose a profile in anybody's name: what counts is the profile at its own address."""
    whole = assertion(badge=badge(issuer=NAMING), verification={"type": "signed", "creator": KEY})
    document = compact({"alg": "RS256"}, json.dumps(whole).encode(), alg="RS256")
    found = with_keys(document, world(key_page(), issuer()))
    assert found.proofs[0].covered is None
    assert found.proofs[0].controller == ""


def test_a_key_of_another_owner_who_lists_it_is_no_key_of_the_issuer() -> None:
    mallory = {"type": "Profile", "id": f"{HOST}/issuers/mallory", "publicKey": KEY}
    found = with_keys(by_creator(), world(key_page(mallory["id"]), badge(), NAMING, mallory), RSA)
    assert found.proofs[0].controller == mallory["id"]
    assert Caveat.SEALER_IS_NOT_ISSUER in found.verdict.caveats
    alone = with_keys(by_creator(), world(key_page(mallory["id"]), badge(), NAMING, mallory))
    assert alone.verdict.verdict is Indication.INDETERMINATE


def test_a_creator_that_points_to_somebody_else_s_key_fails() -> None:
    another = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = another.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    found = with_keys(by_creator(), world(key_page(publicKeyPem=pem), badge(), NAMING), RSA)
    assert said(found) == (Indication.FAILED, SubIndication.SIG_CRYPTO_FAILURE)


def test_a_key_that_the_header_names_comes_before_one_that_the_content_names() -> None:
    found = with_keys(by_creator(kid=f"{HOST}/keys/other"), world(key_page(), badge(), NAMING))
    assert {question.url for question in found.asks} == {f"{HOST}/keys/other"}
