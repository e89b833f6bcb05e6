"""A verdict for people: in ten seconds one sees what is proven, by whom, what isn't, and what to do."""

from __future__ import annotations

from collections import Counter
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


def verdict_lines(verdict: Verdict, *, every_check: bool = False) -> Iterator[str]:
    """The verdict as lines of text with colours (click strips them where they aren't wanted).

    What is wrong or not proven stands in full, with advice; what passed and what wasn't looked at in one line each,
    unless `every_check` is asked for.
    """
    word = click.style(verdict.verdict.value, fg=_COLOUR[verdict.verdict], bold=True)
    why = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    yield f"{word}{why}  {_MEANING[verdict.verdict]}"
    yield f"  document     {verdict.format}: {_CONFORMITY[verdict.conformity]}"
    for finding in verdict.findings:
        if finding.check == "trust.anchor" and finding.evidence:
            yield f"  sealed by    {_sealer(finding)}"
    for caveat in verdict.caveats:
        yield click.style("  careful      ", fg="yellow") + _CAVEATS[caveat]
    yield from _in_full("what is wrong", verdict, Status.FAILED)
    yield from _in_full("what is not proven", verdict, Status.INDETERMINATE)
    summarise = _in_full if every_check else _in_one_line
    yield from summarise("proven", verdict, Status.PASSED)
    yield from summarise("notes", verdict, Status.WARNING)
    yield from summarise("not checked", verdict, Status.NOT_CHECKED)
    for inner in verdict.inner:
        yield f"  inside, as {inner.role}: {inner.path}"
        yield from (f"    {line}" for line in verdict_lines(inner.verdict, every_check=every_check))


def _of(verdict: Verdict, status: Status) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.status is status]


def _in_full(title: str, verdict: Verdict, status: Status) -> Iterator[str]:
    findings = _of(verdict, status)
    if findings:
        yield click.style(f"  {title}", bold=True)
    for finding in findings:
        mark, colour = _MARK[finding.status]
        about = f" at {finding.about}" if finding.about else ""
        yield f"    {click.style(mark, fg=colour)} {finding.check}{about}"
        if finding.explanation:
            yield f"        {finding.explanation}"


def _in_one_line(title: str, verdict: Verdict, status: Status) -> Iterator[str]:
    counted = Counter(finding.check for finding in _of(verdict, status))
    if counted:
        mark, colour = _MARK[status]
        names = ", ".join(name if count == 1 else f"{name} ({count})" for name, count in counted.items())
        yield f"  {title:<12} {click.style(mark, fg=colour)} {names}"


def _sealer(finding: Finding) -> str:
    named = [finding.evidence[key] for key in ("O", "2.5.4.97", "C") if key in finding.evidence]
    digest = finding.evidence.get("certificate_sha256") or finding.evidence.get("key_sha256", "")
    return " ".join([*(named or ["a key without a name"]), f"(sha256 {digest[:16]}…)"])
