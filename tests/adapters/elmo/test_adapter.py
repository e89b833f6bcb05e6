"""Recognising and opening: which files are claimed, and what they state."""

from __future__ import annotations

import pytest
from lxml import etree

from adapters.elmo import ADAPTER, names
from gateway.kit import Document, Head
from gateway.kit.recognition import head_of
from gateway.model.verdict import Status
from gateway.readers.containers import unpack
from gateway.readers.limits import DEFAULT_LIMITS
from tests.adapters.elmo.reading import DOCUMENTS, SMALL, WHOLE
from tests.reference import REFERENCE, needs_reference, reference


def claimed(root: str, media="xml") -> str | None:
    recognition = ADAPTER.recognise(Head(media=media, start=b"", root=root))
    return None if recognition is None else recognition.format


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        (f"{{{names.V1}}}elmo", "ELMO 1.7"),
        (f"{{{names.WRONG_V1}}}elmo", "ELMO 1.7"),
        ("elmo", "ELMO 1.7"),
        (f"{{{names.V2}}}elmo", "ELMO 2.1"),
        (f"{{{names.BEFORE_EMREX}}}elmo", "ELMO before EMREX"),
        ("{urn:other}elmo", None),
        (f"{{{names.V1}}}report", None),
        (f"{{{names.V1}}}diplomaSupplement", None),
        ("Elmo", None),
        ("", None),
    ],
)
def test_a_root_elmo_in_a_namespace_of_elmo_or_in_none_is_claimed(root, expected):
    assert claimed(root) == expected
    assert claimed(root, media="json") is None


def test_opening_says_whom_the_file_names_and_when():
    opened = ADAPTER.open(Document(WHOLE.encode(), "xml"))
    assert opened.stated.issuer is not None
    assert opened.stated.issuer.legal_name["en"] == "University of Nordhamn"
    assert opened.stated.issued == "2026-03-02T09:30:00+01:00"
    assert opened.stated.valid_until is None


def test_the_time_of_a_file_is_that_of_its_making_never_a_date_of_studies():
    opened = ADAPTER.open(
        Document(WHOLE.replace("<generatedDate>2026-03-02T09:30:00+01:00</generatedDate>", "").encode(), "xml")
    )
    assert opened.stated.issued is None


def test_every_attachment_is_listed_as_not_checked():
    opened = ADAPTER.open(Document(WHOLE.encode(), "xml"))
    assert {f.status for f in opened.findings} == {Status.NOT_CHECKED}
    assert [f.about for f in opened.findings][-2:] == ["/elmo/report[1]/attachment[1]", "/elmo/attachment[1]"]
    assert len(opened.findings) == 3
    assert ADAPTER.open(Document(SMALL.encode(), "xml")).findings == ()


def test_opening_what_is_barely_elmo_raises_nothing():
    assert ADAPTER.open(Document(b"<elmo/>", "xml")).stated.issuer is None


def test_the_core_of_a_body_is_the_body():
    assert ADAPTER.core(b"<elmo/>") == b"<elmo/>"


def test_only_seals_and_the_name_of_a_code_list_are_structural():
    from gateway.kit.laws.places import places

    for name in ("whole.xml", "small.xml", "two.xml"):
        found = [p.leaf for p in places(Document((DOCUMENTS / name).read_bytes(), "xml"))]
        structural = [leaf for leaf in found if ADAPTER.manifest.structural(leaf)]
        assert all("/Signature[" in leaf.place or leaf.value == "ISO" for leaf in structural)


@needs_reference
def test_every_elmo_of_the_reference_is_claimed_and_nothing_else():
    claimed_files, others = [], []
    for path in sorted((REFERENCE / "elmo").rglob("*")):
        if path.suffix not in (".xml", ".json", ".xsd") or path.name == "fi-emrex_ncp_Example-elmo-sweden-1.0.xml":
            continue
        document = Document(path.read_bytes(), "json" if path.suffix == ".json" else "xml")
        if path.suffix == ".json" and not isinstance(document.value, dict):
            continue
        known = ADAPTER.recognise(head_of(document)) is not None if _parses(document) else False
        (claimed_files if known else others).append(path)
    assert {p.parent.name for p in claimed_files} == {"raw", "signed", "invalid"}
    assert {p.parent.name for p in others} <= {"ewp", "pesc", "xsd", "elmo", "raw"}
    assert [p.name for p in others if p.parent.name == "raw"] == ["fi-ncp_elmo_in_json.json"]


def _parses(document: Document) -> bool:
    from gateway.errors import Refused

    try:
        head_of(document)
    except Refused:
        return False
    return True


@needs_reference
def test_the_payload_of_emrex_is_the_document_inside():
    """Base64 of gzip, as a provider posts it: core takes the containers off."""
    payload = reference("elmo/signed/dk_tomcat_signed_VALID.b64gz.txt").read_bytes()
    unpacked = unpack(payload, DEFAULT_LIMITS)
    root = etree.fromstring(unpacked.octets).tag
    assert claimed(str(root)) == "ELMO 1.7"
