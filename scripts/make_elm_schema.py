"""Writes schemas/elm-3.2.schema.json from the table of the profile: `python scripts/make_elm_schema.py`.

A node is checked against the class that its place expects, wherever that place is. A value may stand alone or in an
array. What RDF would merge or drop isn't imitated: docs/divergences.md names the differences to the official shapes.
"""

from __future__ import annotations

import json
from typing import Any

from adapters.europass.lists import scheme_address
from adapters.europass.profile import DATATYPES, OLD_SPELLINGS, UNIONS, Property, classes
from gateway.packaged import data_folder

NAME = "elm-3.2.schema.json"
Schema = dict[str, Any]

_STRING: Schema = {"type": "string"}
_IRI = "^[A-Za-z][A-Za-z0-9+.-]*:"
_DURATION = (
    "^-?P(?=[0-9T])([0-9]+(\\.[0-9]+)?Y)?([0-9]+(\\.[0-9]+)?M)?([0-9]+(\\.[0-9]+)?W)?([0-9]+(\\.[0-9]+)?D)?"
    "(T(?=[0-9])([0-9]+(\\.[0-9]+)?H)?([0-9]+(\\.[0-9]+)?M)?([0-9]+(\\.[0-9]+)?S)?)?$"
)
_WORDS: Schema = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"anyOf": [_STRING, {"type": "array", "minItems": 1, "items": _STRING}]},
}
_TEXTS: Schema = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {
        "anyOf": [_STRING, {"type": "array", "minItems": 1, "maxItems": 1, "items": _STRING}],
    },
}
_DATATYPES: dict[str, Schema] = {
    # A number or a truth value under a key of type xsd:string becomes its text in RDF: the official check lets it pass.
    "string": {"type": ["string", "number", "boolean"]},
    "literal": {"type": ["string", "number", "boolean"]},
    "anyURI": {"type": ["string", "number", "boolean"]},
    "IRI": {"type": ["string", "object"]},
    "dateTime": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}.*)?$"},
    "duration": {"type": "string", "pattern": _DURATION},
    "integer": {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[+-]?[0-9]+$"}]},
    "positiveInteger": {
        "anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[+]?0*[1-9][0-9]*$"}],
    },
    "decimal": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": "^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)$"}]},
    "boolean": {"enum": [True, False, "true", "false", "1", "0"]},
    "texts": _TEXTS,
    "words": _WORDS,
}


def reference(name: str) -> Schema:
    """A reference to a definition of the schema."""
    return {"$ref": f"#/$defs/{name}"}


def of_class(*names: str) -> Schema:
    """A node whose type is one of some classes, or holds one of them in an array."""
    one: Schema = {"const": names[0]} if len(names) == 1 else {"enum": list(names)}
    return {"required": ["type"], "properties": {"type": {"anyOf": [one, {"type": "array", "contains": one}]}}}


def union(*names: str) -> Schema:
    """A node of one of several classes, checked against each that its type names."""
    chosen = [{"if": of_class(name), "then": reference(name)} for name in names]
    return {"type": "object", "allOf": [of_class(*names), *chosen]}


def claim() -> Schema:
    """One of the four kinds of claim, or anything with the members of a bare claim and its type (ClaimTypeNode)."""
    kinds = [name for name in UNIONS["AnyClaim"] if name != "Claim"]
    bare: Schema = {"allOf": [members("ClaimTypeNode"), {"if": of_class("Claim"), "then": reference("Claim")}]}
    return {"type": "object", "if": of_class(*kinds), "then": union(*kinds), "else": bare}


def issuer() -> Schema:
    """An agent with exactly one eIDAS identifier."""
    number: Schema = {"properties": {"eIDASIdentifier": value_of(_EIDAS)}, "required": ["eIDASIdentifier"]}
    return {"allOf": [reference("AnyAgent"), number]}


_EIDAS = Property("eIDASIdentifier", "1", "LegalIdentifier", "")


def item(declared: Property) -> Schema:
    """The schema of one value of a property."""
    if declared.scheme:
        return {"allOf": [reference("Concept"), reference(f"of-{declared.scheme}")]}
    return reference(declared.range)


def value_of(declared: Property) -> Schema:
    """The schema of a property's value: alone or in an array, as often as the cardinality lets."""
    one = item(declared)
    if declared.range in {"texts", "words"}:
        limit = {"maxProperties": 1} if declared.single else {}
        return {"$ref": f"#/$defs/{'texts' if declared.single else declared.range}", **limit}
    several: Schema = {"type": "array", "items": one}
    if declared.required:
        several["minItems"] = 1
    if declared.single:
        several["maxItems"] = 1
    return {"if": {"type": "array"}, "then": several, "else": one}


def members(name: str) -> Schema:
    """The members of a class, without the demand that the node be of it."""
    declared = classes()[name]
    properties = {p.name: value_of(p) for p in declared.values()}
    properties |= {old: properties[new] for old, new in OLD_SPELLINGS.items() if new in properties}
    required = [p.name for p in declared.values() if p.required]
    return (
        {"type": "object"}
        | ({"properties": properties} if properties else {})
        | ({"required": required} if required else {})
    )


def node(name: str) -> Schema:
    """The schema of a node of a class."""
    made = {"allOf": [of_class(name)], **members(name)}
    made["properties"] = {"id": _STRING} | made.get("properties", {})
    return made


def scheme(name: str) -> Schema:
    """A concept with an address, in a list that the profile enforces."""
    entry = {"type": "object", "required": ["id"], "properties": {"id": {"const": scheme_address(name)}}}
    return {
        "required": ["id", "inScheme"],
        "properties": {
            "id": {"pattern": _IRI},
            "inScheme": {"if": {"type": "array"}, "then": {"contains": entry}, "else": entry},
        },
    }


def make_schema() -> Schema:
    """The whole schema."""
    schemes = sorted({p.scheme for properties in classes().values() for p in properties.values() if p.scheme})
    definitions = {name: node(name) for name in classes() if name != "ClaimTypeNode"}
    definitions["ShaclValidator2017"]["required"] = ["id"]
    definitions["ShaclValidator2017"]["properties"] = {"id": {"type": "string", "pattern": _IRI}}
    definitions["EuropeanDigitalCredential"]["allOf"].append(of_class("VerifiableCredential"))
    definitions |= {name: union(*names) for name, names in UNIONS.items() if name not in {"AnyClaim", "Issuer"}}
    definitions |= {"AnyClaim": claim(), "Issuer": issuer()}
    definitions |= {f"of-{name}": scheme(name) for name in schemes}
    definitions |= {name: _DATATYPES[name] for name in sorted(DATATYPES)}
    contexts = ["https://www.w3.org/2018/credentials/v1", "http://data.europa.eu/snb/model/context/edc-ap"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://testamur.example/schemas/elm-3.2.schema.json",
        "title": "European Digital Credential for Learning, European Learning Model 3.1 and 3.2, profile generic-full",
        "allOf": [reference("EuropeanDigitalCredential")],
        "required": ["@context"],
        "properties": {"@context": {"const": contexts}},
        "$defs": definitions,
    }


def main() -> None:
    """Write the schema to its place."""
    text = json.dumps(make_schema(), indent=1, ensure_ascii=False) + "\n"
    (data_folder("schemas") / NAME).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
