"""This node's seal on credentials: with a proof embedded or as a token, what is inside first; and run again."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.errors import ConfigError, RequestError
from gateway.model.verdict import Indication, SubIndication
from gateway.node.examine import Received, ReceivedPart, ReceivedTranslation, examine
from gateway.node.reproduce import Answer, Claim, reproduce
from gateway.node.sealing import seal_credential, seal_draft
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.translate.derivation import read_derivation, sign_derivation
from gateway.translate.papers import losses_paper
from gateway.translate.reproduction import Outcome
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms
from tests.credential_node import (
    adapters,
    credential_node,
    did_key,
    forged_transcript,
    sealed_transcript,
    transcript,
)
from tests.toy_node import NODE, NOW, sealed

TARGETS = ["clr", "openbadges", "ler"]
FORMS = [("clr", "json"), ("clr", "jwt"), ("openbadges", "json"), ("openbadges", "jwt"), ("ler", "jwt")]
KINDS = ["ed25519", "p256"]


async def translated(to: str, node: Node | None = None, octets: bytes | None = None, **order: Any) -> Translated:
    octets = octets or sealed_transcript()
    outcome = await translate_file(node or credential_node(), Order(octets=octets, to=to, **order), now=NOW)
    assert isinstance(outcome, Translated), outcome
    return outcome


def judged(octets: bytes, kind: str = "ed25519", did: str | None = None) -> VerifiedDocument:
    """A result as somebody who trusts the node's DID sees it."""
    key = did_key(kind, did=did).method
    terms = Terms(now=NOW, policy=load_policy("strict"), anchors=(Anchor(key=key.key, controller=key.controller),))
    return verify(octets, adapters=adapters(), terms=terms)


async def again(done: Translated, node: Node | None = None, **changes: bytes) -> Answer:
    claim = {"derivation": done.derivation_octets, "source": done.source.original, "result": done.results[0].octets}
    return await reproduce(node or credential_node(), Claim(**{**claim, **changes}), now=NOW.replace(year=2027))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("to", "form"), FORMS)
async def test_a_sealed_credential_and_all_inside_pass_for_whoever_trusts_the_did(
    to: str, form: Any, kind: str
) -> None:
    done = await translated(to, credential_node(did_key(kind)), form=form)
    assert done.sealed
    for result in done.results:
        document = judged(result.octets, kind)
        assert document.verdict.verdict is Indication.PASSED, document.verdict
        assert not [c for c in document.verdict.caveats if "issuer" in c.value]
        for inner in document.inner.values():
            assert inner.role == "original" or "not_signed_apart" not in inner.verdict.caveats
        assert document.stated.issuer is not None
        assert document.stated.issuer.legal_name == {"und": NODE}


async def test_every_badge_inside_a_learner_record_has_a_proof_of_its_own_that_stands_alone() -> None:
    record = json.loads((await translated("clr")).results[0].octets)
    inside = record["credentialSubject"]["verifiableCredential"]
    assert len(inside) == 3
    for badge in inside:
        assert judged(json.dumps(badge).encode()).verdict.verdict is Indication.PASSED


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("to", "form"), FORMS)
async def test_a_sealed_credential_is_reproduced(to: str, form: Any, kind: str) -> None:
    node = credential_node(did_key(kind))
    done = await translated(to, node, form=form)
    answer = await again(done, node)
    assert answer.reproduction.outcome is Outcome.REPRODUCED, answer.reproduction
    assert answer.signer == did_key(kind).method.controller


@pytest.mark.parametrize(("to", "form"), FORMS)
async def test_a_seal_by_did_web_is_reproduced_with_the_key_of_its_derivation(to: str, form: Any) -> None:
    """The DID's document isn't at hand: whose key it is, is another question."""
    did = "did:web:node.example.org"
    node = credential_node(did_key(did=did))
    done = await translated(to, node, form=form)
    answer = await again(done, node)
    assert answer.reproduction.outcome is Outcome.REPRODUCED, answer.reproduction
    assert answer.signer == did
    assert judged(done.results[0].octets, did=did).verdict.verdict is Indication.PASSED


@pytest.mark.parametrize("to", TARGETS)
async def test_a_draft_has_no_proof_anywhere_and_is_reproduced(to: str) -> None:
    done = await translated(to, unsealed=True)
    assert b'"proof"' not in done.results[0].octets
    assert (await again(done)).reproduction.outcome is Outcome.REPRODUCED


async def test_the_settings_of_the_seal_say_the_form_where_nobody_asks() -> None:
    node = credential_node(did_key(form="jwt"))
    assert (await translated("clr", node)).results[0].extension == ".jwt"
    assert (await translated("clr", node, form="json")).results[0].extension == ".json"
    assert (await translated("ler")).results[0].media_type == "application/jwt"


async def test_a_form_that_a_system_has_not_is_refused() -> None:
    for to, form in (("elmo", "jwt"), ("ler", "json"), ("ler", "png")):
        with pytest.raises(RequestError) as caught:
            await translated(to, form=form)
        assert caught.value.code == "request.no_such_form"


