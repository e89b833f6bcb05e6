"""The text of a PDF, as two independent readers see it: where they see different characters, nothing is read.

A PDF holds shapes, and tables that may say which characters they are. Readers differ in what they make of those, and a
forger chooses what each of them sees. So PDFium and pypdf both read a file, and only what both see is its text; what
isn't shown, or can't be told, is never guessed. Files are bounded and strictly parsed before (`gateway.readers.pdf`),
and both readers run in that same process (`gateway.drivers.pdf_process`).
"""

from __future__ import annotations

import logging
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from gateway.errors import Refused

MOST_PAGES, MOST_CHARACTERS = 20, 100_000
"""No report is longer, and its text needn't be read to judge the signature of a longer file."""

_BROKEN_HYPHENS = {2: "-", 0xFFFE: "-"}
"""What PDFium gives in the place of a hyphen at the end of a line."""
_UNTOLD = ("Cc", "Cn", "Co", "Cs")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_INVISIBLE = (3, 7)  # text rendering modes (ISO 32000-2, 9.3.6)
_FROM_ISSUER = "Ask for the file as its issuer made it: what a picture shows is no evidence."


@dataclass(frozen=True, slots=True)
class PdfText:
    """The lines of a file, all pages in order, as each of two readers puts them together: PDFium, pypdf.

    Both saw the same characters; where a line ends, and what stands in it, may differ.
    """

    readings: tuple[tuple[str, ...], tuple[str, ...]]

    @property
    def beginning(self) -> str:
        """The lines of one of the readers, for recognising what it is."""
        return "\n".join(self.readings[1])


def read_text(octets: bytes) -> PdfText:
    """The text of a file.

    Raises:
        Refused: `pdf.broken`, `pdf.too_long`, `pdf.image_only`, `pdf.hidden_text`, `pdf.no_characters`,
            `pdf.readers_differ`.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what it would say of hostile files, we find
    try:
        several = (_lines(_by_pdfium(octets)), _lines(_by_pypdf(octets)))
        _require_text(several)
        _require_seen(octets)
    except (Refused, MemoryError):
        raise
    except Exception as error:
        # Of hostile files they raise whatever Python does.
        message = f"got a PDF whose text can't be read ({type(error).__name__})"
        raise Refused("pdf.broken", message, advice=_FROM_ISSUER) from error
    return PdfText(several)


def _lines(pages: Iterator[str]) -> tuple[str, ...]:
    found: list[str] = []
    left = MOST_CHARACTERS
    for text in pages:
        left -= len(text)
        if left < 0:
            raise _too_long(f"{MOST_CHARACTERS} characters")
        found += [" ".join(line.split()) for line in text.translate(_BROKEN_HYPHENS).splitlines()]
    return tuple(line for line in found if line)


def _by_pdfium(octets: bytes) -> Iterator[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(octets)
    try:
        _require_few(len(document))
        for page in document:
            if any(_is_invisible(shape) for shape in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])):
                raise _hidden()
            text = page.get_textpage()
            yield text.get_text_range()
            text.close()
            page.close()
    finally:
        document.close()


def _require_seen(octets: bytes) -> None:
    from gateway.readers.pdf_seen import hides_text

    if hides_text(octets):
        raise _hidden()


def _hidden() -> Refused:
    return Refused(
        "pdf.hidden_text",
        "got a PDF with text that isn't shown, expected only what a person sees",
        advice=f"It may be a scan with text put under it. {_FROM_ISSUER}",
    )


def _is_invisible(shape: object) -> bool:
    import pypdfium2

    return pypdfium2.raw.FPDFTextObj_GetTextRenderMode(shape) in _INVISIBLE


def _by_pypdf(octets: bytes) -> Iterator[str]:
    import pypdf

    document = pypdf.PdfReader(BytesIO(octets), strict=True)
    _require_few(len(document.pages))
    for page in document.pages:
        yield page.extract_text()


def _require_few(pages: int) -> None:
    if pages > MOST_PAGES:
        raise _too_long(f"{MOST_PAGES} pages")


def _too_long(most: str) -> Refused:
    return Refused("pdf.too_long", f"got a PDF of more than {most}, expected a report", advice=_FROM_ISSUER)


def _require_text(several: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    """Characters in both, of which each is one, and the same in both."""
    one, other = ("".join(unicodedata.normalize("NFKC", "".join(lines)).split()) for lines in several)
    if not one and not other:
        raise Refused(
            "pdf.image_only",
            "got a PDF without text: what its pages show is a picture, or nothing",
            advice=_FROM_ISSUER,
        )
    if any(unicodedata.category(char) in _UNTOLD or char == _REPLACEMENT for char in one + other):
        raise Refused(
            "pdf.no_characters",
            "got a PDF whose fonts don't say which characters their shapes are",
            advice=_FROM_ISSUER,
        )
    if _seen(one) != _seen(other):
        raise Refused(
            "pdf.readers_differ",
            "got a PDF in which two readers see different characters",
            advice=_FROM_ISSUER,
        )


def _seen(text: str) -> Counter[str]:
    """The characters, but for what only tells how lines are broken."""
    return Counter(char for char in text if unicodedata.category(char) != "Cf" and char != "-")
