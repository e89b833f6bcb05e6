"""All that an adapter author imports."""

from gateway.errors import AdapterError, Refused
from gateway.kit.contract import (
    CONTRACT,
    Adapter,
    Comparing,
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
from gateway.kit.json_cursor import JsonCursor, JsonReading
from gateway.kit.telling import Origins, Telling
from gateway.kit.walk import Walk, Writing, share
from gateway.kit.xml_cursor import XmlCursor, XmlReading
from gateway.model.losses import Loss
from gateway.model.verdict import Finding, Status
from gateway.readers.base64 import strict_base64
from gateway.readers.document import Document
from gateway.readers.html import plain_text
from gateway.readers.json import Number, dump_json
from gateway.readers.pdf_text import PdfText

__all__ = [
    "CONTRACT",
    "Adapter",
    "AdapterError",
    "Comparing",
    "Content",
    "Document",
    "Draft",
    "EvidenceRequest",
    "Finding",
    "Head",
    "InnerDocument",
    "JsonCursor",
    "JsonReading",
    "Leaf",
    "Loss",
    "Manifest",
    "Number",
    "Opened",
    "Origins",
    "PageImage",
    "PdfText",
    "Reading",
    "Recognition",
    "Refused",
    "Source",
    "Stated",
    "Status",
    "Telling",
    "Walk",
    "WriteRequest",
    "Writing",
    "XmlCursor",
    "XmlReading",
    "dump_json",
    "plain_text",
    "share",
    "strict_base64",
]
