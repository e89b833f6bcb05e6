"""The second judge of linked data: PyLD as it is shipped, with the official contexts of the reference files."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pyld.jsonld import JsonLdProcessor

from scripts.make_contexts import CONTEXTS
from tests.reference import reference

CLR = "clr"
MORE = {
    "https://www.w3.org/ns/credentials/examples/v2": "credentials-examples-v2.jsonld",
    "https://www.w3.org/2018/credentials/examples/v1": "2018-credentials-examples-v1.jsonld",
}
"""Contexts that the vectors name, and that nobody should sign with: known in these tests alone."""


@cache
def official() -> dict[str, dict[str, Any]]:
    """The official contexts by their addresses."""
    files = dict(CONTEXTS.values()) | MORE
    return {address: json.loads(reference(f"clr/contexts/{file}").read_bytes()) for address, file in files.items()}


def loader(address: str, options: object) -> dict[str, Any]:
    return {"contextUrl": None, "documentUrl": address, "document": copy.deepcopy(official()[address]), "tag": "static"}


OPTIONS = {"documentLoader": loader, "base": "", "processingMode": "json-ld-1.1"}


def stock_quads(document: Mapping[str, Any]) -> bytes:
    """The canonical N-Quads of a document by PyLD as it is shipped."""
    options = {**OPTIONS, "algorithm": "URDNA2015", "format": "application/n-quads"}
    return JsonLdProcessor().normalize(document, options).encode()


def json_files() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every JSON object of the reference files that carries a proof, or could."""
    root = reference("clr")
    for folder in ("1edtech-validator", "dcc-fixtures", "w3c/vc-di-eddsa", "w3c/vc-di-ecdsa", "ob-spec/test-vectors"):
        for file in sorted((root / folder).rglob("*")):
            if file.is_file():
                try:
                    value = json.loads(file.read_bytes())
                except ValueError:
                    continue
                if isinstance(value, dict) and "@context" in value:
                    yield file, value
