"""The steps of checking one signature, and how their findings are made."""

from __future__ import annotations

from functools import lru_cache

from gateway.model.verdict import Finding, Status, SubIndication

PRELIMINARY = (
    "signature.place",
    "signature.structure",
    "signature.reference",
    "signature.transforms",
    "signature.algorithm",
)
"""What must hold before any mathematics; the first that doesn't ends the check."""
MATHEMATICS = ("signature.key", "signature.value", "signature.digest")
"""Key and value hang together; the digest stands for itself."""
STEPS = PRELIMINARY + MATHEMATICS

_PASSED = {
    "signature.place": "The signature is a child of the root, the only one.",
    "signature.structure": "Every element and attribute of the signature is one that the standard puts there.",
    "signature.reference": "One reference, to the whole document.",
    "signature.transforms": "Only the signature itself is left out, and the canonical form is one that we perform.",
    "signature.algorithm": "The algorithms are known.",
    "signature.key": "The signature names its key, and the key fits the algorithm.",
    "signature.value": "The key made this signature value.",
    "signature.digest": "The document is as it was signed.",
}


class Unmet(Exception):  # noqa: N818 - a step that isn't met, inside this package only
    """A step that doesn't pass: FAILED with FORMAT_FAILURE unless told otherwise, INDETERMINATE if unsupported."""

    def __init__(
        self, check: str, why: str, *, sub: SubIndication | None = None, unsupported: bool = False, step: str = ""
    ) -> None:
        super().__init__(check)
        self.step = step or check
        self.check = check
        self.why = why
        self.status = Status.INDETERMINATE if unsupported else Status.FAILED
        self.sub = sub or (SubIndication.SIG_CONSTRAINTS_FAILURE if unsupported else SubIndication.FORMAT_FAILURE)

    def finding(self, about: str) -> Finding:
        """The finding for the step that isn't met."""
        return Finding(check=self.check, status=self.status, about=about, explanation=self.why, sub_indication=self.sub)


@lru_cache(maxsize=512)
def passed(check: str, about: str) -> Finding:
    """The finding for a step that passed; the same object each time, because a verdict has many."""
    return Finding(check=check, status=Status.PASSED, about=about, explanation=_PASSED[check])


@lru_cache(maxsize=512)
def not_checked(check: str, about: str, because: str) -> Finding:
    """The finding for a step that couldn't run because an earlier one didn't pass."""
    return Finding(
        check=check, status=Status.NOT_CHECKED, about=about, explanation=f"Not checked, because {because} didn't pass."
    )


@lru_cache(maxsize=512)
def preliminary_passed(about: str) -> tuple[Finding, ...]:
    """Findings for the preliminary steps, all of which passed."""
    return tuple([passed(check, about) for check in PRELIMINARY])


def preliminary_findings(unmet: Unmet, about: str) -> tuple[Finding, ...]:
    """Findings for all steps where a preliminary one isn't met."""
    at = STEPS.index(unmet.step)
    before = [passed(check, about) for check in STEPS[:at]]
    after = [not_checked(check, about, unmet.check) for check in STEPS[at:] if check != unmet.check]
    return (*before, unmet.finding(about), *after)
