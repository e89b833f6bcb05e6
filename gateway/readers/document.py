"""A document: bytes with a media, parsed at most once.

The tree or JSON value that recognition, proofs and readers see is always the same one (attack A10: two parsers that
disagree). It isn't sent across a process border: there the bytes are parsed again by the same parser. The text of a PDF
is sent: who parses PDF does so in a process that can be ended.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from gateway.errors import Refused
from gateway.readers.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from lxml import etree

    from gateway.readers.pdf_text import PdfText

Media = Literal["xml", "json", "html", "pdf", "other"]


class Document:
    """Bytes in one of our media. Treated as immutable."""

    def __init__(self, octets: bytes, media: Media, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self.octets = octets
        self.media = media
        self.limits = limits
        self._text: PdfText | Refused = _NOT_READ

    @classmethod
    def with_tree(cls, octets: bytes, tree: etree._ElementTree, *, limits: Limits = DEFAULT_LIMITS) -> Self:
        """An XML document whose tree is at hand already: it must be what parsing `octets` gives."""
        document = cls(octets, "xml", limits=limits)
        document.tree = tree
        return document

    @classmethod
    def with_value(cls, octets: bytes, value: Any, *, limits: Limits = DEFAULT_LIMITS) -> Self:
        """A JSON document whose value is at hand already: it must be what parsing `octets` gives."""
        document = cls(octets, "json", limits=limits)
        document.value = value
        return document

    @classmethod
    def with_text(cls, octets: bytes, text: PdfText | Refused, *, limits: Limits = DEFAULT_LIMITS) -> Self:
        """A PDF with its text, or why it has none that can be read: its parsers run in a process of their own."""
        document = cls(octets, "pdf", limits=limits)
        document._text = text
        return document

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the bytes, lower-case hexadecimal."""
        return hashlib.sha256(self.octets).hexdigest()

    @cached_property
    def tree(self) -> etree._ElementTree:
        """The tree of XML, or of an HTML page; `Refused` when the bytes aren't acceptable."""
        if self.media == "html":
            from gateway.readers.pages import parse_page

            return parse_page(self.octets, self.limits)
        from gateway.readers.xml import parse_xml

        return parse_xml(self.octets, self.limits)

    @cached_property
    def value(self) -> Any:
        """The JSON value; `Refused` when the bytes aren't acceptable JSON."""
        from gateway.readers.json import parse_json

        return parse_json(self.octets, self.limits)

    @property
    def text(self) -> PdfText:
        """The text of a PDF; `Refused` when it has none that can be read."""
        if isinstance(self._text, Refused):
            raise self._text
        return self._text

    def forget(self) -> None:
        """Let the tree or value go, once nobody looks at it: of a large document it is as large again."""
        self.__dict__.pop("tree", None)
        self.__dict__.pop("value", None)

    def __reduce__(self) -> tuple[object, ...]:
        """Cross a process border as bytes."""
        return (_rebuild, (self.octets, self.media, self.limits, self._text))


def _rebuild(octets: bytes, media: Media, limits: Limits, text: PdfText | Refused) -> Document:
    document = Document(octets, media, limits=limits)
    document._text = text  # noqa: SLF001 - the same class
    return document


_NOT_READ = Refused(
    "pdf.not_read",
    "the text of a PDF isn't read here",
    advice="pip install 'testamur[pdf]'",
)
