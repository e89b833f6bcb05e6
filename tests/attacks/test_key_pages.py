"""What a key's address, its page, or whoever it names as owner can try with a gateway that asks (C3, C4, D4, D7, G8).

The public internet is played by 127.0.0.1, somebody's own network by 127.0.0.2 and whatever else isn't public.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.openbadges import ADAPTERS
from gateway.drivers.online import ANSWER_BYTES, QUESTIONS
from gateway.model.verdict import Caveat, Indication, Status, SubIndication
from gateway.node import startup
from gateway.proofs.jwk import write_jwk
from gateway.readers.base64 import encode_base64url
from gateway.trust.anchors import Anchor
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer, methods_in
from gateway.verify.terms import Terms
from tests.asking import gather
from tests.jose_makers import compact, key
from tests.strangers import NOW, Names, Strangers, dripping
from tests.vc_makers import badge, token

Json = dict[str, Any]
KIND = "application/json"


@pytest.fixture
async def strangers(tmp_path: Path) -> AsyncIterator[Strangers]:
    async with Strangers(tmp_path).answering() as answering:
        yield answering


class World:
    """A school at school.example with a page for its key; a token of it, whose `kid` is that page's address."""

    def __init__(self, strangers: Strangers) -> None:
        self.strangers = strangers
        self.issuer, self.key = strangers.url("/issuer"), strangers.url("/keys/1")
        self.page: Json = {"id": self.key, "type": "JsonWebKey", "controller": self.issuer, "publicKeyJwk": self.jwk()}
        self.owner: Json = {"id": self.issuer, "assertionMethod": [self.key]}

    def jwk(self, kind: str = "ed25519") -> Json:
        return dict(write_jwk(key(kind).public_key()))

    def publish(self, page: Any = None, owner: Any = None) -> None:
        self.strangers.says("/keys/1", json.dumps(self.page if page is None else page))
        self.strangers.says("/issuer", json.dumps(self.owner if owner is None else owner))

    async def judged(
        self, octets: bytes, *trusted: Anchor, names: Names | None = None, **reach: object
    ) -> VerifiedDocument:
        """As a node would: nobody is trusted while it asks, so that each key has to be looked up."""

        async def open_questions(terms: Terms) -> Any:
            return verify(octets, adapters=ADAPTERS, terms=terms).questions

        async with self.strangers.client(names, **reach) as client:
            terms = await gather(startup.terms(at=NOW), open_questions, client.for_document())
        return verify(octets, adapters=ADAPTERS, terms=replace(terms, anchors=trusted))

    def token(self, issuer: str | None = None, kid: str | None = None, **members: Any) -> bytes:
        return token(badge(issuer or self.issuer, **members), kid=kid or self.key)


@pytest.fixture
def world(strangers: Strangers) -> World:
    made = World(strangers)
    made.publish()
    return made


SCHOOL = Anchor(key=key("ed25519").public_key())


def asked(found: VerifiedDocument) -> set[str]:
    return {finding.about for finding in found.verdict.findings if finding.check == "evidence.asked"}


def proven(found: VerifiedDocument) -> bool:
    return found.proofs[0].covered is not None


async def test_the_world_stands_so_that_each_attack_has_something_to_break(world: World):
    found = await world.judged(world.token(), SCHOOL)
    assert found.verdict.verdict is Indication.PASSED
    assert Caveat.SEALER_IS_NOT_ISSUER not in found.verdict.caveats
    assert world.strangers.asked == ["/keys/1", "/issuer"]


@pytest.mark.parametrize("path", ["/keys/1", "/issuer"])
@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data/", "https://127.0.0.2/", "/elsewhere"])
async def test_ssrf_by_a_redirect_from_a_key_or_its_owner(world: World, path: str, to: str):
    world.strangers.says(path, status=302, Location=to)
    world.strangers.says("/elsewhere", json.dumps(world.page))
    found = await world.judged(world.token())
    assert "/elsewhere" not in world.strangers.asked
    assert (asked(found), proven(found)) == ({"online.redirect"}, False)
    assert found.verdict.verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("own", ["127.0.0.2", "10.0.0.1", "169.254.169.254", "::1", "::ffff:169.254.169.254"])
async def test_ssrf_by_the_owner_that_a_page_names(world: World, own: str):
    """The page's host is as public as can be; the owner that it names leads into somebody's own network."""
    world.publish(world.page | {"controller": world.strangers.url("/issuer", "other.example")})
    found = await world.judged(world.token(), names=Names(other_example=[[own]]))
    assert world.strangers.asked == ["/keys/1"]
    assert asked(found) == {"online.private"}


@pytest.mark.parametrize(
    "owner", ["http://school.example/issuer", "file:///etc/passwd", "https://127.0.0.1/", "https://[::1]/", "did:web:localhost", "urn:x"]
)  # fmt: skip
async def test_ssrf_by_an_owner_at_an_address_of_another_kind(world: World, owner: str):
    world.publish(world.page | {"controller": owner})
    found = await world.judged(world.token())
    assert world.strangers.asked == ["/keys/1"]
    assert asked(found) <= {"online.address", "online.host"}
    assert not proven(found)


