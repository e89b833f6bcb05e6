"""The official judge: the SHACL shapes of the European Learning Model, over the RDF that JSON-LD makes of a document."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyshacl
import rdflib
from pyld import jsonld

from tests.reference import reference

_VC = "https://www.w3.org/2018/credentials/v1"
_EDC = "http://data.europa.eu/snb/model/context/edc-ap"


@cache
def _contexts(version: str) -> dict[str, Any]:
    return {
        _VC: json.loads(reference("europass/contexts/v1.jsonld").read_bytes()),
        _EDC: json.loads(reference(f"europass/{version}/edc-ap-context.jsonld").read_bytes()),
    }


def graph(document: dict[str, Any], version: str = "elm32") -> rdflib.Graph:
    """The RDF of a document under the pinned contexts of one version ("elm31", "elm32")."""

    def load(url: str, _options: object) -> dict[str, Any]:
        return {
            "contextUrl": None,
            "documentUrl": url,
            "document": _contexts(version)[url],
            "contentType": "application/ld+json",
            "tag": version,  # part of the key of PyLD's shared cache: two versions have one address
        }

    quads = jsonld.to_rdf(document, {"documentLoader": load, "format": "application/n-quads"})
    return rdflib.Graph().parse(data=quads, format="nt")


@cache
def shapes(version: str, profile: str = "generic-full") -> rdflib.Graph:
    """The shapes of a profile with those that it imports."""
    found = rdflib.Graph()
    for name in dict.fromkeys(["generic-no-cv", "generic-full", profile]):
        found.parse(reference(f"europass/{version}/EDC-{name}.ttl"), format="turtle")
    return found


def conforms(document: dict[str, Any], version: str = "elm32", profile: str = "generic-full") -> bool:
    """Whether a document conforms to a profile of a version; one that isn't JSON-LD doesn't."""
    return not complaints(document, version, profile)


def complaints(document: dict[str, Any], version: str = "elm32", profile: str = "generic-full") -> str:
    """The judge's words about a document, empty when it conforms."""
    try:
        data = graph(document, version)
    except jsonld.JsonLdError as error:
        return f"not JSON-LD: {error}"
    answer, _, words = pyshacl.validate(data, shacl_graph=shapes(version, profile), do_owl_imports=False)
    return "" if answer else str(words)
