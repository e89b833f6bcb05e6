"""A verdict for people: in ten seconds one sees what is proven, by whom, what isn't, and what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from gateway.model.verdict import Finding, Indication, Status, Verdict
from gateway.rendering import words
from gateway.rendering.markup import on_one_line

EXIT = {Indication.PASSED: 0, Indication.FAILED: 1, Indication.INDETERMINATE: 3}
"""The exit code of each answer."""
_COLOUR = {Indication.PASSED: "green", Indication.FAILED: "red", Indication.INDETERMINATE: "yellow"}
_MARK = {
    Status.PASSED: ("✓", "green"),
    Status.FAILED: ("✗", "red"),
    Status.INDETERMINATE: ("?", "yellow"),
    Status.WARNING: ("!", "yellow"),
    Status.NOT_CHECKED: ("–", None),
}


_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def json_line(text: str) -> str:
    """JSON for a terminal: what JSON lets stand and a terminal obeys (C1 controls, turns of direction) escaped.

    Such characters stand only inside strings, so that the value stays the same.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def verdict_lines(verdict: Verdict, *, every_check: bool = False) -> Iterator[str]:
    """The verdict as lines of text with colours (click strips them where they aren't wanted).

    What is wrong or not proven stands in full, with advice; what passed and what wasn't looked at in one line each,
    unless `every_check` is asked for.
    """
    word = click.style(verdict.verdict.value, fg=_COLOUR[verdict.verdict], bold=True)
    why = f" ({verdict.sub_indication.value})" if verdict.sub_indication else ""
    yield f"{word}{why}  {words.meaning(verdict)}"
    yield f"  document     {on_one_line(verdict.format)}: {words.CONFORMITY[verdict.conformity]}"
    for seal in words.sealers(verdict):
        yield f"  {words.sealed_by(verdict).lower():<12} {_sealer(seal)}"
    for caveat in verdict.caveats:
        yield click.style("  careful      ", fg="yellow") + words.CAVEATS[caveat]
    yield from _in_full("what is wrong", verdict, Status.FAILED)
    yield from _in_full("what is not proven", verdict, Status.INDETERMINATE)
    summarise = _in_full if every_check else _in_one_line
    yield from summarise("proven", verdict, Status.PASSED)
    yield from summarise("notes", verdict, Status.WARNING)
    yield from summarise("not checked", verdict, Status.NOT_CHECKED)
    for inner in verdict.inner:
        yield f"  inside, as {inner.role}: {on_one_line(inner.path)}"
        yield from (f"    {line}" for line in verdict_lines(inner.verdict, every_check=every_check))


def verdict_in_brief(verdict: Verdict) -> str:
    """Why a verdict is what it is, in a few words: its sub-indication and the checks that decide, or its caveats."""
    deciding = Status.FAILED if verdict.own is Indication.FAILED else Status.INDETERMINATE
    checks = ", ".join(dict.fromkeys(finding.check for finding in _of(verdict, deciding)))
    careful = f"careful: {', '.join(caveat.value for caveat in verdict.caveats)}" if verdict.caveats else ""
    why = verdict.sub_indication.value if verdict.sub_indication else ""
    return "; ".join(filter(None, (": ".join(filter(None, (why, checks))), careful)))


def answer_word(answer: Indication) -> str:
    """The word of an answer in its colour, all of one width."""
    return click.style(f"{answer.value:<13}", fg=_COLOUR[answer], bold=True)


def _of(verdict: Verdict, status: Status) -> list[Finding]:
    return [finding for finding in verdict.findings if finding.status is status]


def _in_full(title: str, verdict: Verdict, status: Status) -> Iterator[str]:
    findings = _of(verdict, status)
    if findings:
        yield click.style(f"  {title}", bold=True)
    for finding in findings:
        mark, colour = _MARK[finding.status]
        about = f" at {on_one_line(finding.about)}" if finding.about else ""
        yield f"    {click.style(mark, fg=colour)} {finding.check}{about}"
        if finding.explanation:
            yield f"        {on_one_line(finding.explanation)}"


def _in_one_line(title: str, verdict: Verdict, status: Status) -> Iterator[str]:
    """The checks by the first word of their names: "signature (8), trust.key_size"."""
    kinds: dict[str, list[str]] = {}
    for finding in _of(verdict, status):
        kinds.setdefault(finding.check.partition(".")[0], []).append(finding.check)
    if kinds:
        mark, colour = _MARK[status]
        named = ", ".join(
            checks[0] if len(checks) == 1 else f"{kind} ({len(checks)})" for kind, checks in kinds.items()
        )
        yield f"  {title:<12} {click.style(mark, fg=colour)} {named}"


def _sealer(seal: words.SealedBy) -> str:
    named = " ".join(part for part in (seal.name, seal.identifier, seal.country) if part) or "a key without a name"
    vouched = "" if seal.trusted else ", for whom nobody here vouches"
    return f"{on_one_line(named)}{vouched} (sha256 {seal.digest[:16]}…)"