@pytest.mark.parametrize("path", ["/keys/1", "/issuer"])
async def test_a_huge_page(world: World, path: str):
    world.strangers.says(path, b" " * (ANSWER_BYTES + 1))
    found = await world.judged(world.token())
    assert (asked(found), proven(found)) == ({"online.size"}, False)


@pytest.mark.parametrize("path", ["/keys/1", "/issuer"])
async def test_a_silent_host_costs_the_budget_and_no_more(world: World, path: str):
    async with dripping(world.strangers, b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX: ", b"a") as port:
        slow = f"https://school.example:{port}{path}"
        page = world.page | {"controller": slow} if path == "/issuer" else world.page
        world.publish(page)
        octets = world.token(kid=slow) if path == "/keys/1" else world.token()
        hosts = (f"school.example:{world.strangers.port}", f"school.example:{port}")
        found = await world.judged(octets, hosts=hosts, seconds=0.7)
    assert asked(found) == {"online.timeout"}
    assert found.verdict.sub_indication is SubIndication.TRY_LATER


async def test_a_page_for_people_in_the_place_of_a_key(world: World):
    world.strangers.says("/keys/1", "<p>not found</p>", kind="text/html")
    assert asked(await world.judged(world.token())) == {"online.type"}


# --- whose key? -------------------------------------------------------------------------------------------------------


async def test_a_key_page_of_another_controller(world: World):
    """Mallory's key, owned by Mallory, under a token in the school's name: never the school's, trusted or not."""
    mallory = world.strangers.url("/mallory", "other.example")
    world.publish(world.page | {"controller": mallory})
    world.strangers.says("/mallory", json.dumps({"id": mallory, "assertionMethod": [world.key]}))
    found = await world.judged(world.token(), SCHOOL)
    assert Caveat.SEALER_IS_NOT_ISSUER in found.verdict.caveats
    limited = replace(SCHOOL, issuers=(mallory,))
    assert (await world.judged(world.token(), limited)).verdict.verdict is Indication.INDETERMINATE


async def test_a_key_page_that_names_the_school_as_its_owner(world: World):
    """Anybody can write that on a page of his own: the school's own page has to name the key."""
    false = world.strangers.url("/mine", "other.example")
    page = {"id": false, "type": "JsonWebKey", "controller": world.issuer, "publicKeyJwk": world.jwk("p256")}
    world.strangers.says("/mine", json.dumps(page))
    octets = token(badge(world.issuer), alg="ES256", kid=false)
    found = await world.judged(octets, SCHOOL)
    assert not proven(found)
    assert SubIndication.SIG_CONSTRAINTS_FAILURE in {finding.sub_indication for finding in found.verdict.findings}
    assert found.verdict.verdict is Indication.INDETERMINATE


async def test_a_page_elsewhere_that_calls_itself_by_the_school_s_address(world: World):
    false = world.strangers.url("/mine", "other.example")
    world.strangers.says("/mine", json.dumps(world.page | {"publicKeyJwk": world.jwk("p256")}))
    found = await world.judged(token(badge(world.issuer), alg="ES256", kid=false), SCHOOL)
    assert not proven(found)
    assert world.strangers.asked == ["/mine"]


async def test_a_kid_that_points_to_somebody_else_s_key(world: World):
    """Signed by Mallory, who is trusted for his own: under the school's key it is a forgery."""
    school = ec.generate_private_key(ec.SECP256R1()).public_key()
    world.publish(world.page | {"publicKeyJwk": dict(write_jwk(school))})
    found = await world.judged(token(badge(world.issuer), alg="ES256", kid=world.key))
    assert (found.verdict.verdict, found.verdict.sub_indication) == (
        Indication.FAILED,
        SubIndication.SIG_CRYPTO_FAILURE,
    )


async def test_a_key_of_its_own_beside_a_kid_that_points_to_the_school_s(world: World):
    octets = compact(
        {"alg": "ES256", "typ": "JWT", "kid": world.key, "jwk": world.jwk("p256")},
        json.dumps(badge(world.issuer)).encode(),
        alg="ES256",
    )
    found = await world.judged(octets)
    assert found.verdict.verdict is not Indication.PASSED
    assert found.proofs[0].controller != world.issuer or not proven(found)


@pytest.mark.parametrize("named", ["https://school.example/keys/1", "did:web:school.example#key-1"])
def test_a_document_that_holds_a_key_under_somebody_else_s_name(named: str):
    """Mallory's document, looked up for a key of his own, holds another "of the school's": that is no key at all."""
    mallory = "https://other.example/mallory"
    method = {"controller": mallory, "publicKeyJwk": dict(write_jwk(key("p256").public_key()))}
    document = {"id": mallory, "verificationMethod": [{"id": "#key-1", **method}, {"id": named, **method}]}
    page = Answer(url=mallory, fetched_at=NOW, octets=json.dumps(document).encode())
    assert set(methods_in([page])) == {f"{mallory}#key-1"}


async def test_an_owner_that_is_the_page_itself(world: World):
    """A page that names itself as owner, and itself as its key, is somebody; it is not the school."""
    page = {**world.page, "controller": world.key, "assertionMethod": [world.key]}
    world.publish(page)
    found = await world.judged(world.token(), SCHOOL)
    assert world.strangers.asked == ["/keys/1"]
    assert found.proofs[0].controller != world.issuer
    assert Caveat.SEALER_IS_NOT_ISSUER in found.verdict.caveats or found.verdict.verdict is not Indication.PASSED


async def test_owners_without_end(world: World):
    """Each owner's page names another owner: one step is followed, and no more."""
    for at in range(1, 9):
        address = world.strangers.url(f"/owner/{at}")
        page = {"id": address, "controller": world.strangers.url(f"/owner/{at + 1}"), "publicKeyJwk": world.jwk()}
        world.strangers.says(f"/owner/{at}", json.dumps(page))
    world.publish(world.page | {"controller": world.strangers.url("/owner/1")})
    found = await world.judged(world.token())
    assert world.strangers.asked == ["/keys/1", "/owner/1"]
    assert not proven(found)


async def test_a_record_of_many_tokens_asks_no_more_than_one_document_may(world: World):
    inside = [world.token(kid=world.strangers.url(f"/keys/{at}")).decode() for at in range(60)]
    record = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "ClrCredential"],
        "issuer": world.issuer,
        "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": inside},
    }
    found = await world.judged(json.dumps(record).encode(), SCHOOL)
    assert len(world.strangers.asked) <= QUESTIONS
    assert found.verdict.verdict is Indication.INDETERMINATE


