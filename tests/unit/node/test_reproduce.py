"""Running a translation again: what is found out, and what is honestly left open."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.errors import Refused
from gateway.kit import Manifest
from gateway.model.verdict import Caveat, Indication
from gateway.node.reproduce import Answer, Claim, reproduce
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, translate_file
from gateway.readers.base64 import encode_base64url
from gateway.translate.derivation import Derivation, sign_derivation
from gateway.translate.reproduction import Outcome
from tests.toy_node import NOW, forged_leaf, node, node_key, seal_key, sealed, sealed_leaf
from tests.toy_systems import Leaf, Petal, renderer

LATER = NOW.replace(year=2027)


async def translated(octets: bytes, to: str = "petal", **order) -> Translated:
    outcome = await translate_file(node(), Order(octets=octets, to=to, **order), now=NOW)
    assert isinstance(outcome, Translated)
    return outcome


async def again(done: Translated, the_node: Node | None = None, **changes: bytes) -> Answer:
    claim = {"derivation": done.derivation_octets, "source": done.source.original, "result": done.results[0].octets}
    return await reproduce(the_node or node(), Claim(**{**claim, **changes}), now=LATER)


def differences(answer: Answer) -> list[str]:
    assert answer.reproduction.outcome is Outcome.DIFFERS, answer.reproduction
    return [difference.what for difference in answer.reproduction.differences]


PETAL = {"petal": 1, "issuer": "University of Examplia", "awarded_by": "University of Examplia", "learner": "Nemo",
         "results": [{"lang": "en", "title": "T", "grade": "1"}]}  # fmt: skip


@pytest.mark.parametrize("unsealed", [True, False])
async def test_a_genuine_translation_is_reproduced(unsealed):
    done = await translated(sealed_leaf(note="x"), unsealed=unsealed)
    answer = await again(done)
    assert answer.reproduction.outcome is Outcome.REPRODUCED, answer.reproduction
    assert answer.signer == (None if unsealed else "Ministry of Examplia")


@pytest.mark.parametrize("unsealed", [True, False])
async def test_a_genuine_translation_into_xml_is_reproduced_through_the_canonical_form(unsealed):
    done = await translated(sealed(json.dumps(PETAL).encode(), "jades"), to="leaf", unsealed=unsealed)
    assert (await again(done)).reproduction.outcome is Outcome.REPRODUCED


async def test_another_node_that_trusts_nobody_reproduces_it_too():
    """What is compared are octets: trust is another question, and the answer names the verdict here."""
    done = await translated(sealed_leaf())
    answer = await again(done, node(configured=False, id="elsewhere", anchors=(), seals={}))
    assert answer.reproduction.outcome is Outcome.REPRODUCED
    assert answer.source.verdict.verdict == "INDETERMINATE"


async def test_the_source_may_be_given_inside_the_derived_file():
    original = sealed_leaf()
    done = await translated(original)
    answer = await again(done, source=done.results[0].octets)
    assert answer.reproduction.outcome is Outcome.REPRODUCED


# --- attacks ---------------------------------------------------------------------------------------------------------


def altered(done: Translated, **changes) -> bytes:
    """The body with members changed."""
    return json.dumps({**json.loads(done.results[0].draft.body), **changes}, ensure_ascii=False).encode()


def baked(octets: bytes) -> bytes:
    """A picture with a file inside it."""
    header = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + bytes(17)
    text = b"openbadges\0\0\0\0\0" + octets
    return header + len(text).to_bytes(4) + b"iTXt" + text + bytes(4) + b"\0\0\0\0IEND" + bytes(4)


PACKINGS = [gzip.compress, base64.b64encode, baked, lambda octets: base64.b64encode(gzip.compress(octets))]


@pytest.mark.parametrize("pack", PACKINGS, ids=["gzip", "base64", "picture", "base64 of gzip"])
@pytest.mark.parametrize("unsealed", [True, False])
async def test_attack_packed_what_is_delivered_inside_something_else_is_not_what_was_made(pack, unsealed):
    """A picture of other grades with the genuine file inside it, sent as JSON."""
    done = await translated(sealed_leaf(), unsealed=unsealed)
    assert "result" in differences(await again(done, result=pack(done.results[0].octets)))


@pytest.mark.parametrize("unsealed", [True, False])
async def test_attack_packed_upload_wrapper_around_a_translation_is_not_what_was_made(unsealed):
    done = await translated(sealed_leaf(), unsealed=unsealed)
    wrapped = b'{"credential":' + json.dumps(json.loads(done.results[0].draft.body)).encode() + b"}"
    assert "result" in differences(await again(done, result=wrapped))


async def test_attack_packed_xml_in_a_picture_is_not_what_was_made():
    done = await translated(sealed(json.dumps(PETAL).encode(), "jades"), to="leaf")
    assert differences(await again(done, result=baked(done.results[0].octets))) == ["result"]


async def test_attack_altered_grade_a_translation_that_says_more_than_the_source_differs_where():
    """The sender lies in the translation, and seals the lie with the genuine key."""
    done = await translated(sealed_leaf(grade="8"))
    lie = sealed(altered(done, results=[{"lang": "en", "title": "Algebra", "grade": "10"}]), "jades", node_key())
    answer = await again(done, result=lie)
    assert differences(answer) == ["core"]
    assert answer.reproduction.differences[0].places == ("/results/0/grade",)


async def test_attack_altered_grade_in_xml_differs_where():
    done = await translated(sealed(json.dumps(PETAL).encode(), "jades"), to="leaf")
    lie = sealed(done.results[0].draft.body.replace(b">1<", b">6<"), "xmldsig", node_key())
    answer = await again(done, result=lie)
    assert differences(answer) == ["core"]
    assert answer.reproduction.differences[0].places == ("/leaf/result[1]",)


async def test_attack_lie_in_both_a_derivation_that_names_the_digest_of_a_lie_differs():
    """The sender lies in the translation and in the derivation alike."""
    done = await translated(sealed_leaf(grade="8"))
    body = altered(done, results=[{"lang": "en", "title": "Algebra", "grade": "10"}])
    liar = Petal()
    result = done.derivation.results[0].model_copy(
        update={"sha256": _sha256(body), "core_sha256": _sha256(liar.core(body)), "size": len(body)}
    )
    derivation = _signed(done.derivation.model_copy(update={"results": (result,)}))
    answer = await again(done, derivation=derivation, result=sealed(body, "jades", node_key()))
    assert "core" in differences(answer)


async def test_attack_altered_grade_said_to_be_of_an_online_check_differs_where_a_seal_vouches():
    """Who says that an answer was translated, of a sealed source, keeps nobody from running it again."""
    done = await translated(sealed_leaf(grade="8"), unsealed=True)
    judgement = done.derivation.judgement.model_copy(update={"caveats": (Caveat.CHECKED_ONLINE,)})
    lie = done.derivation.model_copy(update={"judgement": judgement}).model_dump_json(by_alias=True).encode()
    higher = done.results[0].octets.replace(b'"8', b'"9')
    assert higher != done.results[0].octets
    assert "core" in differences(await again(done, derivation=lie, result=higher))


async def test_attack_altered_page_image_alone_differs():
    """What people see says something else than the data: the full digest finds it."""
    done = await translated(sealed_leaf())
    page = base64.b64encode(b"forged page").decode()
    lie = sealed(altered(done, pages=[page]), "jades", node_key())
    assert differences(await again(done, result=lie)) == ["pages"]


async def test_attack_altered_page_image_is_found_by_a_node_that_draws_nothing():
    """Somebody else than the sender swapped the page: the file isn't the one that the derivation was made over."""
    done = await translated(sealed_leaf(), unsealed=True)
    lie = altered(done, pages=[base64.b64encode(b"forged page").decode()])
    assert differences(await again(done, node(renderer=None), result=lie)) == ["pages"]


