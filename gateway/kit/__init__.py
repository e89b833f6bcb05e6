"""All that an adapter author imports."""

from gateway.errors import AdapterError, Refused
from gateway.kit.contract import (
    CONTRACT,
    Adapter,
    Content,
    Draft,
    EvidenceRequest,
    Head,
    InnerDocument,
    Leaf,
    Manifest,
    Opened,
    PageImage,
    Reading,
    Recognition,
    Source,
    Stated,
    WriteRequest,
)

__all__ = [
    "CONTRACT",
    "Adapter",
    "AdapterError",
    "Content",
    "Draft",
    "EvidenceRequest",
    "Head",
    "InnerDocument",
    "Leaf",
    "Manifest",
    "Opened",
    "PageImage",
    "Reading",
    "Recognition",
    "Refused",
    "Source",
    "Stated",
    "WriteRequest",
]