async def test_a_draft_is_no_token() -> None:
    with pytest.raises(RequestError) as caught:
        await translated("clr", form="jwt", unsealed=True)
    assert caught.value.code == "request.form_unsealed"


async def test_a_node_without_a_seal_for_credentials_says_so() -> None:
    with pytest.raises(ConfigError) as caught:
        await translated("clr", credential_node(seals={}))
    assert caught.value.code == "config.no_seal"


async def test_a_record_of_more_badges_than_anybody_looks_at_is_not_sealed() -> None:
    """What is sealed passes; what would not isn't sealed, and says so."""
    many = (await translated("clr", octets=sealed(transcript(courses=197)))).results[0].octets
    assert judged(many).verdict.verdict is Indication.PASSED
    order = Order(octets=sealed(transcript(courses=198)), to="clr")
    outcome = await translate_file(credential_node(), order, now=NOW)
    assert isinstance(outcome, Withheld)
    assert outcome.code == "seal.too_many"


# --- attacks ---------------------------------------------------------------------------------------------------------


LENIENT = {"elmo": frozenset(SubIndication)}
OPTIONS = list(itertools.product([None, "json", "jwt", "png"], ["json", "jwt"], *[[False, True]] * 3))


@pytest.mark.parametrize(("form", "usual", "unsealed", "own_terms", "require"), OPTIONS)
async def test_attack_laundering_no_combination_seals_credentials_of_what_is_failed(
    form: Any, usual: str, unsealed: bool, own_terms: bool, require: bool
) -> None:
    """Every form of a seal, asked for or usual, with an altered source and a lenient node: never a seal."""
    node = credential_node(did_key(form=usual), sealable=LENIENT)
    terms = node.terms(NOW) if own_terms else None
    for to in TARGETS:
        order = Order(
            octets=forged_transcript(), to=to, form=form, unsealed=unsealed, terms=terms, require_passed=require
        )
        try:
            outcome = await translate_file(node, order, now=NOW)
        except (RequestError, ConfigError):
            assert form is not None
            continue
        if isinstance(outcome, Translated):
            assert not outcome.sealed
            assert unsealed or own_terms
            assert b"proofValue" not in b"".join(result.octets for result in outcome.results)
            assert read_derivation(outcome.derivation_octets).proof is None


def resealed(done: Translated, value: Any, form: Any = None) -> bytes:
    """A body of the sender's own making, properly sealed."""
    draft = done.results[0].draft
    assert draft is not None
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return seal_draft(replace(draft, body=body), did_key(), form, now=NOW, limits=DEFAULT_LIMITS)


def body_of(done: Translated) -> Any:
    draft = done.results[0].draft
    assert draft is not None
    return json.loads(draft.body)


def differences(answer: Answer) -> list[str]:
    assert answer.reproduction.outcome is Outcome.DIFFERS, answer.reproduction
    return [difference.what for difference in answer.reproduction.differences]


@pytest.mark.parametrize("form", ["json", "jwt"])
async def test_attack_altered_grade_a_sealed_lie_differs_where(form: Any) -> None:
    done = await translated("clr", form=form)
    value = body_of(done)
    badge = value["credentialSubject"]["verifiableCredential"][1]
    badge["credentialSubject"]["result"][0]["value"] = "10"
    answer = await again(done, result=resealed(done, value, form))
    assert differences(answer) == ["core"]
    assert answer.reproduction.differences[0].places == (
        "/credentialSubject/verifiableCredential/1/credentialSubject/result/0/value",
    )


async def test_attack_reordered_a_proof_covers_no_order_and_the_comparison_does() -> None:
    done = await translated("clr")
    value = body_of(done)
    value["credentialSubject"]["verifiableCredential"].reverse()
    assert "core" in differences(await again(done, result=resealed(done, value)))


@pytest.mark.parametrize("form", ["json", "jwt"])
async def test_attack_bare_badge_a_record_whose_badge_has_no_proof_of_its_own_differs(form: Any) -> None:
    done = await translated("clr", form=form)
    draft = done.results[0].draft
    assert draft is not None
    bare = seal_credential(draft.body, draft.inner[:-1], did_key(), token=form == "jwt", now=NOW)
    answer = await again(done, result=bare)
    assert differences(answer) == ["seal"]
    assert answer.reproduction.differences[0].places == (draft.inner[-1],)


@pytest.mark.parametrize("form", ["json", "jwt"])
async def test_attack_empty_proofs_a_badge_with_a_list_of_no_proofs_differs(form: Any) -> None:
    """A list of nothing is no proof of the badge, however well the record around it is sealed."""
    done = await translated("clr", form=form)
    draft = done.results[0].draft
    assert draft is not None
    value = json.loads(seal_credential(draft.body, draft.inner, did_key(), token=False, now=NOW))
    del value["proof"]
    value["credentialSubject"]["verifiableCredential"][0]["proof"] = []
    octets = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    answer = await again(done, result=seal_credential(octets, (), did_key(), token=form == "jwt", now=NOW))
    assert differences(answer) == ["seal"]
    assert answer.reproduction.differences[0].places == ("/credentialSubject/verifiableCredential/0",)


