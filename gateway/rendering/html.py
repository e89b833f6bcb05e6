"""One page of an account: a file that needs nothing but itself.

No script, no address, no font from elsewhere: the page's own Content Security Policy allows its one style sheet (by
digest) and nothing more. Equal accounts give equal octets.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from gateway.rendering import words
from gateway.rendering.account import Account, Making, Paper
from gateway.rendering.html_losses import losses_part
from gateway.rendering.html_record import name_of, record_part
from gateway.rendering.html_verdict import checks, fact, text, verdict_card
from gateway.rendering.markup import Child, Markup, element

_DRAFT = "Draft: not sealed, it proves nothing"


def html_page(account: Account) -> bytes:
    """The page in UTF-8."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex, nofollow"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", _title(account)),
        element("style", Markup(_style())),
    )
    body = element(
        "body", _banner(account), _header(account), element("main", _parts(account), id="main"), _footer(account)
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n".encode()


@cache
def _style() -> str:
    return "\n" + (files(__package__) / "page.css").read_text("utf-8")


def _policy() -> str:
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _title(account: Account) -> str:
    what = "Translation" if account.making is not None else "Record"
    mark = "DRAFT – " if account.draft else ""
    return f"{mark}{what}: {_who(account)} – {account.verdict.verdict.value}"


def _who(account: Account) -> str:
    return name_of(account.record.learner) if account.record is not None else "a document that can't be read"


def _banner(account: Account) -> Markup | None:
    return (
        element("p", element("strong", "DRAFT"), " not sealed, it proves nothing", class_="draft")
        if account.draft
        else None
    )


def _header(account: Account) -> Markup:
    links = [element("a", label, href=f"#{name}") for name, label in _contents(account)]
    return element(
        "header",
        element("p", "Testamur", class_="brand"),
        element("h1", text(_who(account))),
        element("p", _subtitle(account), class_="subtitle"),
        element("nav", links, aria_label="On this page"),
    )


def _contents(account: Account) -> Iterator[tuple[str, str]]:
    yield "verdict", "Is it genuine?"
    yield "record", "What it states"
    if account.record is not None:
        yield "losses", "What was lost"
    yield "provenance", "How to check this"


def _subtitle(account: Account) -> Child:
    told = f"A document in the form {account.verdict.format}"
    making = account.making
    if making is None:
        return told
    end = [", sealed by ", text(making.made_by)] if making.sealed else ", as an unsealed draft"
    return [f"{told}, translated for {making.target}", end]


def _parts(account: Account) -> Iterator[Markup]:
    yield _part("verdict", "Is it genuine?", verdict_card(account.verdict), _inside(account), checks(account.verdict))
    if account.record is None:
        yield _part("record", "What it states", element("p", text(account.unread), class_="nothing"))
    else:
        yield _part("record", "What it states", _reliance(account), record_part(account.record, account.languages))
        heading = "What the translation changed" if account.making is not None else "What can't be carried"
        yield _part(
            "losses", heading, losses_part(account.losses, account.record, translated=account.making is not None)
        )
    yield _part("provenance", "How it came to be, and how to check it", _provenance(account))


def _part(name: str, heading: str, *content: Child) -> Markup:
    return element(
        "section", element("h2", heading, id=f"{name}-heading"), *content, id=name, aria_labelledby=f"{name}-heading"
    )


def _inside(account: Account) -> Markup | None:
    if not account.inside:
        return None
    told = "The file given is itself a translation. All that follows is about the original enclosed in it, at "
    return element("p", told, element("code", account.inside), ".", class_="note")


def _reliance(account: Account) -> Markup:
    answer = account.verdict.verdict.value
    said = f"What follows is what the document states; the verdict on it is {answer}."
    draft = f" {_DRAFT}." if account.draft else ""
    return element("p", said, element("strong", draft) if draft else None, class_="note")


def _provenance(account: Account) -> Markup:
    return element(
        "div",
        element("h3", "The original"),
        element("dl", _of_original(account)),
        _of_making(account.making) if account.making is not None else None,
        _of_checking(account),
    )


def _of_original(account: Account) -> Iterator[Markup]:
    yield fact(
        "File",
        element("code", account.original.name),
        f" {account.original.media_type}, {account.original.size:,} octets",
    )
    yield fact("SHA-256", element("code", account.original.sha256, class_="digest"))
    yield fact("Format", account.verdict.format)
    if account.document.issued:
        yield fact("Its own time", text(account.document.issued), " (its own claim)")
    if account.document.id:
        yield fact("Its own id", text(account.document.id))
    derived = account.document.derived
    if derived is not None:
        maker = text(derived.node) if derived.node else "somebody whom it doesn't name"
        yield fact("A translation", "it says of itself that it was translated by ", maker)
    yield fact("Judged", f"as of {account.judged_at}, under the policy ", text(account.policy))
    yield fact("Judged by", f"Testamur {account.gateway}")


def _of_making(making: Making) -> Markup:
    kind = element("strong", "sealed") if making.sealed else element("strong", f"{_DRAFT}.")
    facts: list[Child] = [
        fact("Kind", kind),
        fact("Issued by", text(making.made_by)),
        fact("Node", text(making.node)),
        fact("Adapters", [element("div", text(adapter)) for adapter in making.adapters]),
        [fact(paper.name, _paper(paper)) for paper in making.papers],
    ]
    if making.undrawn:
        named = ", ".join(f"U+{ord(character):04X}" for character in making.undrawn)
        facts.append(fact("Be careful", f"no font has {named}: the data has it, the page images have not"))
    return element("div", element("h3", "The translation"), element("dl", facts))


def _paper(paper: Paper) -> list[Child]:
    return [f"{paper.media_type}, {paper.size:,} octets", element("code", paper.sha256, class_="digest")]


def _of_checking(account: Account) -> Markup:
    lines = [f"testamur verify {account.original.name} --trust CERTIFICATE"]
    if account.making is not None:
        derivation = next((p.name for p in account.making.papers if p.name.startswith("derivation.")), None)
        if derivation is not None:
            lines.append(f"testamur reproduce {derivation} --source {account.original.name}")
    return element(
        "div",
        element("h3", "Check it yourself"),
        element(
            "p", "Believe neither this page nor the translation: verify the original, and run the translation again."
        ),
        element("pre", element("code", "\n".join(lines))),
    )


def _footer(account: Account) -> Markup:
    said = f"{words.MEANING[account.verdict.verdict]}".capitalize()
    mark = f" {_DRAFT}." if account.draft else ""
    return element(
        "footer",
        element("p", f"Verdict {account.verdict.verdict.value}: {said}.{mark}"),
        element("p", "This page is a rendering for people. It is not sealed; the files beside it are what counts."),
    )
