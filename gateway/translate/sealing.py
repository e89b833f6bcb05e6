"""May the translation of this source be sealed? The rule against laundering (docs/architecture.md, law 4).

A seal on a translation says: the node found the source authentic. So it is given only where that is true under the
node's own, configured terms at the real present time, and no option of a caller can widen it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.model.verdict import Caveat, Indication, Status, SubIndication, Verdict

NEVER_SEALED = frozenset(
    {
        SubIndication.FORMAT_FAILURE,
        SubIndication.HASH_FAILURE,
        SubIndication.SIG_CRYPTO_FAILURE,
        SubIndication.CREDENTIAL_REVOKED,
        SubIndication.NO_PROOF_FOUND,
        SubIndication.SIGNED_DATA_NOT_FOUND,
        SubIndication.UNKNOWN_FORMAT,
        SubIndication.AMBIGUOUS_FORMAT,
        SubIndication.UNSUPPORTED_PROOF,
        SubIndication.TOO_LARGE,
        SubIndication.INNER_DOCUMENT,
    },
)
"""Sub-indications that no policy of a node may name: a failure, or nothing that vouches for what was read.
INNER_DOCUMENT says nothing by itself: the open questions of the inner parts count one by one."""

Sealable = Mapping[str, frozenset[SubIndication]]
"""Adapter id to the sub-indications of INDETERMINATE with which the node's policy lets its documents be sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """All that the rule looks at.

    adapter      the id of the adapter that read the source
    verdict      of the source
    vouched      whether a proof covers the content that was read
    configured   judged by the node's configured trust and policy alone, nothing from the caller
    present      judged as of the real present time
    derived      the source is itself a translation
    """

    adapter: str
    verdict: Verdict
    vouched: bool
    configured: bool
    present: bool
    derived: bool


def may_be_sealed(grounds: Grounds, sealable: Sealable, *, simulated: bool = False) -> bool:
    """Whether the translation may carry the node's seal; `simulated`: also of what rests on a simulator."""
    if not (grounds.vouched and grounds.configured and grounds.present) or grounds.derived:
        return False
    if is_simulated(grounds.verdict) and not simulated:
        return False
    if grounds.verdict.verdict is Indication.PASSED:
        return True
    if grounds.verdict.verdict is Indication.FAILED:
        return False
    named = sealable.get(grounds.adapter, frozenset()) - NEVER_SEALED
    questions = open_questions(grounds.verdict)
    return bool(questions) and questions <= named


def is_simulated(verdict: Verdict) -> bool:
    """Whether a verdict, or that of a part, rests on a simulator's answer."""
    return Caveat.SIMULATED in verdict.caveats or any(is_simulated(one.verdict) for one in verdict.inner)


def open_questions(verdict: Verdict) -> frozenset[SubIndication | None]:
    """Why a verdict is INDETERMINATE: the sub-indication of every such finding, its own and of its inner parts.

    A verdict names only the first of them; a policy that lets one pass must not let the others pass with it. None
    stands for a finding without sub-indication, which no policy can name.
    """
    own = {f.sub_indication for f in verdict.findings if f.status is Status.INDETERMINATE}
    inner = (open_questions(i.verdict) for i in verdict.inner if i.role == "part")
    return frozenset(own).union(*inner)
