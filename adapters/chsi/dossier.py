"""The adapter for the bilingual dossier: any record, towards a Chinese receiver.

The receiver of a foreign degree wants the holder's name as in the passport, the school in Chinese and in its own form,
dates and levels, and the original beside them. No public format holds that, so this is a profile of this project; it
says so, and looks like no report of China's register. The record stands in it as it is, so that only files over a limit
are lost; labels are in Chinese and English; nothing that an issuer said is translated or converted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.chsi.dossier_labels import NOTICE, labels
from adapters.chsi.dossier_tree import TreeReading
from adapters.chsi.dossier_writing import PROFILE, write_dossier
from gateway.kit import (
    Content,
    Document,
    Draft,
    Finding,
    Head,
    InnerDocument,
    JsonReading,
    Manifest,
    Opened,
    Reading,
    Recognition,
    Refused,
    Stated,
    WriteRequest,
    strict_base64,
)
from gateway.kit.findings import conformity, deviation, not_looked_at, schema_deviations, unreadable_bound
from gateway.kit.json_facts import remember
from gateway.model import record as r
from gateway.model.dates import earliest, latest
from gateway.model.document import Derived, DocumentFacts
from gateway.model.leaves import pointer
from gateway.model.texts import is_when

FORMAT = "Bilingual dossier 1 (profile of Testamur)"
SCHEMA = "dossier.schema.json"
ORIGINAL = "/derived/original"
_MEMBERS = ("dossier", "notice", "id", "draft", "issued", "issuer", "labels", "record", "files", "derived")


class Dossier:
    """Records as bilingual dossiers. The JAdES seal around one is a container that core takes off."""

    manifest = Manifest(
        id="dossier",
        family="chsi",
        title="Bilingual dossier for Chinese receivers (our own profile)",
        version="1",
        formats=(FORMAT,),
        schemas=(SCHEMA,),
        seal="jades",
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object that names the profile."""
        if head.media == "json" and head.members.get("dossier") == PROFILE:
            return Recognition(format=FORMAT, why="its member `dossier` names the profile")
        return None

    def open(self, document: Document) -> Opened:
        """State who made it; hand out the enclosed original; list files as not checked."""
        value = _checked(document.value)
        original = _original(value)
        inner = () if original is None else (InnerDocument(path=ORIGINAL, role="original", octets=original),)
        return Opened(stated=_stated(value), inner=inner, findings=tuple(_not_judged(value)))

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the schema of the profile, and that the labels are the profile's own."""
        return conformity(_deviations(content.document.value), SCHEMA)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - an original isn't read
        """Read the record; the original stands apart, and nothing of it is taken here.

        Raises:
            Refused: `document.unknown`, `dossier.missing`, `dossier.word`, `dossier.file`.
        """
        value = _checked(content.document.value)
        reading = TreeReading()
        record = reading.noun(r.Record, value["record"], "/record")
        facts = _facts(value, reading)
        said = value.get("labels", {})
        reading.repeated(said, labels(said if isinstance(said, dict) else ()), "/labels")
        reading.repeated(value.get("notice", NOTICE), NOTICE, "/notice")
        blobs = _blobs(value.get("files", {}), reading)
        for name in sorted(value.keys() - set(_MEMBERS)):
            reading.lose(value[name], pointer("", name))
        return Reading(record=record, document=facts, blobs=blobs, losses=reading.ledger.losses)

    def write(self, record: r.Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write one dossier of the whole record."""
        return (write_dossier(record, request),)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


def _checked(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict) or value.get("dossier") != PROFILE or not isinstance(value.get("record"), dict):
        raise Refused(
            "document.unknown",
            "got JSON that is no dossier of this profile, expected its name at /dossier and a record at /record",
        )
    return value


def _facts(value: Mapping[str, Any], reading: TreeReading) -> DocumentFacts:
    """What the dossier says of itself; what isn't understood is kept by its place."""
    root = JsonReading(value).root
    other: dict[str, str] = {}
    remember(root, "draft", other)
    remember(root, "derived", other)
    said = {name: value[name] for name in ("id", "issued") if isinstance(value.get(name), str)}
    if not is_when(said.get("issued", "")):
        said.pop("issued", None)
    for name in ("id", "issued"):
        if name in value and name not in said:
            reading.lose(value[name], pointer("", name))
    issuer = value.get("issuer")
    if "issuer" in value and not isinstance(issuer, dict):
        reading.lose(issuer, "/issuer")
    return DocumentFacts(
        id=said.get("id"),
        issued=said.get("issued"),
        issuer=reading.noun(r.Organisation, issuer, "/issuer") if isinstance(issuer, dict) else None,
        profile=PROFILE,
        derived=_derived(value),
        other=other,
    )


def _derived(value: Mapping[str, Any]) -> Derived:
    """Of what it is a translation. A dossier always is one, whether it has the note or not."""
    note = value.get("derived")
    said = {name: str(note.get(name, "")) if isinstance(note, dict) else "" for name in ("sha256", "node", "adapter")}
    return Derived(source_sha256=said["sha256"], node=said["node"], adapters=(said["adapter"], "dossier"))


def _enclosed(value: Mapping[str, Any]) -> Any:
    note = value.get("derived")
    return note.get("original") if isinstance(note, dict) else None


def _original(value: Mapping[str, Any]) -> bytes | None:
    enclosed = _enclosed(value)
    return strict_base64(enclosed) if isinstance(enclosed, str) else None


def _stated(value: Mapping[str, Any]) -> Stated:
    """A dossier lives no longer than what it holds."""
    facts = _facts(value, TreeReading())
    return Stated(
        issuer=facts.issuer,
        issued=facts.issued,
        valid_from=latest(_bounds(value, "valid_from").values()),
        valid_until=earliest(_bounds(value, "valid_until").values()),
    )


def _not_judged(value: Mapping[str, Any]) -> Iterator[Finding]:
    """What is inside and nobody looks at, and bounds of its life that nobody can read."""
    if _enclosed(value) is not None and _original(value) is None:
        yield not_looked_at("content.evidence", ORIGINAL)
    held = value.get("files")
    for digest in held if isinstance(held, dict) else ():
        yield not_looked_at("content.attachment", pointer("/files", digest))
    for place, when in (*_bounds(value, "valid_from").items(), *_bounds(value, "valid_until").items()):
        if when is None:
            yield unreadable_bound(place)


def _bounds(value: Mapping[str, Any], name: str) -> dict[str, str | None]:
    """A bound of the life of each report that has one, by its place; None where it is no date."""
    reports = value["record"].get("reports")
    found = enumerate(reports if isinstance(reports, list) else ())
    said = {
        pointer("/record/reports", str(n), name): one[name] for n, one in found if isinstance(one, dict) and name in one
    }
    return {place: when if isinstance(when, str) and is_when(when) else None for place, when in said.items()}


def _blobs(held: Any, reading: TreeReading) -> dict[str, bytes]:
    """The files by digest; one that isn't what its digest says is refused, one that the record doesn't name is lost."""
    found: dict[str, bytes] = {}
    if not isinstance(held, dict) or not held:
        if held != {}:
            reading.lose(held, "/files")
        return found
    for digest, text in held.items():
        octets = strict_base64(text) if isinstance(text, str) else None
        if octets is None or hashlib.sha256(octets).hexdigest() != digest:
            raise Refused(
                "dossier.file",
                f"got a file that isn't what its name says, expected base64 of the octets with that SHA-256 at "
                f"{pointer('/files', digest)}",
                advice="Ask the issuer of the dossier for the whole one.",
            )
        if digest in reading.files:
            found[digest] = octets
        else:
            reading.ledger.lose("dropped", pointer("/files", digest), detail="the record names no such file")
    return found


def _deviations(value: Mapping[str, Any]) -> Iterator[Finding]:
    yield from schema_deviations(value, SCHEMA)
    own = value.get("labels")
    for name, said in own.items() if isinstance(own, dict) else ():
        if labels((name,)).get(name) != said:
            yield deviation("label", pointer("/labels", name), "isn't the profile's own label")
    if value.get("notice") != NOTICE:
        yield deviation("notice", "/notice", "isn't the profile's own notice")
    original = _original(value)
    if original is not None and hashlib.sha256(original).hexdigest() != _derived(value).source_sha256:
        yield deviation("original", ORIGINAL, "isn't the document that the dossier says it was made from")


DOSSIER = Dossier()
