"""Whether a credential was revoked: what its issuer's status lists say, where they were looked up.

Bitstring Status List 1.0, its forerunner StatusList2021, and the revocation list of 1EdTech (Open Badges 3.0, section
B.6). A list counts when its own proof is trusted and it is of the credential's issuer; one that wasn't looked up, can't
be read or is out of date leaves the question open: it is never taken for a good answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from gateway.errors import Refused
from gateway.kit.contract import EvidenceRequest, Stated
from gateway.model.record import Identifier, Organisation
from gateway.model.texts import is_when
from gateway.model.verdict import Finding, Indication, Status, SubIndication, answer
from gateway.proofs.budget import Budget
from gateway.proofs.proof import Proof
from gateway.readers.base64 import decode_base64url
from gateway.readers.containers import inflate, unpack
from gateway.readers.document import Document
from gateway.readers.json import JsonValue, parse_json
from gateway.readers.limits import MIB
from gateway.verify.asking import open_question
from gateway.verify.evidence import Answer
from gateway.verify.keys import key_questions
from gateway.verify.life import first_moment, life_findings
from gateway.verify.proofs import proof_findings, proofs_around, proofs_inside
from gateway.verify.terms import Terms

LARGEST_LIST = 16 * MIB
"""Octets of a list once inflated: 134 million credentials."""

MOST_ENTRIES = 8
"""Entries that are looked up; the others stay open."""

MOST_QUESTIONS = 16
"""Open questions that are told one by one."""

_MORE = "further questions that it raises"
_LISTS = {"BitstringStatusListEntry": "BitstringStatusList", "StatusList2021Entry": "StatusList2021"}
_LIST, _OCTETS = 300, 500
"""Steps for a list that is looked up; octets of it, packed or not, in a step."""

_WHETHER = "whether it was revoked"
_REVOCATION_LIST = "1EdTechRevocationList"
_BITS = 8
Json = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Where a credential's status stands: the kind of list, its address; in a list of bits its place and meaning."""

    kind: str
    url: str
    index: JsonValue = None
    purpose: str = "revocation"
    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What the outside says of a document's life, and what it would have to be asked for more to be told."""

    findings: tuple[Finding, ...] = ()
    questions: tuple[EvidenceRequest, ...] = ()


def ask_outside(
    document: Document, questions: tuple[EvidenceRequest, ...], stated: Stated, terms: Terms, budget: Budget
) -> Outside:
    """A finding for each status that a credential names, and for each question that nothing here answers."""
    value = document.value if document.media == "json" else None
    entries = list(islice(entries_of(value), MOST_ENTRIES + 1)) if isinstance(value, dict) else []
    if not entries and not questions:
        return Outside()
    given = [entry for entry in entries[:MOST_ENTRIES] if entry.url in terms.evidence]
    judged = [_judged(entry, terms.evidence[entry.url], stated, terms, budget) for entry in given]
    answered = {entry.url for entry in given}
    asked = {question.url: question for question in questions if question.url not in answered}
    asked |= {entry.url: _about(entry) for entry in entries if entry.url not in answered | asked.keys()}
    told = tuple(islice(asked.values(), MOST_QUESTIONS))
    more = len(asked) > MOST_QUESTIONS or len(entries) > MOST_ENTRIES
    return Outside(
        findings=(
            *[finding for finding, _ in judged],
            *[_still_open(one, terms) for one in told],
            *([open_question(_MORE)] if more else []),
        ),
        questions=(
            *[q for _, further in judged for q in further],
            *[one for one in told if one.url not in terms.evidence],
        ),
    )


def _still_open(question: EvidenceRequest, terms: Terms) -> Finding:
    """An adapter's own question: nothing here judges an answer to it, and so one leaves it as open as none."""
    if question.url not in terms.evidence:
        return open_question(question.why, terms.unanswered.get(question.url))
    return Finding(
        check="evidence.asked",
        status=Status.INDETERMINATE,
        explanation=f"{question.why}: there is an answer from outside, and it can't be judged yet",
        sub_indication=SubIndication.TRY_LATER,
    )


def _about(entry: Entry) -> EvidenceRequest:
    return EvidenceRequest(url=entry.url, why=_WHETHER)


