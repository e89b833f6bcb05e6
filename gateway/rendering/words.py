"""Verdicts and losses in plain words: one account for the terminal and for pages.

Every word of the model that people meet stands here once; a test holds the tables against the model's own lists.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.model import record
from gateway.model.losses import Kind, Loss, Stage
from gateway.model.noun import Noun
from gateway.model.verdict import Caveat, Conformity, Finding, Indication, Role, Status, SubIndication, Verdict

MEANING = {
    Indication.PASSED: "authentic: sealed by somebody you trust, and unchanged since",
    Indication.FAILED: "not authentic: do not rely on it",
    Indication.INDETERMINATE: "not proven either way",
}
"""What the three answers mean, in one line."""

UNSEALED = {
    Caveat.CHECKED_ONLINE: "authentic: unsealed, and the online check says the same",
    Caveat.VOUCHED_BY_CHANNEL: "authentic: unsealed, and the peer that sent it may vouch for it",
}
"""What PASSED means where no seal vouches."""

UNVOUCHED = "well-formed, not verified: nothing vouches for it"
"""What INDETERMINATE means where a document keeps the rules of its format, and that is all there is."""


def meaning_name(verdict: Verdict) -> str:
    """The name of the phrase that says what a verdict means."""
    unsealed = next((caveat for caveat in verdict.caveats if caveat in UNSEALED), None)
    if verdict.verdict is Indication.PASSED and unsealed is not None:
        return f"meaning.{unsealed.value}"
    if verdict.sub_indication is SubIndication.NO_PROOF_FOUND and verdict.conformity is Conformity.CONFORMS:
        return "meaning.unvouched"
    return f"meaning.{verdict.verdict.value}"


def meaning(verdict: Verdict) -> str:
    """What a verdict means, in one line."""
    return phrases()[meaning_name(verdict)]


ADVICE = {
    Indication.PASSED: "You may rely on what the record states, as far as you trust whoever vouches for it.",
    Indication.FAILED: "Do not rely on this document. Ask its issuer for a genuine one.",
    Indication.INDETERMINATE: "Do not rely on it yet: see below what is open, and settle that first.",
}
"""What to do after each answer, where nothing more is known."""

REASONS = {
    SubIndication.FORMAT_FAILURE: (
        "the file, or its seal, isn't made as its format demands",
        "Ask for the original file, untouched: e-mail programs and editors may have changed it.",
    ),
    SubIndication.HASH_FAILURE: (
        "the document was changed after it was sealed",
        "Do not rely on it. Ask the issuer for the original, and keep this copy as evidence.",
    ),
    SubIndication.SIG_CRYPTO_FAILURE: (
        "the seal wasn't made by the key that it names",
        "Do not rely on it. Ask the issuer for the original, and keep this copy as evidence.",
    ),
    SubIndication.SIG_CONSTRAINTS_FAILURE: (
        "the seal doesn't meet a condition that was set for it",
        "Find out whether the sealer may seal for this issuer; if so, trust the sealer's own certificate.",
    ),
    SubIndication.CHAIN_CONSTRAINTS_FAILURE: (
        "the sealer's certificate was issued for something else",
        "Ask the sealer for a certificate that is meant for seals.",
    ),
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE: (
        "the way from the sealer's certificate to a trusted authority couldn't be judged",
        "Get the missing certificates from the authority, or trust the sealer's own certificate.",
    ),
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE: (
        "the seal rests on cryptography that the policy in force doesn't allow",
        "Ask for a document sealed anew; a node's operator may allow older seals of named sealers (policy legacy).",
    ),
    SubIndication.EXPIRED: (
        "the sealer's certificate had expired when the document was sealed",
        "Ask the issuer to seal the document anew.",
    ),
    SubIndication.NOT_YET_VALID: (
        "the sealer's certificate wasn't valid yet when the document was sealed",
        "Ask the issuer to seal the document anew.",
    ),
    SubIndication.OUT_OF_BOUNDS_NO_POE: (
        "the sealer's certificate isn't valid now, and nothing proves that the document is older",
        "Ask for a document sealed anew, or for one with a time stamp.",
    ),
    SubIndication.NO_SIGNING_CERTIFICATE_FOUND: (
        "the seal names no key that can be used",
        "Ask the issuer for its certificate, and trust it if it is genuine.",
    ),
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND: (
        "nobody whom you trust vouches for the sealer",
        "Get the sealer's certificate by a way that you trust (its site, its ministry), and add it to what you trust.",
    ),
    SubIndication.SIGNED_DATA_NOT_FOUND: (
        "what the seal covers isn't in the document",
        "Ask for the original file, whole.",
    ),
    SubIndication.TRY_LATER: (
        "somebody who has to be asked can't be reached now",
        "Try again later: this is neither a yes nor a no.",
    ),
    SubIndication.NO_PROOF_FOUND: (
        "the document carries no seal, so nothing vouches for it",
        "Ask for the sealed original.",
    ),
    SubIndication.UNKNOWN_FORMAT: (
        "no adapter knows a document of this kind",
        "See with `testamur adapters list` what can be read here.",
    ),
    SubIndication.UNSUPPORTED_PROOF: (
        "the proof is of a kind that can't be checked here",
        "Ask for the document with another kind of seal, or check it where that kind is known.",
    ),
    SubIndication.AMBIGUOUS_FORMAT: (
        "several adapters claim this document",
        "Enable only one of them in the node's settings.",
    ),
    SubIndication.INNER_DOCUMENT: (
        "a document inside this one isn't proven",
        "Look at the documents inside: one of them has the answer.",
    ),
    SubIndication.TOO_LARGE: (
        "the document, or the work of verifying it, is larger than this node's limit",
        "Raise the limit in the node's settings if you expect such documents.",
    ),
    SubIndication.CREDENTIAL_EXPIRED: (
        "the seal is good, but the credential's own validity has ended",
        "Ask the issuer for a valid one, if a valid one is needed.",
    ),
    SubIndication.CREDENTIAL_NOT_YET_VALID: (
        "the seal is good, but the credential's own validity hasn't begun",
        "Come back when it has begun.",
    ),
    SubIndication.CREDENTIAL_REVOKED: (
        "the issuer has taken the credential back",
        "Do not rely on it. Ask its issuer why.",
    ),
    SubIndication.ANSWER_DIFFERS: (
        "the answer of the online check isn't what the document says",
        "Do not rely on it. Ask its holder for a new one, and keep this copy as evidence.",
    ),
}
"""Why a document isn't PASSED, and what to do about it."""

