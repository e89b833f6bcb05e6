"""Attachments and the Diploma Supplement: what travels inside an ELMO file for people to read."""

from __future__ import annotations

import hashlib
import re

from adapters.elmo import names
from adapters.elmo.elements import code_of, foreign_in, identifiers_of, stated, text_of, when_of
from gateway.kit import strict_base64
from gateway.kit.xml_cursor import XmlCursor, collapsed, own_text
from gateway.model.record import Attachment, Content, DiplomaSupplement, Identifier, SupplementSection

RULES = "2018"
"""The rules for Diploma Supplements that hold where a file doesn't say which."""
INTERNAL = "internal"
"""The one agreed type of an attachment's identifier: it is for references inside the file, and is no scheme."""
KIND = "elmo-attachment"
"""The scheme of the code for what an attachment is."""

Blobs = dict[str, bytes]
_HEAD = re.compile(r"data:([!-~]*);base64", re.IGNORECASE)
_BLANK = re.compile(r"[ \t\r\n]")
_NO_BLANKS = dict.fromkeys(map(ord, " \t\r\n"))


def attachments_in(parent: XmlCursor, blobs: Blobs) -> tuple[Attachment, ...]:
    """The attachments right under an element; their bytes are put into `blobs` by SHA-256."""
    return tuple(_attachment(child, blobs) for child in parent.children("attachment"))


def _attachment(cursor: XmlCursor, blobs: Blobs) -> Attachment:
    return Attachment(
        identifiers=tuple(_plain(identifier) for identifier in identifiers_of(cursor)),
        title=text_of(cursor, "title"),
        description=text_of(cursor, "description", lines=True),
        kind=next(iter(code_of(KIND, cursor.filled_of("type"))), None),
        contents=tuple(_content(child, blobs) for child in cursor.children("content")),
        passthrough=foreign_in(cursor),
    )


def _plain(identifier: Identifier) -> Identifier:
    return Identifier(value=identifier.value) if identifier.scheme == INTERNAL else identifier


def _content(cursor: XmlCursor, blobs: Blobs) -> Content:
    """The bytes of a data URI as a blob; text that isn't one (samples cut it off with "...") stays text."""
    language, decoded = stated(cursor.language()), decode(cursor.text())
    if decoded is None:
        return Content(text=cursor.token(), language=language)
    media_type, octets = decoded
    digest = hashlib.sha256(octets).hexdigest()
    blobs[digest] = octets
    return Content(sha256=digest, size=len(octets), media_type=media_type, language=language)


def decode(text: str) -> tuple[str, bytes] | None:
    """Media type and bytes of a base64 data URI (RFC 2397), blanks ignored; None when it isn't strictly one."""
    head, comma, data = text.partition(",")
    del text  # of a large file it is as large again
    found = _HEAD.fullmatch(head.translate(_NO_BLANKS))
    if found is None or not comma:
        return None
    octets = strict_base64(data if _BLANK.search(data) is None else data.translate(_NO_BLANKS))
    return None if octets is None else (found[1], octets)


def supplement_in(parent: XmlCursor, blobs: Blobs) -> DiplomaSupplement | None:
    """The Diploma Supplement as a tree of sections; its own signature is judged apart, by core."""
    cursor = parent.child("diplomaSupplement")
    if cursor is None:
        return None
    for child in cursor.foreign():
        if child.namespace == names.DS:
            child.skip()
    return DiplomaSupplement(
        language=stated(cursor.language()),
        version=_version(cursor),
        issued=when_of(cursor, "issueDate"),
        introduction=_introduction(cursor),
        sections=tuple(_section(child, blobs) for child in cursor.children("section")),
    )


def _version(supplement: XmlCursor) -> str | None:
    """The year of the rules that it follows; the schema's default where the element is empty."""
    version = supplement.token_of("version")
    return RULES if version == "" else version


def _introduction(supplement: XmlCursor) -> str | None:
    """Any content at all is allowed here: plain text as it is, anything else inert."""
    cursor = supplement.child("introduction")
    if cursor is None or not (len(cursor.element) or own_text(cursor.element).strip()):
        return None
    return cursor.inert() if cursor.foreign() or cursor.element.attrib else cursor.text()


def _section(cursor: XmlCursor, blobs: Blobs) -> SupplementSection:
    content = cursor.child("content")
    return SupplementSection(
        number=collapsed(cursor.attribute("number") or ""),
        title=cursor.token_of("title") or "",
        content=None if content is None else content.token(),
        content_type=None if content is None else content.attribute("type"),
        additional=tuple(child.text() for child in cursor.children("additionalInformation")),
        attachments=attachments_in(cursor, blobs),
        sections=tuple(_section(child, blobs) for child in cursor.children("section")),
    )