async def test_attack_altered_page_image_in_derivation_too_is_not_called_reproduced_without_a_renderer():
    done = await translated(sealed_leaf())
    body = altered(done, pages=[base64.b64encode(b"forged page").decode()])
    result = done.derivation.results[0].model_copy(update={"sha256": _sha256(body), "size": len(body)})
    derivation = _signed(done.derivation.model_copy(update={"results": (result,)}))
    lie = sealed(body, "jades", node_key())
    answer = await again(done, node(renderer=None), derivation=derivation, result=lie)
    assert answer.reproduction.outcome is Outcome.PAGES_NOT_COMPARED
    assert "pages" in differences(await again(done, derivation=derivation, result=lie))


async def test_attack_swapped_source_differs():
    done = await translated(sealed_leaf(grade="8"))
    assert differences(await again(done, source=sealed_leaf(grade="10"))) == ["source"]


async def test_attack_forged_derivation_a_signature_that_does_not_hold_differs():
    done = await translated(sealed_leaf())
    head, payload, signature = done.derivation_octets.split(b".")
    changed = json.loads(_decoded(payload))
    changed["languages"] = ["de"]
    forged = b".".join((head, encode_base64url(json.dumps(changed).encode()).encode(), signature))
    answer = await again(done, derivation=forged)
    assert differences(answer) == ["derivation"]
    assert answer.derivation is None


