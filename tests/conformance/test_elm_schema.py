"""Our JSON Schema of the European Learning Model gives the answer of the official SHACL shapes.

Judged on every property of every class of the profile, right and spoiled, and on the reference credentials with
members taken out, doubled or changed. Each kind of difference has a name and a reason; an unnamed one fails.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from adapters.europass.profile import classes
from gateway.packaged import data_folder
from scripts.make_elm_schema import NAME, make_schema
from tests.conformance.elm_documents import Case, cases, mutants, ways, without_copies
from tests.conformance.elm_shapes import conforms
from tests.reference import needs_reference, reference

SEED = 20261122
ONLY_3_2 = (
    # 3.1 wants plain addresses here, which its own context can't make; national ids and these keys it doesn't check.
    "EuropeanDigitalCredential.credentialStatus",
    "EuropeanDigitalCredential.termsOfUse",
    "Person.nationalID",
    "LearningAssessment.resultDistribution",
    "ResultDistribution.",
    "ResultCategory.",
)


def _ours() -> Any:
    return jsonschema_rs.validator_for(json.loads((data_folder("schemas") / NAME).read_bytes()))


def test_the_schema_is_the_one_that_the_table_makes():
    assert json.loads((data_folder("schemas") / NAME).read_bytes()) == make_schema()


def test_every_class_of_the_table_is_reached_from_a_credential():
    assert set(classes()) - set(ways()) == {"ClaimTypeNode"}


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from _nodes(member)
    elif isinstance(value, list):
        for member in value:
            yield from _nodes(member)


def _copies_differ(document: dict[str, Any]) -> bool:
    seen: dict[str, Any] = {}
    return any(
        seen.setdefault(node["id"], node) != node for node in _nodes(document) if isinstance(node.get("id"), str)
    )


def _has_nothing(value: Any) -> bool:
    if isinstance(value, dict):
        return any(member in (None, [], {}) or _has_nothing(member) for member in value.values())
    if isinstance(value, list):
        return any(member in (None, [], {}) or _has_nothing(member) for member in value)
    return False


def _says_twice(value: Any) -> bool:
    if isinstance(value, list) and any(member in value[:i] for i, member in enumerate(value)):
        return True
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_says_twice(member) for member in members)


def _list_in_a_list(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(member, list) or _list_in_a_list(member) for member in value)
    return isinstance(value, dict) and any(map(_list_in_a_list, value.values()))


def _is_no_target(document: dict[str, Any]) -> bool:
    """Whether the root is no credential of Europass to the shapes: they choose what they judge by its type."""
    types = document.get("type", [])
    return "EuropeanDigitalCredential" not in ([types] if isinstance(types, str) else types)


def _unjudged_by_3_1(document: dict[str, Any]) -> bool:
    """Whether a schema without address, or a national id without type, stands where 3.1 looks at neither."""
    schema, subject = document.get("credentialSchema"), document.get("credentialSubject")
    national = subject.get("nationalID") if isinstance(subject, dict) else None
    return (isinstance(schema, dict) and "id" not in schema) or (isinstance(national, dict) and "type" not in national)


def reason(case: Case, ours: bool, version: str) -> str | None:
    """The named difference that a case shows, None when there is none.

    Ours is the stricter one but for the first: what RDF merges, drops or never sees is looked at as it stands.
    """
    if _copies_differ(case.document):
        return "nodes of one address merge in RDF: what one copy lacks another may hold, what they both hold adds up"
    if ours:
        return None
    if _has_nothing(case.document):
        return "null, an empty array and an empty map are no statement in RDF"
    if _says_twice(case.document):
        return "the same value twice is one statement in RDF"
    if case.name.endswith((" as a plain text", " a text")):
        return "a text in the place of a node or an address is a relative address, which RDF drops"
    if _list_in_a_list(case.document):
        return "a list in a list is one list in RDF, where no order is kept"
    if _is_no_target(case.document):
        return "a document without its type is the target of no shape: nothing of it is judged"
    if version == "elm31" and _unjudged_by_3_1(case.document):
        return "3.1 judges neither the credential's schema nor national ids"
    return None


def _compare(sample: list[Case], version: str) -> Counter[str]:
    ours, differences, unnamed = _ours(), Counter[str](), []
    for case in sample:
        answer, judged = ours.is_valid(case.document), conforms(case.document, version)
        if answer is judged:
            differences["agree"] += 1
        elif name := reason(case, answer, version):
            differences[name] += 1
        else:
            unnamed.append((case.name, answer))
    assert not unnamed, unnamed
    return differences


def _reference_credentials() -> list[tuple[str, dict[str, Any]]]:
    sealed = json.loads(reference("europass/samples_v3/Sample-CertOfPart-signed.jsonld").read_bytes())
    return [
        ("smallest", json.loads(reference("europass/SKELETON-minimal-valid-edc.json").read_bytes())),
        ("sealed", json.loads(sealed["payload"])),
        ("unsealed", json.loads(reference("europass/samples_v3/Sample-CertOfPart-unsigned.jsonld").read_bytes())),
        ("Greek key", json.loads(reference("europass/samples_v3/credential-sample.jsonld").read_bytes())),
    ]


def _property_cases(how_many: int) -> list[Case]:
    """Cases of the table; a text in the place of a node tells nothing new after a few times."""
    every = [case for case in cases() if not case.name.endswith("as a plain text")]
    texts = [case for case in cases() if case.name.endswith("as a plain text")]
    dice = random.Random(SEED)
    return dice.sample(every, min(how_many, len(every))) + dice.sample(texts, 8)


def _mutants(how_many: int) -> list[Case]:
    dice = random.Random(SEED)
    found = []
    for name, document in _reference_credentials()[:2]:
        found += mutants(name, without_copies(document), dice, how_many)
        found += mutants(f"{name}, nodes repeated", document, dice, how_many // 10)
    return found


@needs_reference
@pytest.mark.parametrize("version", ["elm31", "elm32"])
def test_our_schema_agrees_with_the_official_shapes_on_the_reference_credentials(version):
    ours = _ours()
    answers = {name: (ours.is_valid(d), conforms(d, version)) for name, d in _reference_credentials()}
    assert answers == {
        "smallest": (True, True),
        "sealed": (True, True),
        "unsealed": (False, False),
        "Greek key": (False, False),
    }


@needs_reference
def test_our_schema_agrees_with_the_shapes_of_3_2_on_properties_right_and_spoiled():
    assert _compare(_property_cases(300), "elm32")["agree"] >= 300


@needs_reference
def test_our_schema_agrees_with_the_shapes_of_3_1_on_properties_right_and_spoiled():
    sample = [case for case in _property_cases(80) if not case.name.startswith(ONLY_3_2)]
    assert _compare(sample, "elm31")["agree"] >= 60


@needs_reference
def test_our_schema_agrees_with_the_official_shapes_on_mutated_reference_credentials():
    assert _compare(_mutants(150), "elm32")["agree"] >= 200


@needs_reference
@pytest.mark.long
@pytest.mark.parametrize("version", ["elm31", "elm32"])
def test_our_schema_agrees_with_the_official_shapes_on_every_property_and_many_mutants(version):
    sample = _property_cases(100_000) + _mutants(800)
    print(_compare([c for c in sample if version == "elm32" or not c.name.startswith(ONLY_3_2)], version))
