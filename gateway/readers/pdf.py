"""Reading PDF strictly (ISO 32000-2): which signatures stand in a file, what it encloses, what in it isn't still.

A PDF can be read in more ways than one, and that is how most forgeries of signed ones work. So only one reading is
taken: the header at the first octet, nothing behind the end, one form of cross-references, every object as the last of
them says. pyHanko is the parser (docs/adr/0010-pdf-signatures-by-pyhanko.md). It runs in a process of its own
(`gateway.drivers.pdf_process`), for a file of a few kB can ask for more than a machine has.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from gateway.errors import Refused
from gateway.readers.limits import Limits

if TYPE_CHECKING:
    from pyhanko.pdf_utils.reader import PdfFileReader

_ENDS = (b"%%EOF", b"%%EOF\n", b"%%EOF\r", b"%%EOF\r\n")
_LAST_TABLE = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF\s*\Z")
_HEAD_OF_FREE = re.compile(rb"xref\s+0 \d+\s+0{10} (65536) f")
_SIGNATURE_TYPES = ("/Sig", "/DocTimeStamp")
_ACTIONS = {
    "/JavaScript": "JavaScript",
    "/Launch": "an action that starts a program",
    "/SubmitForm": "an action that sends a form",
    "/ImportData": "an action that takes in data",
    "/GoToR": "an action that opens another file",
    "/GoToE": "an action that opens another file",
    "/Rendition": "a medium that plays",
    "/RichMediaExecute": "a medium that plays",
}
_OVERLAYS = {"/FreeText": "a text", "/Stamp": "a stamp", "/Widget": "a field to be filled in"}
_BARE = ("/Link", "/Popup")
_MOST_SOURCES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSignature:
    """A signature dictionary (ISO 32000-2, 12.8.1).

    kind        its /Type: /Sig, or /DocTimeStamp
    subfilter   how it is encoded ("/ETSI.CAdES.detached"); "" where it doesn't say
    ranges      /ByteRange: begin and length of what is signed, in pairs; empty where it isn't numbers
    contents    the octets of /Contents; None where it is no string
    written_at  when it was made, as /M says (RFC 3339); None where it doesn't, or without a zone
    in_field    whether it is the value of a signature field of the form
    """

    kind: str
    subfilter: str
    ranges: tuple[int, ...]
    contents: bytes | None
    written_at: str | None
    in_field: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPdf:
    """What was found in a file.

    signatures   every signature dictionary, whether or not the form shows it
    two_readings why two readers may see two documents; empty for a sound file
    active       what in it acts, or comes from elsewhere
    drawn_over   what stands on its pages and isn't of them: notes, stamps, fields that are filled in
    validation   whether data to validate a signature by was put in (PAdES LT: a document security store)
    sources      the enclosed files from which it was made (AFRelationship Source, ISO 19005-3 annex E)
    """

    signatures: tuple[PdfSignature, ...]
    two_readings: tuple[str, ...]
    active: tuple[str, ...]
    drawn_over: tuple[str, ...]
    validation: bool
    sources: tuple[bytes, ...]


def read_pdf(octets: bytes, limits: Limits) -> ReadPdf:
    """Read a file whole.

    Raises:
        Refused: `pdf.broken`, `pdf.encrypted`, `limit.nodes`, `limit.bytes`.
    """
    from pyhanko.pdf_utils.reader import PdfFileReader

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it would say, we find
    try:
        reader = PdfFileReader(BytesIO(_with_head_of_free(octets)), strict=True)
        return _read(octets, reader, limits)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # Of hostile files it raises whatever Python does: KeyError, AssertionError, RecursionError ...
        message = f"got a PDF that can't be read strictly ({type(error).__name__})"
        raise Refused("pdf.broken", message, advice="Ask for the file as its issuer made it.") from error


def _with_head_of_free(octets: bytes) -> bytes:
    """The file with generation 65535 in the entry of object 0, where it says 65536.

    ISO 32000-2, 7.5.4 demands 65535. Pillow writes 65536 into each of its files, which are scans: told as broken, a
    scan would never be told as one. Nothing can refer to object 0, so what the file shows is the same either way.
    """
    named = _LAST_TABLE.search(octets, max(0, len(octets) - 64))
    head = _HEAD_OF_FREE.match(octets, int(named[1])) if named else None
    return octets if head is None else octets[: head.start(1)] + b"65535" + octets[head.end(1) :]


def _read(octets: bytes, reader: PdfFileReader, limits: Limits) -> ReadPdf:
    if "/Encrypt" in reader.trailer:
        raise Refused(
            "pdf.encrypted",
            "got an encrypted PDF, expected one that anybody can read",
            advice="Ask for the file without a password.",
        )
    signatures: list[Any] = []
    active: dict[str, None] = {}
    drawn_over: dict[str, None] = {}
    for found in _dictionaries(reader, limits):
        if _is_signature(found):
            signatures.append(found)
        active |= dict.fromkeys(_acts(found))
        drawn_over |= dict.fromkeys(_covers(found))
    return ReadPdf(
        signatures=tuple(_signature(found, reader) for found in signatures),
        two_readings=tuple(_ambiguities(octets, reader)),
        active=tuple(active),
        drawn_over=tuple(drawn_over),
        validation="/DSS" in reader.root,
        sources=tuple(_sources(reader, limits)),
    )


def _ambiguities(octets: bytes, reader: PdfFileReader) -> Iterator[str]:
    from pyhanko.pdf_utils.xref import XRefSectionType

    if not octets.endswith(_ENDS):
        yield "something stands behind its end"
    revisions = range(reader.xrefs.total_revisions)
    forms = {reader.xrefs.get_xref_container_info(at).xref_section_type for at in revisions}
    if reader.xrefs.hybrid_xrefs_present or not forms <= {XRefSectionType.STANDARD, XRefSectionType.STREAM}:
        yield "it has cross-references for old readers and others for new ones"
    elif len(forms) > 1:
        yield "it has cross-references of two forms"


def _dictionaries(reader: PdfFileReader, limits: Limits) -> Iterator[Any]:
    """Every dictionary of every object that is in force, whether or not a page leads there; each once."""
    from pyhanko.pdf_utils import generic

    references = {
        (ref.idnum, ref.generation): ref
        for at in range(reader.xrefs.total_revisions)
        for ref in reader.xrefs.explicit_refs_in_revision(at)
    }
    left = limits.nodes
    for ref in references.values():
        pending = [reader.get_object(ref)]
        while pending:
            left -= 1
            if left < 0:
                raise Refused("limit.nodes", f"got a PDF of more than {limits.nodes} objects")
            found = pending.pop()
            if isinstance(found, generic.DictionaryObject):
                yield found
                pending += [found.raw_get(name) for name in found]
            elif isinstance(found, generic.ArrayObject):
                pending += [found.raw_get(at) for at in range(len(found))]


# --- signatures ------------------------------------------------------------------------------------------------------


def _is_signature(found: Any) -> bool:
    names = found.keys()
    if "/ByteRange" in names:
        return True
    return "/Contents" in names and _name(found, "/Type") in _SIGNATURE_TYPES


def _name(found: Any, key: str) -> str:
    from pyhanko.pdf_utils import generic

    value = found.get(key) if key in found else None
    return str(value) if isinstance(value, generic.NameObject) else ""


def _signature(found: Any, reader: PdfFileReader) -> PdfSignature:
    from pyhanko.pdf_utils import generic

    contents = found.get("/Contents") if "/Contents" in found else None
    octets = contents if isinstance(contents, generic.TextStringObject | generic.ByteStringObject) else None
    return PdfSignature(
        kind=_name(found, "/Type") or "/Sig",
        subfilter=_name(found, "/SubFilter"),
        ranges=_ranges(found),
        contents=octets.original_bytes if octets is not None else None,
        written_at=_time(found),
        in_field=any(field["/V"] is found for field in _fields(reader)),
    )


def _time(found: Any) -> str | None:
    from pyhanko.pdf_utils import generic

    written = found.get("/M") if "/M" in found else None
    if not isinstance(written, generic.TextStringObject):
        return None
    try:
        time = generic.parse_pdf_date(str(written))
    except Exception:  # noqa: BLE001 - a date that can't be read is none; nothing is trusted by it
        return None
    return time.isoformat().replace("+00:00", "Z") if time.tzinfo is not None else None


def _fields(reader: PdfFileReader) -> Iterator[Any]:
    from pyhanko.sign.fields import enumerate_sig_fields

    for _, _, reference in enumerate_sig_fields(reader, filled_status=True):
        yield reference.get_object()


def _ranges(found: Any) -> tuple[int, ...]:
    from pyhanko.pdf_utils import generic

    value = found.get("/ByteRange") if "/ByteRange" in found else None
    if not isinstance(value, generic.ArrayObject):
        return ()
    numbers = tuple(value)
    return tuple(map(int, numbers)) if all(isinstance(one, generic.NumberObject) for one in numbers) else ()


# --- what isn't still ------------------------------------------------------------------------------------------------


def _acts(found: Any) -> Iterator[str]:
    """What a dictionary does beyond being shown (ISO 32000-2, 12.6.4), or fetches from elsewhere (7.3.8.2)."""
    from pyhanko.pdf_utils import generic

    action = _name(found, "/S")
    if action in _ACTIONS:
        yield _ACTIONS[action]
    if "/JS" in found:
        yield _ACTIONS["/JavaScript"]
    if "/XFA" in found:
        yield "a form that draws itself (XFA)"
    if isinstance(found, generic.StreamObject) and "/F" in found:
        yield "a stream that stands in another file"


def _covers(found: Any) -> Iterator[str]:
    """Annotations that draw over a page (ISO 32000-2, 12.5.6); links don't, and a signature's field may show itself."""
    kind = _name(found, "/Subtype")
    if "/Rect" in found and kind not in _BARE and not (kind == "/Widget" and _name(found, "/FT") == "/Sig"):
        yield _OVERLAYS.get(kind, "an annotation")


# --- enclosed files --------------------------------------------------------------------------------------------------


def _sources(reader: PdfFileReader, limits: Limits) -> Iterator[bytes]:
    from pyhanko.pdf_utils import generic

    listed = reader.root.get("/AF") if "/AF" in reader.root else None
    if not isinstance(listed, generic.ArrayObject):
        return
    held = (listed[at] for at in range(len(listed)))  # what a reference leads to, not the reference
    files = [one for one in held if isinstance(one, generic.DictionaryObject)]
    for one in [one for one in files if _name(one, "/AFRelationship") == "/Source"][:_MOST_SOURCES]:
        octets = _enclosed(one)
        if len(octets) > limits.document_bytes:
            raise Refused("limit.bytes", f"got an enclosed file of more than {limits.document_bytes} octets")
        yield octets


def _enclosed(file: Any) -> bytes:
    streams = file["/EF"]
    held = streams["/UF"] if "/UF" in streams else streams["/F"]
    return bytes(held.data)
