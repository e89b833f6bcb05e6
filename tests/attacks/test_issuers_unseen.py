"""What the judge is told of the issuer is what the proof covers, and all of it."""

from __future__ import annotations

from lxml import etree

from adapters.elmo import ADAPTER
from gateway.kit import Opened
from gateway.model.verdict import Status
from gateway.readers.document import Document
from gateway.verify.engine import verify
from tests.signing import ELMO, elmo, signed
from tests.unit.verify.paper import Paper
from tests.unit.verify.test_engine import finding, terms


class Watching(Paper):
    """Notes what it is given to open."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Document] = []

    def open(self, document: Document) -> Opened:
        self.opened.append(document)
        return super().open(document)


def test_a_comment_put_in_after_sealing_is_not_there_when_the_document_is_opened() -> None:
    """Comments aren't covered: one that splits the issuer's name would show another issuer to a careless adapter."""
    altered = signed(elmo()).replace(b"University of Examplia", b"University <!-- of -->of Examplia")
    adapter = Watching()
    verify(altered, adapters=[adapter], terms=terms())
    [opened] = adapter.opened
    assert b"<!--" not in opened.octets
    assert b"Signature" not in opened.octets


def test_a_second_report_in_the_name_of_another_institution_is_seen_by_the_judge() -> None:
    """One institution under a trusted CA must not seal another's results behind a first report of its own."""
    report = elmo(1).split(b"</learner>")[1].split(b"</elmo>")[0].decode()
    other = report.replace("University of Examplia", "University of Elsewhere")
    document = elmo(1).replace(b"</elmo>", other.encode() + b"</elmo>")
    stated = ADAPTER.open(Document(document, "xml")).stated
    assert stated.issuer is not None
    assert stated.issuer.legal_name == {"en": "University of Examplia"}
    assert [o.legal_name for o in stated.other_issuers] == [{"en": "University of Elsewhere"}]


def test_every_issuer_has_to_be_the_sealer() -> None:
    document = elmo(1).replace(b"University of Examplia", b"Registry of Examplia")
    alone = verify(signed(document), adapters=[ADAPTER], terms=terms()).verdict
    assert finding(alone, "trust.issuer").status is Status.PASSED
    tree = etree.fromstring(document)
    report = etree.fromstring(etree.tostring(tree.find(f"{{{ELMO}}}report")).replace(b"Registry of", b"School of"))
    tree.append(report)
    both = verify(signed(etree.tostring(tree)), adapters=[ADAPTER], terms=terms()).verdict
    assert finding(both, "trust.issuer").status is Status.WARNING
