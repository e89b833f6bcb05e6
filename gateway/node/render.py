"""The use case: a document as pages for people, HTML or PDF, with what it was made from inside the PDF.

The pages say nothing of a seal. A node with a seal for PDF ("pades") puts it on as the last step, where the rule
against laundering lets it: as on a translation, and by the same function (`may_seal`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from gateway.drivers.keys import SealKey
from gateway.kit.contract import Reading
from gateway.model.verdict import Verdict
from gateway.node.account import account_of, account_of_document, paper_of, reading_of
from gateway.node.sealing import seal
from gateway.node.source import Chosen, extension_of, media_type_of
from gateway.node.startup import UNCONFIGURED, Node
from gateway.node.translate import Order, Withheld, may_seal, translate_now
from gateway.readers.limits import Limits
from gateway.rendering.account import Account, Paper
from gateway.rendering.html import draw_html
from gateway.rendering.pdf import Enclosed, draw_pdf
from gateway.rendering.telling.account import describe_account
from gateway.translate.languages import languages_of
from gateway.translate.papers import losses_paper, paper, verdict_paper
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.terms import Terms

Form = Literal["pdf", "html"]

MEDIA_TYPES: Mapping[Form, str] = {"pdf": "application/pdf", "html": "text/html"}

_RELATIONSHIPS: Mapping[str, Literal["source", "alternative", "supplement"]] = {
    "original": "source",
    "translation": "alternative",
    "record": "alternative",
}


@dataclass(frozen=True, kw_only=True, repr=False)
class Page:
    """What is asked for.

    form       HTML, or PDF with the files inside
    terms      what the document is judged by, in place of the node's terms as they stand
    languages  the reader's; one alone stands beside the document's own, none is the document's own
    to         the adapter to translate with, whose losses and results the page then tells of; None for the record alone
    unsealed   a marked draft of that translation is enough, and no seal on the pages
    of_caller  whether those terms are a caller's: nothing judged by them is sealed
    """

    octets: bytes
    form: Form
    terms: Terms | None = None
    languages: tuple[str, ...] = ()
    to: str | None = None
    unsealed: bool = False
    of_caller: bool = True

    @property
    def is_configured(self) -> bool:
        """Whether the document is judged by the node's own trust and policy, at the present time."""
        return self.terms is None or not self.of_caller


@dataclass(frozen=True, kw_only=True, repr=False)
class Rendered:
    """A page: its octets, the verdict that it tells, and the characters that it can't show.

    `withheld`: the node seals PDF, and this one it may not.
    """

    octets: bytes
    media_type: str
    verdict: Verdict
    missing: tuple[str, ...] = ()
    sealed: bool = False
    withheld: bool = False


async def render_file(node: Node, page: Page, *, now: dt.datetime) -> Rendered | Withheld:
    """Render one file; the work is done in a thread."""
    return await asyncio.to_thread(render_now, node, page, now)


def render_now(node: Node, page: Page, now: dt.datetime) -> Rendered | Withheld:
    """As `render_file`, for those who have a thread of their own.

    `now` is the real present time. Raises: ConfigError `reports.not_installed`.
    """
    terms = page.terms if page.terms is not None else node.terms(now)
    if page.to is None:
        return _of_document(node, verify(page.octets, adapters=node.adapters, terms=terms), page, terms, now)
    order = Order(octets=page.octets, to=page.to, unsealed=page.unsealed, terms=page.terms, of_caller=page.of_caller)
    done = translate_now(node, order, now)
    if isinstance(done, Withheld):
        return done
    languages = _languages(page.languages, done.reading)
    account = replace(account_of(done, node, terms, languages), languages=languages)
    return _sealed(node, _drawn(node, account, done.files(), page.form, terms), page, now, may=done.sealed)


def _of_document(node: Node, document: VerifiedDocument, page: Page, terms: Terms, now: dt.datetime) -> Rendered:
    """A document as it is: a derived one is shown as such."""
    reading, unread = reading_of(document)
    account = account_of_document(document, reading, unread, node, terms, _languages(page.languages, reading))
    drawn = _drawn(node, account, dict(_papers(document, reading)), page.form, terms)
    return _sealed(node, drawn, page, now, may=_may_seal(node, document, reading, page))


