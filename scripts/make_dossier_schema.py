"""Writes schemas/dossier.schema.json from the model of the record: `python scripts/make_dossier_schema.py`."""

from __future__ import annotations

import json
from typing import Any

from adapters.chsi.dossier_tree import always, shapes
from adapters.chsi.dossier_writing import PROFILE
from gateway.kit.laws import nouns
from gateway.model.noun import Noun
from gateway.model.record import Record
from gateway.model.verdict import Indication
from gateway.packaged import data_folder

NAME = "dossier.schema.json"
Schema = dict[str, Any]
_TEXT: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
_STRING: Schema = {"type": "string"}
_WHEN: Schema = {
    "type": "string",
    "description": "A date or time as printed: ISO 8601, to the year, month, day or second, with its zone.",
    "pattern": r"^-?\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?)?)?(Z|[+-]\d{2}:\d{2})?$",
}
_DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}


def text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(make_schema(), ensure_ascii=False, indent=1) + "\n"


def make_schema() -> Schema:
    """The schema of the profile: what stands around the record is told here, the record by its model."""
    model = Record.model_json_schema()
    definitions = {**model.pop("$defs"), "Record": model}
    for kind in nouns():
        _bare(definitions[kind.__name__], kind)
    definitions["When"] = _WHEN
    members: dict[str, Schema] = {
        "dossier": {"const": PROFILE},
        "notice": {"type": "object", "required": ["zh", "en"], "additionalProperties": _STRING},
        "id": {"type": "string", "pattern": "^urn:uuid:"},
        "draft": {"type": "boolean", "description": "An unsealed draft proves nothing."},
        "issued": {"$ref": "#/$defs/When", "description": "When the dossier was made."},
        "issuer": {"$ref": "#/$defs/Organisation", "description": "The gateway's node: never the institution."},
        "labels": {"type": "object", "additionalProperties": _TEXT, "description": "What each member is called."},
        "record": {"$ref": "#/$defs/Record"},
        "files": {"type": "object", "propertyNames": _DIGEST, "additionalProperties": _STRING},
        "derived": {
            "type": "object",
            "description": "Of which document it is a translation; the original in base64, where it isn't too large.",
            "required": ["sha256", "verdict", "node"],
            "properties": {
                **dict.fromkeys(("media_type", "format", "adapter", "node", "original"), _STRING),
                "sha256": _DIGEST,
                "verdict": {"enum": [word.value for word in Indication]},
            },
            "additionalProperties": False,
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Bilingual dossier, profile of Testamur",
        "description": "A profile of this project, and nobody else's: no report of China's register (CHSI).",
        "type": "object",
        "required": list(members),
        "properties": members,
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def _bare(definition: Schema, kind: type[Noun]) -> None:
    """A definition with the fields of the record alone, and no null: what isn't there is left out."""
    definition.pop("title", None)
    properties = definition.get("properties", {})
    definition["properties"] = {
        name: {"$ref": "#/$defs/When"} if how == "date" else _without_null(properties[name])
        for name, (how, _) in shapes(kind).items()
    }
    definition["required"] = sorted(always(kind))


def _without_null(value: Schema) -> Schema:
    some = [one for one in value.get("anyOf", ()) if one != {"type": "null"}]
    kept = {key: member for key, member in value.items() if key not in ("title", "default", "anyOf")}
    return kept | (some[0] if len(some) == 1 else {"anyOf": some} if some else {})


if __name__ == "__main__":
    (data_folder("schemas") / NAME).write_text(text(), encoding="utf-8")
