"""What an Open Badge of version 2.0 leaves to its host: its badge, its issuer, the list of what was revoked, itself.

An assertion may name its badge by address, and a badge its issuer. A hosted assertion is its host's word: the answer at
its own address is the content, and what was handed in a claim. A host speaks for an issuer whose origin it shares, or
who names it (`verification`). Source: 1EdTech Open Badges 2.0, sections "Verification" and "Revocation".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from adapters.openbadges import terms
from gateway.errors import Refused
from gateway.kit import Document, dump_json
from gateway.kit.contract import Answered, Enclosed, EvidenceRequest
from gateway.model.leaves import pointer
from gateway.model.verdict import Finding, Status, SubIndication

_NAMES = {"badge": "what its badge is", "issuer": "who issued it"}
_LIST = "whether it was revoked"
_GONE = 410
Json = Mapping[str, Any]


def enclosed(document: Document, answered: Answered) -> Enclosed:
    """An assertion with its badge and issuer in place, and what the issuer's list says of it."""
    links = _Links(answered)
    assertion = dict(document.value)
    badge = links.put(assertion, "badge")
    issuer = None if badge is None else links.put(badge, "issuer")
    if issuer is not None and is_signed(assertion):
        links.look_up(assertion, issuer)
    whole = Document(dump_json(assertion), "json", limits=document.limits) if links.placed else document
    return Enclosed(document=whole, questions=tuple(links.questions), findings=tuple(links.findings))


def is_hosted(assertion: Json) -> bool:
    """Whether its proof is that its host publishes it."""
    return any(kind.startswith("hosted") for kind in _kinds(assertion))


def is_signed(assertion: Json) -> bool:
    """Whether its proof is a signature around it."""
    return any(kind.startswith("signed") for kind in _kinds(assertion))


def _kinds(assertion: Json) -> list[str]:
    verification = assertion.get("verification")
    return [str(kind).lower() for kind in terms.types_of(verification)] if isinstance(verification, dict) else []


class _Links:
    """Addresses followed from one assertion: to its badge, on to its issuer, on to the list."""

    def __init__(self, answered: Answered) -> None:
        self.answered = answered
        self.questions: list[EvidenceRequest] = []
        self.findings: list[Finding] = []
        self.placed = False

    def put(self, holder: dict[str, Any], name: str) -> dict[str, Any] | None:
        """What a member holds, or what its address answered, put in its place; None where neither is there."""
        named = holder.get(name)
        if isinstance(named, dict):
            own = dict(named)
            holder[name] = own
            return own
        found = self._at(named, _NAMES[name]) if isinstance(named, str) else None
        if found is None:
            return None
        holder[name], self.placed = found, True
        return found

    def look_up(self, assertion: Json, issuer: Json) -> None:
        """Whether the issuer's list names the assertion, by its id or uid."""
        address = issuer.get("revocationList")
        listed = self._at(address, _LIST) if isinstance(address, str) else None
        if listed is None:
            return
        members = listed.get("revokedAssertions")
        if not isinstance(members, list):
            self.findings.append(_open_status("the answer is no list of revoked assertions"))
            return
        ids = {assertion.get("id"), assertion.get("uid")} - {None}
        revoked = any(_names(member) & ids for member in members)
        self.findings.append(_revoked() if revoked else _not_revoked())

    def _at(self, address: str, why: str) -> dict[str, Any] | None:
        if urlsplit(address).scheme not in ("https", "http"):
            return None
        octets = self.answered(address)
        if octets is None:
            self.questions.append(EvidenceRequest(url=address, why=why))
            return None
        try:
            found = Document(octets, "json").value
        except Refused as refused:
            self.findings.append(_open_status(f"{why}: the answer can't be read ({refused.code})"))
            return None
        if isinstance(found, dict) and found.get("id") == address:
            return found
        self.findings.append(_open_status(f"{why}: the answer doesn't call itself by the address that was asked"))
        return None


def _names(member: Any) -> set[Any]:
    if isinstance(member, str):
        return {member}
    return (
        {one for one in (member.get("id"), member.get("uid")) if isinstance(one, str)}
        if isinstance(member, dict)
        else set()
    )


