"""A translation as an account for people: the values that a page is made of (gateway.rendering.html)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from gateway.errors import Refused
from gateway.kit.contract import Reading
from gateway.model.document import DocumentFacts
from gateway.node.source import extension_of, media_type_of
from gateway.node.startup import Node
from gateway.node.translate import Translated
from gateway.rendering.account import Account, Making, Paper
from gateway.rendering.html import html_page
from gateway.translate.engine import sha256
from gateway.translate.languages import languages_of
from gateway.verify.engine import VerifiedDocument
from gateway.verify.terms import Terms


def page_of(done: Translated, node: Node, terms: Terms, languages: tuple[str, ...] = ()) -> bytes:
    """The page of a translation, in the languages asked for (those of the titles when none are)."""
    return html_page(account_of(done, node, terms, languages))


def account_of(done: Translated, node: Node, terms: Terms, languages: tuple[str, ...] = ()) -> Account:
    """What a page tells of a translation: the document that was translated, its verdict, its losses, and its making."""
    reading, unread = reading_of(done.source) if done.reading is None else (done.reading, "")
    chosen = languages or (languages_of(reading.record) if reading is not None else ())
    if done.derivation is not None:
        chosen = done.derivation.languages
    account = account_of_document(done.source, reading, unread, node, terms, chosen)
    making = None if done.derivation is None else _making(done)
    return replace(account, inside=done.chosen.path, losses=done.losses, making=making)


def account_of_document(
    document: VerifiedDocument,
    reading: Reading | None,
    unread: str,
    node: Node,
    terms: Terms,
    languages: tuple[str, ...],
) -> Account:
    """What a page tells of a document as it is; `unread` says why, where there is no reading."""
    media_type = media_type_of(document)
    return Account(
        original=paper_of("original" + extension_of(media_type), media_type, document.original),
        verdict=document.verdict,
        judged_at=terms.now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        policy=terms.policy.name,
        languages=languages,
        gateway=node.gateway.version,
        record=reading.record if reading is not None else None,
        document=reading.document if reading is not None else DocumentFacts(),
        losses=reading.losses if reading is not None else (),
        unread=unread,
    )


def reading_of(document: VerifiedDocument) -> tuple[Reading | None, str]:
    """What a document says, or None and why it can't be read."""
    try:
        return document.read(), ""
    except Refused as refused:
        return None, f"{refused.message}. {refused.advice}"


def _making(done: Translated) -> Making:
    derivation = done.derivation
    assert derivation is not None  # noqa: S101 - the caller looked
    adapters = dict.fromkeys((derivation.reader, derivation.writer))
    types = {f"translation{result.extension}": result.media_type for result in done.results}
    papers = [
        paper_of(name, types.get(name), octets)
        for name, octets in done.files().items()
        if not name.startswith("original")
    ]
    return Making(
        target=done.target.manifest.title,
        made_by=next(iter(derivation.issuer.legal_name.values()), ""),
        node=derivation.node,
        sealed=done.sealed,
        adapters=tuple(f"{used.id} {used.version}" for used in adapters),
        papers=tuple(papers),
        undrawn=done.missing,
    )


def _type(name: str) -> str:
    return _TYPES.get(name[name.rfind(".") :], "application/octet-stream")


_TYPES = {
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".jws": "application/jose",
    ".jwt": "application/jwt",
    ".png": "image/png",
    ".xml": "application/xml",
}


def paper_of(name: str, media_type: str | None, octets: bytes) -> Paper:
    """A file by what can be checked of it; without a media type, the one that its name tells."""
    return Paper(name=name, media_type=media_type or _type(name), size=len(octets), sha256=sha256(octets))
