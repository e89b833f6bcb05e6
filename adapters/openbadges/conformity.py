"""Whether a badge or learner record keeps its format's rules: our schemas, and what no schema checks.

Findings are WARNING at most: authenticity is another question. Messages name places, never what stands there. A
credential of VC 1.1 is looked at under the same rules, by the names that VC 2.0 has for the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from adapters.openbadges import terms
from gateway.kit.findings import conformity, deviation, schema_deviations
from gateway.kit.json_facts import objects_of
from gateway.model.leaves import pointer
from gateway.model.verdict import Finding

CLR_SCHEMA, BADGE_SCHEMA = "clr-2.0.schema.json", "open-badges-3.0.schema.json"
VC1 = "https://www.w3.org/2018/credentials/v1"
_NOW_NAMED = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}
_SPANS = (("validFrom", "validUntil"), ("issuanceDate", "expirationDate"), ("activityStartDate", "activityEndDate"))
_CLASS_OF = {name: next(iter(kinds)) for name, kinds in terms.CLASSES.items() if len(kinds) == 1}
_UNTYPED = ("criteria",)
"""Members whose class needn't be stated."""


def conform(value: Mapping[str, Any], schema: str) -> tuple[Finding, ...]:
    """The findings about a document, at most fifty; one PASSED where there is nothing to say."""
    return conformity(_deviations(value, schema), schema)


def _deviations(value: Mapping[str, Any], schema: str) -> Iterator[Finding]:
    yield from schema_deviations(as_vc2(value), schema, "format")
    for node, place in objects_of(value, ""):
        yield from _of_node(node, place)
    yield from _subjects(value)


def as_vc2(value: Any) -> Any:
    """A value in which every credential of VC 1.1 has the names of VC 2.0."""
    if isinstance(value, list):
        return [as_vc2(one) for one in value]
    if not isinstance(value, dict):
        return value
    contexts = value.get("@context")
    named = {name: as_vc2(member) for name, member in value.items()}
    if not isinstance(contexts, list) or contexts[:1] != [VC1]:
        return named
    return {_NOW_NAMED.get(name, name): member for name, member in named.items()} | {
        "@context": [terms.VC2, *contexts[1:]]
    }


def _of_node(node: dict[str, Any], place: str) -> Iterator[Finding]:
    for name, expected in _CLASS_OF.items():
        for one in terms.listed(node.get(name)) if name not in _UNTYPED else ():
            if isinstance(one, dict) and expected not in terms.types_of(one):
                yield deviation("class", pointer(place, name), f"isn't of the class {expected}, as the format wants")
    criteria = node.get("criteria")
    if isinstance(criteria, dict) and not {"id", "narrative"} & set(criteria):
        yield deviation("criteria", pointer(place, "criteria"), "says neither where the criteria are nor what they are")
    for start, end in _SPANS:
        first, last = _moment(node.get(start)), _moment(node.get(end))
        if first is not None and last is not None and last < first:
            yield deviation("order", pointer(place, end), f"is before {start}")


def _subjects(value: Mapping[str, Any]) -> Iterator[Finding]:
    """A subject says who it is; the credentials in a learner record are about its learner."""
    subject = value.get("credentialSubject")
    if not isinstance(subject, dict):
        return
    if not {"id", "identifier"} & set(subject):
        yield deviation("subject", "/credentialSubject", "has neither an id nor an identifier: it is about nobody")
    inside = subject.get("verifiableCredential")
    for n, one in enumerate(terms.listed(inside)):
        other = one.get("credentialSubject") if isinstance(one, dict) else None
        stated = other.get("id") if isinstance(other, dict) else None
        if stated is not None and "id" in subject and stated != subject["id"]:
            place = f"/credentialSubject/verifiableCredential/{n}/credentialSubject/id"
            yield deviation("subject", place, "isn't the subject of the learner record around it")


def _moment(value: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