@pytest.mark.parametrize("bits", [512, 20_000])
async def test_a_key_of_a_size_that_makes_forging_or_checking_a_trick(world: World, bits: int):
    """A short key falls to anybody; a huge one makes whoever checks it work."""
    modulus = encode_base64url((2**bits - 1).to_bytes(bits // 8))
    world.publish(world.page | {"publicKeyJwk": {"kty": "RSA", "n": modulus, "e": "AQAB"}})
    octets = compact(
        {"alg": "RS256", "typ": "JWT", "kid": world.key}, json.dumps(badge(world.issuer)).encode(), alg="RS256"
    )
    found = await world.judged(octets, Anchor(key=key("rsa").public_key()))
    assert found.verdict.verdict is not Indication.PASSED


async def test_a_key_page_that_shows_a_private_key(world: World):
    world.publish(world.page | {"publicKeyJwk": {**world.jwk(), "d": world.jwk()["x"]}})
    assert not proven(await world.judged(world.token()))


# --- a badge of its host ----------------------------------------------------------------------------------------------


class Hosted:
    """A badge of version 2.0 at school.example, with its class and issuer enclosed."""

    def __init__(self, strangers: Strangers) -> None:
        self.strangers = strangers
        issuer = {"type": "Profile", "id": strangers.url("/issuer"), "name": "Nordhavn School of Seafaring"}
        self.badge: Json = {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Assertion",
            "id": strangers.url("/badge"),
            "recipient": {"type": "email", "hashed": True, "identity": "sha256$" + "0" * 64},
            "badge": {"type": "BadgeClass", "id": strangers.url("/class"), "name": "Knots", "issuer": issuer},
            "issuedOn": "2026-03-01T09:30:00Z",
            "verification": {"type": "hosted"},
        }

    async def judged(self) -> VerifiedDocument:
        return await World(self.strangers).judged(json.dumps(self.badge).encode())


async def test_a_410_for_a_badge_of_another_id(strangers: Strangers):
    hosted = Hosted(strangers)
    strangers.says("/badge", json.dumps(hosted.badge))
    assert (await hosted.judged()).verdict.verdict is Indication.PASSED
    other = json.dumps({"id": strangers.url("/another"), "revoked": True})
    strangers.says("/badge", other, status=410)
    found = await hosted.judged()
    assert (found.verdict.verdict, found.verdict.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    strangers.says("/badge", "", status=410)
    assert (await hosted.judged()).verdict.sub_indication is SubIndication.CREDENTIAL_REVOKED


async def test_a_410_behind_a_redirect_is_nobody_s_word(strangers: Strangers):
    hosted = Hosted(strangers)
    strangers.says("/badge", status=302, Location=strangers.url("/gone"))
    strangers.says("/gone", "", status=410)
    found = await hosted.judged()
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert strangers.asked == ["/badge"]


async def test_a_410_that_goes_on_for_ever_is_no_answer(strangers: Strangers):
    hosted = Hosted(strangers)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=410, headers={"Content-Type": KIND})
        await response.prepare(request)
        for _ in range(2 * ANSWER_BYTES // 65_536):
            await response.write(bytes(65_536))
        return response

    strangers.pages["/badge"] = endless
    found = await hosted.judged()
    assert found.verdict.verdict is Indication.INDETERMINATE
    assert Status.FAILED not in {finding.status for finding in found.verdict.findings}
