"""The laws of no silent loss, held by ELMO."""

from __future__ import annotations

import pytest

from adapters.elmo import ADAPTER
from gateway.kit import Content
from gateway.kit.laws import AdapterLaws
from gateway.model.verdict import Status
from gateway.readers.document import Document
from tests.adapters.elmo.reading import DOCUMENTS
from tests.reference import REFERENCE, needs_reference


class TestElmo(AdapterLaws):
    adapter = ADAPTER
    documents = tuple(DOCUMENTS / name for name in ("whole.xml", "small.xml", "two.xml"))
    own_places = ("/elmo/extension/derived",)

    def _conforms(self, body: bytes) -> None:
        """As the law, but that attachments need not be PDF: the format only advises it, and a record has what it has."""
        findings = ADAPTER.conform(Content(document=Document(body, "xml"), format="ELMO 1.7"))
        bad = [f for f in findings if f.status is not Status.PASSED and f.check != "conformity.elmo.attachment_form"]
        assert not bad, bad[:10]


REAL = tuple(
    REFERENCE / "elmo" / name
    for name in (
        "signed/dk_wl_signed_VALID_1.xml",
        "raw/dk-emrex_Example-elmo-Denmark.xml",
        "raw/elmo-schemas_v1.2_example.xml",
        "raw/elmo-schemas_v1.7_example.xml",
        "raw/fi-emrex_ncp_Example-elmo-Sweden-1.0.xml",
        "raw/fi-emrex_nor-emrex-1.0.xml",
        "raw/fi-emrex_swedish_1_elmo1.0.xml",
    )
)


class OnRealFiles(TestElmo):
    """The laws that look at a document (not collected: each is called below with a real file)."""

    __test__ = False
    documents = REAL
    leaves = 25


@needs_reference
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.name)
class TestRealFiles:
    laws = OnRealFiles()

    def test_reading_covers(self, path):
        self.laws.test_reading_covers(path.read_bytes())

    @pytest.mark.long
    def test_reading_covers_every_leaf(self, path):
        self.laws.test_reading_covers_every_leaf(path.read_bytes())

    def test_writing_covers_what_was_read(self, path):
        self.laws.test_writing_covers_what_was_read(path.read_bytes())