async def test_attack_stripped_signature_the_derivation_of_a_sealed_translation_must_be_signed():
    done = await translated(sealed_leaf())
    bare = _decoded(done.derivation_octets.split(b".")[1])
    assert differences(await again(done, derivation=bare)) == ["derivation"]


async def test_attack_another_signer_a_derivation_signed_by_somebody_else_differs():
    done = await translated(sealed_leaf())
    other = sign_derivation(_payload(done), seal_key("thief", "Ministry of Thieves"))
    assert differences(await again(done, derivation=other)) == ["issuer", "seal"]


async def test_attack_same_name_other_key_differs():
    """A thief's certificate names the very organisation."""
    done = await translated(sealed_leaf())
    other = sign_derivation(_payload(done), seal_key("thief", "Ministry of Examplia", "NTRXX-12345678"))
    assert differences(await again(done, derivation=other)) == ["seal"]


async def test_attack_a_derivation_that_calls_a_failed_source_passed_differs():
    done = await translated(forged_leaf(), unsealed=True)
    judgement = done.derivation.judgement.model_copy(update={"verdict": Indication.PASSED})
    lie = done.derivation.model_copy(update={"judgement": judgement}).model_dump_json(by_alias=True).encode()
    assert "verdict" in differences(await again(done, derivation=lie))


async def test_attack_a_seal_over_a_failed_source_differs_even_where_all_digests_are_right():
    done = await translated(forged_leaf(), unsealed=True)
    derivation = _signed(done.derivation.model_copy(update={"draft": False}))
    assert "verdict" in differences(await again(done, derivation=derivation))


async def test_attack_removed_seal_a_bare_body_is_not_what_was_delivered():
    done = await translated(sealed_leaf())
    assert differences(await again(done, result=done.results[0].draft.body)) == ["seal"]


async def test_attack_added_seal_a_sealed_draft_is_not_what_was_derived():
    done = await translated(sealed_leaf(), unsealed=True)
    assert differences(await again(done, result=sealed(done.results[0].octets, "jades", node_key()))) == ["seal"]


async def test_attack_broken_seal_differs():
    done = await translated(sealed_leaf(grade="8"))
    broken = done.results[0].octets.replace(b'grade\\": \\"8', b'grade\\": \\"9')
    assert broken != done.results[0].octets
    assert differences(await again(done, result=broken)) == ["seal", "core"]


