"""Attack D3: documents that cost their sender nothing and a verifier minutes. Work is counted here, never time.

The law: whatever a document asks for, a step that is paid for is a bounded number of calls, and when the account is
empty nothing more is done. So what is refused is refused within the time of an account's steps, on any machine.
"""

from __future__ import annotations

import base64
import gzip
import itertools
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from gateway.errors import Refused
from gateway.kit.discovery import discover
from gateway.model.verdict import Indication, SubIndication
from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.canonical import canonical_quads
from gateway.proofs.dataintegrity.contexts import Contexts, known_contexts
from gateway.proofs.dataintegrity.verify import Keys, verify_embedded
from gateway.verify import engine
from tests.vc_makers import NOW, badge, did_key, embedded, examined, token
from tests.work import calls_in

STEPS = 60_000
CALLS_A_STEP = 16
"""Calls of functions, of Python and of C, for a step. Genuine documents have about five."""

VC2 = "https://www.w3.org/ns/credentials/v2"
CLR = "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
Json = dict[str, Any]


def good(**members: Any) -> Json:
    return {**embedded(badge()), **members}


def proof(**members: Any) -> Json:
    made: Json = good()["proof"]
    return {**made, **members}


def record(inside: list[Any], proofs: Any = None) -> Json:
    subject = {"id": "urn:s", "type": ["ClrSubject"], "verifiableCredential": inside}
    return {
        "@context": [VC2, CLR, OB3],
        "id": "urn:x",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": "n",
        "issuer": {"id": did_key(), "type": ["Profile"]},
        "validFrom": "2026-03-01T09:30:00Z",
        "credentialSubject": subject,
        **({"proof": proofs} if proofs else {}),
    }


def tree(depth: int, wide: int) -> Json:
    inside = {"evidence": [tree(depth - 1, wide) for _ in range(wide)]} if depth else {}
    return {"type": ["VerifiableCredential"], **inside}


def chain(length: int) -> Json:
    return {"type": ["VerifiableCredential"], **({"evidence": chain(length - 1)} if length else {})}


def nested_in_one_name() -> Json:
    """One thing described inside itself, with much to compare at every depth."""
    outermost: Json = {"id": "urn:n", "type": ["VerifiableCredential"]}
    place = outermost
    for _ in range(60):
        inner: Json = {"id": "urn:n", "type": ["VerifiableCredential"]}
        place["evidence"] = [*({"id": f"urn:k{n}", "type": ["Evidence"]} for n in range(40)), inner]
        place = inner
    return good(evidence=outermost)


def values_of_one_thing() -> Json:
    """No array is long, and all are of one thing: each value is compared with all that came before."""
    achievement = [
        {"id": "urn:a", "type": ["Achievement"], "tag": [f"{n}-{at}" for at in range(90)]} for n in range(60)
    ]
    return good(
        credentialSubject=[{"id": "urn:s", "type": ["AchievementSubject"], "achievement": a} for a in achievement]
    )


def types_of_one_thing() -> Json:
    return good(credentialSubject=[{"id": "urn:s", "type": [f"urn:t{n}-{at}" for at in range(30)]} for n in range(200)])


def contexts_in_every_order() -> Json:
    """What one context makes of another is kept; here each part of the document asks for another order of them."""
    named = [one for one in known_contexts().documents if "credentials/v2" in one or "3.0.3" in one or "status" in one]
    orders = itertools.permutations([*named, "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"])
    parts = [
        {"@context": list(order), "id": f"urn:{n}", "type": ["Evidence"]}
        for n, order in enumerate(itertools.islice(orders, 100))
    ]
    return good(evidence=parts)


def long_array() -> Json:
    return good(credentialSubject={"id": "urn:s", "type": ["AchievementSubject"], "tag": ["t"] * 9_000})


def many_proofs_over_much() -> Json:
    much = [{"id": f"urn:{n}", "type": ["Evidence"], "name": "x"} for n in range(300)]
    chained = [proof(id=f"urn:p{n}", previousProof=[f"urn:p{m}" for m in range(n)]) for n in range(1, 4)]
    return good(evidence=much, proof=[proof(id="urn:p0"), *chained])


def much_canonical_json() -> Json:
    return good(evidence=[{"id": "urn:x", "a": [0] * 60_000}], proof=[proof(cryptosuite="eddsa-jcs-2022")] * 4)


def credentials_in_credentials() -> Json:
    one = good(proof=[proof()] * 4)
    return record([record([record([one] * 6, [proof()] * 4)] * 3, [proof()] * 4)] * 3, [proof()] * 4)


def tokens_in_tokens() -> Json:
    made = token(badge()).decode()
    return record([record([made] * 200)] * 20)


def bombs_inside() -> Json:
    """Each within the ratio that one file may have."""
    noise = random.Random(3).randbytes(30_000).hex().encode()
    bomb = base64.b64encode(gzip.compress(b'{"a":"' + noise + b" " * 2_000_000 + b'"}', mtime=0)).decode()
    return record([bomb] * 200)


def endorsements_with_proofs() -> Json:
    subject = [
        {"id": f"urn:s{n}", "type": ["AchievementSubject"], "endorsement": [good(proof=[proof()] * 4)]}
        for n in range(60)
    ]
    return good(credentialSubject=subject)


def statuses() -> Json:
    entry = {"type": "BitstringStatusListEntry", "statusPurpose": "revocation", "statusListIndex": "1"}
    return good(credentialStatus=[{**entry, "statusListCredential": f"https://x.example/{n}"} for n in range(5_000)])


def names_without_meaning() -> Json:
    return good(credentialSubject={"id": "urn:s", **{f"k{n}": None for n in range(30_000)}})


