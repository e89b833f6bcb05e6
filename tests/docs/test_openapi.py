"""schemas/openapi.json is what the code says, and OpenAPI 3.1."""

from __future__ import annotations

import json

from jsonschema_rs import validator_for

from scripts.openapi import FILE, written


def test_the_description_is_current() -> None:
    assert FILE.read_text("utf-8") == written(), "run: python -m scripts.openapi"


def test_each_operation_answers_with_a_known_schema_and_says_what_its_problems_are() -> None:
    described = json.loads(FILE.read_text("utf-8"))
    schemas = described["components"]["schemas"]
    for operations in described["paths"].values():
        for operation in operations.values():
            assert operation["summary"].endswith(".")
            assert {"421", "500"} <= set(operation["responses"])
            assert "401" in operation["responses"] or operation["security"] == []
    used = set(json.dumps(described).split('"#/components/schemas/')[1:])
    assert {name.partition('"')[0] for name in used} <= set(schemas)
    for name in schemas:
        validator_for({"$ref": f"#/components/schemas/{name}", "components": described["components"]})
