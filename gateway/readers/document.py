"""A document: bytes with a media, parsed at most once.

The tree or JSON value that recognition, proofs and readers see is always the same one (attack A10: two parsers that
disagree). It isn't sent across a process border: there the bytes are parsed again by the same parser.
"""

from __future__ import annotations

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Self

from gateway.readers.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from lxml import etree

Media = Literal["xml", "json", "html", "pdf", "other"]


class Document:
    """Bytes in one of our media. Treated as immutable."""

    def __init__(self, octets: bytes, media: Media, *, limits: Limits = DEFAULT_LIMITS) -> None:
        self.octets = octets
        self.media = media
        self.limits = limits

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

    def forget(self) -> None:
        """Let the tree or value go, once nobody looks at it: of a large document it is as large again."""
        self.__dict__.pop("tree", None)
        self.__dict__.pop("value", None)

    def __reduce__(self) -> tuple[object, ...]:
        """Cross a process border as bytes."""
        return (_rebuild, (self.octets, self.media, self.limits))


def _rebuild(octets: bytes, media: Media, limits: Limits) -> Document:
    return Document(octets, media, limits=limits)
