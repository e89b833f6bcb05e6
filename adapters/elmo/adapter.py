"""The adapter for ELMO, the format of EMREX (1.x and 2.x)."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from adapters.elmo import conformity, names
from adapters.elmo.opening import in_namespace_of, stated_by
from adapters.elmo.reader import read
from adapters.elmo.schema import SCHEMA
from adapters.elmo.writer import write
from gateway.kit import (
    Adapter,
    Content,
    Document,
    Draft,
    Head,
    Leaf,
    Manifest,
    Opened,
    Reading,
    Recognition,
    Stated,
    WriteRequest,
)
from gateway.kit.xml_cursor import XmlReading
from gateway.model.record import Record
from gateway.model.verdict import Finding, Status

FORMATS = ("ELMO 1.7", "ELMO 2.1", "ELMO before EMREX")

_KNOWN = {
    f"{{{namespace}}}elmo" if namespace else "elmo": Recognition(format=of, why=f"its root is elmo{where}")
    for namespace, of, where in (
        (names.V1, FORMATS[0], " in the namespace of ELMO 1"),
        (names.V2, FORMATS[1], " in the namespace of ELMO 2"),
        (names.BEFORE_EMREX, FORMATS[2], " in the namespace of the time before EMREX"),
        (names.WRONG_V1, FORMATS[0], " in a namespace that some files have by mistake"),
        ("", FORMATS[0], ", without a namespace"),
    )
}
"""What each root is a claim of."""


def _structural(leaf: Leaf) -> bool:
    """Leaves that say nothing about the learner: a seal, and the name of the code list of a country (2.1)."""
    if "/Signature[" in leaf.place:
        return True
    return leaf.name == "type" and leaf.value.casefold() == "iso" and leaf.owner in ("country", "citizenship")


class Elmo:
    """Reads ELMO 1.x and 2.x, and writes 1.7. Stateless."""

    manifest = Manifest(
        id="elmo",
        family="elmo",
        title="EMREX ELMO",
        version="1",
        formats=FORMATS,
        schemas=(SCHEMA,),
        seal="xmldsig",
        structural=_structural,
        sources=(
            "EMREX ELMO schema 1.7.0 and its annotations (emrex-eu/elmo-schemas)",
            "EMREX ELMO 2.0, and the additions of 2.1",
            "Technical Guide to EMREX 1.1",
        ),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """A root `elmo` in a namespace of ELMO, in the wrong one of some files, or in none."""
        return _KNOWN.get(head.root) if head.media == "xml" else None

    def open(self, document: Document) -> Opened:
        """What the file states of its issuers and time, and its attachments, which nobody judges."""
        issuers, issued = stated_by(document.tree)
        stated = Stated(issuer=next(iter(issuers), None), other_issuers=issuers[1:], issued=issued)
        return Opened(stated=stated, findings=_attachments(document.tree))

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """The schema of 1.7, and the rules that no schema can tell."""
        return conformity.check(content.document.tree)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - has no parts
        """The record of the file."""
        return read(content.document.tree)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """One file for all reports of the record."""
        return (write(record, request),)

    def core(self, body: bytes) -> bytes:
        """The body: ELMO has no page images."""
        return body


def _attachments(tree: etree._ElementTree) -> tuple[Finding, ...]:
    root = tree.getroot()
    attachments = list(root.iter(in_namespace_of(root)("attachment")))
    if not attachments:
        return ()
    places = XmlReading(tree, frozenset())
    return tuple(
        Finding(
            check="content.attachment",
            status=Status.NOT_CHECKED,
            about=places.place(element),
            explanation="a file under the same proof; what it says isn't compared with the results",
        )
        for element in attachments
    )


ADAPTER: Adapter = Elmo()
