"""Questions to the outside in rounds: an answer raises the next question, and judging asks nobody."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from gateway.kit.contract import EvidenceRequest
from gateway.model.verdict import Finding, Indication, SubIndication
from gateway.proofs.multikey import write_multikey
from gateway.verify.asking import Asker, NoAnswer
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer
from gateway.verify.gathering import ROUNDS
from gateway.verify.terms import Terms
from tests.asking import gather
from tests.jose_makers import key
from tests.unit.verify.paper import Paper
from tests.unit.verify.test_status import entry, listed
from tests.vc_makers import NOW, Slip, badge, bare, embedded, terms, token

SCHOOL = "did:web:school.example"
DOCUMENT = "https://school.example/.well-known/did.json"
LIST = "https://school.example/status/3"


class Books:
    """An asker that answers out of a book, and remembers what it was asked."""

    def __init__(self, **book: object) -> None:
        self.book: dict[str, object] = book
        self.asked: list[EvidenceRequest] = []

    async def ask(self, question: EvidenceRequest) -> Answer | NoAnswer:
        self.asked.append(question)
        if question.url not in self.book:
            return NoAnswer(code="online.unreachable", why="its host can't be reached")
        return Answer(url=question.url, fetched_at=NOW, octets=json.dumps(self.book[question.url]).encode())

    @property
    def urls(self) -> list[str]:
        return [question.url for question in self.asked]


def did_document(controller: str = SCHOOL, **members: Any) -> dict[str, Any]:
    method = {
        "id": f"{controller}#key-1",
        "type": "Multikey",
        "controller": controller,
        "publicKeyMultibase": write_multikey(key("ed25519").public_key()),
    }
    return {"id": controller, "verificationMethod": [method], "assertionMethod": [method["id"]], **members}


def signed(issuer: str = SCHOOL, method: str = f"{SCHOOL}#key-1", **members: Any) -> bytes:
    return json.dumps(embedded(badge(issuer, **members), verificationMethod=method)).encode()


async def judged(octets: bytes, asker: Asker, start: Terms | None = None) -> VerifiedDocument:
    async def open_questions(given: Terms) -> tuple[EvidenceRequest, ...]:
        return verify(octets, adapters=(Slip(),), terms=given).questions

    known = await gather(start or terms(bare("ed25519")), open_questions, asker)
    return verify(octets, adapters=(Slip(),), terms=known)


def said(document: VerifiedDocument) -> list[Finding]:
    return [finding for finding in document.verdict.findings if finding.check == "evidence.asked"]


def untrusting() -> Terms:
    """Nobody is trusted, so that no given key is tried in the place of the named one."""
    return terms()


async def test_the_key_of_a_did_web_is_looked_up_where_its_document_stands() -> None:
    books = Books(**{DOCUMENT: did_document()})
    found = await judged(signed(), books, untrusting())
    assert books.urls == [DOCUMENT]
    assert found.proofs[0].controller == SCHOOL
    assert found.proofs[0].covered is not None
    assert not said(found)
    assert found.verdict.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


async def test_a_key_that_is_an_address_is_looked_up_in_the_document_there() -> None:
    issuer = "https://school.example/issuer"
    books = Books(**{issuer: did_document(issuer)})
    found = await judged(signed(issuer, f"{issuer}#key-1"), books, untrusting())
    assert books.urls == [issuer]
    assert found.proofs[0].controller == issuer


async def test_a_document_at_another_address_than_its_own_says_nothing() -> None:
    issuer = "https://school.example/issuer"
    books = Books(**{issuer: did_document("https://other.example/issuer"), DOCUMENT: did_document("did:web:o.example")})
    for octets in (signed(issuer, f"{issuer}#key-1"), signed()):
        found = await judged(octets, books, untrusting())
        assert found.proofs[0].covered is None
    assert len(books.urls) == 2


async def test_a_token_whose_kid_is_a_did_web_asks_for_its_document() -> None:
    credential = badge(SCHOOL)
    octets = token({**credential}, kid=f"{SCHOOL}#key-1")
    books = Books(**{DOCUMENT: did_document()})
    found = await judged(octets, books, untrusting())
    assert books.urls == [DOCUMENT]
    assert found.proofs[0].controller == SCHOOL


async def test_a_status_list_raises_the_question_of_its_own_key() -> None:
    """The credential's key and its list first, then the list's key at another address, then nothing more."""
    method = "https://school.example/issuer#key-1"
    bits = embedded({k: v for k, v in listed(7, issuer=SCHOOL).items() if k != "proof"}, verificationMethod=method)
    books = Books(
        **{
            DOCUMENT: did_document(),
            LIST: bits,
            "https://school.example/issuer": did_document("https://school.example/issuer"),
        }
    )
    found = await judged(signed(credentialStatus=entry("7")), books, untrusting())
    assert sorted(books.urls[:2]) == [DOCUMENT, LIST]
    assert books.urls[2:] == ["https://school.example/issuer"]
    assert not said(found)


async def test_revoked_and_not_revoked_come_from_the_list_that_was_answered() -> None:
    bits = embedded(
        {k: v for k, v in listed(7, issuer=SCHOOL).items() if k != "proof"}, verificationMethod=f"{SCHOOL}#key-1"
    )
    anchors = terms(bare("ed25519"))
    books = Books(**{DOCUMENT: did_document(), LIST: bits})
    revoked = await judged(signed(credentialStatus=entry("7")), books, anchors)
    assert revoked.verdict.sub_indication is SubIndication.CREDENTIAL_REVOKED
    good = await judged(signed(credentialStatus=entry("8")), books, anchors)
    assert good.verdict.verdict is Indication.PASSED, good.verdict


async def test_what_did_not_come_is_told_with_its_code_and_asked_once() -> None:
    books = Books()
    found = await judged(signed(credentialStatus=[entry("7"), entry("8")]), books, untrusting())
    assert sorted(books.urls) == [DOCUMENT, LIST]
    assert [finding.about for finding in said(found)] == ["online.unreachable"] * 2
    assert (found.verdict.verdict, found.verdict.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


async def test_what_was_given_is_not_asked_again() -> None:
    octets = json.dumps(did_document()).encode()
    given = Answer(url=DOCUMENT, fetched_at=NOW - timedelta(days=1), octets=octets)
    books = Books()
    start = Terms(now=NOW, policy=untrusting().policy, evidence={DOCUMENT: given})
    await judged(signed(), books, start)
    assert books.urls == []


async def test_a_document_whose_proof_is_wrong_anyway_asks_nobody_for_its_key() -> None:
    forged = json.loads(signed())
    forged["proof"]["created"] = "yesterday"
    books = Books()
    await judged(json.dumps(forged).encode(), books, untrusting())
    assert books.urls == []


async def test_questions_without_end_come_to_an_end() -> None:
    """Whoever is asked can't make the gateway ask on and on."""
    asked = 0

    async def another(_given: Terms) -> tuple[EvidenceRequest, ...]:
        nonlocal asked
        asked += 1
        return (EvidenceRequest(url=f"https://school.example/{asked}", why="why"),)

    books = Books(**{f"https://school.example/{at}": {} for at in range(100)})
    await gather(untrusting(), another, books)
    assert len(books.urls) == asked == ROUNDS


async def test_an_answer_that_nothing_judges_leaves_the_question_open() -> None:
    """A hosted badge: what its host says isn't judged yet, and never taken for a good answer."""
    address = "https://school.example/assertion"
    octets = json.dumps({"paper": 1, "issuer": "Registry of Examplia", "ask": [address]}).encode()
    for evidence in ({}, {address: Answer(url=address, fetched_at=NOW, octets=b"{}")}):
        found = verify(octets, adapters=(Paper(),), terms=terms(evidence=evidence))
        asked = said(found)
        assert [one.sub_indication for one in asked] == [SubIndication.TRY_LATER]
        assert ("can't be judged yet" in asked[0].explanation) is bool(evidence)
        assert bool(found.questions) is not bool(evidence)
