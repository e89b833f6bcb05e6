"""A verdict for people: in ten seconds one sees what is proven, by whom, what isn't, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gateway.model.verdict import Caveat, Conformity, Finding, Indication, Status, Verdict

_COLOUR = {Indication.PASSED: "green", Indication.FAILED: "red", Indication.INDETERMINATE: "yellow"}
_MEANING = {
    Indication.PASSED: "authentic: sealed by somebody you trust, and unchanged since",
    Indication.FAILED: "not authentic: do not rely on it",
    Indication.INDETERMINATE: "not proven either way",
}
_MARK = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.INDETERMINATE: ("?", "yellow"),
    Status.WARNING: ("!", "yellow"),
    Status.NOT_CHECKED: ("–", None),
}
_CAVEATS = {
    Caveat.SHA1: "it rests on SHA-1, which can be forged with effort",
    Caveat.SHORT_KEY: "the key is shorter than today's rules ask for",
    Caveat.EXPIRED_SINCE: "the sealer's certificate has expired since",
    Caveat.OUTSIDE_VALIDITY: "the document's time lies outside the certificate's validity",
    Caveat.TIME_CLAIMED_ONLY: "the time of sealing is the sealer's word alone",
    Caveat.SEALER_IS_NOT_ISSUER: "the sealer is not the issuer that the document names",
    Caveat.REVOCATION_NOT_CHECKED: "nobody asked whether the certificate was revoked",
    Caveat.NOT_SIGNED_APART: "a part has no proof of its own",
    Caveat.UNKNOWN_PROOF_IN_SET: "one of several proofs is of an unknown kind",
}
_CONFORMITY = {
    Conformity.CONFORMS: "keeps the rules of its format",
    Conformity.DEVIATES: "departs from the rules of its format (this does not touch the verdict)",
    Conformity.NOT_CHECKED: "rules of the format not checked",
}


def verdict_lines(verdict: Verdict) -> Iterator[str]:
    """The verdict as lines of text with colours (click strips them where they aren't wanted)."""
    word = click.style(verdict.verdict.value, fg=_COLOUR[verdict.verdict], bold=True)
    why = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    yield f"{word}{why}  {_MEANING[verdict.verdict]}"
    yield f"  format      {verdict.format}: {_CONFORMITY[verdict.conformity]}"
    for finding in verdict.findings:
        if finding.check == "trust.anchor" and finding.evidence:
            yield f"  sealed by   {_sealer(finding)}"
    for caveat in verdict.caveats:
        yield click.style("  careful     ", fg="yellow") + _CAVEATS[caveat]
    yield from _grouped("what is wrong", verdict, (Status.FAILED,))
    yield from _grouped("what is not proven", verdict, (Status.INDETERMINATE,))
    yield from _grouped("proven", verdict, (Status.PASSED,))
    yield from _grouped("notes", verdict, (Status.WARNING,))
    yield from _grouped("not checked", verdict, (Status.NOT_CHECKED,))
    for inner in verdict.inner:
        yield ""
        yield f"  inside, as {inner.role}: {inner.path}"
        yield from (f"    {line}" for line in verdict_lines(inner.verdict))


def _grouped(title: str, verdict: Verdict, statuses: tuple[Status, ...]) -> Iterator[str]:
    findings = [finding for finding in verdict.findings if finding.status in statuses]
    if not findings:
        return
    yield ""
    yield click.style(f"  {title}", bold=True)
    for finding in findings:
        mark, colour = _MARK[finding.status]
        about = f" [{finding.about}]" if finding.about else ""
        yield f"    {click.style(mark, fg=colour)} {finding.check}{about}"
        if finding.explanation:
            yield click.style(f"        {finding.explanation}", dim=finding.status is Status.PASSED)


def _sealer(finding: Finding) -> str:
    return ", ".join(f"{name} {value}" for name, value in finding.evidence.items())