CAVEATS = {
    Caveat.SHA1: "it rests on SHA-1, which can be forged with effort",
    Caveat.SHORT_KEY: "the key is shorter than today's rules ask for",
    Caveat.EXPIRED_SINCE: "the sealer's certificate has expired since",
    Caveat.OUTSIDE_VALIDITY: "the document's time lies outside the certificate's validity",
    Caveat.TIME_CLAIMED_ONLY: "the time of sealing is the sealer's word alone",
    Caveat.SEALER_IS_NOT_ISSUER: "the sealer is not the issuer that the document names",
    Caveat.REVOCATION_NOT_CHECKED: "nobody asked whether the certificate was revoked",
    Caveat.NOT_SIGNED_APART: "a part has no proof of its own",
    Caveat.UNKNOWN_PROOF_IN_SET: "one of several proofs is of an unknown kind",
    Caveat.OLD_SUITE_NAME: "the proof is called by an old name",
    Caveat.CHECKED_ONLINE: "no seal vouches for it, but the answer of an online check on the day that it was asked",
    Caveat.VOUCHED_BY_CHANNEL: "no seal vouches for it, but the peer that sent it, as this node's policy allows",
    Caveat.SIMULATED: "it rests on the answer of a simulator, not of the register",
    Caveat.ONLINE_CHECK_OPEN: "an online check that could tell was not made, or not answered",
    Caveat.PROOF_NOT_JUDGED: "it carries a signature of a kind that isn't judged here",
}
"""Reasons to be careful that don't change the answer."""

CONFORMITY = {
    Conformity.CONFORMS: "keeps the rules of its format",
    Conformity.DEVIATES: "departs from the rules of its format (this does not touch the verdict)",
    Conformity.NOT_CHECKED: "rules of the format not checked",
}

ROLES: dict[Role, str] = {
    "part": "a part of the document",
    "original": "the enclosed original",
    "endorsement": "an endorsement",
    "supplement": "a signed diploma supplement",
}
"""What a document inside another is."""

STATUSES = {
    Status.PASSED: "proven",
    Status.FAILED: "wrong",
    Status.INDETERMINATE: "open",
    Status.WARNING: "noted",
    Status.NOT_CHECKED: "not checked",
}

KINDS: dict[Kind, str] = {
    "dropped": "left out",
    "approximated": "shortened or rounded",
    "moved": "stands elsewhere",
    "assumed": "filled in by the gateway",
    "converted": "converted by agreement",
}
"""What became of something that couldn't be carried as it was."""

STAGES: dict[Stage, str] = {
    "read": "while reading the original",
    "convert": "by a recognition agreement",
    "write": "while writing the translation",
    "policy": "by this node's policy",
}

