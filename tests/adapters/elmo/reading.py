"""Reading a document as a stranger would: parsed by the one parser, recognised, read."""

from __future__ import annotations

from pathlib import Path

from adapters.elmo import ADAPTER
from gateway.kit import Content, Head, Reading
from gateway.readers.document import Document

DOCUMENTS = Path(__file__).parent / "documents"
WHOLE = (DOCUMENTS / "whole.xml").read_text(encoding="utf-8")
SMALL = (DOCUMENTS / "small.xml").read_text(encoding="utf-8")


def read(text: str | bytes) -> Reading:
    octets = text.encode() if isinstance(text, str) else text
    document = Document(octets, "xml")
    recognition = ADAPTER.recognise(Head(media="xml", start=octets[:65536], root=str(document.tree.getroot().tag)))
    assert recognition is not None
    return ADAPTER.read(Content(document=document, format=recognition.format), {})


def without(text: str, start: str, end: str) -> str:
    """The text without the first piece from `start` to `end`."""
    before, _, rest = text.partition(start)
    _, found, after = rest.partition(end)
    assert found
    return before + after
