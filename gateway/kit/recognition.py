"""What recognition sees of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.errors import Refused
from gateway.kit.contract import HEAD_BYTES, Head
from gateway.readers.document import Document
from gateway.readers.pages import page_text


def head_of(document: Document) -> Head:
    """The head of a document: `Refused` where its bytes are no acceptable XML or JSON."""
    root = ""
    members: Mapping[str, Any] = {}
    if document.media == "xml":
        root = str(document.tree.getroot().tag)
    elif document.media == "json" and isinstance(document.value, Mapping):
        members = document.value
    start, text = document.octets[:HEAD_BYTES], _text(document)[:HEAD_BYTES]
    return Head(media=document.media, start=start, root=root, text=text, members=members)


def _text(document: Document) -> str:
    if document.media == "html":
        return page_text(document.octets, document.limits)
    if document.media != "pdf":
        return ""
    try:
        return document.text.beginning
    except Refused:
        return ""  # it may be verified all the same
