"""Whether a credential keeps its format's rules: our schema, and what no schema of the model checks.

Findings are WARNING at most: authenticity is another question. Messages name places, never what stands there.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.europass import lists
from adapters.europass.profile import OLD_SPELLINGS, Property, classes
from gateway.kit.findings import conformity, deviation, schema_deviations
from gateway.kit.json_facts import objects_of
from gateway.model.dates import moment
from gateway.model.leaves import pointer
from gateway.model.verdict import Finding

SCHEMA = "elm-3.2.schema.json"
_DATETIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_SPANS = (("validFrom", "validUntil"), ("validFrom", "expirationDate"), ("startDate", "endDate"))
_SPANS_OF_CLAIMS = (("dateIssued", "expiryDate"),)


def conform(value: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings about a credential, at most fifty; one PASSED where there is nothing to say."""
    return conformity(_deviations(value), SCHEMA)


def _deviations(value: Mapping[str, Any]) -> Iterator[Finding]:
    yield from schema_deviations(value, SCHEMA, "profile generic-full")
    seen: dict[str, tuple[str, Any]] = {}
    for node, place in objects_of(value, ""):
        yield from _of_node(node, place)
        yield from _copies(node, place, seen)


def _copies(node: dict[str, Any], place: str, seen: dict[str, tuple[str, Any]]) -> Iterator[Finding]:
    """Copies of one node must be equal: in RDF they are one."""
    address = node.get("id")
    if not isinstance(address, str) or not address.startswith("urn:") or len(node) == 1:
        return
    first, known = seen.setdefault(address, (place, node))
    if known != node:
        yield deviation(
            "copies",
            place,
            f"differs from the node of the same id at {first}, with which RDF merges it: ask the issuer",
        )


def _of_node(node: dict[str, Any], place: str) -> Iterator[Finding]:
    kinds = node.get("type")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        declared = classes().get(kind) if isinstance(kind, str) else None
        for key, member in node.items() if declared else ():
            about = declared.get(OLD_SPELLINGS.get(key, key)) if declared else None
            if about is not None:
                yield from _of_property(about, member, pointer(place, key))
        if kind == "Concept":
            yield from _of_concept(node, place)
        if kind == "CreditPoint" and str(node.get("point", "")).strip().startswith("-"):
            yield deviation(
                "credit",
                pointer(place, "point"),
                "is negative, expected none or more credits: ask the issuer what was meant",
            )
    yield from _spans(node, place)
    if place and "@context" in node:
        yield deviation(
            "context", pointer(place, "@context"), "gives keys another meaning from here on; it isn't followed"
        )


def _of_property(declared: Property, member: Any, place: str) -> Iterator[Finding]:
    if declared.range != "dateTime":
        return
    for text in member if isinstance(member, list) else [member]:
        if not isinstance(text, str) or not _DATETIME.fullmatch(text) or _moment(text) is None:
            yield deviation(
                "date",
                place,
                "is no dateTime with its zone, as in 2024-05-06T07:08:09Z: ask the issuer for a corrected one",
            )


def _of_concept(node: dict[str, Any], place: str) -> Iterator[Finding]:
    address = node.get("id")
    known = lists.parse_address(address) if isinstance(address, str) else None
    if known is None or not lists.is_held(known[0]):
        return
    label = lists.label_of(*known)
    if label is None:
        yield deviation("code", place, f"is no code of the list {known[0]}")
        return
    words = node.get("prefLabel")
    stated = words.get("en") if isinstance(words, dict) else None
    if label and isinstance(stated, str) and not _agree(stated, label):
        yield deviation("label", place, f"has a label that contradicts the list {known[0]}, whose word is {label!r}")


def _agree(stated: str, label: str) -> bool:
    """Whether two labels say the same: case, blanks and a longer official form don't matter."""
    one, other = (re.sub(r"\W+", " ", text).strip().casefold() for text in (stated, label))
    return one in other or other in one


def _spans(node: dict[str, Any], place: str) -> Iterator[Finding]:
    for start, end in (*_SPANS, *_SPANS_OF_CLAIMS):
        first, last = _moment(node.get(start)), _moment(node.get(end))
        if first is not None and last is not None and last < first:
            yield deviation("order", pointer(place, end), f"is before {start}")


def _moment(value: Any) -> dt.datetime | None:
    return moment(value) if isinstance(value, str) else None
