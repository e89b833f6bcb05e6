"""The adapter for Chinese reports: recognise, open, check, read, compare with the answer of the online check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.chsi import addresses, conformity
from adapters.chsi.comparing import SAMPLE, SIMULATED, beside_fields, compared, state_finding
from adapters.chsi.fields import Fields, fields_of_json, is_flat
from adapters.chsi.labelled import LabelledFields
from adapters.chsi.lists import of_code
from adapters.chsi.numbers import verification_code
from adapters.chsi.page import Page, is_page
from adapters.chsi.reading import CENTRE, read_report
from adapters.chsi.sheet import Sheet, is_sheet
from gateway.kit import (
    Content,
    Document,
    Draft,
    EvidenceRequest,
    Finding,
    Head,
    Manifest,
    Opened,
    Reading,
    Recognition,
    Refused,
    Stated,
    WriteRequest,
)
from gateway.model.record import Record

NESTED, FLAT = "CHSI partner profile 1", "CHSI partner profile 1 (flat)"
PAGE, SHEET = "CHSI verification page", "CHSI report as PDF"


class Chsi:
    """Reports of China's register of higher education: only it makes them, so they are read and never written."""

    manifest = Manifest(
        id="chsi",
        family="chsi",
        title="Chinese higher-education reports (CHSI)",
        version="1",
        formats=(NESTED, FLAT, PAGE, SHEET),
        writes=False,
        schemas=(conformity.NESTED_SCHEMA, conformity.FLAT_SCHEMA),
        sources=(
            "教学[2014]11号 (electronic registration of certificates)",
            "GB/T 2260, GB/T 2261.1, GB/T 4658-2006, GB/T 6864-2003",
        ),
    )

    def recognise(self, head: Head) -> Recognition | None:
        """Claim a report in the partner profile by its members, a page by its labels or the answer that it gives."""
        if head.media == "json":
            if of_code("report", str(head.members.get("reportType"))) is not None and "holder" in head.members:
                return Recognition(format=NESTED, why="a reportType of the partner profile")
            return Recognition(format=FLAT, why="the members of the flat profile") if is_flat(head.members) else None
        if head.media == "html" and is_page(head.text):
            return Recognition(format=PAGE, why="the labels of the online check, or what it answers")
        if head.media == "pdf" and is_sheet(head.text):
            return Recognition(format=SHEET, why="the title or the labels of a report")
        return None

    def open(self, document: Document) -> Opened:
        """State the issuer; ask the online check, by the code that the report prints."""
        fields, _ = _fields_of(document)
        stated = Stated(issuer=CENTRE)
        state = _page(document.tree).answer if document.media == "html" else "verified"
        if state != "verified":
            return Opened(stated=stated, findings=(state_finding(state),))
        shown = _labelled(document)
        sample = (SAMPLE,) if shown is not None and shown.is_sample else ()
        return Opened(stated=stated, findings=sample, questions=(_question(fields.get("vcode")),))

    def conform(self, content: Content) -> tuple[Finding, ...]:
        """Check the profile, and whether numbers, dates and words of the report agree with each other."""
        document = content.document
        fields, _ = _fields_of(document)
        if document.media == "html":
            return conformity.conform_page(_page(document.tree), fields)
        if document.media == "pdf":
            return conformity.conform_sheet(_sheet(document), fields)
        schema = conformity.FLAT_SCHEMA if is_flat(document.value) else conformity.NESTED_SCHEMA
        return conformity.conform_json(document.value, fields, schema)

    def compare(self, claim: Content, answer: Content) -> tuple[Finding, ...]:
        """Hold a report against the answer of the online check."""
        theirs, answered = _fields_of(answer.document)
        found: tuple[Finding, ...] = ()
        if answer.document.media == "html":
            page = _page(answer.document.tree)
            found = (state_finding(page.answer), *((SIMULATED,) if page.is_sample else ()))
            if page.answer != "verified":
                return found
        mine, claimed = _fields_of(claim.document)
        return (*found, *compared(mine, claimed, theirs, answered), *_beside(claim.document, answer.document, theirs))

    def read(self, content: Content, inner: Mapping[str, Reading]) -> Reading:  # noqa: ARG002 - it has no parts
        """Read one report."""
        fields, kind = _fields_of(content.document)
        if content.document.media == "html" and (state := _page(content.document.tree).answer) != "verified":
            raise Refused(
                "chsi.no_report",
                f"got an answer of the online check without a report ({state}), expected one with a report",
                advice=state_finding(state).explanation,
            )
        return read_report(fields, kind)

    def write(self, record: Record, request: WriteRequest) -> tuple[Draft, ...]:  # noqa: ARG002 - always refused
        """Refuse: the register alone makes its reports, and nothing else may look like one."""
        raise Refused(
            "target.requires",
            "a Chinese report requires an entry in China's register, and this gateway makes none",
            advice="Towards China translate to dossier; elsewhere to europass, elmo or clr.",
        )

    def core(self, body: bytes) -> bytes:
        """There are no page images to leave out."""
        return body


def _page(tree: Any) -> Page:
    return Page(tree)


def _sheet(document: Document) -> Sheet:
    return Sheet(document.text)


def _labelled(document: Document) -> Page | Sheet | None:
    """What shows its values under labels; None for a report as data."""
    if document.media == "html":
        return _page(document.tree)
    return _sheet(document) if document.media == "pdf" else None


def _beside(claim: Document, answer: Document, theirs: Fields) -> Iterator[Finding]:
    """What a page or sheet shows that is no field, held against the answer."""
    mine, other = _labelled(claim), _labelled(answer)
    if mine is not None:
        answered = () if other is None else other.loose
        yield from beside_fields(mine.wordings, mine.loose, theirs, answered)


def _fields_of(document: Document) -> tuple[Fields, str | None]:
    """The fields of a document, and the type of report that it is."""
    if (shown := _labelled(document)) is not None:
        return LabelledFields(shown), shown.type
    return fields_of_json(document.value), "heqc" if is_flat(document.value) else document.value.get("reportType")


def _question(code: str | None) -> EvidenceRequest:
    """What the register is asked. The code is posted, and stands in no address."""
    known = None if code is None else verification_code(code)
    form = {} if known is None else {"vcode": known, "srcid": "bgcx"}
    return EvidenceRequest(url=addresses.ASK, why="whether the register shows the same", form=form, vouches=True)


ADAPTER = Chsi()
