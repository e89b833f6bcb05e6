"""Translating one file: what is sealed, by whom, from what, and what is written beside it."""

from __future__ import annotations

import base64
import itertools
import json
from dataclasses import replace

import pytest

from gateway.errors import AdapterError, ConfigError, RequestError
from gateway.kit import Manifest
from gateway.model.verdict import Indication, SubIndication
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.translate.derivation import read_derivation
from gateway.translate.engine import sha256
from gateway.trust.policies import load_policy
from gateway.verify.engine import verify
from tests.toy_node import (
    NODE,
    NOW,
    UNIVERSITY,
    anchor,
    forged_leaf,
    node,
    node_key,
    seal_key,
    sealed,
    sealed_leaf,
    university,
)
from tests.toy_systems import Leaf, Petal, grove, leaf


async def done(octets: bytes, to: str = "petal", the_node=None, **order) -> Translated:
    outcome = await translate_file(the_node or node(), Order(octets=octets, to=to, **order), now=NOW)
    assert isinstance(outcome, Translated), outcome
    return outcome


async def withheld(octets: bytes, to: str = "petal", the_node=None, **order) -> Withheld:
    outcome = await translate_file(the_node or node(), Order(octets=octets, to=to, **order), now=NOW)
    assert isinstance(outcome, Withheld), outcome
    return outcome


def judged(octets: bytes):
    """A result as somebody who trusts the node sees it."""
    terms = node(anchors=(anchor(node_key()),)).terms(NOW)
    return verify(octets, adapters=(Leaf(), Petal()), terms=terms)


async def test_a_genuine_source_is_translated_and_sealed_by_the_node():
    result = await done(sealed_leaf())
    assert result.sealed
    document = judged(result.results[0].octets)
    assert document.verdict.verdict is Indication.PASSED
    assert document.content.document.value["issuer"] == NODE
    assert document.content.document.value["awarded_by"] == UNIVERSITY


async def test_the_seal_covers_the_very_octets_that_were_written_and_derived():
    result = await done(sealed_leaf())
    body = judged(result.results[0].octets).content.document.octets
    assert body == result.results[0].draft.body
    assert result.derivation.results[0].sha256 == sha256(body)


PETAL = json.dumps(
    {
        "petal": 1,
        "issuer": UNIVERSITY,
        "awarded_by": UNIVERSITY,
        "learner": "N",
        "results": [{"lang": "en", "title": "T", "grade": "1"}],
    }
).encode()


async def test_both_ways_are_sealed():
    result = await done(sealed(PETAL, "jades"), to="leaf")
    assert judged(result.results[0].octets).verdict.verdict is Indication.PASSED


async def test_a_forged_source_is_refused_and_says_what_to_do():
    refusal = await withheld(forged_leaf())
    assert refusal.code == "seal.withheld"
    assert refusal.verdict.verdict is Indication.FAILED
    assert "may never be sealed" in refusal.message
    assert "genuine" in refusal.advice


async def test_a_source_of_an_unknown_sealer_is_refused_and_names_the_open_question():
    refusal = await withheld(sealed_leaf(), the_node=node(anchors=()))
    assert refusal.verdict.verdict is Indication.INDETERMINATE
    assert "NO_CERTIFICATE_CHAIN_FOUND" in refusal.advice


async def test_an_open_question_that_the_nodes_policy_names_is_sealed():
    sealable = {"leaf": frozenset({SubIndication.NO_CERTIFICATE_CHAIN_FOUND})}
    result = await done(sealed_leaf(), the_node=node(anchors=(), sealable=sealable))
    assert result.sealed
    assert result.derivation.judgement.verdict is Indication.INDETERMINATE


async def test_a_document_without_any_proof_is_never_sealed_whatever_the_policy_names():
    sealable = {"leaf": frozenset(SubIndication)}
    assert (await withheld(leaf(), the_node=node(sealable=sealable))).code == "seal.withheld"


LENIENT = {"leaf": frozenset(SubIndication)}


