"""The adapters for badges and learner records: recognise, open, check, read and write."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.openbadges import anchored, assertions, conformity, credentials, hosted, ler, reading, terms, writing
from adapters.openbadges.structure import is_structural
from gateway.errors import Refused
from gateway.kit import Document
from gateway.kit.contract import (
    Answered,
    Content,
    Draft,
    Enclosed,
    Head,
    Manifest,
    Opened,
    Reading,
    Recognition,
    WriteRequest,
)
from gateway.model.record import Record
from gateway.model.verdict import Finding, Status

FAMILY = "openbadges"
CLR_FORMAT, BADGE_FORMAT, LER_FORMAT = "CLR 2.0", "Open Badges 3.0", "LER-RS 2.0"
ASSERTION_FORMAT, BLOCKCERTS_FORMAT = "Open Badges 2.0", "Blockcerts 3"


class Clr:
    """Comprehensive Learner Records. Proofs, and the containers around one, are core's."""

    manifest = Manifest(
        id="clr",
        family=FAMILY,
        title="Comprehensive Learner Record",
        version="1",
        formats=(CLR_FORMAT,),
        schemas=(conformity.CLR_SCHEMA,),
        seal=writing.SEAL,
        forms=("json", "jwt", "png"),
        baked_as="clrcredential",
        structural=is_structural,
        sources=("1EdTech Comprehensive Learner Record Standard 2.0", "W3C VC Data Model 1.1 and 2.0"),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object with the types and contexts of a learner record."""
        if head.media == "json" and terms.is_clr(head.members):
            return Recognition(format=CLR_FORMAT, why="type ClrCredential with the context of CLR 2.0")
        return None

    def open(self, document: Document) -> Opened:
        """State issuer and life; hand out the credentials inside, endorsements, and an enclosed original."""
        return _opened(document)

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the schema, classes, dates, and whom the credentials inside are about."""
        return conformity.conform(content.document.value, conformity.CLR_SCHEMA)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - read from the whole
        """Read one learner record as one report."""
        return reading.read_clr(content.document.value)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write one learner record for each report, with a credential for each study inside."""
        return writing.write_records(record, request)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


class OpenBadges:
    """Open Badges 3.0; assertions of 2.0 are read."""

    manifest = Manifest(
        id="openbadges",
        family=FAMILY,
        title="Open Badges",
        version="1",
        formats=(BADGE_FORMAT, ASSERTION_FORMAT),
        schemas=(conformity.BADGE_SCHEMA,),
        seal=writing.SEAL,
        forms=("json", "jwt", "png"),
        baked_as="openbadgecredential",
        structural=is_structural,
        sources=("1EdTech Open Badges Specification 3.0 and 2.0", "W3C VC Data Model 1.1 and 2.0"),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object with the types and contexts of a badge, or of an endorsement of one."""
        if head.media != "json":
            return None
        if terms.is_badge(head.members):
            return Recognition(
                format=BADGE_FORMAT, why="type AchievementCredential with the context of Open Badges 3.0"
            )
        if terms.is_endorsement(head.members):
            return Recognition(
                format=BADGE_FORMAT, why="type EndorsementCredential with the context of Open Badges 3.0"
            )
        if assertions.is_assertion(head.members):
            return Recognition(format=ASSERTION_FORMAT, why="type Assertion with the context of Open Badges 2.0")
        return None

    def open(self, document: Document) -> Opened:
        """State issuer and life; hand out endorsements, and an enclosed original."""
        return assertions.opened(document.value) if assertions.is_assertion(document.value) else _opened(document)

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the schema, classes and dates; endorsements and assertions have rules of their own: not checked."""
        value = content.document.value
        if not terms.is_badge(value):
            return (Finding(check="conformity.schema", status=Status.NOT_CHECKED),)
        return conformity.conform(value, conformity.BADGE_SCHEMA)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - it has no parts
        """Read one badge as one report."""
        value = content.document.value
        return assertions.read_assertion(value) if assertions.is_assertion(value) else reading.read_badge(value)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write one badge for each study."""
        return writing.write_badges(record, request)

    def enclose(self, document: Document, answered: Answered) -> Enclosed:
        """Put the badge and issuer of an assertion of 2.0 in place; one of 3.0 holds all of itself."""
        if not assertions.is_assertion(document.value):
            return Enclosed(document=document)
        return hosted.enclosed(document, answered)

    def compare(self, claim: Content, answer: Content) -> tuple[Finding, ...]:
        """Hold a hosted assertion of 2.0 against what its host answered."""
        return hosted.compared(claim.document.value, answer.document.value)

    def revoked(self, claim: Content, status: int, answer: Document | None) -> bool:
        """Whether the host of a hosted assertion of 2.0 says that it was revoked."""
        return hosted.is_revoked(claim.document.value, status, {} if answer is None else answer.value)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


def _opened(document: Document) -> Opened:
    value = document.value
    return Opened(
        stated=credentials.stated(value),
        inner=credentials.inner_documents(value),
        findings=tuple(credentials.unreadable_bounds(value)),
        questions=credentials.questions(value),
    )


class Ler:
    """Learning and Employment Records of HR Open Standards: a wrapper around what was verified, and what wasn't."""

    manifest = Manifest(
        id="ler",
        family=FAMILY,
        title="Learning and Employment Record (LER-RS)",
        version="1",
        formats=(LER_FORMAT,),
        seal=writing.SEAL,
        forms=("jwt",),
        structural=is_structural,
        sources=("HR Open Standards LER Resume Standard 2.0 (release candidate)", "W3C VC Data Model 1.1"),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object with the context of an employment record."""
        if head.media == "json" and ler.is_ler(head.members):
            return Recognition(format=LER_FORMAT, why="the context of LER-RS")
        return None

    def open(self, document: Document) -> Opened:
        """State issuer and life; hand out each verification inside, and an enclosed original."""
        value = document.value
        return Opened(
            stated=credentials.stated(value),
            inner=ler.inner_documents(value),
            findings=tuple(credentials.unreadable_bounds(value)),
            questions=credentials.questions(value),
        )

    def conform(self, content: Content) -> tuple[Finding, ...]:  # noqa: ARG002 - the samples of the standard break it
        """Not checked: official samples of the release candidate break its schema."""
        return (Finding(check="conformity.schema", status=Status.NOT_CHECKED),)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - read from the whole
        """Read what the person states, and each verification inside, as reports of their own."""
        return ler.read_ler(content.document.value)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write one employment record, with a learner record for each report inside."""
        return writing.write_employment(record, request)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


class Blockcerts:
    """Blockcerts of version 3: read, and never written, because a seal of theirs is a transaction in a blockchain."""

    manifest = Manifest(
        id="blockcerts",
        family=FAMILY,
        title="Blockcerts",
        version="1",
        formats=(BLOCKCERTS_FORMAT,),
        writes=False,
        structural=is_structural,
        sources=("Blockcerts 3.0 to 3.2", "W3C VC Data Model 1.1 and 2.0"),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object with the type and context of version 3."""
        if head.media == "json" and anchored.is_anchored(head.members):
            return Recognition(format=BLOCKCERTS_FORMAT, why="type BlockcertsCredential with the context of version 3")
        return None

    def open(self, document: Document) -> Opened:
        """State issuer and life, and where the status is told."""
        return _opened(document)

    def conform(self, content: Content) -> tuple[Finding, ...]:  # noqa: ARG002 - there is no schema of ours
        """Not checked: there is no schema of ours."""
        return (Finding(check="conformity.schema", status=Status.NOT_CHECKED),)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - it has no parts
        """Read one credential as one report."""
        return anchored.read_anchored(content.document.value)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:  # noqa: ARG002 - always refused
        """Refuse: anchoring is a transaction, and this gateway makes none."""
        raise Refused(
            "target.requires",
            "a Blockcerts credential requires a transaction in a blockchain, and this gateway makes none",
            advice="Translate to openbadges or clr.",
        )

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


ADAPTERS = (Clr(), OpenBadges(), Ler(), Blockcerts())