CHECKS = {
    "format.readable": "Can the file be read?",
    "format.container": "What was it packed in?",
    "format.recognised": "Is it a known kind of document?",
    "format.opened": "Can the document be opened?",
    "proof.present": "Does anything vouch for it?",
    "proof.set": "Are all of several seals of a known kind?",
    "signature.place": "Is the seal where it belongs?",
    "signature.structure": "Is the seal made as the standard says?",
    "signature.reference": "Does the seal cover the whole document?",
    "signature.transforms": "Is nothing hidden from the seal?",
    "signature.algorithm": "Are the seal's algorithms known?",
    "signature.header": "Is the seal's header in order?",
    "signature.crit": "Is everything understood that the seal calls critical?",
    "signature.key": "Can the sealing key be used?",
    "signature.key_id": "Is the key named the key used?",
    "signature.key_owner": "Does that key belong to the issuer?",
    "signature.path": "Does its digest lead to the root that it names?",
    "signature.anchor": "Does the blockchain hold its anchor?",
    "signature.value": "Was the seal made by that key?",
    "signature.digest": "Is the document unchanged since it was sealed?",
    "signature.claims": "Do the token and the credential in it agree?",
    "signature.purpose": "Was it made to state something?",
    "signature.key_life": "Was the key in use?",
    "signature.content": "Can what was signed be made out?",
    "signature.contexts": "Are its vocabularies known?",
    "signature.terms": "Does every word in it have a meaning that is covered?",
    "signature.payload": "Is the sealed content there?",
    "signature.certificate": "Can the sealer's certificate be read?",
    "signature.certificate_reference": "Is the seal bound to that certificate?",
    "signature.signed_properties": "Are the seal's own statements covered by it?",
    "signature.policy": "Does it name a signature policy?",
    "signature.time": "When was it sealed?",
    "signature.counter_signature": "Are there counter-signatures?",
    "signature.unsigned": "Has the seal parts that it doesn't cover?",
    "timestamp.content": "Is a time stamp on what was sealed over this very content?",
    "timestamp.content.authority": "Is that time stamp by somebody trusted?",
    "timestamp.signature": "Is there a time stamp on the seal?",
    "timestamp.archive": "Is there a time stamp for keeping?",
    "trust.anchor": "Does somebody whom you trust vouch for the sealer?",
    "trust.path": "Is the way from the sealer to that trust sound?",
    "trust.validity": "Is the sealer's certificate valid?",
    "trust.algorithm": "Are the algorithms strong enough?",
    "trust.key_size": "Are the keys long enough?",
    "trust.issuer": "Is the sealer the issuer that the document names?",
    "trust.revocation": "Was the certificate revoked?",
    "trust.time": "Is it proven when it was made?",
    "credential.status": "Has its issuer revoked it?",
    "credential.host": "Does its host speak for the issuer?",
    "credential.validity": "Is the credential itself valid at this time?",
    "inner.followed": "Were all documents inside looked at?",
    "conformity": "Does it keep the rules of its format?",
    "online.answer": "What did the online check answer?",
    "online.attested": "Does somebody trusted attest to have fetched that answer?",
    "online.source": "Did the register itself answer?",
    "online.field": "Does the answer say the same?",
    "online.fields": "Is what document and answer both say equal?",
    "online.date": "Is the answer of the same date as the document?",
    "online.compared": "Does its host publish the same?",
    "online.time": "Is the answer of this time?",
    "evidence.asked": "Was everything asked outside that only an answer from there can tell?",
    "evidence.enclosed": "Was what the document names by address put in place?",
    "content.attachment": "Are the attached files compared with the results?",
    "content.evidence": "Are the files enclosed as evidence looked at?",
}
"""Checks as the questions that they answer: so they read right whatever the answer is."""


def check_in_words(check: str) -> str:
    """The question that a check answers; one of an adapter's own is told by its name."""
    known = CHECKS.get(check)
    if known is not None:
        return known
    return check.replace("_", " ").replace(".", ": ", 1).capitalize() + "?"


def reason_in_words(verdict: Verdict) -> str:
    """Why the verdict is what it is, as a clause; empty where it is PASSED."""
    return REASONS[verdict.sub_indication][0] if verdict.sub_indication is not None else ""


def advice_in_words(verdict: Verdict) -> str:
    """What to do."""
    if verdict.sub_indication is None:
        return ADVICE[verdict.verdict]
    return REASONS[verdict.sub_indication][1]


_POINTS = (
    ("unchanged", ("signature.value", "signature.digest", "signature.anchor"), "it is unchanged since it was sealed"),
    ("vouched", ("trust.anchor",), "somebody whom you trust vouches for the sealer"),
    ("issuer", ("trust.issuer",), "the sealer is the issuer that it names"),
    ("valid", ("credential.validity",), "it is valid at this time"),
)


