"""Proof sets: several proofs side by side over one content (signatures of one JWS, proofs of one credential).

The standards leave it to who verifies which of them have to hold (RFC 7515, section 5.2; VC Data Integrity 1.0,
section 2.1.1). Here: a proof of a suite or algorithm that isn't known is set aside, with a caveat, where a known one of
the set holds. A known one that doesn't hold counts as ever, so that no good proof hides a bad one; and where none
holds, nothing is set aside. Trust is asked of every proof that isn't set aside, so what a set vouches for is vouched
for by a proof that is trusted.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.model.verdict import Caveat, Finding, Status
from gateway.proofs.proof import Proof


def settle(proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """The proofs of one set, those of an unknown kind set aside where another of the set holds."""
    if all(proof.known for proof in proofs) or all(proof.covered is None for proof in proofs):
        return proofs
    return tuple([_aside(proof) if _says_nothing(proof) else proof for proof in proofs])


def _says_nothing(proof: Proof) -> bool:
    """Whether nothing can be told of the proof, for good or ill: a fault in it is a fault in any language."""
    return not proof.known and all(finding.status is not Status.FAILED for finding in proof.findings)


def _aside(proof: Proof) -> Proof:
    findings = (_ASIDE.model_copy(update={"about": proof.about}), *map(_unchecked, proof.findings))
    return replace(proof, role="aside", findings=findings)


def _unchecked(finding: Finding) -> Finding:
    """What couldn't be decided on a proof that is set aside wasn't checked."""
    if finding.status is not Status.INDETERMINATE:
        return finding
    return finding.model_copy(update={"status": Status.NOT_CHECKED, "sub_indication": None})


_ASIDE = Finding(
    check="proof.set",
    status=Status.NOT_CHECKED,
    caveat=Caveat.UNKNOWN_PROOF_IN_SET,
    explanation="of a kind that isn't known here, or that only a blockchain could answer for: no word on the document; "
    "another of the set holds",
)
