"""There and back: a record written by an adapter, and read again by the same adapter as a stranger would."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

from gateway.errors import Refused
from gateway.kit.contract import Adapter, Content, Draft, PageImage, Reading, Source, WriteRequest
from gateway.kit.laws.places import places
from gateway.kit.laws.records import BLOBS
from gateway.kit.recognition import head_of
from gateway.model.leaves import keys
from gateway.model.losses import Loss
from gateway.model.record import Identifier as _Identifier
from gateway.model.record import Organisation, Record
from gateway.model.verdict import Indication
from gateway.readers.document import Document, Media
from gateway.readers.pages import PAGE

T = TypeVar("T")
NOW = "2026-03-01T12:00:00Z"
ISSUER = Organisation(
    legal_name={"en": "Node of the Republic of Example"},
    identifiers=(_Identifier(scheme="eidas", value="NTREX-12345678"),),
    country="NO",
)


def media_of(octets: bytes) -> Media:
    """A page, XML, JSON or neither, by how it begins."""
    if PAGE.match(octets):
        return "html"
    start = octets.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start == b"<":
        return "xml"
    return "json" if start in (b"{", b"[") else "other"


def document_of(octets: bytes) -> Document:
    """A document of bytes alone."""
    return Document(octets, media_of(octets))


def request_for(record: Record, original: bytes, media_type: str, adapter: Adapter) -> WriteRequest:
    """What a node would ask for: at most three languages of the reports' titles, all blobs, a PASSED source."""
    spoken = dict.fromkeys(language for report in record.reports for language in report.title)
    languages = tuple(spoken)[:3] or ("en",)
    return WriteRequest(
        issuer=ISSUER,
        now=NOW,
        languages=languages,
        source=Source(
            original=original,
            sha256=hashlib.sha256(original).hexdigest(),
            media_type=media_type,
            format="example 1.0",
            adapter="example",
            verdict=Indication.PASSED,
        ),
        node="node.example",
        draft=False,
        blobs=BLOBS,
        pages=page_images(record, languages) if adapter.manifest.pages else (),
    )


def page_images(record: Record, languages: Sequence[str]) -> tuple[PageImage, ...]:
    """A page of one white pixel for each report and language."""
    names = keys(record.reports)
    return tuple(
        PageImage(report=name, language=language, png=_white_png()) for name in names for language in languages
    )


def _white_png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 1, 0, 0, 0, 0)
    pixel = zlib.compress(b"\x00\x80")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixel) + chunk(b"IEND", b"")


@dataclass(frozen=True)
class Trip:
    """What came of writing a record and reading it back."""

    drafts: tuple[Draft, ...]
    bodies: tuple[bytes, ...]  # as a stranger sees them
    record: Record
    blobs: Mapping[str, bytes]
    losses: tuple[Loss, ...]

    def stands(self, loss: Loss) -> bool:
        """Whether a value stands in one of the documents at the place that the loss calls its target."""
        values = self._values.get(loss.target, set())
        return bool(values) and (loss.to is None or loss.to in values)

    @cached_property
    def _values(self) -> dict[str, set[str]]:
        """What stands at each place of the documents."""
        values: dict[str, set[str]] = {}
        for body in self.bodies:
            for place in places(document_of(body)):
                values.setdefault(place.leaf.place, set()).add(place.leaf.value)
        return values


Reader = Callable[[bytes], Reading]


def there_and_back(adapter: Adapter, record: Record, request: WriteRequest, stranger: Callable[[bytes], bytes],
                   read: Reader) -> Trip:  # fmt: skip
    """Write a record, take away what only we understand, read what is left, and join the readings."""
    drafts = adapter.write(record, request)
    if not drafts:
        raise Refused("target.requires", "got no draft at all, expected at least one")
    bodies = tuple(stranger(draft.body) for draft in drafts)
    readings = [read(body) for body in bodies]
    blobs = {digest: octets for reading in readings for digest, octets in reading.blobs.items()}
    losses = _unique(loss for draft in drafts for loss in draft.losses)
    return Trip(drafts, bodies, join([reading.record for reading in readings]), blobs, losses)


def join(parts: Sequence[Record]) -> Record:
    """Several results as one record: reports in turn, equal duplicates of everything shared dropped."""
    first = parts[0]
    for part in parts[1:]:
        if part.learner != first.learner:
            raise AssertionError("the drafts disagree about the learner")
    return first.model_copy(
        update={
            "reports": tuple(report for part in parts for report in part.reports),
            "relations": _unique(x for part in parts for x in part.relations),
            "groups": _unique(x for part in parts for x in part.groups),
            "attachments": _unique(x for part in parts for x in part.attachments),
            "passthrough": _unique(x for part in parts for x in part.passthrough),
        }
    ) if len(parts) > 1 else first  # fmt: skip


def with_source(request: WriteRequest, original: bytes) -> WriteRequest:
    """The same request for a translation of other bytes, by another node."""
    source = replace(request.source, original=original, sha256=hashlib.sha256(original).hexdigest())
    return replace(request, source=source, node="other.example")


def read_with(adapter: Adapter, octets: bytes) -> Reading:
    """Recognise and read bytes as unverified content; `Refused` where the adapter doesn't claim them."""
    document = document_of(octets)
    claim = adapter.recognise(head_of(document))
    if claim is None:
        raise Refused("document.unknown", f"{adapter.manifest.id} doesn't recognise it")
    return adapter.read(Content(document=document, format=claim.format), {})


def _unique(members: Iterable[T]) -> tuple[T, ...]:
    result: list[T] = []
    for member in members:
        if member not in result:
            result.append(member)
    return tuple(result)
