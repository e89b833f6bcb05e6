"""The adapter for credit banks: recognise, open, check, read and write."""

from __future__ import annotations

from collections.abc import Mapping

from adapters.creditbank import conformity
from adapters.creditbank.banks import BANKS, FAMILY_OF_PROFILES, PROFILE
from adapters.creditbank.reading import facts_of, read_document
from adapters.creditbank.writing import write_documents
from gateway.kit import (
    Content,
    Document,
    Draft,
    Finding,
    Head,
    InnerDocument,
    Manifest,
    Opened,
    Reading,
    Recognition,
    Stated,
    Status,
    WriteRequest,
    strict_base64,
)
from gateway.model.record import Record
from gateway.model.verdict import SubIndication

UNKNOWN = "Credit bank profile that this gateway doesn't know"
ORIGINAL = "/translation/original"


class CreditBank:
    """Two banks, one profile of our own. The JAdES seal around a document is a container that core takes off."""

    manifest = Manifest(
        id="creditbank",
        family="creditbank",
        title="Credit banks of China (NCB) and Korea (ACBS), profile of our own",
        version="1",
        formats=(*(bank.format for bank in BANKS.values()), UNKNOWN),
        schemas=(conformity.SCHEMA,),
        seal="jades",
        sources=(
            "学分银行信息平台 (ncb.edu.cn), 教职成司函〔2020〕4号",
            "학점인정 등에 관한 법률 (Act on Recognition of Credits, 1997), cb.or.kr, eng.nile.or.kr",
        ),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a JSON object that names the profile, in whatever version."""
        profile = head.members.get("profile")
        if head.media != "json" or not isinstance(profile, str) or not profile.startswith(FAMILY_OF_PROFILES):
            return None
        bank = head.members.get("bank")
        if profile != PROFILE or not isinstance(bank, str) or bank not in BANKS:
            return Recognition(format=UNKNOWN, why="a profile of credit banks by its name, of another version or bank")
        return Recognition(format=BANKS[bank].format, why="its members `profile` and `bank`")

    def open(self, document: Document) -> Opened:
        """State who made it, and hand out the enclosed original; of an unknown profile nothing is known."""
        value = document.value
        if not conformity.is_known(value):
            return Opened(findings=(_UNKNOWN_PROFILE,))
        facts = facts_of(value)
        note = value.get("translation")
        text = note.get("original") if isinstance(note, dict) else None
        original = strict_base64(text) if isinstance(text, str) else None
        return Opened(
            stated=Stated(issuer=facts.issuer, issued=facts.issued),
            inner=() if original is None else (InnerDocument(path=ORIGINAL, role="original", octets=original),),
            findings=(_UNREADABLE_ORIGINAL,) if text is not None and original is None else (),
        )

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the profile, and whether numbers, sums, dates and words agree with the bank and with each other."""
        return conformity.conform(content.document.value)

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - an original isn't read
        """Read one document as one report of the bank."""
        return read_document(content.document.value)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:
        """Write one document for each report of a credit bank."""
        return write_documents(record, request)

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


_UNKNOWN_PROFILE = Finding(
    check="format.opened",
    status=Status.INDETERMINATE,
    about="creditbank.profile",
    explanation=f"the document is in another profile than {PROFILE} ({' or '.join(BANKS)}), and isn't read",
    sub_indication=SubIndication.UNKNOWN_FORMAT,
)
_UNREADABLE_ORIGINAL = Finding(
    check="content.evidence",
    status=Status.NOT_CHECKED,
    about=ORIGINAL,
    explanation="the enclosed original is no base64, and isn't looked at",
)

ADAPTER = CreditBank()
