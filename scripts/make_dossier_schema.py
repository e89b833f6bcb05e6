"""Writes schemas/dossier.schema.json from the model of the record: `python scripts/make_dossier_schema.py`."""

from __future__ import annotations

import json
from typing import Any

from adapters.chsi.dossier_tree import always
from adapters.chsi.dossier_writing import PROFILE
from gateway.kit.laws import nouns
from gateway.model.leaves import fields
from gateway.model.record import Record
from gateway.packaged import data_folder

NAME = "dossier.schema.json"
Schema = dict[str, Any]
_TEXT: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_STRING: Schema = {"type": "string"}


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(make_schema(), ensure_ascii=False, indent=1) + "\n"


def make_schema() -> Schema:
    """The schema of the profile: what stands around the record is told here, the record by its model."""
    model = Record.model_json_schema()
    definitions = {**model.pop("$defs"), "Record": model}
    for kind in nouns():
        _bare(definitions[kind.__name__], {name for name, _ in fields(kind)}, sorted(always(kind)))
    members: dict[str, Schema] = {
        "dossier": {"const": PROFILE},
        "notice": {"type": "object", "required": ["zh", "en"], "additionalProperties": _STRING},
        "id": {"type": "string", "pattern": "^urn:uuid:"},
        "draft": {"type": "boolean", "description": "An unsealed draft proves nothing."},
        "issued": {"type": "string", "description": "When the dossier was made."},
        "issuer": {"$ref": "#/$defs/Organisation", "description": "The gateway's node: never the institution."},
        "labels": {"type": "object", "additionalProperties": _TEXT, "description": "What each member is called."},
        "record": {"$ref": "#/$defs/Record"},
        "files": {"type": "object", "propertyNames": {"pattern": "^[0-9a-f]{64}$"}, "additionalProperties": _STRING},
        "derived": {
            "type": "object",
            "description": "Of which document it is a translation; the original in base64, where it isn't too large.",
            "required": ["sha256", "node"],
            "properties": dict.fromkeys(
                ("sha256", "media_type", "format", "adapter", "verdict", "node", "original"), _STRING
            ),
            "additionalProperties": False,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bilingual dossier, profile of Testamur",
        "description": "A profile of this project, and nobody else's: no report of China's register (CHSI).",
        "type": "object",
        "required": [name for name in members if name != "derived"],
        "properties": members,
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _bare(definition: Schema, known: set[str], required: list[str]) -> None:
    """A definition with the fields of the record alone, and no null: what isn't there is left out."""
    definition.pop("title", None)
    properties = definition.get("properties", {})
    definition["properties"] = {name: _without_null(value) for name, value in properties.items() if name in known}
    definition["required"] = required


def _without_null(value: Schema) -> Schema:
    some = [one for one in value.get("anyOf", ()) if one != {"type": "null"}]
    kept = {key: member for key, member in value.items() if key not in ("title", "default", "anyOf")}
    return kept | (some[0] if len(some) == 1 else {"anyOf": some} if some else {})


if __name__ == "__main__":
    (data_folder("schemas") / NAME).write_text(text(), encoding="utf-8")
