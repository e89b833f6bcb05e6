"""Our schemas for badges and learner records against the official ones, over documents of others, mutants and ours."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import jsonschema_rs
import pytest
from pyld import jsonld

from adapters.openbadges import ADAPTERS
from adapters.openbadges.conformity import BADGE_SCHEMA, CLR_SCHEMA, as_vc2
from gateway.kit.laws import generate
from gateway.kit.laws.trip import request_for
from gateway.kit.schemas import json_schema
from scripts.make_openbadges_schemas import NAMES, SCHEMAS, text
from tests.adapters.openbadges.documents import BADGE, RECORD, octets
from tests.adapters.openbadges.test_laws import suited
from tests.conformance.reference_documents import name_of, of_1edtech, payload
from tests.reference import needs_reference, reference

pytestmark = needs_reference
OFFICIAL = {
    CLR_SCHEMA: "clr/schemas/clr-v2p0/clr_v2p0_clrcredential_schema.json",
    BADGE_SCHEMA: "clr/schemas/ob-v3p0/ob_v3p0_achievementcredential_schema.json",
}
WITH_SCHEMA = [adapter for adapter in ADAPTERS if adapter.manifest.schemas]


@cache
def official(name: str) -> Any:
    """The official schema of the same documents, with formats asserted."""
    return jsonschema_rs.validator_for(json.loads(reference(OFFICIAL[name]).read_bytes()), validate_formats=True)


def documents(name: str) -> list[Any]:
    """Documents of one class, those of VC 1.1 under the names of VC 2.0."""
    adapter = "clr" if name == CLR_SCHEMA else "openbadges"
    found = [payload(file) for file, known in of_1edtech().items() if known == adapter]
    own = RECORD if name == CLR_SCHEMA else BADGE
    several = [value for value in (own, *found) if isinstance(value, dict)]
    return [as_vc2(value) for value in several if not {"EndorsementCredential", "Assertion"} & set(_types(value))]


def _types(value: dict[str, Any]) -> list[str]:
    kinds = value["type"]
    return kinds if isinstance(kinds, list) else [kinds]


def mutants(value: Any, random: Random) -> Iterator[Any]:
    """A document with one member gone, or another value in its place."""
    for _ in range(25):
        mutant = copy.deepcopy(value)
        holders = list(_holders(mutant))
        holder = random.choice(holders)
        key = random.choice(list(holder))
        if random.random() < 0.5:
            del holder[key]
        else:
            holder[key] = random.choice(["changed", 7, True, [], {}, ["a"], {"en": "a"}, "2024-01-01T00:00:00Z", None])
        yield mutant


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value:
            yield value
        for member in value.values():
            yield from _holders(member)
    elif isinstance(value, list):
        for member in value:
            yield from _holders(member)


def test_the_schemas_are_those_that_the_table_makes():
    assert {name: (SCHEMAS / name).read_text("utf-8") for name in NAMES.values()} == {
        name: text(root) for root, name in NAMES.items()
    }


@pytest.mark.parametrize("name", OFFICIAL)
def test_ours_agrees_with_the_official_one_on_documents_and_their_mutants(name):
    ours, random = json_schema(name), Random(7)
    several = [one for value in documents(name) for one in (value, *mutants(value, random))]
    answers = [(ours.is_valid(one), official(name).is_valid(one)) for one in several]
    assert set(answers) >= {(True, True), (False, False)}
    differing = [several[n] for n, (we, they) in enumerate(answers) if we != they]
    assert differing == []


@pytest.mark.parametrize("adapter", WITH_SCHEMA, ids=lambda one: one.manifest.id)
def test_what_we_write_is_valid_by_the_official_schema(adapter):
    name = adapter.manifest.schemas[0]
    for value in _written(adapter):
        assert [error.message for error in official(name).iter_errors(value)] == []


@pytest.mark.parametrize("adapter", WITH_SCHEMA, ids=lambda one: one.manifest.id)
def test_every_term_that_we_write_is_defined_by_the_official_contexts(adapter):
    """A term that no context defines isn't covered by a Data Integrity proof: nothing of ours may be one."""
    for value in _written(adapter)[:6]:
        dropped: list[str] = []
        jsonld.expand(value, {"documentLoader": _loader, "on_property_dropped": dropped.append})
        assert dropped == []
        marked = jsonld.expand(
            value | {"@context": [*value["@context"], {"@vocab": "urn:x:"}]}, {"documentLoader": _loader}
        )
        assert "urn:x:" not in json.dumps(marked)


def _written(adapter: Any) -> list[Any]:
    found = []
    for seed in range(12):
        record = suited(generate(Random(seed)))
        request = request_for(record, octets(RECORD), "application/json", adapter)
        found += [json.loads(draft.body) for draft in adapter.write(record, request)]
    return found


_CONTEXTS = {
    "https://www.w3.org/ns/credentials/v2": "w3c-credentials-v2.jsonld",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "ob-v3p0-3.0.3.json",
    "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json": "clr-v2p0-2.0.1.json",
}


def _loader(address: str, _options: Any = None) -> dict[str, Any]:
    found = json.loads(reference(f"clr/contexts/{_CONTEXTS[address]}").read_bytes())
    return {"contextUrl": None, "documentUrl": address, "document": found}


def test_the_reference_shows_both_answers():
    """Files that their manifest calls wrong by the schema are found wrong, genuine ones right."""
    answers = {
        name_of(file): json_schema(BADGE_SCHEMA).is_valid(as_vc2(payload(file)))
        for file, k in of_1edtech().items()
        if k == "openbadges" and file.suffix == ".json"
    }
    assert answers["clr/1edtech-validator/ob30/simple.json"]
    assert not answers["clr/1edtech-validator/ob30/simple-err-issuer.json"]
