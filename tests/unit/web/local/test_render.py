"""Pages through the local API: by the node's own trust, whatever the verdict; nothing is kept."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf

from tests.delivery.nodes import document, forged
from tests.local_api import Api, api_of, lonely_node


async def test_a_document_becomes_pdf_with_the_original_inside(api: Api) -> None:
    answer = await api.post("/v1/render?lang=de", document())
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.headers["Testamur-Verdict"] == "PASSED"
    found = pypdf.PdfReader(io.BytesIO(answer.body))
    assert b"<elmo" in found.attachments["original.xml"][0]
    assert found.root_object["/Lang"] == "de"


async def test_a_forged_document_has_pages_too_and_they_say_so(api: Api) -> None:
    answer = await api.post("/v1/render?form=html", forged())
    assert (answer.status, answer.headers["Testamur-Verdict"]) == (200, "FAILED")
    assert "NOT GENUINE" in answer.body.decode()


async def test_a_translation_that_may_not_be_sealed_is_no_page(api: Api) -> None:
    answer = await api.post("/v1/render?to=elmo", forged())
    assert (answer.status, answer.code) == (422, "seal.withheld")


PADES = '[[seal]]\nfor = ["pades"]\nkey = "seal.key.pem"\ncertificate = "seal.pem"\n'


async def test_where_the_node_seals_pdf_and_may_not_there_is_no_page_unless_unsealed_is_asked_for(
    tmp_path: Path,
) -> None:
    async with lonely_node(tmp_path, sections=PADES) as running, api_of(running) as api:
        answer = await api.post("/v1/render", document())
        assert b"ETSI.CAdES.detached" in answer.body
        answer = await api.post("/v1/render", forged())
        assert (answer.status, answer.code) == (422, "seal.withheld")
        assert "pages of it may never be sealed" in answer.json["title"]
        answer = await api.post("/v1/render?unsealed=true", forged())
        assert answer.status == 200
        assert "DRAFT" in pypdf.PdfReader(io.BytesIO(answer.body)).pages[-1].extract_text()
