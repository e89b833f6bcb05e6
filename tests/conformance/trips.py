"""Translations of reference documents between the two systems, as a node makes them; pages are a white pixel."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from adapters.elmo import ADAPTER as ELMO
from adapters.europass import ADAPTER as EUROPASS
from gateway.kit.contract import Adapter, Content, Draft, Reading, Source
from gateway.kit.laws.places import without
from gateway.kit.laws.trip import ISSUER, NOW, Trip, document_of, join, page_images, read_with
from gateway.model.losses import Loss
from gateway.model.record import Record
from gateway.model.verdict import Indication, Status
from gateway.translate.engine import Inputs, Pages, Renderer, sha256, translate
from gateway.translate.languages import languages_of
from tests.conformance.reference_documents import bare, elmos, payload

OWN_PLACES = ("/elmo/extension", "/evidence")


def _pages(record: Record, _source: Source, inputs: Inputs) -> Pages:
    return Pages(images=page_images(record, inputs.languages))


RENDERER = Renderer(name="white", version="1", draw=_pages)


def content_of(file: Path) -> bytes:
    """What a reader is given of a reference document: out of containers, and of a JWS."""
    return bare(file) if file in elmos() else json.dumps(payload(file), ensure_ascii=False).encode()


def adapter_of(file: Path) -> Adapter:
    """The adapter that reads a reference document."""
    return ELMO if file in elmos() else EUROPASS


def other(adapter: Adapter) -> Adapter:
    """The system to translate to."""
    return EUROPASS if adapter is ELMO else ELMO


@cache
def reading_of(file: Path) -> Reading:
    """A reference document, read."""
    return read_with(adapter_of(file), content_of(file))


def translated(reading: Reading, target: Adapter, original: bytes = b"the original") -> tuple[tuple[Draft, ...], tuple[Loss, ...]]:  # fmt: skip
    """The drafts of a translation and the losses of writing them."""
    source = Source(
        original=original,
        sha256=sha256(original),
        media_type="application/octet-stream",
        format="a reference document",
        adapter="reference",
        verdict=Indication.INDETERMINATE,
    )
    inputs = Inputs(issuer=ISSUER, now=NOW, languages=languages_of(reading.record), node="node.example", draft=True)
    done = translate(reading, source=source, target=target, inputs=inputs, renderer=RENDERER)
    return done.drafts, done.losses[len(reading.losses) :]


def trip(reading: Reading, target: Adapter) -> Trip:
    """Translate what was read, and read the translation as a stranger."""
    drafts, losses = translated(reading, target)
    bodies = tuple(strange(draft.body) for draft in drafts)
    readings = [read_with(target, body) for body in bodies]
    blobs = {digest: octets for back in readings for digest, octets in back.blobs.items()}
    return Trip(drafts, bodies, join([back.record for back in readings]), blobs, losses)


def strange(body: bytes) -> bytes:
    """A translation without what is ours alone: the note that it is derived, and the enclosed original."""
    return without(document_of(body), lambda place: place.split("[")[0] in OWN_PLACES)


def deviations(adapter: Adapter, bodies: Iterable[bytes]) -> set[str]:
    """The rules of its format that documents break, by the names of the checks."""
    return {
        finding.check
        for body in bodies
        for finding in adapter.conform(Content(document=document_of(body), format=adapter.manifest.formats[0]))
        if finding.status is Status.WARNING
    }
