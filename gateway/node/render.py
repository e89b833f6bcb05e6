"""The use case: a document as pages for people, HTML or PDF, with what it was made from inside the PDF.

A node with a seal for PDF ("pades") puts it on as the last step, where the rule against laundering lets it: as on a
translation, and by the same function (`may_seal`). Where it may not, nothing is written; what is asked for without it
is marked as a draft.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from gateway.drivers.keys import SealKey
from gateway.kit.contract import Reading
from gateway.model.verdict import Indication, Verdict
from gateway.node.account import account_of, account_of_document, paper_of, reading_of
from gateway.node.sealing import seal
from gateway.node.source import Chosen, extension_of, media_type_of
from gateway.node.startup import UNCONFIGURED, Node
from gateway.node.translate import Order, Translated, Withheld, may_seal, not_sealed, translate_now
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

_BESIDE = 2  # languages of a document that pages are set in, where nobody says

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
    unsealed   a marked draft is enough, of the pages and of that translation
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

    `draft`: it is marked as one, because it lacks the seal that the node puts on such pages.
    """

    octets: bytes
    media_type: str
    verdict: Verdict
    missing: tuple[str, ...] = ()
    sealed: bool = False
    draft: bool = False


async def render_file(node: Node, page: Page, *, now: dt.datetime) -> Rendered | Withheld:
    """Render one file; the work is done in a thread."""
    return await asyncio.to_thread(render_now, node, page, now)


def render_now(node: Node, page: Page, now: dt.datetime) -> Rendered | Withheld:
    """As `render_file`, for those who have a thread of their own.

    `now` is the real present time. Raises: ConfigError `reports.not_installed`.
    """
    terms = page.terms if page.terms is not None else node.terms(now)
    work = _Work(node=node, page=page, terms=terms, now=now)
    if page.to is None:
        return work.of_document(verify(page.octets, adapters=node.adapters, terms=terms))
    order = Order(octets=page.octets, to=page.to, unsealed=page.unsealed, terms=page.terms, of_caller=page.of_caller)
    done = translate_now(node, order, now)
    return done if isinstance(done, Withheld) else work.of_translation(done)


@dataclass(frozen=True, kw_only=True)
class _Work:
    """Pages that were asked for of a node, at a time."""

    node: Node
    page: Page
    terms: Terms
    now: dt.datetime

    @property
    def key(self) -> SealKey | None:
        """The seal that this node puts on such pages, if it does."""
        key = self.node.seals.get("pades")
        return key if self.page.form == "pdf" and isinstance(key, SealKey) else None

    @property
    def sealing(self) -> bool:
        """Whether that seal is asked for; a caller's own terms can't get it."""
        return self.key is not None and not self.page.unsealed and self.page.is_configured

    def of_document(self, document: VerifiedDocument) -> Rendered | Withheld:
        """A document as it is: a derived one is shown as such."""
        reading, unread = reading_of(document)
        withheld = self._withheld(document, reading) if self.sealing else None
        if withheld is not None:
            return withheld
        languages = _languages(self.page.languages, reading)
        account = account_of_document(document, reading, unread, self.node, self.terms, languages)
        return self._finished(account, dict(_papers(document, reading)))

    def of_translation(self, done: Translated) -> Rendered | Withheld:
        """What was translated, and what that changed."""
        if self.sealing and not done.sealed and not may_seal(self.node, done.chosen, configured=True):
            return not_sealed(done.chosen, "pages of it")
        languages = _languages(self.page.languages, done.reading)
        account = replace(account_of(done, self.node, self.terms, languages), languages=languages)
        return self._finished(account, done.files())

    def _withheld(self, document: VerifiedDocument, reading: Reading | None) -> Withheld | None:
        """Why pages of this document may carry no seal: never those of a translation, nor of what isn't read."""
        original_inside = any(inner.role == "original" for inner in document.inner.values())
        derived = original_inside or (reading is not None and reading.document.derived is not None)
        chosen = Chosen(document=document, path="", derived=derived)
        if reading is not None and may_seal(self.node, chosen, configured=True):
            return None
        answer = document.verdict.verdict
        if answer is not Indication.PASSED and (not derived or answer is Indication.FAILED):
            return not_sealed(replace(chosen, derived=False), "pages of it")
        why = "is itself a translation, or pages of something" if derived else "says nothing that can be read here"
        return Withheld(
            chosen=chosen,
            code="seal.withheld",
            message=f"the document {why}: pages of it may never be sealed",
            advice="give the original; or add --unsealed for marked pages, which prove nothing",
        )

    def _finished(self, account: Account, files: Mapping[str, bytes]) -> Rendered:
        account = replace(account, unsealed=self.key is not None and not self.sealing)
        drawn = _drawn(self.node, account, files, self.page.form, self.terms)
        if self.key is None or not self.sealing:
            return replace(drawn, draft=account.draft)
        octets = seal(drawn.octets, "pades", self.key, now=self.now, limits=self.node.limits)
        return replace(drawn, octets=octets, sealed=True)


def _languages(asked: tuple[str, ...], reading: Reading | None) -> tuple[str, ...]:
    own = languages_of(reading.record)[:_BESIDE] if reading is not None else ("en",)
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