@pytest.mark.parametrize("require", [True, False])
@pytest.mark.parametrize("unsealed", [True, False])
@pytest.mark.parametrize(("trust", "policy", "at"), list(itertools.product([False, True], repeat=3)))
@pytest.mark.parametrize("sealable", [{}, LENIENT])
@pytest.mark.parametrize("node_policy", ["strict", "legacy"])
async def test_attack_laundering_no_combination_seals_what_is_failed(
    require, unsealed, trust, policy, at, sealable, node_policy, tmp_path
):
    """Every option of `translate`, and every policy of a node, with an altered source: never a seal."""
    the_node = node(sealable=sealable, policy=load_policy(node_policy))
    terms = None
    if trust or policy or at:
        terms = the_node.terms(NOW.replace(year=2025) if at else NOW)
        terms = replace(terms, anchors=(anchor(university()),)) if trust else terms
        terms = replace(terms, policy=load_policy("legacy")) if policy else terms
    order = Order(octets=forged_leaf(), to="petal", unsealed=unsealed, terms=terms, require_passed=require)
    outcome = await translate_file(the_node, order, now=NOW)
    if isinstance(outcome, Withheld):
        assert require or (not unsealed and terms is None)
        return
    assert not outcome.sealed
    body = json.loads(outcome.results[0].octets)
    assert body["draft"] is True
    assert body["issuer"] == "Unsealed draft, no issuer"
    assert read_derivation(outcome.derivation_octets).proof is None


@pytest.mark.parametrize("change", ["trust", "policy", "at"])
async def test_attack_own_terms_a_callers_terms_never_get_a_seal_even_for_a_genuine_source(change):
    the_node = node(anchors=() if change == "trust" else (anchor(university()),))
    changes = {
        "trust": {"anchors": (anchor(university()),)},
        "policy": {"policy": load_policy("legacy")},
        "at": {"now": NOW.replace(year=2025, month=12)},
    }
    terms = replace(the_node.terms(NOW), **changes[change])
    result = await done(sealed_leaf(), the_node=the_node, terms=terms)
    assert result.verdict.verdict is Indication.PASSED
    assert not result.sealed


async def test_at_is_the_time_of_what_is_written():
    past = NOW.replace(year=2025, month=12)
    result = await done(sealed_leaf(), terms=node().terms(past))
    assert json.loads(result.results[0].octets)["now"] == "2025-12-01T12:00:00Z"


async def test_a_draft_has_a_marked_placeholder_for_its_issuer():
    result = await done(sealed_leaf(), unsealed=True)
    body = json.loads(result.results[0].octets)
    assert (body["issuer"], body["draft"]) == ("Unsealed draft, no issuer", True)
    assert result.derivation.issuer.country == "OP_DATPRO"


async def test_a_node_without_settings_makes_drafts_only():
    bare = node(configured=False, seals={}, anchors=())
    assert not (await done(sealed_leaf(), the_node=bare, unsealed=True)).sealed
    with pytest.raises(ConfigError) as caught:
        await done(sealed_leaf(), the_node=bare)
    assert caught.value.code == "config.missing"
    assert "--unsealed" in caught.value.advice


async def test_settings_without_a_seal_of_that_kind_are_refused():
    with pytest.raises(ConfigError) as caught:
        await done(sealed_leaf(), the_node=node(seals={"xmldsig": node_key()}))
    assert caught.value.code == "config.no_seal"
    assert "jades" in caught.value.message


async def test_a_target_that_nobody_knows_is_refused_with_those_that_are():
    with pytest.raises(RequestError) as caught:
        await done(sealed_leaf(), to="rose")
    assert caught.value.code == "request.unknown_adapter"
    assert "leaf, petal" in caught.value.message


async def test_a_target_with_pages_needs_something_that_draws_them():
    with pytest.raises(ConfigError) as caught:
        await done(sealed_leaf(), the_node=node(renderer=None))
    assert caught.value.code == "pages.not_installed"
    assert "pip install" in caught.value.advice


async def test_require_passed_writes_nothing_else():
    refusal = await withheld(sealed_leaf(), the_node=node(anchors=()), require_passed=True, unsealed=True)
    assert refusal.code == "require.not_passed"
    assert (await done(sealed_leaf(), require_passed=True)).sealed


async def test_languages_default_to_those_of_the_titles():
    assert json.loads((await done(sealed_leaf(), unsealed=True)).results[0].octets)["languages"] == ["en"]
    german = await done(sealed_leaf(), unsealed=True, languages=("de", "en"))
    assert json.loads(german.results[0].octets)["languages"] == ["de", "en"]


async def test_losses_of_reading_and_writing_stand_in_one_list():
    result = await done(sealed_leaf(note="attends evening classes"))
    assert [(loss.stage, loss.kind) for loss in result.losses] == [("write", "dropped")]
    assert result.derivation.losses.count == 1


async def test_the_derivation_names_every_policy_that_was_in_force():
    legacy = load_policy("legacy")
    result = await done(sealed_leaf(), the_node=node(anchors=(anchor(university(), policy=legacy),)))
    assert [policy.name for policy in result.derivation.judgement.policies] == ["strict", "legacy"]


