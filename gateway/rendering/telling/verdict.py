"""The verdict as parts of a page: the answer, who sealed, what is proven, what isn't, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gateway.model.verdict import Finding, Indication, InnerVerdict, Status, Verdict
from gateway.rendering import words
from gateway.rendering.description import Answer, Check, Checks, Fact, Facts, Said, Section, Span, Tone, said
from gateway.rendering.telling.teller import Teller, foreign, joined, lines

TONES: dict[Indication, Tone] = {
    Indication.PASSED: "good",
    Indication.FAILED: "bad",
    Indication.INDETERMINATE: "open",
}
_SIGNS = {
    Status.PASSED: "✓",
    Status.FAILED: "×",
    Status.INDETERMINATE: "?",
    Status.WARNING: "!",
    Status.NOT_CHECKED: "–",
}
_LISTS = (
    ("is_wrong", Status.FAILED),
    ("is_open", Status.INDETERMINATE),
    ("worth_knowing", Status.WARNING),
    ("is_proven", Status.PASSED),
    ("not_looked_at", Status.NOT_CHECKED),
)
_DEEPEST = 6  # level of headings
_RULES = "conformity"
MOST_PLACES = 8
"""Places of one finding that a page shows; verdict.json has all."""

MOST_FINDINGS = 500
"""Findings of one kind that a page shows; verdict.json has all."""


def answer_of(verdict: Verdict, teller: Teller) -> Answer:
    """The answer in one glance."""
    sub = verdict.sub_indication
    reason = teller.sentence(f"reason.{sub.value}") if sub is not None else ()
    return Answer(
        tone=TONES[verdict.verdict],
        word=verdict.verdict.value,
        meaning=teller.sentence(words.meaning_name(verdict)),
        reason=joined(reason, " ", Span(sub.value, "", "code")) if sub is not None else (),
        facts=Facts(tuple(_facts(verdict, teller))),
    )


def _facts(verdict: Verdict, teller: Teller) -> Iterator[Fact]:
    sealers = words.sealers(verdict)
    key = "attested_by" if sealers and words.rests_on_an_answer(verdict) else "sealed_by"
    key = "seal_names" if verdict.own is Indication.FAILED and key == "sealed_by" else key
    yield teller.fact(key, lines(_sealer(one, teller) for one in sealers) or teller.word("nobody"))
    yield from teller.facts(
        ("points", lines(teller.sentence(f"proven.{point}") for point in words.proven_points(verdict))),
        ("careful", lines(teller.sentence(f"caveat.{caveat.value}") for caveat in verdict.caveats)),
        ("to_do", _advice(verdict, teller)),
    )
    conformity = teller.word(f"conformity.{verdict.conformity.value}")
    yield teller.fact("its_format", joined(foreign(verdict.format), ": ", conformity))


def _advice(verdict: Verdict, teller: Teller) -> Said:
    sub = verdict.sub_indication
    return teller.word(f"what_to_do.{sub.value}" if sub is not None else f"advice.{verdict.verdict.value}")


def _sealer(seal: words.SealedBy, teller: Teller) -> Said:
    digest = joined(teller.short("key", look="faint"), Span(f" {seal.digest[:16]}…", "", "faint"))
    if not seal.name:
        return lines([teller.word("a_trusted_key" if seal.trusted else "a_stranger"), digest])
    named = ", ".join(part for part in (seal.identifier, seal.country) if part)
    name = joined(foreign(seal.name, look="strong"), *((" (", foreign(named), ")") if named else ()))
    return lines([name, None if seal.trusted else teller.word("unvouched"), digest])


def checks_of(verdict: Verdict, teller: Teller, level: int = 4) -> Iterator[Section]:
    """Every check, by its answer; what passed, what wasn't looked at and the format's rules may be folded."""
    judged = [finding for finding in verdict.findings if not finding.check.startswith(_RULES)]
    rules = [finding for finding in verdict.findings if finding.check.startswith(_RULES)]
    for key, status in _LISTS:
        quiet = status in (Status.PASSED, Status.NOT_CHECKED)
        yield from _list(key, [f for f in judged if f.status is status], teller, level, folded=quiet)
    yield from _list("rules", rules, teller, level, folded=True)
    for inner in verdict.inner:
        yield _inner(inner, teller, level)


def _list(key: str, findings: Sequence[Finding], teller: Teller, level: int, *, folded: bool) -> Iterator[Section]:
    if not findings:
        return
    same: dict[tuple[str, Status, str], list[Finding]] = {}
    for finding in findings:
        same.setdefault((finding.check, finding.status, finding.explanation), []).append(finding)
    checks = Checks(tuple(_check(members, teller) for members in list(same.values())[:MOST_FINDINGS]))
    yield Section(teller.word(key), (checks,), level=level, kind="list", count=len(findings), folded=folded)


def _check(findings: Sequence[Finding], teller: Teller) -> Check:
    """Findings that say the same, with the places where they say it."""
    first = findings[0]
    explanation = said(foreign(capital(first.explanation), "en")) if first.explanation else ()
    is_rule = first.check.startswith(_RULES)
    about = [finding.about for finding in findings if finding.about]
    places = [span for place in about[:MOST_PLACES] for span in (Span(" · "), Span(place, "", "place"))]
    over = len(about) - MOST_PLACES
    more = teller.phrase("more", n=f"{over:,}")[0].spans if over > 0 else ()
    return Check(
        status=first.status.value.lower(),
        sign=_SIGNS[first.status],
        name=teller.word(f"status.{first.status.value}"),
        question=explanation if is_rule and explanation else _question(first.check, teller),
        answer=() if is_rule else explanation,
        where=said(Span(first.check, "", "code"), *places, *((Span(" "), *more) if more else ())),
    )


def _question(check: str, teller: Teller) -> Said:
    """What a check asks. A rule of a format has its name for a question; what only an adapter knows is in English."""
    if check in words.CHECKS:
        return teller.word(f"check.{check}")
    if check.startswith(f"{_RULES}."):
        return teller.phrase("rule", name=Span(check.removeprefix(f"{_RULES}."), "", "code"))
    return said(Span(words.check_in_words(check), "en"))


def _inner(inner: InnerVerdict, teller: Teller, level: int) -> Section:
    verdict = inner.verdict
    return Section(
        heading=teller.word(f"inside.{inner.role}"),
        blocks=(
            Facts((teller.fact("place", said(Span(inner.path, "", "place"))),)),
            answer_of(verdict, teller),
            *checks_of(verdict, teller, min(level + 1, _DEEPEST)),
        ),
        level=level,
        kind="inner",
        tone=TONES[verdict.verdict],
        badges=(said(Span(verdict.verdict.value)),),
    )


def capital(sentence: str) -> str:
    """A sentence with a capital at its head, unless it begins with a name of code."""
    return sentence[:1].upper() + sentence[1:] if sentence.partition(" ")[0].strip(",:").isalpha() else sentence
