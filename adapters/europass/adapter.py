"""The adapter for Europass: recognises, opens, checks, reads and writes European Digital Credentials of ELM 3."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.europass import conformity, credential, writing
from adapters.europass.structure import is_structural
from gateway.errors import Refused
from gateway.kit import Document, strict_base64
from gateway.kit.contract import (
    Content,
    Draft,
    EvidenceRequest,
    Head,
    InnerDocument,
    Manifest,
    Opened,
    Reading,
    Recognition,
    WriteRequest,
)
from gateway.kit.findings import not_looked_at, unreadable_bound
from gateway.model.record import Record
from gateway.model.verdict import Finding

FORMAT = "ELM 3.2"

MANIFEST = Manifest(
    id="europass",
    family="europass",
    title="Europass: European Digital Credentials for Learning",
    version="1",
    formats=(FORMAT,),
    schemas=(conformity.SCHEMA,),
    seal="jades",
    pages=True,
    structural=is_structural,
    sources=("European Learning Model 3.1 and 3.2, application profile EDC generic-full", "W3C VC Data Model 1.1"),
)


class Europass:
    """European Digital Credentials for Learning. The JAdES seal around one is a container that core takes off."""

    manifest = MANIFEST

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object with the types and contexts of a credential."""
        if head.media == "json" and credential.is_credential(dict(head.members)):
            return Recognition(format=FORMAT, why="type EuropeanDigitalCredential with the contexts of ELM 3")
        return None

    def open(self, document: Document) -> Opened:
        """State issuer and life; hand out the enclosed original; list attachments as not checked."""
        value = document.value
        if not credential.is_credential(value):
            raise Refused("document.unknown", "got JSON that is no European Digital Credential of ELM 3.1 or 3.2")
        inner: list[InnerDocument] = []
        findings = [not_looked_at("content.attachment", place) for place in credential.attached(value)]
        for place, text, converted in credential.enclosed(value):
            octets = strict_base64(text) if converted else None
            if octets is not None:
                inner.append(InnerDocument(path=place, role="original", octets=octets))
            else:
                findings.append(not_looked_at("content.evidence", place))
        findings += [unreadable_bound(place) for place in credential.unreadable_bounds(value)]
        questions = tuple(
            EvidenceRequest(url=url, why="whether it was revoked") for url in credential.status_lists(value)
        )
        return Opened(
            stated=credential.stated(value), inner=tuple(inner), findings=tuple(findings), questions=questions
        )

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the schema, code lists, labels, dates and copies of nodes."""
        return conformity.conform(content.document.value)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - an original isn't read
        """Read one credential as one report."""
        return credential.read(content.document.value)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write one credential for each report."""
        return writing.write(record, request)

    def core(self, body: bytes) -> bytes:
        """The credential without its page images."""
        return writing.dump(writing.without_pages(Document(body, "json").value))


ADAPTER = Europass()
