"""Findings on one signature of a JWS, in the order of its checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.model.verdict import Finding, Status, SubIndication


@dataclass(slots=True)
class Steps:
    """Collects what the checks find on one signature; `about` says which."""

    about: str
    findings: list[Finding] = field(default_factory=list)

    def passed(self, check: str, explanation: str) -> None:
        """The check was made, and holds."""
        self._add(check, Status.PASSED, explanation)

    def failed(self, check: str, sub: SubIndication, explanation: str) -> None:
        """The check was made, and proves the signature wrong."""
        self._add(check, Status.FAILED, explanation, sub)

    def open(self, check: str, sub: SubIndication, explanation: str) -> None:
        """The check can't decide."""
        self._add(check, Status.INDETERMINATE, explanation, sub)

    def warn(self, check: str, explanation: str) -> None:
        """Something is odd that changes no answer."""
        self._add(check, Status.WARNING, explanation)

    def skipped(self, check: str, explanation: str) -> None:
        """The check wasn't made, for this reason."""
        self._add(check, Status.NOT_CHECKED, explanation)

    @property
    def any_failed(self) -> bool:
        """Whether a check proved the signature wrong."""
        return any(finding.status is Status.FAILED for finding in self.findings)

    def holds(self, check: str) -> bool:
        """Whether this check was made and passed."""
        return any(finding.check == check and finding.status is Status.PASSED for finding in self.findings)

    def _add(self, check: str, status: Status, explanation: str, sub: SubIndication | None = None) -> None:
        self.findings.append(
            Finding(check=check, status=status, about=self.about, explanation=explanation, sub_indication=sub)
        )
