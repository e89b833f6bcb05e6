"""What verifying one document found: findings, and the verdict that follows from them.

Three answers, never a boolean (ETSI EN 319 102-1, 5.1.3): PASSED, FAILED, INDETERMINATE. The verdict is a pure
function of the findings (`conclude`); what wasn't checked stands in the list as NOT_CHECKED. Authenticity (`verdict`)
and keeping the format's rules (`conformity`) are two answers that never mix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Literal

from gateway.model.noun import Noun


class Status(StrEnum):
    """The result of one check."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INDETERMINATE = "INDETERMINATE"
    WARNING = "WARNING"
    NOT_CHECKED = "NOT_CHECKED"


class Indication(StrEnum):
    """The answer for a document."""

    PASSED = "PASSED"
    INDETERMINATE = "INDETERMINATE"
    FAILED = "FAILED"

    @property
    def severity(self) -> int:
        """0 for PASSED, 1 for INDETERMINATE, 2 for FAILED."""
        return _SEVERITY[self]


_SEVERITY = {Indication.PASSED: 0, Indication.INDETERMINATE: 1, Indication.FAILED: 2}


class SubIndication(StrEnum):
    """Why a verdict isn't PASSED: ETSI EN 319 102-1 table 6, and the last group of our own for credentials."""

    FORMAT_FAILURE = "FORMAT_FAILURE"
    HASH_FAILURE = "HASH_FAILURE"
    SIG_CRYPTO_FAILURE = "SIG_CRYPTO_FAILURE"
    SIG_CONSTRAINTS_FAILURE = "SIG_CONSTRAINTS_FAILURE"
    CHAIN_CONSTRAINTS_FAILURE = "CHAIN_CONSTRAINTS_FAILURE"
    CERTIFICATE_CHAIN_GENERAL_FAILURE = "CERTIFICATE_CHAIN_GENERAL_FAILURE"
    CRYPTO_CONSTRAINTS_FAILURE = "CRYPTO_CONSTRAINTS_FAILURE"
    EXPIRED = "EXPIRED"
    NOT_YET_VALID = "NOT_YET_VALID"
    OUT_OF_BOUNDS_NO_POE = "OUT_OF_BOUNDS_NO_POE"
    NO_SIGNING_CERTIFICATE_FOUND = "NO_SIGNING_CERTIFICATE_FOUND"
    NO_CERTIFICATE_CHAIN_FOUND = "NO_CERTIFICATE_CHAIN_FOUND"
    SIGNED_DATA_NOT_FOUND = "SIGNED_DATA_NOT_FOUND"
    TRY_LATER = "TRY_LATER"

    NO_PROOF_FOUND = "NO_PROOF_FOUND"
    UNKNOWN_FORMAT = "UNKNOWN_FORMAT"
    UNSUPPORTED_PROOF = "UNSUPPORTED_PROOF"
    AMBIGUOUS_FORMAT = "AMBIGUOUS_FORMAT"
    INNER_DOCUMENT = "INNER_DOCUMENT"
    TOO_LARGE = "TOO_LARGE"
    CREDENTIAL_EXPIRED = "CREDENTIAL_EXPIRED"
    CREDENTIAL_NOT_YET_VALID = "CREDENTIAL_NOT_YET_VALID"
    CREDENTIAL_REVOKED = "CREDENTIAL_REVOKED"
    ANSWER_DIFFERS = "ANSWER_DIFFERS"


class Caveat(StrEnum):
    """A reason to be careful that doesn't change the answer."""

    SHA1 = "sha1"
    SHORT_KEY = "short_key"
    EXPIRED_SINCE = "expired_since"
    OUTSIDE_VALIDITY = "outside_validity"
    TIME_CLAIMED_ONLY = "time_claimed_only"
    SEALER_IS_NOT_ISSUER = "sealer_is_not_issuer"
    REVOCATION_NOT_CHECKED = "revocation_not_checked"
    NOT_SIGNED_APART = "not_signed_apart"
    UNKNOWN_PROOF_IN_SET = "unknown_proof_in_set"
    OLD_SUITE_NAME = "old_suite_name"
    CHECKED_ONLINE = "checked_online"
    VOUCHED_BY_CHANNEL = "vouched_by_channel"
    SIMULATED = "simulated"
    ONLINE_CHECK_OPEN = "online_check_open"
    PROOF_NOT_JUDGED = "proof_not_judged"


