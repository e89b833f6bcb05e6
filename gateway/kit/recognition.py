"""What recognition sees of a document, and asking every adapter for its claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.kit.contract import HEAD_BYTES, Adapter, Head, Recognition
from gateway.readers.document import Document


def head_of(document: Document) -> Head:
    """The head of a document: `Refused` where its bytes are no acceptable XML or JSON."""
    root = ""
    members: Mapping[str, Any] = {}
    if document.media == "xml":
        root = str(document.tree.getroot().tag)
    elif document.media == "json" and isinstance(document.value, Mapping):
        members = document.value
    return Head(media=document.media, start=document.octets[:HEAD_BYTES], root=root, members=members)


def claims(adapters: Iterable[Adapter], head: Head) -> list[tuple[Adapter, Recognition]]:
    """Every adapter that claims the document; more than one is an ambiguity for the caller to report."""
    found = ((adapter, adapter.recognise(head)) for adapter in adapters)
    return [(adapter, claim) for adapter, claim in found if claim is not None]
