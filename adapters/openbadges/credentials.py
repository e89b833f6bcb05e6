"""What a badge, a learner record or an endorsement says of itself: issuer, life, status, what is inside.

Facts of the file stand in the facts of the document, never in the record: its id, contexts, proofs, status, schemas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from adapters.openbadges import terms
from adapters.openbadges.nodes import Nodes
from gateway.kit import dump_json, strict_base64
from gateway.kit.contract import EvidenceRequest, InnerDocument, Stated
from gateway.kit.findings import unreadable_bound
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.json_facts import remember
from gateway.model.document import Derived, DocumentFacts
from gateway.model.leaves import pointer
from gateway.model.record import Organisation
from gateway.model.verdict import Finding

ABOUT_THE_FILE = (
    "@context",
    "credentialSchema",
    "credentialStatus",
    "id",
    "partial",
    "proof",
    "refreshService",
    "termsOfUse",
    "type",
)
STARTS, ENDS = ("validFrom", "issuanceDate"), ("validUntil", "expirationDate")
"""The names of the bounds of a credential's life in VC 2.0, and in VC 1.1."""

_DERIVED = re.compile(r"sha-256 ([0-9a-f]{64}) by (\S+) with (\S+)")
_DATA = re.compile(r"data:([^;,]*)((?:;[^;,]*)*),(.*)", re.DOTALL)


# --- stated ----------------------------------------------------------------------------------------------------------


def stated(value: Mapping[str, Any]) -> Stated:
    """What a credential says of its issuer and its own life."""
    root = JsonReading(value).root
    issuers = Nodes().issuers(root)
    start, end = (_first(root, names) for names in (STARTS, ENDS))
    return Stated(
        issuer=next(iter(issuers), None),
        other_issuers=issuers[1:],
        issued=start,
        valid_from=start,
        valid_until=end,
    )


def unreadable_bounds(value: Mapping[str, Any]) -> list[Finding]:
    """The bounds of its life that it states and that nobody can read: that is no life without bounds."""
    return unreadable(value, (*STARTS, *ENDS))


def unreadable(value: Mapping[str, Any], names: tuple[str, ...]) -> list[Finding]:
    """A finding for each member that should be a date or time and is none."""
    root = JsonReading(value).root
    return [unreadable_bound(pointer("", name)) for name in names if name in value and root.when(name) is None]


def _first(root: JsonCursor, names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := root.when(name)) is not None), None)


def questions(value: Mapping[str, Any]) -> tuple[EvidenceRequest, ...]:
    """Where it says that its status, revoked or not, can be looked up."""
    entries = [one for one in terms.listed(value.get("credentialStatus")) if isinstance(one, dict)]
    lists = [str(one.get("statusListCredential") or one.get("id") or "") for one in entries]
    return tuple(EvidenceRequest(url=url, why="whether it was revoked") for url in dict.fromkeys(lists))


# --- what is inside --------------------------------------------------------------------------------------------------


def inner_documents(value: Mapping[str, Any]) -> tuple[InnerDocument, ...]:
    """The credentials inside (parts), whoever endorses something in it, and the original of a translation."""
    found = [*_parts(value), *_endorsements(value, ""), *_originals(value)]
    return tuple(InnerDocument(path=path, role=role, octets=octets) for path, role, octets in found)


_Inner = tuple[str, Any, bytes]


def _parts(value: Mapping[str, Any]) -> Iterator[_Inner]:
    subject = value.get("credentialSubject")
    held = subject.get("verifiableCredential") if isinstance(subject, dict) else None
    for n, one in enumerate(terms.listed(held)):
        place = ("credentialSubject", "verifiableCredential", *([str(n)] if isinstance(held, list) else []))
        yield pointer("", *place), "part", octets_of(one)


def octets_of(one: Any) -> bytes:
    """A credential inside another as octets of its own: an object (perhaps an envelope), or a compact JWS."""
    return one.encode() if isinstance(one, str) else dump_json(one)


def _endorsements(value: Any, place: str) -> Iterator[_Inner]:
    """Endorsements anywhere in this credential; those in the credentials inside are theirs."""
    if isinstance(value, dict):
        for name, member in value.items():
            at = pointer(place, name)
            if name in ("endorsement", "endorsementJwt"):
                several = isinstance(member, list)
                for n, one in enumerate(terms.listed(member)):
                    yield (pointer(at, str(n)) if several else at), "endorsement", octets_of(one)
            elif name != "verifiableCredential":
                yield from _endorsements(member, at)
    elif isinstance(value, list):
        for n, member in enumerate(value):
            yield from _endorsements(member, pointer(place, str(n)))


def _originals(value: Mapping[str, Any]) -> Iterator[_Inner]:
    for evidence in JsonReading(value).root.each("evidence"):
        octets = _enclosed(evidence) if is_conversion(evidence) else None
        if octets is not None:
            yield pointer(evidence.place, "id"), "original", octets


def _enclosed(evidence: JsonCursor) -> bytes | None:
    """The octets of a `data:` address."""
    found = _DATA.fullmatch(str(evidence.value.get("id", "")))
    if found is None:
        return None
    return strict_base64(found[3]) if ";base64" in found[2] else unquote_to_bytes(found[3])


def is_conversion(evidence: JsonCursor) -> bool:
    """Whether an evidence says that the credential was translated from another document, by us or by anyone.

    1EdTech's migration of a badge of 2.0 names the assertion so.
    """
    return evidence.value.get("genre") == terms.CONVERSION or "https://w3id.org/openbadges#Assertion" in terms.types_of(
        evidence.value
    )


# --- facts of the document -------------------------------------------------------------------------------------------


def facts(root: JsonCursor) -> DocumentFacts:
    """The facts of the document that a cursor is the root of; what they are made of is taken."""
    about = stated(root.value)
    other: dict[str, str] = {}
    for name in ABOUT_THE_FILE:
        remember(root, name, other)
    for names in (STARTS, ENDS):
        _first(root, names)
    address = root.value.get("id")
    return DocumentFacts(
        id=address if isinstance(address, str) else None,
        issued=about.issued,
        issuer=about.issuer,
        valid_from=about.valid_from,
        valid_until=about.valid_until,
        derived=derived(root, other),
        other=other,
    )


def derived(root: JsonCursor, other: dict[str, str]) -> Derived | None:
    """The note that it is a translation; the evidence that says so is a fact of the document."""
    note = None
    for evidence in root.each("evidence"):
        if not is_conversion(evidence):
            continue
        for name in evidence.value:
            remember(evidence, name, other)
        said = _DERIVED.search(str(evidence.value.get("narrative", "")))
        if said is None:
            note = note or Derived(source_sha256="", node="")
        else:
            note = Derived(source_sha256=said[1], node=said[2], adapters=tuple(said[3].split("+")))
    return note


def issuer_of(root: JsonCursor, reader: Nodes) -> Organisation | None:
    """The issuer of a credential, taken; where there are several, the first."""
    return next(iter(reader.issuers(root)), None)