async def test_attack_hidden_losses_a_list_that_was_shortened_differs():
    done = await translated(sealed_leaf(note="x"), unsealed=True)
    losses = done.derivation.losses.model_copy(update={"sha256": _sha256(b"[]\n"), "count": 0})
    lie = done.derivation.model_copy(update={"losses": losses}).model_dump_json(by_alias=True).encode()
    assert differences(await again(done, derivation=lie)) == ["losses"]


async def test_attack_a_result_left_out_differs():
    from tests.toy_systems import grove

    done = await translated(sealed(grove("One", "Two")), unsealed=True)
    lie = done.derivation.model_copy(update={"results": done.derivation.results[:1]})
    assert differences(await again(done, derivation=lie.model_dump_json(by_alias=True).encode())) == ["count"]


async def test_each_of_several_results_is_found():
    from tests.toy_systems import grove

    done = await translated(sealed(grove("One", "Two")), unsealed=True)
    for result in done.results:
        assert (await again(done, result=result.octets)).reproduction.outcome is Outcome.REPRODUCED


@pytest.mark.parametrize("octets", [b"", b"\x00", b"{}", b"<leaf/>", b"{"])
async def test_a_result_that_is_something_else_differs(octets):
    done = await translated(sealed_leaf(), unsealed=True)
    assert "core" in differences(await again(done, result=octets))


async def test_a_sealed_document_of_another_system_as_result_differs():
    done = await translated(sealed_leaf())
    assert differences(await again(done, result=sealed_leaf())) == ["seal"]
    back = await translated(sealed(json.dumps(PETAL).encode(), "jades"), to="leaf")
    assert "core" in differences(await again(back, result=done.results[0].octets))


async def _changed(change: Callable[[Derivation], dict[str, Any]]) -> Answer:
    """A draft's derivation with members changed, run again."""
    done = await translated(sealed_leaf(), unsealed=True)
    lie = done.derivation.model_copy(update=change(done.derivation))
    return await again(done, derivation=lie.model_dump_json(by_alias=True).encode())


async def test_attack_a_draft_that_names_an_issuer_differs():
    named = (await translated(sealed_leaf())).derivation.issuer
    assert "issuer" in differences(await _changed(lambda _: {"issuer": named}))


@pytest.mark.parametrize("lie", [{"size": 1}, {"media_type": "application/pdf"}])
async def test_attack_a_source_described_otherwise_than_it_is_differs(lie):
    answer = await _changed(lambda d: {"source": d.source.model_copy(update=lie)})
    assert differences(answer) == ["source"]
    assert "described" in answer.reproduction.differences[0].explanation


async def test_attack_a_result_described_otherwise_than_it_is_differs():
    lie = {"media_type": "application/pdf"}
    answer = await _changed(lambda d: {"results": (d.results[0].model_copy(update=lie),)})
    assert differences(answer) == ["result"]


async def test_a_source_that_cannot_be_read_so_differs():
    """The derivation says that it was translated; here its adapter refuses it."""

    class Strict(Leaf):
        __module__ = Leaf.__module__

        def read(self, content, inner):
            raise Refused("leaf.torn", "got a torn leaf")

    done = await translated(sealed_leaf(), unsealed=True)
    answer = await again(done, node(adapters=(Strict(), Petal())))
    assert differences(answer) == ["result"]
    assert "leaf.torn" in answer.reproduction.differences[0].explanation


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {"agreements": ("ab" * 32,)},
        lambda d: {"gateway": d.gateway.model_copy(update={"tables_sha256": "0" * 64, "version": "9"})},
    ],
    ids=["agreements", "tables"],
)
async def test_agreements_and_other_tables_of_the_gateway_cannot_be_re_run(change):
    answer = await _changed(change)
    assert answer.reproduction.outcome is Outcome.NOT_HERE
    assert len(answer.reproduction.obstacles) == 1


