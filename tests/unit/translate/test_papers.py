"""The papers beside a translation keep their published schemas, and the schemas keep out what isn't one."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from gateway.model.losses import Loss
from gateway.model.verdict import Caveat, Finding, Indication, InnerVerdict, Status, SubIndication, conclude
from gateway.node.translate import Order, translate_file
from gateway.packaged import data_folder
from gateway.translate.derivation import Derivation, derivation_paper
from gateway.translate.papers import losses_paper, verdict_paper
from tests.toy_node import NOW, forged_leaf, node, sealed_leaf


def validator(name: str):
    schema = json.loads((data_folder("schemas") / f"{name}.schema.json").read_text())
    return jsonschema_rs.Draft202012Validator(schema)


async def derivation(**order) -> Derivation:
    outcome = await translate_file(node(), Order(octets=sealed_leaf(note="x"), to="petal", **order), now=NOW)
    return outcome.derivation


@pytest.mark.parametrize("unsealed", [True, False])
async def test_a_derivation_keeps_its_schema(unsealed):
    validator("derivation").validate(json.loads(derivation_paper(await derivation(unsealed=unsealed))))


async def test_a_derivation_is_read_back_as_it_was_written():
    made = await derivation()
    assert Derivation.model_validate_json(derivation_paper(made)) == made


async def test_every_member_that_the_schema_requires_is_required_by_the_reader_and_none_is_unknown():
    paper = json.loads(derivation_paper(await derivation()))
    schema = json.loads((data_folder("schemas") / "derivation.schema.json").read_text())
    for name in schema["required"]:
        less = {k: v for k, v in paper.items() if k != name}
        assert not validator("derivation").is_valid(less)
        with pytest.raises(ValueError, match=name):
            Derivation.model_validate(less)
    assert set(schema["properties"]) == set(Derivation.model_fields)
    assert not validator("derivation").is_valid({**paper, "more": 1})


async def test_verdicts_keep_their_schema_with_all_that_can_stand_in_them():
    findings = [
        Finding(check="a", status=status, sub_indication=sub, caveat=caveat, evidence={"sha256": "0"})
        for status in Status
        for sub, caveat in ((None, None), *zip(SubIndication, [*Caveat] * 3, strict=False))
    ]
    inner = [InnerVerdict(path="/p", role="supplement", verdict=conclude([]))]
    verdict = conclude(findings, inner=inner)
    assert verdict.verdict is Indication.FAILED
    validator("verdict").validate(json.loads(verdict_paper(verdict)))
    outcome = await translate_file(node(), Order(octets=forged_leaf(), to="petal", unsealed=True), now=NOW)
    validator("verdict").validate(json.loads(verdict_paper(outcome.verdict)))


def test_the_schemas_name_every_word_of_the_model():
    schema = json.loads((data_folder("schemas") / "verdict.schema.json").read_text())["$defs"]
    assert set(schema["sub_indication"]["enum"]) == set(SubIndication)
    assert set(schema["caveat"]["enum"]) == set(Caveat)
    assert set(schema["finding"]["properties"]["status"]["enum"]) == set(Status)


def test_losses_keep_their_schema_and_are_an_array_and_nothing_else():
    full = Loss.model_validate(
        {
            "stage": "read",
            "kind": "moved",
            "path": "/a",
            "source": "/b",
            "target": "/c",
            "from": "x",
            "to": "",
            "to_path": "/d",
            "detail": "e",
        }
    )
    paper = json.loads(losses_paper([full, Loss(stage="write", kind="dropped")]))
    assert paper[0] == full.model_dump(mode="json", by_alias=True)
    assert paper[1] == {"stage": "write", "kind": "dropped"}
    validator("losses").validate(paper)
    assert set(paper[0]) == set(
        json.loads((data_folder("schemas") / "losses.schema.json").read_text())["items"]["properties"]
    )
    for wrong in ({}, [{}], [{"stage": "write", "kind": "forgotten"}], [{**paper[1], "who": "me"}]):
        assert not validator("losses").is_valid(wrong)


def test_equal_values_have_equal_octets():
    assert losses_paper([]) == b"[]\n"
    assert verdict_paper(conclude([])) == verdict_paper(conclude([]))
