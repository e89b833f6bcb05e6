"""Whether a badge or learner record keeps its format's rules: our schemas, and what no schema checks.

Findings are WARNING at most: authenticity is another question. Messages name places, never what stands there. A
credential of VC 1.1 is looked at under the same rules, by the names that VC 2.0 has for the same.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from adapters.openbadges import terms
from gateway.kit.json_facts import objects_of
from gateway.kit.schemas import json_schema
from gateway.model.leaves import pointer
from gateway.model.verdict import Finding, Status

CLR_SCHEMA, BADGE_SCHEMA = "clr-2.0.schema.json", "open-badges-3.0.schema.json"
MOST_FINDINGS = 50
VC1 = "https://www.w3.org/2018/credentials/v1"
_NOW_NAMED = {"issuanceDate": "validFrom", "expirationDate": "validUntil"}
_SPANS = (("validFrom", "validUntil"), ("issuanceDate", "expirationDate"), ("activityStartDate", "activityEndDate"))
_CLASS_OF = {name: next(iter(kinds)) for name, kinds in terms.CLASSES.items() if len(kinds) == 1}
_UNTYPED = ("criteria",)
"""Members whose class needn't be stated."""


def conform(value: Mapping[str, Any], schema: str) -> tuple[Finding, ...]:
    """The findings about a document, at most fifty; one PASSED where there is nothing to say."""
    found = tuple(islice(_warnings(value, schema), MOST_FINDINGS))
    return found or (Finding(check="conformity.schema", status=Status.PASSED, about=schema),)


def _warnings(value: Mapping[str, Any], schema: str) -> Iterator[Finding]:
    for error in json_schema(schema).iter_errors(json.loads(json.dumps(as_vc2(value)))):
        place = pointer("", *(str(part) for part in error.instance_path))
        rule = next((str(part) for part in reversed(error.schema_path) if not isinstance(part, int)), "")
        told = f": {error.message}" if rule == "required" else ""  # names a property, never a value
        yield _warning("schema", place, f"breaks the rule `{rule}` of the format{told}")
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


def _warning(check: str, place: str, explanation: str) -> Finding:
    return Finding(check=f"conformity.{check}", status=Status.WARNING, about=place, explanation=explanation)


def _of_node(node: dict[str, Any], place: str) -> Iterator[Finding]:
    for name, expected in _CLASS_OF.items():
        for one in terms.listed(node.get(name)) if name not in _UNTYPED else ():
            if isinstance(one, dict) and expected not in terms.types_of(one):
                yield _warning("class", pointer(place, name), f"isn't of the class {expected}, as the format wants")
    criteria = node.get("criteria")
    if isinstance(criteria, dict) and not {"id", "narrative"} & set(criteria):
        yield _warning("criteria", pointer(place, "criteria"), "says neither where the criteria are nor what they are")
    for start, end in _SPANS:
        first, last = _moment(node.get(start)), _moment(node.get(end))
        if first is not None and last is not None and last < first:
            yield _warning("order", pointer(place, end), f"is before {start}")


def _subjects(value: Mapping[str, Any]) -> Iterator[Finding]:
    """A subject says who it is; the credentials in a learner record are about its learner."""
    subject = value.get("credentialSubject")
    if not isinstance(subject, dict):
        return
    if not {"id", "identifier"} & set(subject):
        yield _warning("subject", "/credentialSubject", "has neither an id nor an identifier: it is about nobody")
    inside = subject.get("verifiableCredential")
    for n, one in enumerate(terms.listed(inside)):
        other = one.get("credentialSubject") if isinstance(one, dict) else None
        stated = other.get("id") if isinstance(other, dict) else None
        if stated is not None and "id" in subject and stated != subject["id"]:
            place = f"/credentialSubject/verifiableCredential/{n}/credentialSubject/id"
            yield _warning("subject", place, "isn't the subject of the learner record around it")


def _moment(value: Any) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=dt.UTC)