def ask_of_credential(document: Document, terms: Terms, budget: Budget) -> Outside:
    """Life and status of a verifiable credential that no adapter knows: it may have ended, or been taken back.

    Its terms are those of the VC Data Model, whatever it states.
    """
    value = document.value if document.media == "json" else None
    if not isinstance(value, dict) or "credentialSubject" not in value:
        return Outside()
    issuer = value.get("issuer")
    named = _text(issuer.get("id") if isinstance(issuer, dict) else issuer)
    stated = Stated(
        issuer=Organisation(identifiers=(Identifier(value=named),)) if named else None,
        valid_from=_when(value, "validFrom", "issuanceDate"),
        valid_until=_when(value, "validUntil", "expirationDate"),
    )
    outside = ask_outside(document, (), stated, terms, budget)
    return replace(outside, findings=(*life_findings(stated, terms.now), *outside.findings))


def _when(value: Json, *names: str) -> str | None:
    found = next((_text(value[name]) for name in names if name in value), "")
    return found if is_when(found) else None


def entries_of(credential: Json) -> Iterator[Entry]:
    """The entries under `credentialStatus`; those of kinds that aren't known are the adapter's to ask about."""
    stated = credential.get("credentialStatus")
    for one in stated if isinstance(stated, list) else [stated]:
        if not isinstance(one, dict):
            continue
        types = one.get("type")
        named = next((t for t in (types if isinstance(types, list) else [types]) if isinstance(t, str)), "")
        if named == _REVOCATION_LIST:
            yield Entry(kind=named, url=_text(one.get("id")), credential=_text(credential.get("id")))
        elif named in _LISTS:
            url, purpose = _text(one.get("statusListCredential")), _text(one.get("statusPurpose"))
            yield Entry(kind=named, url=url, index=one.get("statusListIndex"), purpose=purpose)


