"""The verdict as a part of a page: the answer, who sealed, what is proven, what isn't, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.model.verdict import Finding, Indication, InnerVerdict, Status, Verdict
from gateway.rendering import words
from gateway.rendering.markup import Child, Markup, element

_TONE = {Indication.PASSED: "good", Indication.FAILED: "bad", Indication.INDETERMINATE: "open"}
_MARK = {
    Status.PASSED: "✓",
    Status.FAILED: "✗",
    Status.INDETERMINATE: "?",
    Status.WARNING: "!",
    Status.NOT_CHECKED: "–",
}
_LISTS = (
    ("What is wrong", (Status.FAILED,)),
    ("What is not proven", (Status.INDETERMINATE,)),
    ("Worth knowing", (Status.WARNING,)),
    ("What is proven", (Status.PASSED,)),
    ("What nobody looked at", (Status.NOT_CHECKED,)),
)
_RULES = "conformity"


def verdict_card(verdict: Verdict) -> Markup:
    """The answer in one glance."""
    reason = words.reason_in_words(verdict)
    return element(
        "div",
        element(
            "p",
            element("span", _word(verdict.verdict), class_="answer"),
            element("span", _capital(words.MEANING[verdict.verdict]) + ".", class_="meaning"),
        ),
        element("p", f"{_capital(reason)} ", element("code", verdict.sub_indication.value), class_="reason")
        if verdict.sub_indication
        else None,
        element("dl", _facts(verdict)),
        class_=f"card {_TONE[verdict.verdict]}",
    )


def _facts(verdict: Verdict) -> Iterable[Markup]:
    seals = words.sealers(verdict)
    yield fact(words.sealed_by(verdict), [element("p", _sealer(seal)) for seal in seals] or "nobody")
    points = words.proven(verdict)
    if points:
        yield fact("Proven", element("ul", [element("li", _capital(point) + ".") for point in points], class_="plain"))
    if verdict.caveats:
        careful = [element("li", _capital(words.CAVEATS[caveat]) + ".") for caveat in verdict.caveats]
        yield fact("Be careful", element("ul", careful, class_="plain"))
    yield fact("What to do", words.advice_in_words(verdict))
    yield fact("Its format", f"{verdict.format}: {words.CONFORMITY[verdict.conformity]}")


def _sealer(seal: words.SealedBy) -> list[Markup | str]:
    named = ", ".join(part for part in (seal.identifier, seal.country) if part)
    digest = element("span", f"certificate or key {seal.digest[:16]}…", class_="faint")
    if not seal.name:
        who = "a key that you trust" if seal.trusted else "somebody for whom nobody here vouches"
        return [f"{who} ", digest]
    vouched = None if seal.trusted else "– nobody here vouches for it: "
    return [element("strong", text(seal.name)), f" ({named}) " if named else " ", vouched or "", digest]


def checks(verdict: Verdict) -> Markup:
    """Every check, by its answer; what passed, what wasn't looked at and the format's rules are folded."""
    judged = [finding for finding in verdict.findings if not finding.check.startswith(_RULES)]
    rules = [finding for finding in verdict.findings if finding.check.startswith(_RULES)]
    parts = [_list(title, [f for f in judged if f.status in statuses]) for title, statuses in _LISTS]
    parts.append(_list("The rules of its format", rules, folded=True))
    return element("div", parts, [_inner(inner) for inner in verdict.inner], class_="checks")


def _list(title: str, findings: Sequence[Finding], *, folded: bool = False) -> Markup | None:
    if not findings:
        return None
    status = findings[0].status
    same: dict[tuple[str, Status, str], list[Finding]] = {}
    for finding in findings:
        same.setdefault((finding.check, finding.status, finding.explanation), []).append(finding)
    items = element("ul", [_item(members) for members in same.values()], class_="findings")
    summary = element("summary", element("h3", f"{title} "), element("span", str(len(findings)), class_="count"))
    folded = folded or status in (Status.PASSED, Status.NOT_CHECKED)
    return element("details", summary, items, class_="list", open=not folded)


def _item(findings: Sequence[Finding]) -> Markup:
    """Findings that say the same, with the places where they say it."""
    first = findings[0]
    places = [place_of(finding.about) for finding in findings if finding.about]
    status = words.STATUSES[first.status]
    return element(
        "li",
        element("span", _MARK[first.status], class_="mark", title=status, aria_label=status, role="img"),
        element(
            "div",
            element("p", words.check_in_words(first.check), class_="check"),
            element("p", text(_capital(first.explanation))) if first.explanation else None,
            element("p", element("code", first.check), " at " if places else None, places, class_="faint"),
        ),
        class_=first.status.value.lower(),
    )


def _inner(inner: InnerVerdict) -> Markup:
    verdict = inner.verdict
    heading = element(
        "h3", f"Inside it: {words.ROLES[inner.role]} ", element("span", _word(verdict.verdict), class_="pill")
    )
    return element(
        "section",
        heading,
        element("p", element("code", inner.path), class_="faint"),
        verdict_card(verdict),
        checks(verdict),
        class_=f"inner {_TONE[verdict.verdict]}",
    )


def fact(label: str, *value: Child) -> Markup:
    """A label and its value, as a row of a description list."""
    return element("div", element("dt", label), element("dd", *value))


def place_of(place: str) -> Markup:
    """A place in a document; a line may end behind each of its steps."""
    steps = place.split("/")
    return element("code", [[step, "/", element("wbr")] for step in steps[:-1]], steps[-1], class_="place")


def text(value: str, language: str | None = None) -> Markup:
    """Words of a document: isolated, so that their direction touches nothing around them."""
    return element("bdi", value, lang=language, dir="auto")


def _word(indication: Indication) -> str:
    return indication.value


def _capital(sentence: str) -> str:
    """A sentence with a capital at its head, unless it begins with a name of code."""
    return sentence[:1].upper() + sentence[1:] if sentence.partition(" ")[0].strip(",:").isalpha() else sentence
