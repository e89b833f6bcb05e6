"""Reading an Assertion of Open Badges 2.0, as it is hosted or signed (Credly, IBM SkillsBuild).

An assertion may name its badge, and the badge its issuer, by address alone: what stands elsewhere is never fetched by
a reader, but put in place before, where it was looked up (`hosted.py`); else only the address is known.

Source: 1EdTech Open Badges 2.0; the mapping follows the migration guide of Open Badges 3.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.openbadges import credentials, hosted, terms
from adapters.openbadges.nodes import HASHED, IDENTITY, SALT, Nodes, contact_points, text, when
from gateway.errors import Refused
from gateway.kit.contract import EvidenceRequest, Opened, Reading, Stated
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.json_facts import remember
from gateway.model.document import DocumentFacts
from gateway.model.record import (
    Achievement,
    Alignment,
    Code,
    Identifier,
    Learner,
    Link,
    Organisation,
    Outcome,
    Record,
    Report,
    Specification,
)
from gateway.model.texts import UNDETERMINED
from gateway.model.verdict import Finding, Status, SubIndication

CONTEXT = "https://w3id.org/openbadges/v2"
ANCHORED = "https://w3id.org/blockcerts"
_ABOUT_THE_FILE = ("@context", "id", "image", "revocationReason", "revoked", "type", "uid", "verification")
_RECIPIENTS = {"email": "emailAddress"}


def is_assertion(value: Any) -> bool:
    """Whether a JSON value is an Assertion of 2.0, and not one anchored in a blockchain."""
    contexts = terms.contexts_of(value)
    anchored = any(one.startswith(ANCHORED) for one in contexts)
    return "Assertion" in terms.types_of(value) and CONTEXT in contexts and not anchored


def opened(value: Mapping[str, Any]) -> Opened:
    """State issuer and life; a hosted assertion has to be asked for at its host."""
    root = JsonReading(value).root
    why = "whether its host publishes it, unrevoked"
    address = str(value.get("id", ""))
    issuer = _issuer(root.one("badge"), Nodes())
    return Opened(
        stated=Stated(
            issuer=issuer,
            issued=root.when("issuedOn"),
            valid_from=root.when("issuedOn"),
            valid_until=root.when("expires"),
        ),
        findings=(*_revoked(value), *_unreadable(value), *hosted.origin_findings(value)),
        questions=(EvidenceRequest(url=address, why=why, vouches=True),) if hosted.is_hosted(value) else (),
    )


def _revoked(value: Mapping[str, Any]) -> tuple[Finding, ...]:
    if value.get("revoked") is not True:
        return ()
    told = "says of itself that it was revoked"
    found = Finding(
        check="credential.status",
        status=Status.FAILED,
        about="/revoked",
        explanation=told,
        sub_indication=SubIndication.CREDENTIAL_REVOKED,
    )
    return (found,)


def _unreadable(value: Mapping[str, Any]) -> list[Finding]:
    return credentials.unreadable(value, ("issuedOn", "expires"))


def read_assertion(value: Mapping[str, Any]) -> Reading:
    """Read an assertion.

    Raises:
        Refused: `openbadges.not_enclosed`, where the badge isn't in the file, only its address.
    """
    reading, nodes = JsonReading(value), Nodes()
    root = reading.root
    badge = root.one("badge")
    if badge is None:
        raise Refused(
            "openbadges.not_enclosed",
            "got an assertion that names its badge by address alone, expected the badge at /badge",
            advice="Ask for the badge as Open Badges 3.0, or with everything in one file (baked, or signed).",
        )
    facts = _facts(root)
    report = Report(
        issuer=_issuer(badge, nodes) or Organisation(),
        issued=when(root, "issuedOn"),
        valid_until=when(root, "expires"),
        achievements=(_achievement(root, badge, nodes),),
    )
    record = Record(learner=Learner(identifiers=_recipient(root)), reports=(report,))
    return Reading(record=record, document=facts, losses=reading.finish().losses)


def _facts(root: JsonCursor) -> DocumentFacts:
    other: dict[str, str] = {}
    for name in _ABOUT_THE_FILE:
        remember(root, name, other)
    address, start = root.value.get("id"), root.when("issuedOn")
    return DocumentFacts(
        id=address if isinstance(address, str) else None,
        issued=start,
        issuer=_issuer(JsonReading(root.value).root.one("badge"), Nodes()),
        valid_from=start,
        valid_until=root.when("expires"),
        other=other,
    )


def _achievement(root: JsonCursor, badge: JsonCursor, nodes: Nodes) -> Achievement:
    badge.structural("type", "BadgeClass".__eq__)
    aligned = [nodes.alignment(one, UNDETERMINED) for one in badge.each("alignment")]
    criteria = badge.one("criteria")
    address = badge.scalar("criteria") if criteria is None else criteria.scalar("id")
    narrative = text(root, "narrative")
    return Achievement(
        specification=Specification(
            title=text(badge, "name"),
            description=text(badge, "description"),
            identifiers=_addresses(badge),
            outcome_summary={} if criteria is None else text(criteria, "narrative"),
            documents=() if address is None else (Link(url=address),),
            subjects=tuple(Code(scheme=terms.TAG, value=word) for word in badge.scalars("tags")),
            outcomes=tuple(one for one in aligned if isinstance(one, Outcome)),
            alignments=tuple(one for one in aligned if isinstance(one, Alignment)),
        ),
        notes=(narrative,) if narrative else (),
        documents=(*(Link(url=one) for one in root.scalars("evidence")), *_evidence(root)),
    )


def _evidence(root: JsonCursor) -> list[Link]:
    several = [one for one in root.each("evidence") if "id" in one.value]
    return [Link(url=one.scalar("id") or "", title=text(one, "name")) for one in several]


def _addresses(cursor: JsonCursor) -> tuple[Identifier, ...]:
    address = cursor.scalar("id")
    return () if address is None else (Identifier(scheme=terms.URI, value=address),)


def _recipient(root: JsonCursor) -> tuple[Identifier, ...]:
    """Whom it was given to: an address of theirs, as a rule hashed."""
    found = root.one("recipient")
    if found is None:
        return ()
    kinds = []
    hashed = found.scalar("hashed")
    if hashed is not None and hashed != "false":
        kinds.append(Code(scheme=IDENTITY, value=HASHED if hashed == "true" else hashed))
    salt = found.scalar("salt")
    if salt is not None:
        kinds.append(Code(scheme=SALT, value=salt))
    kind = found.scalar("type") or ""
    scheme = _RECIPIENTS.get(kind, kind)
    return (Identifier(scheme=scheme, value=found.scalar("identity") or "", kinds=tuple(kinds)),)


def _issuer(badge: JsonCursor | None, nodes: Nodes) -> Organisation | None:
    """The issuer in the badge; of one that is only named, its address."""
    if badge is None:
        return None
    found = badge.one("issuer")
    if found is None:
        return next(iter(nodes.issuers(badge)), None)
    found.structural("type", frozenset({"Profile", "Issuer"}).__contains__)
    said = text(found, "description")
    return Organisation(
        legal_name=text(found, "name"),
        identifiers=_addresses(found),
        homepages=tuple(Link(url=url) for url in found.scalars("url")),
        contact_points=contact_points(found),
        notes=(said,) if said else (),
    )
