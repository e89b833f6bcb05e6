"""What adapters find alike: where a document departs from its format, and what of it nobody can read or looks at.

Departures are WARNING at most: authenticity is another question. No finding holds what stands at a place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from gateway.kit.schemas import json_schema
from gateway.model.leaves import pointer
from gateway.model.verdict import Finding, Status, SubIndication

MOST_DEVIATIONS = 50


def conformity(deviations: Iterable[Finding], about: str) -> tuple[Finding, ...]:
    """The findings about a document, at most fifty; one PASSED where there is nothing to say."""
    found = tuple(islice(deviations, MOST_DEVIATIONS))
    return found or (Finding(check="conformity.schema", status=Status.PASSED, about=about),)


def deviation(check: str, place: str, explanation: str) -> Finding:
    """A departure from a format's rules."""
    return Finding(check=f"conformity.{check}", status=Status.WARNING, about=place, explanation=explanation)


def schema_deviations(value: Any, schema: str, of: str = "profile") -> Iterator[Finding]:
    """Where a JSON value departs from a schema; `of` is what sets the rules."""
    plain = json.loads(json.dumps(value))  # numbers as any validator knows them: ours keep their form, and are refused
    for error in json_schema(schema).iter_errors(plain):
        place = pointer("", *(str(part) for part in error.instance_path))
        rule = next((str(part) for part in reversed(error.schema_path) if not isinstance(part, int)), "")
        told = f": {error.message}" if rule == "required" else ""  # names a property, never a value
        yield deviation("schema", place, f"breaks the rule `{rule}` of the {of}{told}")


def unreadable_bound(place: str) -> Finding:
    """A bound of its life that nobody can read is no life without bounds."""
    return Finding(
        check="credential.validity",
        status=Status.INDETERMINATE,
        about=place,
        explanation="states a bound of its validity that is no date or time: ask the issuer for a valid one",
        sub_indication=SubIndication.FORMAT_FAILURE,
    )


def not_looked_at(check: str, place: str) -> Finding:
    """A file that travels under the seal, and that nobody compares with anything."""
    return Finding(
        check=check, status=Status.NOT_CHECKED, about=place, explanation="a file under the seal, not looked at"
    )
