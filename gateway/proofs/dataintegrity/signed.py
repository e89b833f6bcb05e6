"""The octets that a proof signs, by digest, and what they cover: by way of RDF, or of the JSON itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.proofs.dataintegrity.content import covered_json
from gateway.proofs.dataintegrity.contexts import Contexts
from gateway.readers.json import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What is signed.

    octets    the octets to sign, by the name of the digest that is in them
    covered   the JSON that they cover, for a reader
    faults    what stands in the document and isn't covered, or reads otherwise
    """

    octets: Mapping[str, bytes]
    covered: bytes
    faults: tuple[str, ...] = ()


def signed_rdf(
    document: dict[str, JsonValue],
    options: Mapping[str, JsonValue],
    contexts: Contexts,
    digests: tuple[str, ...] = ("sha256",),
) -> Signed:
    """By way of canonical RDF; every context of the document must be one of `contexts`.

    Raises:
        Refused: `jsonld.syntax`, `limit.graph`.
    """
    from gateway.proofs.dataintegrity.canonical import canonical_quads
    from gateway.proofs.dataintegrity.watch import Watch

    watch = Watch()
    config = {**options, "@context": document["@context"]}
    octets = {}
    for name in digests:
        first = canonical_quads(contexts.processor.dataset(config, watch), name)
        octets[name] = _both(name, first, canonical_quads(contexts.processor.dataset(document, watch), name))
    return Signed(octets=octets, covered=covered_json(document, watch.ordered), faults=tuple(watch.faults))


def signed_json(document: dict[str, JsonValue], options: Mapping[str, JsonValue], digests: tuple[str, ...]) -> Signed:
    """By way of canonical JSON; earlier proofs of a chain are signed, and not handed to a reader.

    Raises:
        Refused: `json.number`.
    """
    from gateway.proofs.dataintegrity.jcs import canonical_json

    covered = canonical_json({name: value for name, value in document.items() if name != "proof"})
    second = canonical_json(document) if "proof" in document else covered
    first = canonical_json(options)
    return Signed(octets={name: _both(name, first, second) for name in digests}, covered=covered)


def _both(name: str, first: bytes, second: bytes) -> bytes:
    return hashlib.new(name, first).digest() + hashlib.new(name, second).digest()