def _may_seal(node: Node, document: VerifiedDocument, reading: Reading | None, page: Page) -> bool:
    """Whether the rule lets pages of this document be sealed; never those of a translation, nor of what isn't read."""
    if reading is None or reading.document.derived is not None:
        return False
    derived = any(inner.role == "original" for inner in document.inner.values())
    return may_seal(node, Chosen(document=document, path="", derived=derived), configured=page.is_configured)


def _sealed(node: Node, drawn: Rendered, page: Page, now: dt.datetime, *, may: bool) -> Rendered:
    key = node.seals.get("pades")
    if page.form != "pdf" or page.unsealed or not isinstance(key, SealKey):
        return drawn
    if not may:
        return replace(drawn, withheld=True)
    octets = seal(drawn.octets, "pades", key, now=now, limits=node.limits)
    return replace(drawn, octets=octets, sealed=True)


def _languages(asked: tuple[str, ...], reading: Reading | None) -> tuple[str, ...]:
    own = languages_of(reading.record) if reading is not None else ("en",)
    return tuple(dict.fromkeys((*asked, own[0]))) if len(asked) == 1 else asked or own


def _papers(document: VerifiedDocument, reading: Reading | None) -> Iterator[tuple[str, bytes]]:
    yield "original" + extension_of(media_type_of(document)), document.original
    if reading is not None:
        yield "record.json", paper(reading.record.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        yield "losses.json", losses_paper(reading.losses)
    yield "verdict.json", verdict_paper(document.verdict)


def _drawn(node: Node, account: Account, files: Mapping[str, bytes], form: Form, terms: Terms) -> Rendered:
    account = replace(account, node=node.id if node.id != UNCONFIGURED else "")
    if form == "html":
        octets = draw_html(describe_account(account))
        return Rendered(octets=octets, media_type=MEDIA_TYPES["html"], verdict=account.verdict)
    inside, over = _within(files, account, node.limits)
    account = replace(account, enclosed=tuple(paper for paper, _ in inside), left_out=over)
    enclosed = [_enclosed(paper, octets) for paper, octets in inside]
    made, digest = terms.now, account.original.sha256
    drawn = draw_pdf(describe_account(account), enclosed=enclosed, made=made, digest=digest)
    return Rendered(octets=drawn.octets, media_type=MEDIA_TYPES["pdf"], verdict=account.verdict, missing=drawn.missing)


def _within(
    files: Mapping[str, bytes], account: Account, limits: Limits
) -> tuple[list[tuple[Paper, bytes]], tuple[Paper, ...]]:
    """What a PDF carries: the original up to the limit of enclosed ones, and all together up to that of attachments."""
    inside: list[tuple[Paper, bytes]] = []
    over: list[Paper] = []
    room = limits.attachment_bytes
    for name, octets in files.items():
        media_type = account.original.media_type if name == account.original.name else None
        paper_ = paper_of(name, media_type, octets)
        most = min(room, limits.embed_bytes) if name == account.original.name else room
        if len(octets) > most:
            over.append(paper_)
        else:
            inside.append((paper_, octets))
            room -= len(octets)
    return inside, tuple(over)


def _enclosed(paper_: Paper, octets: bytes) -> Enclosed:
    stem = paper_.name.partition(".")[0].partition("-")[0]
    return Enclosed(
        name=paper_.name,
        media_type=paper_.media_type,
        relationship=_RELATIONSHIPS.get(stem, "supplement"),
        description=_DESCRIPTIONS.get(stem, paper_.name),
        octets=octets,
    )


_DESCRIPTIONS = {
    "original": "The original, octet for octet",
    "translation": "The translation",
    "record": "The record that was read from the original",
    "losses": "What could not be carried as it was",
    "verdict": "The verdict with every check",
    "derivation": "How the translation came to be",
}
