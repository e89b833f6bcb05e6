"""The laws of no silent loss, held by ELMO."""

from __future__ import annotations

from adapters.elmo import ADAPTER
from gateway.kit import Content
from gateway.kit.laws import AdapterLaws
from gateway.model.verdict import Status
from gateway.readers.document import Document
from tests.adapters.elmo.reading import DOCUMENTS


class TestElmo(AdapterLaws):
    adapter = ADAPTER
    documents = tuple(DOCUMENTS / name for name in ("whole.xml", "small.xml", "two.xml"))
    own_places = ("/elmo/extension/derived",)

    def _conforms(self, body: bytes) -> None:
        """As the law, but that attachments need not be PDF: the format only advises it, and a record has what it has."""
        findings = ADAPTER.conform(Content(document=Document(body, "xml"), format="ELMO 1.7"))
        bad = [f for f in findings if f.status is not Status.PASSED and f.check != "conformity.elmo.attachment_form"]
        assert not bad, bad[:10]
