"""Which document is translated, and what of it the translation is told."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.kit.contract import Reading, Source
from gateway.model.verdict import Indication
from gateway.verify.engine import VerifiedDocument

_MEDIA = {"xml": "application/xml", "json": "application/json", "html": "text/html", "pdf": "application/pdf"}
_CONTAINERS = {"base64": "text/plain", "gzip": "application/gzip", "png": "image/png"}
_EXTENSIONS = {
    "application/xml": ".xml",
    "application/json": ".json",
    "application/jose": ".jws",
    "application/jwt": ".jwt",
    "application/pdf": ".pdf",
    "text/html": ".html",
    "application/gzip": ".gz",
    "image/png": ".png",
    "text/plain": ".txt",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class Chosen:
    """The document to translate.

    path      where it stands inside the given file; "" for the file itself
    derived   it is itself a translation, by whatever gateway, whose original isn't there or isn't PASSED
    """

    document: VerifiedDocument
    path: str
    derived: bool


def choose(document: VerifiedDocument) -> Chosen:
    """The document that a translation of a given file works on (rulings, 4.5).

    Of a derived file it is the enclosed original, when that is there, PASSED, and the only one; a translation of a
    translation would lose twice, and could only be a draft.
    """
    path = ""
    while True:
        originals = {p: d for p, d in document.inner.items() if d.role == "original"}
        passed = [(p, d) for p, d in originals.items() if d.verdict.verdict is Indication.PASSED]
        if len(passed) != 1:
            return Chosen(document=document, path=path, derived=bool(originals))
        path, document = path + passed[0][0], passed[0][1]


def is_derived(chosen: Chosen, reading: Reading) -> bool:
    """Whether the document says of itself, or shows by what is in it, that it is a translation."""
    return chosen.derived or reading.document.derived is not None


def source_of(document: VerifiedDocument) -> Source:
    """What an adapter is told of the source; depends on its octets and its verdict alone."""
    adapter = document.adapter
    return Source(
        original=document.original,
        sha256=document.sha256,
        media_type=media_type_of(document),
        format=document.verdict.format,
        adapter=adapter.manifest.id if adapter is not None else "",
        verdict=document.verdict.verdict,
        caveats=document.verdict.caveats,
    )


def media_type_of(document: VerifiedDocument) -> str:
    """The media type of the file as it is, with its containers."""
    outermost = document.containers[0] if document.containers else None
    if outermost in _CONTAINERS:
        return _CONTAINERS[outermost]
    if outermost == "jws":
        return "application/json" if document.original.lstrip()[:1] == b"{" else "application/jose"
    if outermost is not None:
        return "application/json"
    given = document.claim or document.content
    media = given.document.media if given is not None else "other"
    return _MEDIA.get(media, "application/octet-stream")


def extension_of(media_type: str) -> str:
    """How a file of that type is named; a structured syntax suffix (RFC 6839) says enough."""
    essence = media_type.partition(";")[0].strip()
    suffix = {"json": ".json", "xml": ".xml"}.get(essence.rpartition("+")[2], ".bin")
    return _EXTENSIONS.get(essence, suffix)
