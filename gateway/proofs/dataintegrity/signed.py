"""The octets that a proof signs, by digest, and what they cover: by way of RDF, or of the JSON itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.proofs.budget import Budget
from gateway.proofs.dataintegrity.content import covered_json
from gateway.proofs.dataintegrity.contexts import Contexts
from gateway.readers.json import JsonValue

if TYPE_CHECKING:
    from gateway.proofs.dataintegrity.watch import Watch


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A document without its proof, as every proof side by side over it signs it.

    digests   by the name of the digest
    """

    digests: Mapping[str, bytes]
    covered: bytes
    faults: tuple[str, ...] = ()


def whole_rdf(document: dict[str, JsonValue], contexts: Contexts, digests: tuple[str, ...], budget: Budget) -> Whole:
    """By way of canonical RDF; every context of the document must be one of `contexts`.

    Raises:
        Refused: `jsonld.syntax`, `limit.graph`, `limit.work`.
    """
    from gateway.proofs.dataintegrity.watch import Watch

    watch = Watch(budget)
    made = {name: _digest_rdf(document, contexts, name, watch) for name in digests}
    return Whole(digests=made, covered=covered_json(document, watch.ordered, budget), faults=tuple(watch.faults))


def whole_json(document: dict[str, JsonValue], digests: tuple[str, ...], budget: Budget) -> Whole:
    """By way of canonical JSON; earlier proofs of a chain are signed, and not handed to a reader.

    Raises:
        Refused: `json.number`, `limit.work`.
    """
    from gateway.proofs.dataintegrity.jcs import canonical_json

    covered = canonical_json({name: value for name, value in document.items() if name != "proof"}, budget)
    signed = canonical_json(document, budget) if "proof" in document else covered
    return Whole(digests={name: hashlib.new(name, signed).digest() for name in digests}, covered=covered)


def signed_rdf(
    whole: Whole, options: Mapping[str, JsonValue], context: JsonValue, contexts: Contexts, budget: Budget
) -> Signed:
    """What a proof signs of it: its own options, under the document's `@context`, before the whole.

    Raises:
        Refused: as above.
    """
    from gateway.proofs.dataintegrity.watch import Watch

    watch, config = Watch(budget), {**options, "@context": context}
    octets = {name: _digest_rdf(config, contexts, name, watch) + second for name, second in whole.digests.items()}
    return Signed(octets=octets, covered=whole.covered, faults=(*watch.faults, *whole.faults))


def signed_json(whole: Whole, options: Mapping[str, JsonValue], budget: Budget) -> Signed:
    """What a proof signs of it: its own options before the whole.

    Raises:
        Refused: as above.
    """
    from gateway.proofs.dataintegrity.jcs import canonical_json

    first = canonical_json(options, budget)
    octets = {name: hashlib.new(name, first).digest() + second for name, second in whole.digests.items()}
    return Signed(octets=octets, covered=whole.covered)


def _digest_rdf(document: Mapping[str, JsonValue], contexts: Contexts, digest: str, watch: Watch) -> bytes:
    from gateway.proofs.dataintegrity.canonical import canonical_quads

    quads = canonical_quads(contexts.processor.dataset(document, watch), digest, watch.budget)
    return hashlib.new(digest, quads).digest()