async def test_an_rsa_key_seals_both_kinds_and_the_derivation():
    key = seal_key("node", NODE, rsa=True)
    the_node = node(seals={"xmldsig": key, "jades": key})
    for octets, to in ((sealed_leaf(), "petal"), (sealed(PETAL, "jades"), "leaf")):
        result = await done(octets, to=to, the_node=the_node)
        assert read_derivation(result.derivation_octets).proof.signature_algorithm == "RS256"
        terms = node(anchors=(anchor(key),)).terms(NOW)
        document = verify(result.results[0].octets, adapters=(Leaf(), Petal()), terms=terms)
        assert document.verdict.verdict is Indication.PASSED


# --- derived files ---------------------------------------------------------------------------------------------------


async def test_a_derived_file_is_given_back_as_its_original_in_the_originals_own_family():
    original = sealed_leaf()
    petal = (await done(original)).results[0].octets
    back = await done(petal, to="leaf", the_node=node(anchors=(anchor(university()), anchor(node_key()))))
    assert back.returned
    assert back.results[0].octets == original
    assert back.derivation is None
    assert not back.losses


async def test_the_enclosed_original_is_what_is_translated_and_sealed():
    original = sealed_leaf()
    petal = (await done(original, unsealed=True)).results[0].octets
    again = await done(petal, the_node=node(adapters=(Leaf(), Petal(), Flower())), to="flower")
    assert again.chosen.path == "/original"
    assert again.source.original == original
    assert again.sealed
    assert again.derivation.source.sha256 == sha256(original)


class Flower(Petal):
    """Another family that writes like petals."""

    def __init__(self) -> None:
        super().__init__()
        self.manifest = Manifest(
            id="flower", family="flower", title="Flowers", version="1", formats=("flower 1",), seal="jades", pages=True
        )

    def recognise(self, head):
        return None


async def test_a_derived_file_without_a_passed_original_is_never_the_source_of_a_sealed_translation():
    """Attack: a genuine seal of a trusted node over a translation whose enclosed original is forged."""
    draft = json.loads((await done(forged_leaf(), unsealed=True)).results[0].octets)
    laundered = sealed(json.dumps({**draft, "issuer": UNIVERSITY}).encode(), "jades")
    assert judged(laundered).inner["/original"].verdict.verdict is Indication.FAILED
    refusal = await withheld(laundered, to="leaf")
    assert refusal.verdict.verdict is Indication.PASSED
    assert refusal.code == "seal.withheld"
    assert "itself a translation" in refusal.message


async def test_a_file_that_says_it_is_derived_is_never_the_source_of_a_sealed_translation():
    """The note alone is enough: the original isn't enclosed."""
    noted = leaf().replace(b"<leaf ", b'<leaf derived="00" ')
    assert (await withheld(sealed(noted))).code == "seal.withheld"
    assert not (await done(sealed(noted), unsealed=True)).sealed


# --- what can't be done ----------------------------------------------------------------------------------------------


async def test_what_the_adapter_refuses_to_read_is_withheld_with_its_reason():
    closed = json.dumps({"petal": "closed", "issuer": UNIVERSITY}).encode()
    refusal = await withheld(sealed(closed, "jades"), to="leaf")
    assert refusal.code == "petal.closed"
    assert refusal.advice == "wait for spring"


@pytest.mark.parametrize("octets", [b"", b"<leaf", b"\x00\x01", b"{}"])
async def test_what_cannot_be_read_is_withheld_and_no_error_of_ours(octets):
    refusal = await withheld(octets, unsealed=True)
    assert refusal.verdict.verdict is not Indication.PASSED


async def test_an_adapter_that_gives_no_draft_is_told_so():
    class Barren(Petal):
        def write(self, record, request):
            return ()

    with pytest.raises(AdapterError) as caught:
        await done(sealed_leaf(), the_node=node(adapters=(Leaf(), Barren())))
    assert caught.value.code == "adapter.drafts"


# --- the folder ------------------------------------------------------------------------------------------------------


async def test_a_folder_holds_original_translation_losses_verdict_and_derivation():
    original = sealed_leaf()
    files = (await done(original)).files()
    assert list(files) == ["original.xml", "translation.json", "losses.json", "verdict.json", "derivation.jws"]
    assert files["original.xml"] == original
    assert json.loads(files["losses.json"]) == []
    assert json.loads(files["verdict.json"])["verdict"] == "PASSED"


async def test_several_results_are_numbered():
    files = (await done(sealed(grove(UNIVERSITY, "College of Examplia")), unsealed=True)).files()
    assert [name for name in files if name.startswith("translation")] == ["translation-1.json", "translation-2.json"]
    assert "derivation.json" in files


async def test_an_original_in_a_container_travels_as_it_came():
    packed = base64.b64encode(sealed_leaf())
    files = (await done(packed)).files()
    assert files["original.txt"] == packed