POISON: tuple[Callable[[], Json], ...] = (
    nested_in_one_name,
    values_of_one_thing,
    types_of_one_thing,
    contexts_in_every_order,
    long_array,
    many_proofs_over_much,
    much_canonical_json,
    credentials_in_credentials,
    tokens_in_tokens,
    bombs_inside,
    endorsements_with_proofs,
    statuses,
    names_without_meaning,
    lambda: good(evidence=[tree(7, 2)]),
    lambda: good(evidence=[tree(4, 3)]),
    lambda: good(evidence=[chain(80), chain(80)]),
    lambda: good(evidence=[{"type": ["VerifiableCredential"], "evidence": [tree(0, 0)]} for _ in range(300)]),
    lambda: good(credentialSubject={"type": ["AchievementSubject"], "result": [{"type": ["Result"]}] * 900}),
)
NAMES = [*(one.__name__ for one in POISON[:13]), "tree_of_two", "tree_of_three", "chains", "pairs", "alike"]


ADAPTERS = tuple(found.adapter for found in discover(()).found)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> list[Budget]:
    """The accounts that were opened, each of fewer steps than a node's."""
    opened: list[Budget] = []

    def small() -> Budget:
        opened.append(Budget(STEPS))
        return opened[-1]

    monkeypatch.setattr(engine, "Budget", small)
    examined(json.dumps(good()).encode(), did_key(), adapters=ADAPTERS)  # what is loaded once isn't the document's
    opened.clear()
    return opened


@pytest.mark.parametrize("poison", POISON, ids=NAMES)
def test_d3_what_is_done_for_a_poisoned_document_is_paid_for(poison: Callable[[], Json], account: list[Budget]) -> None:
    octets = json.dumps(poison()).encode()
    calls, found = calls_in(lambda: examined(octets, did_key(), adapters=ADAPTERS))
    [paid] = account  # one for the document and all inside it
    assert found.verdict.verdict is not Indication.PASSED
    assert calls < CALLS_A_STEP * (STEPS + octets.count(b","))  # reading and seeing a value is paid for by other limits
    assert paid.spent > 0


def test_d3_a_document_over_the_account_is_refused_with_its_code(account: list[Budget]) -> None:
    found = examined(json.dumps(values_of_one_thing()).encode(), did_key(), adapters=ADAPTERS).verdict
    assert (found.verdict, found.sub_indication) == (Indication.INDETERMINATE, SubIndication.TOO_LARGE)
    assert any("limit.work" in finding.explanation for finding in found.findings)


def test_d3_what_a_document_costs_doesnt_hang_on_what_was_verified_before() -> None:
    """What contexts make of each other is kept between documents, and paid for by each."""
    costs = []
    for processor in (known_contexts(), Contexts(known_contexts().documents), known_contexts()):
        paid = Budget()
        verify_embedded(good(), Keys(methods={}), processor, now=NOW, budget=paid)
        costs.append(paid.spent)
    assert len(set(costs)) == 1


def test_d3_proofs_side_by_side_over_one_content_pay_for_it_once() -> None:
    one, four = Budget(), Budget()
    much = {**badge(), "evidence": [{"id": f"urn:{n}", "type": ["Evidence"], "name": "x"} for n in range(200)]}
    verify_embedded({**much, "proof": [proof()]}, Keys(methods={}), known_contexts(), now=NOW, budget=one)
    verify_embedded({**much, "proof": [proof()] * 4}, Keys(methods={}), known_contexts(), now=NOW, budget=four)
    assert four.spent < 1.5 * one.spent


def clique(size: int) -> Json:
    """Blank nodes that all point at each other: none can be told from another."""
    predicate = {"type": "IRI", "value": "urn:p"}
    named = [{"type": "blank node", "value": f"_:b{n}"} for n in range(size)]
    pairs = itertools.permutations(named, 2)
    return {"@default": [{"subject": dict(a), "predicate": predicate, "object": dict(b)} for a, b in pairs]}


@pytest.mark.parametrize("size", [8, 9, 12, 40])
def test_d3_a_clique_is_refused_before_its_orders_are_tried(size: int) -> None:
    def refused() -> str:
        with pytest.raises(Refused) as caught:
            canonical_quads(clique(size), budget=Budget(STEPS))
        return caught.value.code

    calls, code = calls_in(refused)
    assert code in ("limit.graph", "limit.work")
    assert calls < CALLS_A_STEP * STEPS


def test_d3_a_path_longer_than_the_stack_is_refused_with_a_code() -> None:
    """Two rings, alike at every node: telling them apart goes from node to node, one call inside the other."""

    def ring(name: str) -> list[Json]:
        named = [{"type": "blank node", "value": f"_:{name}{n}"} for n in range(2_000)]
        both = zip(named, [*named[1:], named[0]], strict=True)
        return [
            {"subject": dict(a), "predicate": {"type": "IRI", "value": "urn:p"}, "object": dict(b)} for a, b in both
        ]

    with pytest.raises(Refused) as caught:
        canonical_quads({"@default": [*ring("a"), *ring("b")]}, budget=Budget(10**9))
    assert caught.value.code == "limit.graph"


def test_d3_a_genuine_record_of_a_hundred_credentials_is_far_from_refused() -> None:
    inside = [embedded({**badge(), "id": f"urn:uuid:{n}"}) for n in range(100)]
    found = examined(json.dumps(embedded(record(inside))).encode(), did_key(), adapters=ADAPTERS)
    assert found.verdict.verdict is Indication.PASSED
    assert len(found.inner) == 100


def test_d3_an_account_that_was_overdrawn_pays_for_nothing_more() -> None:
    account = Budget(10)
    account.spend(10)
    for _ in range(2):
        with pytest.raises(Refused):
            account.spend(1)