async def test_attack_foreign_badge_a_badge_inside_that_another_key_sealed_differs() -> None:
    done = await translated("clr")
    draft = done.results[0].draft
    assert draft is not None
    mixed = json.loads(done.results[0].octets)
    foreign = json.loads(seal_draft(draft, did_key("p256"), "json", now=NOW, limits=DEFAULT_LIMITS))
    place = ("credentialSubject", "verifiableCredential", 0)
    mixed[place[0]][place[1]][0] = foreign[place[0]][place[1]][0]
    del mixed["proof"]
    octets = json.dumps(mixed, ensure_ascii=False, separators=(",", ":")).encode()
    assert differences(await again(done, result=seal_credential(octets, (), did_key(), token=False, now=NOW))) == [
        "seal"
    ]


async def test_attack_other_form_a_token_in_the_place_of_a_proof_differs() -> None:
    done = await translated("clr")
    assert differences(await again(done, result=resealed(done, body_of(done), "jwt"))) == ["seal"]


async def test_attack_borrowed_name_a_derivation_that_names_another_did_differs() -> None:
    done = await translated("clr")
    assert done.derivation is not None
    issuer = done.derivation.issuer
    other = issuer.identifiers[0].model_copy(update={"value": "did:web:ministry.example"})
    lie = done.derivation.model_copy(update={"issuer": issuer.model_copy(update={"identifiers": (other,)})})
    from gateway.translate.derivation import derivation_paper

    assert differences(await again(done, derivation=sign_derivation(derivation_paper(lie), did_key()))) == ["issuer"]


async def test_attack_two_keys_a_derivation_signed_by_another_did_differs() -> None:
    done = await translated("clr")
    other = await translated("clr", credential_node(did_key("p256")))
    assert "seal" in differences(await again(done, derivation=other.derivation_octets))


async def test_attack_nested_credentials_in_one_another_without_end_are_not_followed() -> None:
    done = await translated("clr")
    value = json.loads(done.results[0].octets)
    inside = value["credentialSubject"]["verifiableCredential"]
    for _ in range(5):
        inside[0] = {**inside[0], "evidence": [inside[0]]}
    answer = await again(done, result=json.dumps(value).encode())
    assert answer.reproduction.outcome is Outcome.DIFFERS


# --- as a peer sends it ----------------------------------------------------------------------------------------------


def examined(done: Translated, node: Node, seals: frozenset[str], octets: bytes | None = None) -> tuple[Any, Any]:
    """What a receiver finds of the seal of the first result, and of running it again."""
    losses = hashlib.sha256(losses_paper(done.losses)).hexdigest()
    parts = tuple(
        ReceivedTranslation(
            part=received(octets if octets is not None and n == 0 else result.octets),
            media_type=result.media_type,
            derivation=done.derivation_octets,
            losses_sha256=losses,
        )
        for n, result in enumerate(done.results)
    )
    found = examine(node, Received(original=received(done.source.original), translations=parts), node.terms(NOW), seals)
    return found.translations[0].seal, found.translations[0].outcome


def received(octets: bytes) -> ReceivedPart:
    return ReceivedPart(sha256=hashlib.sha256(octets).hexdigest(), octets=octets)


@pytest.mark.parametrize("did", [None, "did:web:node.example.org"])
@pytest.mark.parametrize(("to", "form"), FORMS)
async def test_a_receiver_that_pins_the_key_finds_the_peers_seal_and_reproduces_it(
    to: str, form: Any, did: Any
) -> None:
    node = credential_node(did_key(did=did))
    done = await translated(to, node, form=form)
    assert examined(done, node, frozenset({did_key().key_sha256})) == ("peer", Outcome.REPRODUCED)


@pytest.mark.parametrize("did", [None, "did:web:node.example.org"])
@pytest.mark.parametrize("form", ["json", "jwt"])
async def test_attack_borrowed_did_a_seal_by_a_key_that_is_not_pinned_is_not_the_peers(form: Any, did: Any) -> None:
    """A did:web is a name that anybody can write: the pinned key alone says whose it is."""
    node = credential_node(did_key("p256", did=did))
    done = await translated("clr", node, form=form)
    assert examined(done, node, frozenset({did_key().key_sha256}))[0] == "other"


async def test_attack_stripped_seal_a_credential_without_its_proof_has_nobodys_seal() -> None:
    node = credential_node()
    done = await translated("clr", node)
    draft = done.results[0].draft
    assert draft is not None
    assert examined(done, node, frozenset({did_key().key_sha256}), draft.body) == ("none", Outcome.DIFFERS)


async def test_attack_altered_after_sealing_holds_no_more() -> None:
    node = credential_node()
    done = await translated("clr", node)
    altered = done.results[0].octets.replace(b'"value":"8"', b'"value":"9"')
    assert altered != done.results[0].octets
    assert examined(done, node, frozenset({did_key().key_sha256}), altered) == ("other", Outcome.DIFFERS)
