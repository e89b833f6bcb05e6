"""Reading Blockcerts of version 3: a credential whose proof is anchored in a blockchain.

What it says of the achievement is the issuer's own: the samples have a `claim` with a name and a description. One that
has the type of a badge as well is a badge, and read as one.

Source: blockcerts.org, Blockcerts schema 3.0 to 3.2.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters.openbadges import credentials, learners, terms
from adapters.openbadges.nodes import Nodes, node_id, text, when
from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.json_facts import remember
from gateway.model.record import Achievement, Organisation, Record, Report, Specification

CONTEXTS = re.compile(r"https://w3id\.org/blockcerts/v3(?:\.\d)?")
TYPE = "BlockcertsCredential"


def is_anchored(value: Any) -> bool:
    """Whether a JSON value is a Blockcerts credential of version 3 that isn't a badge as well."""
    kinds = terms.types_of(value)
    named = any(CONTEXTS.fullmatch(one) for one in terms.contexts_of(value))
    return TYPE in kinds and terms.CREDENTIAL in kinds and named and not (terms.is_badge(value) or terms.is_clr(value))


def read_anchored(value: Mapping[str, Any]) -> Reading:
    """Read a credential.

    Raises:
        Refused: `blockcerts.no_claim`, where it says nothing that was achieved.
    """
    reading, nodes = JsonReading(value), Nodes()
    root = reading.root
    subject = root.one("credentialSubject")
    claim = None if subject is None else subject.one("claim")
    if subject is None or claim is None:
        raise Refused(
            "blockcerts.no_claim",
            "got a credential that claims nothing, expected an object at /credentialSubject/claim",
            advice="Credentials about a person alone (an identity card) have nothing to translate.",
        )
    facts = credentials.facts(root)
    other = dict(facts.other)
    for name in ("display", "metadata"):
        remember(root, name, other)
    report = Report(
        issuer=credentials.issuer_of(root, nodes) or Organisation(),
        issued=next((found for name in credentials.STARTS if (found := when(root, name)) is not None), None),
        title=text(root, "name"),
        description=text(root, "description"),
        valid_until=next((found for name in credentials.ENDS if (found := when(root, name)) is not None), None),
        achievements=(_achievement(claim),),
    )
    record = Record(learner=learners.learner(subject, nodes), reports=(report,))
    document = facts.model_copy(update={"other": other})
    return Reading(record=record, document=document, losses=reading.finish().losses)


def _achievement(claim: JsonCursor) -> Achievement:
    return Achievement(
        specification=Specification(
            title=text(claim, "name"),
            description=text(claim, "description"),
            identifiers=node_id(claim),
            outcome_summary=text(claim, "criteria"),
        )
    )
