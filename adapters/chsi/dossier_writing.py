"""Writing a record as a bilingual dossier: the record as it is, its files, and the original that it was made from."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from typing import Any

from adapters.chsi.dossier_labels import NOTICE, labels
from adapters.chsi.dossier_tree import TreeReading, written
from gateway.kit import Draft, Loss, Origins, Telling, WriteRequest, dump_json
from gateway.model import record as r
from gateway.model.leaves import filled, keys
from gateway.model.noun import Noun

PROFILE = "testamur-bilingual-dossier-1"


def write_dossier(record: r.Record, request: WriteRequest) -> Draft:
    """The draft of one dossier, which holds the whole record."""
    files, origins = _admitted(record, request), Origins()
    fitted = _Fitting(files, origins).noun(record)
    losses = Telling(record, fitted, origins).losses()
    return Draft(
        body=dump_json(_dossier(fitted, files, request)),
        media_type="application/json",
        extension=".json",
        seal="jades",
        reports=tuple(keys(record.reports)),
        losses=(*losses, *_not_enclosed(request)),
    )


def _dossier(record: r.Record, files: dict[str, bytes], request: WriteRequest) -> dict[str, Any]:
    said, issuer = written(record), written(request.issuer)
    met = TreeReading()
    met.noun(r.Record, said, "")
    met.noun(r.Organisation, issuer, "")
    return {
        "dossier": PROFILE,
        "notice": dict(NOTICE),
        "id": f"urn:uuid:{_id(request)}",
        "draft": request.draft,
        "issued": request.now,
        "issuer": issuer,
        "labels": labels(met.names),
        "record": said,
        "files": {digest: base64.b64encode(octets).decode() for digest, octets in files.items()},
        "derived": _derived(request),
    }


def _id(request: WriteRequest) -> uuid.UUID:
    issuer = request.issuer.model_dump_json(exclude_defaults=True)
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{request.source.sha256}\ndossier\n{issuer}")


def _derived(request: WriteRequest) -> dict[str, str]:
    """The note that this is a translation, with the original where it isn't too large."""
    source = request.source
    note = {
        "sha256": source.sha256,
        "media_type": source.media_type,
        "format": source.format,
        "adapter": source.adapter,
        "verdict": source.verdict.value,
        "node": request.node,
    }
    return note if not _is_enclosed(request) else note | {"original": base64.b64encode(source.original).decode()}


def _is_enclosed(request: WriteRequest) -> bool:
    return len(request.source.original) <= request.limits.embed_bytes


def _not_enclosed(request: WriteRequest) -> tuple[Loss, ...]:
    if _is_enclosed(request):
        return ()
    detail = f"the original is over the limit for enclosing it; its SHA-256 is {request.source.sha256}"
    return (Loss(stage="write", kind="dropped", target="/derived/original", detail=detail),)


# --- files -----------------------------------------------------------------------------------------------------------


def _admitted(record: r.Record, request: WriteRequest) -> dict[str, bytes]:
    """The files that may travel: in the order of the record, until all of them together reach the limit."""
    room, admitted = request.limits.attachment_bytes, {}
    for digest in dict.fromkeys(content.sha256 for content in _contents(record) if content.sha256):
        octets = request.blobs.get(digest)
        if octets is not None and len(octets) <= room:
            admitted[digest] = octets
            room -= len(octets)
    return admitted


def _contents(value: Any) -> Iterator[r.Content]:
    if isinstance(value, r.Content):
        yield value
    members = value if isinstance(value, tuple) else [m for _, m in filled(value)] if isinstance(value, Noun) else ()
    for member in members:
        yield from _contents(member)


class _Fitting:
    """The record without the files that may not travel; what holds none of them is the same noun."""

    def __init__(self, files: dict[str, bytes], origins: Origins) -> None:
        self._files, self._origins = files, origins

    def noun(self, given: Any) -> Any:
        """A noun as the dossier holds it."""
        changes = {}
        for name, value in filled(given):
            kept = self._field(given, name, value)
            if kept is not value:
                changes[name] = kept
        return self._origins.note(given.changed(changes), given) if changes else given

    def _field(self, given: Noun, name: str, value: Any) -> Any:
        if isinstance(value, Noun):
            return self.noun(value) if self._travels(value, given, name) else None
        if not isinstance(value, tuple):
            return value
        nouns = [m for m in value if not isinstance(m, Noun) or self._travels(m, given, name)]
        kept = tuple(self.noun(member) if isinstance(member, Noun) else member for member in nouns)
        same = len(kept) == len(value) and all(a is b for a, b in zip(kept, value, strict=True))
        return value if same else kept

    def _travels(self, value: Noun, given: Noun, name: str) -> bool:
        if not isinstance(value, r.Content) or not value.sha256 or value.sha256 in self._files:
            return True
        why = f"the file is over the limit for files, or isn't at hand; its SHA-256 is {value.sha256}"
        self._origins.because(value, "", why)
        self._origins.because(given, name, why)
        return False
