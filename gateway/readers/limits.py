"""How much a document may ask of us. Settings with defaults; over a limit is `Refused`, quickly and cheaply."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds for one document."""

    document_bytes: int = 64 * MIB  # the document, and what each container inflates to
    depth: int = 200  # nested elements, or JSON arrays and objects
    nodes: int = 200_000  # elements and attributes, or JSON values
    attributes: int = 256  # of one XML element: the canonical form sorts them, one by one
    namespaces: int = 20  # XML declarations in scope at once: the canonical form compares each with each, per element
    inflate_ratio: int = 100  # inflated bytes to the bytes of the whole file
    containers: int = 4  # base64 of gzip of … : how many come off
    embed_bytes: int = 2 * MIB  # an enclosed original (rulings: embed_limit)
    attachment_bytes: int = 8 * MIB  # all attachments of one target (attachment_limit)


DEFAULT_LIMITS = Limits()
