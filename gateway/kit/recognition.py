"""What recognition sees of a document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    text = page_text(document.octets, document.limits)[:HEAD_BYTES] if document.media == "html" else ""
    return Head(media=document.media, start=document.octets[:HEAD_BYTES], root=root, text=text, members=members)