def _judged(
    entry: Entry, found: Answer, stated: Stated, terms: Terms, budget: Budget
) -> tuple[Finding, tuple[EvidenceRequest, ...]]:
    """What a list says, and what must be known of its key first."""
    if not found.is_success:
        return _open(_Open(f"the list's address answered with status {found.status}")), ()
    try:
        budget.spend(_LIST + len(found.octets) // _OCTETS)
        if entry.kind == _REVOCATION_LIST:
            revoked = _is_listed(entry, parse_json(found.octets, terms.limits), stated)
        else:
            revoked = _bit(entry, _list(entry, found, stated, terms, budget), budget)
    except _Open as fault:
        return _open(fault), fault.questions
    except Refused as refused:
        why = f"the list can't be read: {refused.message} ({refused.code}); ask its issuer for a sound one"
        return _open(_Open(why, SubIndication.FORMAT_FAILURE)), ()
    return _answered(entry, found, revoked=revoked), ()


class _Open(Exception):  # noqa: N818 - never leaves this module
    """Why a list gives no answer, and what would have to be asked first."""

    def __init__(
        self,
        why: str,
        sub: SubIndication = SubIndication.TRY_LATER,
        questions: tuple[EvidenceRequest, ...] = (),
        about: str = "",
    ) -> None:
        super().__init__(why)
        self.why, self.sub, self.questions, self.about = why, sub, questions, about


_NOT_MEANT = SubIndication.SIG_CONSTRAINTS_FAILURE


# --- lists of bits ----------------------------------------------------------------------------------------------------


def _list(entry: Entry, found: Answer, stated: Stated, terms: Terms, budget: Budget) -> Json:
    """What a list states, once its own proof is trusted, it is of the same issuer, and of this time."""
    unpacked = unpack(found.octets, terms.limits)
    document = Document(unpacked.octets, unpacked.kind, limits=terms.limits)
    proofs = proofs_around(unpacked, terms, budget) + proofs_inside(document, terms, budget)
    _require_keys(proofs, terms)
    covered = next((proof.covered for proof in reversed(proofs) if proof.role == "document"), None)
    value = parse_json(covered, terms.limits) if covered is not None else None
    if not isinstance(value, dict):
        raise _Open("the list has no proof that holds", _NOT_MEANT)
    issuer = value.get("issuer")
    named = _text(issuer.get("id") if isinstance(issuer, dict) else issuer)
    _require_issuer(named, stated)
    whose = Stated(issuer=Organisation(identifiers=(Identifier(value=named),)))
    if answer(proof_findings(proofs, whose, terms, vouched_outside=False)) is not Indication.PASSED:
        raise _Open("the list's own proof isn't trusted", _NOT_MEANT)
    if value.get("id", entry.url) != entry.url:
        raise _Open("the list calls itself by another address", _NOT_MEANT)
    _require_current(value, found, terms.now)
    return value


def _require_keys(proofs: tuple[Proof, ...], terms: Terms) -> None:
    """The list's keys are looked up where their names say; until then nothing is known of the list."""
    questions = key_questions(proofs, terms)
    if not questions:
        return
    nothing = next((terms.unanswered[q.url] for q in questions if q.url in terms.unanswered), None)
    why = "the document of the list's key wasn't given" if nothing is None else f"of the list's key: {nothing.why}"
    raise _Open(why, questions=questions, about="" if nothing is None else nothing.code)


def _require_issuer(named: str, stated: Stated) -> None:
    issuers = {i.value for i in stated.issuer.identifiers} if stated.issuer is not None else set()
    if not named or named not in issuers:
        raise _Open("the list is of another issuer than the credential", _NOT_MEANT)


def _require_current(value: Json, found: Answer, now: dt.datetime) -> None:
    for name, late in (("validFrom", False), ("issuanceDate", False), ("validUntil", True), ("expirationDate", True)):
        moment = _moment(value.get(name))
        if moment is not None and ((late and moment < now) or (not late and moment > now)):
            raise _Open(f"the list isn't of this time ({name})")
    subject = value.get("credentialSubject")
    lasts = subject.get("ttl") if isinstance(subject, dict) else None
    if (
        isinstance(lasts, int)
        and not isinstance(lasts, bool)
        and (now - found.fetched_at).total_seconds() * 1000 > lasts
    ):
        raise _Open("the list was looked up longer ago than it may be kept (ttl)")


def _bit(entry: Entry, value: Json, budget: Budget) -> bool:
    subject = value.get("credentialSubject")
    if not isinstance(subject, dict) or _LISTS[entry.kind] not in _texts(subject.get("type")):
        raise _Open(f"the answer is no {_LISTS[entry.kind]}", _NOT_MEANT)
    if not entry.purpose or entry.purpose not in _texts(subject.get("statusPurpose")):
        raise _Open("the list is for another purpose than the entry", _NOT_MEANT)
    octets = _octets(entry, _text(subject.get("encodedList")))
    budget.spend(len(octets) // _OCTETS)
    index = _index(entry.index)
    if index is None or index >= len(octets) * _BITS:
        raise _Open("the entry's index is none of the list", _NOT_MEANT)
    return bool(octets[index // _BITS] >> (_BITS - 1 - index % _BITS) & 1)


def _octets(entry: Entry, encoded: str) -> bytes:
    """The bits; only Bitstring Status List puts a multibase "u" in front."""
    text = encoded.removeprefix("u") if entry.kind == "BitstringStatusListEntry" else encoded
    return inflate(decode_base64url(text.rstrip("="), "a status list"), LARGEST_LIST, "gzip")


def _index(value: JsonValue) -> int | None:
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None  # noqa: PLR2004 - beyond any list


# --- the revocation list of 1EdTech -----------------------------------------------------------------------------------


def _is_listed(entry: Entry, value: JsonValue, stated: Stated) -> bool:
    """Whether a credential is in the list; the list is unsigned, and vouched for by who gives the evidence."""
    listed = value.get("revokedCredential") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(listed, list):
        raise _Open("the answer is no revocation list", _NOT_MEANT)
    _require_issuer(_text(value.get("issuer")), stated)
    if not entry.credential:
        raise _Open("the credential has no id by which the list could name it", _NOT_MEANT)
    members = [one for one in listed if isinstance(one, dict) and one.get("id") == entry.credential]
    return any(one.get("revoked", True) is not False for one in members)


# --- findings ---------------------------------------------------------------------------------------------------------


def _answered(entry: Entry, found: Answer, *, revoked: bool) -> Finding:
    evidence = {"fetched_at": found.fetched_at.isoformat(), "purpose": entry.purpose}
    if not revoked:
        explanation = f"its issuer's list of {entry.purpose} doesn't name it"
        return Finding(check="credential.status", status=Status.PASSED, explanation=explanation, evidence=evidence)
    taken_back = entry.purpose == "revocation"
    return Finding(
        check="credential.status",
        status=Status.FAILED if taken_back else Status.INDETERMINATE,
        explanation="its issuer has revoked it: don't rely on it"
        if taken_back
        else f"its issuer's list of {entry.purpose} names it",
        evidence=evidence,
        sub_indication=SubIndication.CREDENTIAL_REVOKED,
    )


def _open(fault: _Open) -> Finding:
    return Finding(
        check="credential.status",
        status=Status.INDETERMINATE,
        about=fault.about,
        explanation=fault.why,
        sub_indication=fault.sub,
    )


def _moment(text: JsonValue) -> dt.datetime | None:
    try:
        return first_moment(text)
    except (TypeError, ValueError, AttributeError):
        return None


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]