class Conformity(StrEnum):
    """Whether the document keeps its format's rules: apart from authenticity."""

    CONFORMS = "CONFORMS"
    DEVIATES = "DEVIATES"
    NOT_CHECKED = "NOT_CHECKED"


class Finding(Noun):
    """The result of one check.

    `check` is a stable dotted name ("signature.digest"); `about` the place or proof it concerns; `explanation` one
    sentence with advice where something is wrong. `evidence` holds digests, serials, offsets and names of
    organisations, never document text or personal data. `sub_indication` is set where `status` is FAILED or
    INDETERMINATE.
    """

    check: str
    status: Status
    about: str = ""
    explanation: str = ""
    evidence: Mapping[str, str] = {}
    sub_indication: SubIndication | None = None
    caveat: Caveat | None = None


Role = Literal["part", "original", "endorsement", "supplement"]


class InnerVerdict(Noun):
    """The verdict of a document inside another: only the role "part" lowers the outer verdict."""

    path: str
    role: Role
    verdict: Verdict


class Verdict(Noun):
    """The result of verifying one document."""

    verdict: Indication
    own: Indication
    sub_indication: SubIndication | None = None
    caveats: tuple[Caveat, ...] = ()
    conformity: Conformity = Conformity.NOT_CHECKED
    format: str = "unknown"
    findings: tuple[Finding, ...] = ()
    inner: tuple[InnerVerdict, ...] = ()

    def __bool__(self) -> bool:
        """Refuse to be a boolean: three answers are not two."""
        msg = "a Verdict is not a boolean: look at .verdict"
        raise TypeError(msg)


def worst(indications: Iterable[Indication]) -> Indication:
    """The most severe of several answers; PASSED when there is none."""
    return max(indications, key=lambda i: i.severity, default=Indication.PASSED)


def answer(findings: Iterable[Finding]) -> Indication:
    """What findings alone say: FAILED if one is, else INDETERMINATE if one is, else PASSED."""
    statuses = [finding.status for finding in findings]  # no set: hashing a status takes longer than comparing two
    if Status.FAILED in statuses:
        return Indication.FAILED
    return Indication.INDETERMINATE if Status.INDETERMINATE in statuses else Indication.PASSED


_OF_STATUS = {Status.FAILED: Indication.FAILED, Status.INDETERMINATE: Indication.INDETERMINATE}


def conclude(
    findings: Iterable[Finding],
    *,
    conformity: Conformity = Conformity.NOT_CHECKED,
    format: str = "unknown",  # noqa: A002 - the field's word
    inner: Iterable[InnerVerdict] = (),
) -> Verdict:
    """The verdict that follows from findings: the worst of them; `verdict` also counts the inner parts."""
    findings, inner = tuple(findings), tuple(inner)
    own = answer(findings)
    parts = [i.verdict.verdict for i in inner if i.role == "part"]
    top = worst([own, *parts]) if parts else own
    sub = _reason(findings, own) if top is own else SubIndication.INNER_DOCUMENT
    caveats = tuple(dict.fromkeys([f.caveat for f in findings if f.caveat is not None]))
    return Verdict.made(
        verdict=top,
        own=own,
        sub_indication=sub,
        caveats=caveats,
        conformity=conformity,
        format=format,
        findings=findings,
        inner=inner,
    )


def _reason(findings: Iterable[Finding], own: Indication) -> SubIndication | None:
    """The sub-indication of the first finding that makes the answer what it is; none for PASSED."""
    if own is Indication.PASSED:
        return None
    return next((f.sub_indication for f in findings if _OF_STATUS.get(f.status) is own and f.sub_indication), None)