# --- what can't be said ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adapters", "why"),
    [
        ((Leaf(), Petal("1.1")), "version 1.1 here"),
        ((Leaf("2"), Petal()), "version 2 here"),
        ((Leaf(),), "isn't installed here"),
    ],
)
async def test_another_version_of_an_adapter_cannot_re_run_it(adapters, why):
    done = await translated(sealed_leaf())
    answer = await again(done, node(adapters=adapters))
    assert answer.reproduction.outcome is Outcome.NOT_HERE
    assert any(why in obstacle for obstacle in answer.reproduction.obstacles)


async def test_other_code_tables_cannot_re_run_it():
    done = await translated(sealed_leaf(), unsealed=True)
    writer = done.derivation.writer.model_copy(update={"tables_sha256": "0" * 64})
    derivation = done.derivation.model_copy(update={"writer": writer}).model_dump_json(by_alias=True).encode()
    answer = await again(done, derivation=derivation)
    assert answer.reproduction.outcome is Outcome.NOT_HERE
    assert "other code tables" in answer.reproduction.obstacles[0]


async def test_a_source_that_another_adapter_claims_here_cannot_be_re_run():
    class Other(Leaf):
        def __init__(self) -> None:
            super().__init__()
            self.manifest = Manifest(id="other", family="other", title="Other", version="1", formats=("leaf 1",))

    class Blind(Leaf):
        __module__ = Leaf.__module__

        def recognise(self, head):
            return None

    done = await translated(sealed_leaf(), unsealed=True)
    answer = await again(done, node(adapters=(Other(), Blind(), Petal())))
    assert answer.reproduction.outcome is Outcome.NOT_HERE
    assert "'other' reads the source" in answer.reproduction.obstacles[0]


@pytest.mark.parametrize("here", [None, renderer(version="2")])
async def test_without_the_same_renderer_pages_are_not_compared_and_that_is_said(here):
    done = await translated(sealed_leaf())
    assert (await again(done, node(renderer=here))).reproduction.outcome is Outcome.PAGES_NOT_COMPARED


async def test_without_a_result_the_figures_of_the_derivation_are_compared():
    done = await translated(sealed_leaf())
    assert (await again(done, result=None)).reproduction.outcome is Outcome.REPRODUCED


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"hello", "derivation.form"),
        (b"{}", "derivation.invalid"),
        (b"{", "json.syntax"),
        (b'{"kind": "testamur-derivation", "kind": 1}', "json.duplicate_key"),
        (b" " * (5 * 1024 * 1024), "limit.bytes"),
    ],
)
async def test_what_is_no_derivation_is_refused_with_a_code(octets, code):
    done = await translated(sealed_leaf())
    with pytest.raises(Refused) as caught:
        await again(done, derivation=octets)
    assert caught.value.code == code


async def test_attack_another_kind_of_jws_by_the_same_key_is_no_derivation():
    done = await translated(sealed_leaf())
    head, payload, signature = done.derivation_octets.split(b".")
    header = json.loads(_decoded(head)) | {"typ": "JWT"}
    other = b".".join((encode_base64url(json.dumps(header).encode()).encode(), payload, signature))
    with pytest.raises(Refused) as caught:
        await again(done, derivation=other)
    assert caught.value.code == "derivation.type"


async def test_attack_a_derivation_that_asks_for_a_thousand_languages_is_refused():
    done = await translated(sealed_leaf(), unsealed=True)
    greedy = replace(done, derivation_octets=b"")
    payload = done.derivation.model_copy(update={"languages": ("en",) * 1000}).model_dump_json(by_alias=True).encode()
    with pytest.raises(Refused) as caught:
        await again(greedy, derivation=payload)
    assert caught.value.code == "derivation.invalid"


def _sha256(octets: bytes) -> str:
    import hashlib

    return hashlib.sha256(octets).hexdigest()


def _decoded(part: bytes) -> bytes:
    return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def _payload(done: Translated) -> bytes:
    return _decoded(done.derivation_octets.split(b".")[1])


def _signed(derivation) -> bytes:
    return sign_derivation(derivation.model_dump_json(by_alias=True).encode(), node_key())
