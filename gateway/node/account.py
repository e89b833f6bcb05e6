"""A translation as an account for people: the values that a page is made of (gateway.rendering.html)."""

from __future__ import annotations

import datetime as dt

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
    reading, unread = _reading(done.source) if done.reading is None else (done.reading, "")
    chosen = languages or (languages_of(reading.record) if reading is not None else ())
    if done.derivation is not None:
        chosen = done.derivation.languages
    media_type = media_type_of(done.source)
    return Account(
        original=_paper("original" + extension_of(media_type), media_type, done.source.original),
        inside=done.chosen.path,
        verdict=done.verdict,
        judged_at=terms.now.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        policy=terms.policy.name,
        languages=chosen,
        gateway=node.gateway.version,
        record=reading.record if reading is not None else None,
        document=reading.document if reading is not None else DocumentFacts(),
        losses=done.losses,
        unread=unread,
        making=None if done.derivation is None else _making(done),
    )


def _reading(document: VerifiedDocument) -> tuple[Reading | None, str]:
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
        _paper(name, types.get(name, _type(name)), octets)
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
    return {".json": "application/json", ".jws": "application/jose", ".xml": "application/xml"}.get(
        name[name.rfind(".") :], "application/octet-stream"
    )


def _paper(name: str, media_type: str, octets: bytes) -> Paper:
    return Paper(name=name, media_type=media_type, size=len(octets), sha256=sha256(octets))
