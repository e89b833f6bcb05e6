"""The seal on pages for people: PAdES by the node's key, under the rule that every seal is under."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import pypdf
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from gateway.model.verdict import Indication
from gateway.node.render import Page, Rendered, render_now
from gateway.node.translate import Withheld
from gateway.proofs.pdf.examine import examine
from gateway.trust.policies import load_policy
from gateway.verify.engine import verify
from tests.toy_node import NOW, anchor, forged_leaf, node, node_key, sealed_leaf, university
from tests.toy_systems import leaf


def rendered(octets: bytes, **how) -> Rendered:
    the_node = how.pop("the_node", None) or node(seals={"pades": node_key(), "jades": node_key()})
    outcome = render_now(the_node, Page(octets=octets, form="pdf", **how), NOW)
    assert isinstance(outcome, Rendered)
    return outcome


def test_pages_of_a_genuine_document_are_sealed_and_every_reader_says_so(tmp_path):
    page = rendered(sealed_leaf())
    assert page.sealed
    certificate = x509.Certificate.load(node_key().certificates[0].public_bytes(Encoding.DER))
    [signature] = PdfFileReader(BytesIO(page.octets)).embedded_signatures
    context = ValidationContext(trust_roots=[certificate], moment=NOW, allow_fetching=False)
    status = validate_pdf_signature(signature, context)
    assert (status.intact, status.valid, status.coverage.name) == (True, True, "ENTIRE_FILE")


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler's pdfsig isn't installed")
def test_popplers_pdfsig_finds_the_seal_valid_and_over_the_whole_file(tmp_path):
    (tmp_path / "page.pdf").write_bytes(rendered(sealed_leaf()).octets)
    told = subprocess.run(["pdfsig", "-nocert", "page.pdf"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Signature is Valid" in told.stdout
    assert "Total document signed" in told.stdout
    assert "ETSI.CAdES.detached" in told.stdout


def test_before_the_seal_the_pages_are_equal_for_equal_input():
    """The seal stands behind the pages as they were drawn: what is before its revision is the same every time."""
    genuine, the_node = sealed_leaf(), node(seals={"pades": node_key()})
    first, second = (rendered(genuine, the_node=the_node).octets.split(b"%%EOF")[0] for _ in range(2))
    assert first == second
    assert len(first) > 50_000


def test_the_seal_changes_nothing_of_what_the_pages_say_of_themselves():
    """No other maker, and no other time than the node's: a clock of this machine isn't what the node goes by."""
    page = rendered(sealed_leaf()).octets
    sealed, drawn = (pypdf.PdfReader(BytesIO(octets)) for octets in (page, page.split(b"%%EOF")[0] + b"%%EOF\n"))
    assert sealed.metadata == drawn.metadata
    assert sealed.metadata is not None
    assert (sealed.metadata.creation_date, sealed.metadata.modification_date) == (NOW, NOW)
    assert sealed.trailer["/Root"]["/Metadata"].get_data() == drawn.trailer["/Root"]["/Metadata"].get_data()


@pytest.mark.parametrize(
    ("octets", "answer", "why"),
    [
        (forged_leaf(), "FAILED", "the source is FAILED (HASH_FAILURE): pages of it may never be sealed"),
        (leaf(), "INDETERMINATE", "this node's settings don't let pages of it be sealed"),
    ],
)
def test_where_the_pages_may_not_be_sealed_nothing_is_written_and_it_says_why(octets, answer, why):
    the_node = node(seals={"pades": node_key()})
    outcome = render_now(the_node, Page(octets=octets, form="pdf"), NOW)
    assert isinstance(outcome, Withheld)
    assert (outcome.code, outcome.verdict.verdict.value) == ("seal.withheld", answer)
    assert why in outcome.message
    assert "--unsealed" in outcome.advice
    html = render_now(the_node, Page(octets=octets, form="html"), NOW)
    assert isinstance(html, Rendered)  # HTML carries no seal: none was asked for
    assert not html.draft


def test_what_is_asked_for_without_the_seal_is_marked_on_every_sheet():
    page = rendered(sealed_leaf(), the_node=node(seals={"pades": node_key()}), unsealed=True)
    assert (page.sealed, page.draft) == (False, True)
    for sheet in pypdf.PdfReader(BytesIO(page.octets)).pages:
        assert "DRAFT" in sheet.extract_text()
    without = rendered(sealed_leaf(), the_node=node(seals={}), unsealed=True)
    assert not without.draft  # no seal is missing where the node has none


def test_our_own_pages_verify_and_the_original_inside_is_judged_apart():
    page = rendered(sealed_leaf())
    there = node(anchors=(anchor(node_key()), anchor(university())))
    terms = replace(there.terms(NOW), pdf=examine)
    verdict = verify(page.octets, adapters=there.adapters, terms=terms).verdict
    assert verdict.own is Indication.PASSED
    assert [(inner.role, inner.verdict.verdict) for inner in verdict.inner] == [("original", Indication.PASSED)]


def test_pages_of_pages_are_never_sealed():
    """Laundering by a second trip: the page of our sealed page, whose key somebody trusts."""
    page = rendered(sealed_leaf())
    trusting = node(seals={"pades": university()}, anchors=(anchor(node_key()), anchor(university())))
    outcome = render_now(trusting, Page(octets=page.octets, form="pdf"), NOW)
    assert isinstance(outcome, Withheld)
    assert "pages of something" in outcome.message
    assert not rendered(page.octets, the_node=trusting, unsealed=True).sealed


@pytest.mark.parametrize("policy", [False, True])
@pytest.mark.parametrize("at", [False, True])
@pytest.mark.parametrize("trust", [False, True])
@pytest.mark.parametrize("of_caller", [True, False])
@pytest.mark.parametrize("unsealed", [False, True])
@pytest.mark.parametrize("to", [None, "petal"])
def test_attack_laundering_no_combination_seals_pages_of_what_is_failed(policy, at, trust, of_caller, unsealed, to):
    the_node = node(seals={"pades": node_key(), "jades": node_key()})
    terms = the_node.terms(NOW.replace(year=2025) if at else NOW)
    terms = replace(terms, anchors=(anchor(university()),)) if trust else terms
    terms = replace(terms, policy=load_policy("legacy")) if policy else terms
    page = Page(octets=forged_leaf(), form="pdf", terms=terms, of_caller=of_caller, unsealed=unsealed, to=to)
    outcome = render_now(the_node, page, NOW)
    assert not isinstance(outcome, Rendered) or not examine(outcome.octets, the_node.limits).findings


@pytest.mark.parametrize("change", ["trust", "policy", "at"])
def test_attack_own_terms_get_no_seal_on_pages_even_of_a_genuine_document(change):
    the_node = node(seals={"pades": node_key()}, anchors=() if change == "trust" else (anchor(university()),))
    changes = {
        "trust": {"anchors": (anchor(university()),)},
        "policy": {"policy": load_policy("legacy")},
        "at": {"now": NOW.replace(year=2025, month=12)},
    }
    page = rendered(sealed_leaf(), the_node=the_node, terms=replace(the_node.terms(NOW), **changes[change]))
    assert (page.sealed, page.draft) == (False, True)
