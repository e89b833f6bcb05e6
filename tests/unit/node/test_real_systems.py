"""ELMO and Europass, both ways, from the sealed file to the reproduced translation."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from gateway.model.verdict import Indication
from gateway.node import startup
from gateway.node.pages import find_renderer
from gateway.node.reproduce import Answer, Claim, reproduce
from gateway.node.source import media_type_of
from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, Withheld, translate_file
from gateway.translate.reproduction import Outcome
from gateway.verify.engine import verify
from tests.elmo_documents import elmo
from tests.toy_node import NODE, NOW, anchor, node_key, sealed, university
from tests.toy_node import node as toy_node
from tests.toy_systems import renderer


def node(**changes: Any) -> Node:
    return toy_node(**{"adapters": startup.adapters(), **changes})


@pytest.fixture(scope="module")
def genuine() -> bytes:
    """A sealed ELMO of a fictional university."""
    return sealed(elmo())


async def done(octets: bytes, to: str, the_node: Node | None = None, **order: Any) -> Translated:
    outcome = await translate_file(the_node or node(), Order(octets=octets, to=to, **order), now=NOW)
    assert isinstance(outcome, Translated), outcome
    return outcome


async def again(translated: Translated, the_node: Node | None = None, **changes: bytes) -> Answer:
    claim = {
        "derivation": translated.derivation_octets,
        "source": translated.source.original,
        "result": translated.results[0].octets,
    }
    return await reproduce(the_node or node(), Claim(**{**claim, **changes}), now=NOW)


def differing(answer: Answer) -> set[str]:
    assert answer.reproduction.outcome is Outcome.DIFFERS, answer.reproduction
    return {difference.what for difference in answer.reproduction.differences}


def seen(octets: bytes) -> Any:
    """A sealed result as somebody sees it who trusts the node."""
    return verify(octets, adapters=startup.adapters(), terms=node(anchors=(anchor(node_key()),)).terms(NOW))


async def test_a_sealed_elmo_becomes_a_sealed_europass_credential_issued_by_the_node(genuine):
    translated = await done(genuine, "europass")
    document = seen(translated.results[0].octets)
    assert document.verdict.verdict is Indication.PASSED
    issuer = document.read().document.issuer
    assert NODE in issuer.legal_name.values()
    record = document.read().record
    assert "University of Examplia" in record.reports[0].issuer.legal_name.values()
    assert (await again(translated)).reproduction.outcome is Outcome.REPRODUCED


async def test_the_original_travels_inside_and_is_given_back_for_elmo(genuine):
    translated = await done(genuine, "europass")
    back = await done(translated.results[0].octets, "elmo")
    assert back.returned
    assert back.results[0].octets == genuine


async def test_what_comes_back_without_the_original_says_the_same_learner_and_results(genuine):
    """Through Europass and back, as a stranger without the original would do it: a draft, since it is derived."""
    there = await done(genuine, "europass", unsealed=True)
    credential = json.loads(there.results[0].octets)
    del credential["evidence"]
    back = await done(json.dumps(credential).encode(), "elmo", unsealed=True)
    first, second = there.reading.record, _read(back.results[0].octets)
    assert second.learner.names[0].family == first.learner.names[0].family
    assert [_grades(r) for r in second.reports] == [_grades(r) for r in first.reports]


def _read(octets: bytes):
    return verify(octets, adapters=startup.adapters(), terms=node().terms(NOW)).read().record


def _grades(report) -> list[str]:
    return [
        next(iter(assessment.grade.values()))
        for achievement in report.achievements
        for part in achievement.parts
        for assessment in part.assessments
    ]


async def test_a_sealed_europass_credential_becomes_a_sealed_elmo():
    credential = await _credential()
    translated = await done(credential, "elmo")
    assert seen(translated.results[0].octets).verdict.verdict is Indication.PASSED
    assert (await again(translated)).reproduction.outcome is Outcome.REPRODUCED


async def _credential() -> bytes:
    """A Europass credential that is itself an original: without conversion evidence, sealed by the university."""
    there = await done(sealed(elmo()), "europass", unsealed=True)
    credential = json.loads(there.results[0].octets)
    del credential["evidence"]
    return sealed(json.dumps(credential, ensure_ascii=False).encode(), "jades")


async def test_two_institutions_become_two_credentials_each_reproduced(genuine):
    translated = await done(sealed(elmo(institutions=("University of Examplia", "College of Samples"))), "europass")
    assert len(translated.results) == 2
    for result in translated.results:
        assert (await again(translated, result=result.octets)).reproduction.outcome is Outcome.REPRODUCED


async def test_attack_altered_grade_in_a_credential_sealed_by_the_sender_differs(genuine):
    translated = await done(genuine, "europass")
    body = translated.results[0].draft.body
    lie = body.replace(b'"8"', b'"10"')
    assert lie != body
    answer = await again(translated, result=sealed(lie, "jades", node_key()))
    assert differing(answer) == {"core"}
    assert any("grade" in place for place in answer.reproduction.differences[0].places)


async def test_attack_altered_page_image_alone_differs(genuine):
    translated = await done(genuine, "europass")
    body = translated.results[0].draft.body
    page = base64.b64encode(b"inken")
    assert page in body
    lie = body.replace(page, base64.b64encode(b"INKen"))
    assert differing(await again(translated, result=sealed(lie, "jades", node_key()))) == {"pages"}


async def test_attack_altered_grade_in_an_elmo_sealed_by_the_sender_differs():
    translated = await done(await _credential(), "elmo")
    body = translated.results[0].draft.body
    lie = body.replace(b">8<", b">10<")
    assert lie != body
    answer = await again(translated, result=sealed(lie, "xmldsig", node_key()))
    assert differing(answer) == {"core"}


async def test_attack_swapped_source_differs(genuine):
    translated = await done(genuine, "europass")
    assert differing(await again(translated, source=sealed(elmo(grade="10")))) == {"source"}


async def test_attack_laundering_a_forged_elmo_is_not_sealed_and_its_draft_does_not_become_one(genuine):
    forged = genuine.replace(b">8<", b">10<")
    outcome = await translate_file(node(), Order(octets=forged, to="europass"), now=NOW)
    assert isinstance(outcome, Withheld)
    assert outcome.verdict.verdict is Indication.FAILED
    draft = await done(forged, "europass", unsealed=True)
    laundered = sealed(draft.results[0].octets, "jades", university())
    second = await translate_file(node(), Order(octets=laundered, to="elmo"), now=NOW)
    assert isinstance(second, Withheld)
    assert second.code == "seal.withheld"


async def test_other_pages_only_and_the_core_is_the_same(genuine):
    one = await done(genuine, "europass", node(renderer=renderer()))
    two = await done(genuine, "europass", node(renderer=renderer(ink=b"other ink")))
    assert one.derivation.results[0].core_sha256 == two.derivation.results[0].core_sha256
    assert one.derivation.results[0].sha256 != two.derivation.results[0].sha256


async def test_our_own_pages_are_reproduced_octet_for_octet_and_an_altered_one_is_found(genuine):
    real = node(renderer=find_renderer())
    translated = await done(genuine, "europass", real)
    assert translated.derivation.renderer.name == "testamur"
    assert (await again(translated, real)).reproduction.outcome is Outcome.REPRODUCED
    other = await done(sealed(elmo(grade="10")), "europass", real)
    body, page = translated.results[0].draft.body, _page(translated)
    assert body.count(page) == 1
    lie = body.replace(page, _page(other))
    assert differing(await again(translated, real, result=sealed(lie, "jades", node_key()))) == {"pages"}


def _page(translated: Translated) -> bytes:
    """The first page image, as it stands in the credential."""
    display = json.loads(translated.results[0].draft.body)["displayParameter"]["individualDisplay"]
    first = display[0] if isinstance(display, list) else display
    detail = first["displayDetail"]
    return (detail[0] if isinstance(detail, list) else detail)["image"]["content"].encode()


async def test_a_node_that_draws_nothing_still_compares_the_core(genuine):
    translated = await done(genuine, "europass")
    answer = await again(translated, node(renderer=None))
    assert answer.reproduction.outcome is Outcome.PAGES_NOT_COMPARED, answer.reproduction


async def test_the_media_type_of_a_sealed_credential_is_that_of_its_file():
    document = verify(await _credential(), adapters=startup.adapters(), terms=node().terms(NOW))
    assert media_type_of(document) == "application/json"