def origin_findings(assertion: Json) -> tuple[Finding, ...]:
    """Whether the host of a hosted assertion may speak for its issuer."""
    badge = assertion.get("badge")
    issuer = badge.get("issuer") if isinstance(badge, dict) else None
    if not is_hosted(assertion) or issuer is None:
        return ()
    profile = issuer if isinstance(issuer, dict) else {"id": issuer}
    if _speaks_for(str(assertion.get("id", "")), profile):
        return ()
    found = Finding(
        check="credential.host",
        status=Status.INDETERMINATE,
        about="/id",
        explanation="the host of the assertion is none that its issuer names, and isn't the issuer's own",
        sub_indication=SubIndication.SIG_CONSTRAINTS_FAILURE,
    )
    return (found,)


def _speaks_for(address: str, profile: Json) -> bool:
    said = profile.get("verification")
    policy = said if isinstance(said, dict) else {}
    starts = [one for one in terms.listed(policy.get("startsWith")) if isinstance(one, str)]
    origins = [one for one in terms.listed(policy.get("allowedOrigins")) if isinstance(one, str)]
    if starts:
        return any(_begins(address, one) for one in starts)
    host = urlsplit(address).netloc.lower()
    allowed = origins or [urlsplit(str(profile.get("id", ""))).netloc]
    return bool(host) and host in [one.lower() for one in allowed]


def _begins(address: str, start: str) -> bool:
    """By whole hosts: `https://school.example` is no beginning of `https://school.example.attacker.example`."""
    one, other = urlsplit(address), urlsplit(start)
    same = (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower())
    return bool(other.netloc) and same and one.path.startswith(other.path)


# --- the online check -------------------------------------------------------------------------------------------------


def is_revoked(claim: Json, status: int, answer: Any) -> bool:
    """Whether the answer at an assertion's address takes it back: 410 Gone, or a body that says so.

    Either suffices, and the body needs no more than id and `revoked` ("Revoking Hosted Assertions"); one that is of
    another assertion says nothing of this.
    """
    said = answer if isinstance(answer, dict) else {}
    if said.get("id", claim.get("id")) != claim.get("id"):
        return False
    return status == _GONE or said.get("revoked") is True


def compared(claim: Json, answer: Json) -> tuple[Finding, ...]:
    """What was handed in against what its host answered, member by member."""
    findings = [found for name in claim if (found := _member(name, claim, answer)) is not None]
    if any(finding.status is Status.FAILED for finding in findings):
        return tuple(findings)
    same = Finding(check="online.compared", status=Status.PASSED, explanation="its host publishes the same assertion")
    return (same, *findings)


def _member(name: str, claim: Json, answer: Json) -> Finding | None:
    place = pointer("", name)
    if name not in answer:
        told = "its host's answer doesn't show it"
        return Finding(check="online.compared", status=Status.NOT_CHECKED, about=place, explanation=told)
    if claim[name] == answer[name]:
        return None
    held = claim[name]
    if isinstance(held, dict) and held.get("id") == answer[name]:
        told = "its host's answer names it by address alone"
        return Finding(check="online.compared", status=Status.NOT_CHECKED, about=place, explanation=told)
    return Finding(
        check="online.compared",
        status=Status.FAILED,
        about=place,
        explanation="its host publishes another value",
        sub_indication=SubIndication.HASH_FAILURE,
    )


def _revoked() -> Finding:
    return Finding(
        check="credential.status",
        status=Status.FAILED,
        explanation="its issuer has revoked it",
        sub_indication=SubIndication.CREDENTIAL_REVOKED,
    )


def _not_revoked() -> Finding:
    told = "its issuer's list of revoked assertions doesn't name it"
    return Finding(check="credential.status", status=Status.PASSED, explanation=told)


def _open_status(why: str) -> Finding:
    return Finding(
        check="evidence.enclosed",
        status=Status.INDETERMINATE,
        explanation=why,
        sub_indication=SubIndication.TRY_LATER,
    )