def proven(verdict: Verdict) -> tuple[str, ...]:
    """What matters most of what is proven, as clauses; nothing where the document itself is FAILED, or has no seal."""
    clauses = {name: clause for name, _, clause in _POINTS}
    return tuple(clauses[name] for name in proven_points(verdict))


def proven_points(verdict: Verdict) -> tuple[str, ...]:
    """As `proven`, by the names of the points."""
    if verdict.own is Indication.FAILED or rests_on_an_answer(verdict):
        return ()
    answers: dict[str, set[Status]] = {}
    for finding in verdict.findings:
        answers.setdefault(finding.check, set()).add(finding.status)
    passed = {check for check, statuses in answers.items() if statuses == {Status.PASSED}}
    made = [(set(checks) & answers.keys(), name) for name, checks, _ in _POINTS]
    return tuple(name for checks, name in made if checks and checks <= passed)


def rests_on_an_answer(verdict: Verdict) -> bool:
    """Whether an online check was made: what is signed then is the answer, never the document."""
    return any(finding.check.startswith("online.") for finding in verdict.findings)


# --- who sealed ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBy:
    """A sealer as the findings show it; what an untrusted certificate names is its own word."""

    name: str
    identifier: str
    country: str
    trusted: bool
    digest: str
    about: str


def sealers(verdict: Verdict) -> tuple[SealedBy, ...]:
    """Whoever sealed the document itself, one for each proof."""
    return tuple(_sealer(f, verdict.findings) for f in verdict.findings if f.check == "trust.anchor" and f.evidence)


def sealed_by(verdict: Verdict) -> str:
    """How to speak of the sealer: whom a broken seal names didn't seal this, nor did who attests an online answer."""
    if rests_on_an_answer(verdict):
        return "Answer attested by"
    return "Seal names" if verdict.own is Indication.FAILED else "Sealed by"


def _sealer(anchor: Finding, findings: Iterable[Finding]) -> SealedBy:
    issuer = next((f for f in findings if f.check == "trust.issuer" and f.about == anchor.about), anchor)
    evidence = {**anchor.evidence, **issuer.evidence}
    return SealedBy(
        name=evidence.get("O", ""),
        identifier=evidence.get("2.5.4.97", ""),
        country=evidence.get("C", ""),
        trusted=anchor.status is Status.PASSED,
        digest=evidence.get("certificate_sha256") or evidence.get("key_sha256", ""),
        about=anchor.about,
    )


# --- losses ----------------------------------------------------------------------------------------------------------

_FIELDS = frozenset(
    field
    for noun in vars(record).values()
    if isinstance(noun, type) and issubclass(noun, Noun)
    for field in noun.model_fields
)
"""The names of all fields of the record."""


def subject(loss: Loss) -> str:
    """What a loss is about, by the names of its fields or elements: never by a key, which may be a person's number."""
    names = [n for n in _names(loss.path) if n in _FIELDS] if loss.path else _places(loss.source or loss.target)
    return " / ".join(name.replace("_", " ") for name in names[-2:]) or "the document"


def _names(path: str) -> list[str]:
    return [segment.replace("~1", "/").replace("~0", "~") for segment in path.split("/")[1:]]


def _places(source: str) -> list[str]:
    """The names on the way to a place in a document, without positions and list indices."""
    bare = (name.partition("[")[0].removeprefix("@") for name in _names(source))
    return [name for name in bare if name and not name.isdigit()]


# --- all of these by name, for the tables of other languages ----------------------------------------------------------


def phrases() -> dict[str, str]:
    """The English phrases under the names by which `wording/` has them in other languages."""
    return {
        **{f"meaning.{answer.value}": told for answer, told in MEANING.items()},
        **{f"meaning.{caveat.value}": told for caveat, told in UNSEALED.items()},
        "meaning.unvouched": UNVOUCHED,
        **{f"advice.{answer.value}": told for answer, told in ADVICE.items()},
        **{f"reason.{sub.value}": told for sub, (told, _) in REASONS.items()},
        **{f"what_to_do.{sub.value}": told for sub, (_, told) in REASONS.items()},
        **{f"caveat.{caveat.value}": told for caveat, told in CAVEATS.items()},
        **{f"conformity.{answer.value}": told for answer, told in CONFORMITY.items()},
        **{f"inside.{role}": f"Inside it: {told}" for role, told in ROLES.items()},
        **{f"status.{status.value}": told for status, told in STATUSES.items()},
        **{f"kind.{kind}": told for kind, told in KINDS.items()},
        **{f"stage.{stage}": told for stage, told in STAGES.items()},
        **{f"check.{check}": told for check, told in CHECKS.items()},
        **{f"proven.{name}": clause for name, _, clause in _POINTS},
    }
