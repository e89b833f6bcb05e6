"""Translations for people: in ten seconds one sees what is proven, by whom, what isn't, what was lost, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from gateway.cli.presentation import verdict_lines
from gateway.model.losses import Loss
from gateway.model.texts import in_language
from gateway.model.verdict import Indication
from gateway.node.reproduce import Answer
from gateway.node.translate import Translated, Withheld
from gateway.rendering import words
from gateway.rendering.markup import on_one_line
from gateway.translate.reproduction import Outcome

_MOST = 12
_DRAFT_ADVICE = {
    Indication.PASSED: "to get a seal: give the settings of a node, and no --unsealed, --trust, --policy or --at",
    Indication.FAILED: "ask the issuer for a genuine file: this one is not to be relied on",
    Indication.INDETERMINATE: "`testamur verify` shows what is open, and what to do about it",
}
_OUTCOMES = {
    Outcome.REPRODUCED: ("green", "the same source gives the same translation, octet for octet"),
    Outcome.PAGES_NOT_COMPARED: ("yellow", "the same source gives the same content; page images were not compared"),
    Outcome.DIFFERS: ("red", "this is not what the source gives: do not rely on the translation"),
    Outcome.NOT_HERE: ("yellow", "nothing can be said: the translation can't be run again with what is installed"),
}


def translated_lines(done: Translated, written: tuple[Path, ...]) -> Iterator[str]:
    """What became of a translation."""
    yield from verdict_lines(done.verdict)
    yield ""
    yield _what_was_done(done)
    if done.chosen.path:
        where = on_one_line(done.chosen.path)
        yield f"  source      the original enclosed in the file ({where}); the file itself is a translation"
    elif done.chosen.derived:
        yield "  source      itself a translation, without an original that is PASSED"
    yield from (f"  written     {path}" for path in written)
    if done.missing:
        named = ", ".join(f"U+{ord(character):04X}" for character in done.missing[:_MOST])
        yield click.style("  careful     ", fg="yellow") + f"no font has {named}: the data has it, the page image not"
    yield from losses_lines(done.losses)
    yield from _advice(done)


def _what_was_done(done: Translated) -> str:
    title = done.target.manifest.title
    if done.returned:
        return click.style("given back", fg="green", bold=True) + f"  the enclosed original is {title} itself"
    if done.sealed and done.derivation is not None:
        by = f"{in_language(done.derivation.issuer.legal_name, 'en')} (node {done.derivation.node})"
        return click.style("translated and sealed", fg="green", bold=True) + f"  for {title}, by {by}"
    return click.style("translated, unsealed draft", fg="yellow", bold=True) + f"  for {title}; it proves nothing"


def _advice(done: Translated) -> Iterator[str]:
    if done.returned:
        return
    yield ""
    advice = ["send the original with it: a receiver verifies that, and runs the translation again"]
    if not done.sealed:
        advice.insert(0, _DRAFT_ADVICE[done.verdict.verdict])
    yield from (f"  {'what to do' if n == 0 else '':<12}{line}" for n, line in enumerate(advice))


def losses_lines(losses: Iterable[Loss]) -> Iterator[str]:
    """What was lost: grouped, counted, in plain words."""
    counted = Counter((loss.kind, words.subject(loss), loss.detail) for loss in losses)
    yield ""
    if not counted:
        yield click.style("  nothing was lost", fg="green")
        return
    yield click.style(f"  lost or changed: {counted.total()}", bold=True)
    for (kind, subject, detail), count in counted.most_common(_MOST):
        yield f"    {count:>4}  {words.KINDS[kind]}: {on_one_line(subject)}" + (
            f" ({on_one_line(detail)})" if detail else ""
        )
    left = len(counted) - _MOST
    if left > 0:
        yield f"          and {left} more kinds: the list of losses (-o OUT/, or --losses) has each with its place"


def withheld_lines(withheld: Withheld) -> Iterator[str]:
    """Why nothing was written, and what to do."""
    yield from verdict_lines(withheld.verdict)
    yield ""
    yield click.style(f"nothing was written: {on_one_line(withheld.message)}", fg="red")
    if withheld.advice:
        yield f"  what to do  {withheld.advice}"
    yield click.style(f"  ({withheld.code})", dim=True)


def reproduced_lines(answer: Answer, *, compared_result: bool) -> Iterator[str]:
    """What running a translation again showed."""
    colour, meaning = _OUTCOMES[answer.reproduction.outcome]
    yield click.style(answer.reproduction.outcome.value, fg=colour, bold=True) + f"  {meaning}"
    for difference in answer.reproduction.differences:
        yield click.style("    ✗ ", fg="red") + on_one_line(f"{difference.what}: {difference.explanation}")
        yield from (f"        at {on_one_line(place)}" for place in difference.places)
    for obstacle in answer.reproduction.obstacles:
        yield click.style("    ? ", fg="yellow") + on_one_line(obstacle)
    if answer.derivation is not None:
        signed = f"signed by {answer.signer}, whom nobody vouched for here" if answer.signer else "not signed"
        yield on_one_line(f"  derivation  of node {answer.derivation.node}, {answer.derivation.now}; {signed}")
        yield f"  there       the source was {answer.derivation.judgement.verdict.value}"
    if answer.source is not None:
        yield f"  here        the source is {answer.source.verdict.verdict.value}; `testamur verify` shows why"
    if not compared_result and answer.reproduction.outcome in (Outcome.REPRODUCED, Outcome.PAGES_NOT_COMPARED):
        yield "  what to do  give the delivered translation with --result: only the derivation's figures were compared"
