"""PDF files of our own, made object by object, and sealed: to be forged in tests."""

from __future__ import annotations

from functools import cache

from gateway.proofs.pdf.seal import seal_pdf
from tests import pki

PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << >> >>"
CONTENT = b"<< /Length 12 >>\nstream\n0 0 10 10 re\nendstream"


def pdf(*more: bytes, catalog: bytes = b"", page: bytes = PAGE, content: bytes = CONTENT) -> bytes:
    """A file of one page; `more` are its objects from 5 on, `catalog` further entries of the catalog."""
    root = b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>"
    objects = (root, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content, *more)
    octets = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = []
    for number, held in enumerate(objects, 1):
        places.append(len(octets))
        octets += b"%d 0 obj\n%s\nendobj\n" % (number, held)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(octets))
    return octets + head + trailer


def enclosing(original: bytes) -> bytes:
    """A file with another inside, from which it says that it was made."""
    stream = b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%s\nendstream" % (len(original), original)
    file = b"<< /Type /Filespec /F (original) /UF (original) /AFRelationship /Source /EF << /F 5 0 R >> >>"
    return pdf(stream, file, catalog=b"/AF [6 0 R]")


def sealed(document: bytes, kind: str = "p256") -> bytes:
    """The file under the seal of the University of Nordhavn."""
    holder = pki.seal(kind=kind)
    return seal_pdf(document, holder.key, [holder.certificate], signed_at=pki.NOW)


@cache
def good() -> bytes:
    """A genuine sealed file."""
    return sealed(pdf())
