"""Media types and the EU authority table "file-type" (EU Vocabularies; IANA media types)."""

from __future__ import annotations

_FILE_TYPES = {
    "application/pdf": "PDF",
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
    "image/svg+xml": "SVG",
    "application/xml": "XML",
    "application/json": "JSON",
    "application/ld+json": "JSON_LD",
    "text/html": "HTML",
    "text/plain": "TXT",
    "text/csv": "CSV",
    "application/rtf": "RTF",
    "application/zip": "ZIP",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.oasis.opendocument.text": "ODT",
}
_MEDIA_TYPES = {code: media_type for media_type, code in _FILE_TYPES.items()}


def file_type(media_type: str) -> str | None:
    """The EU file type of a media type, None when the table has none for it."""
    return _FILE_TYPES.get(media_type)


def media_type(file_type: str) -> str | None:
    """The media type of an EU file type, None when it has none here."""
    return _MEDIA_TYPES.get(file_type)
