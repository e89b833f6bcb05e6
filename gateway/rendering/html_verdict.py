"""The verdict as a part of a page: the answer, who sealed, what is proven, what isn't, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.model.verdict import Finding, Indication, InnerVerdict, Status, Verdict
from gateway.rendering import words
from gateway.rendering.markup import Markup, element

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
    ("What is proven", (Status.PASSED,)),
    ("Worth knowing", (Status.WARNING,)),
    ("What nobody looked at", (Status.NOT_CHECKED,)),
)


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
    yield fact("Sealed by", [element("p", _sealer(seal)) for seal in seals] or "nobody")
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
    return [element("strong", text(seal.name)), f" ({named}) " if named else " ", digest]


def checks(verdict: Verdict) -> Markup:
    """Every check, by its answer; what passed and what wasn't looked at folded."""
    parts = [_list(title, [f for f in verdict.findings if f.status in statuses]) for title, statuses in _LISTS]
    return element("div", parts, [_inner(inner) for inner in verdict.inner], class_="checks")


def _list(title: str, findings: Sequence[Finding]) -> Markup | None:
    if not findings:
        return None
    status = findings[0].status
    items = element("ul", [_item(finding) for finding in findings], class_="findings")
    summary = element("summary", element("h3", f"{title} "), element("span", str(len(findings)), class_="count"))
    folded = status in (Status.PASSED, Status.NOT_CHECKED)
    return element("details", summary, items, class_=f"list {status.value.lower()}", open=not folded)


def _item(finding: Finding) -> Markup:
    about = [" at ", element("code", finding.about)] if finding.about else None
    return element(
        "li",
        element("span", _MARK[finding.status], class_="mark", aria_hidden="true"),
        element(
            "div",
            element("p", words.check_in_words(finding.check), class_="check"),
            element("p", text(_capital(finding.explanation))) if finding.explanation else None,
            element("p", element("code", finding.check), about, class_="faint"),
        ),
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


def fact(label: str, *value: Markup | str | Iterable[Markup | str] | None) -> Markup:
    """A label and its value, as a row of a description list."""
    return element("div", element("dt", label), element("dd", *value))


def text(value: str, language: str | None = None) -> Markup:
    """Words of a document: isolated, so that their direction touches nothing around them."""
    return element("bdi", value, lang=language, dir="auto")


def _word(indication: Indication) -> str:
    return indication.value


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
