"""The samples of Chinese reports in the reference, each held against its expected answer: none passes by itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from adapters.chsi import ADAPTER
from adapters.chsi.addresses import ASK
from gateway.errors import Refused
from gateway.model.verdict import Caveat, Indication
from gateway.node import startup
from gateway.verify.engine import VerifiedDocument, verify
from gateway.verify.evidence import Answer
from tests.reference import REFERENCE, needs_reference

pytestmark = needs_reference

SAMPLES = REFERENCE / "chsi" / "samples"
OPEN, BAD = "INDETERMINATE", "FAILED"
UNPROVEN = f"{OPEN} NO_PROOF_FOUND"
READS = "reads"

EXPECTED = {
    "json/degree_sample.json": (UNPROVEN, READS),
    "json/heqc_partner_flat_sample.json": (UNPROVEN, READS),
    "json/heqc_sample.json": (UNPROVEN, READS),
    "json/student_record_sample.json": (UNPROVEN, READS),
    "json/transcript_sample.json": (UNPROVEN, READS),
    "html/challenge_captcha.html": (UNPROVEN, "chsi.no_report"),
    "html/error_closed.html": (UNPROVEN, "chsi.no_report"),
    "html/error_expired.html": (UNPROVEN, "chsi.no_report"),
    "html/error_illegal.html": (UNPROVEN, "chsi.no_report"),
    "html/error_invalid.html": (UNPROVEN, "chsi.no_report"),
    "html/heqc_ok.html": (UNPROVEN, READS),
    "html/legacy_name_as_image.html": (UNPROVEN, READS),
    "html/student_record_ok.html": (UNPROVEN, READS),
    "pdf/heqc_unsigned.pdf": (UNPROVEN, READS),
    "pdf/heqc_signed_pades.pdf": (f"{OPEN} NO_CERTIFICATE_CHAIN_FOUND", READS),
    "pdf/heqc_signed_adbe.pdf": (f"{OPEN} NO_CERTIFICATE_CHAIN_FOUND", READS),
    "pdf/heqc_unknown_subfilter.pdf": (f"{OPEN} UNSUPPORTED_PROOF", READS),
    "pdf/heqc_tampered_byte.pdf": (f"{BAD} HASH_FAILURE", READS),
    "pdf/heqc_tampered_incremental.pdf": (f"{BAD} FORMAT_FAILURE", READS),
    "pdf/heqc_resaved.pdf": (f"{BAD} FORMAT_FAILURE", READS),
    # PDFium doesn't see a single character of a font that isn't in the file
    "pdf/heqc_cidfont_unsigned.pdf": (f"{OPEN} UNKNOWN_FORMAT", "pdf.readers_differ"),
    "pdf/heqc_no_text_layer_mapping.pdf": (f"{OPEN} UNKNOWN_FORMAT", "pdf.no_characters"),
    "pdf/heqc_image_only.pdf": (f"{OPEN} UNKNOWN_FORMAT", "pdf.image_only"),
    "text/heqc_pypdf.txt": (f"{OPEN} UNKNOWN_FORMAT", "document.unknown"),
    "text/heqc_pdfminer_columns_split.txt": (f"{OPEN} UNKNOWN_FORMAT", "document.unknown"),
}
STATES = {
    "challenge_captcha": "challenge",
    "error_closed": "closed",
    "error_expired": "expired",
    "error_illegal": "malformed",
    "error_invalid": "not_found",
}
NEVER = [
    name for name in EXPECTED if any(mark in name for mark in ("tampered", "resaved", "image", "no_text", "cidfont"))
]


@cache
def judged(name: str, answer: str | None = None, trust: str | None = None) -> VerifiedDocument:
    terms = startup.terms([] if trust is None else [str(SAMPLES / trust)])
    if answer is not None:
        octets = (SAMPLES / answer).read_bytes()
        terms = replace(terms, evidence={ASK: Answer(url=ASK, fetched_at=terms.now, octets=octets, fetched_here=True)})
    return verify((SAMPLES / name).read_bytes(), adapters=[ADAPTER], terms=terms)


def reads(found: VerifiedDocument) -> str:
    try:
        found.read()
    except Refused as refused:
        return refused.code
    return READS


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_gets_its_answer(name: str) -> None:
    found = judged(name)
    assert (f"{found.verdict.verdict} {found.verdict.sub_indication}", reads(found)) == EXPECTED[name]


def test_every_sample_has_one() -> None:
    files = {str(path.relative_to(SAMPLES)) for path in SAMPLES.rglob("*.*") if path.suffix != ".pem"}
    assert files == set(EXPECTED)


@pytest.mark.parametrize("name", STATES)
def test_an_error_of_the_register_is_told_as_what_it_is(name: str) -> None:
    [told] = [f for f in judged(f"html/{name}.html").verdict.findings if f.check == "online.answer"]
    assert told.about == STATES[name]


@pytest.mark.parametrize(
    "name", ["json/heqc_sample.json", "json/heqc_partner_flat_sample.json", "pdf/heqc_unsigned.pdf"]
)
def test_a_report_passes_by_the_page_that_says_the_same_and_says_that_it_was_simulated(name: str) -> None:
    found = judged(name, answer="html/heqc_ok.html")
    assert found.verdict.verdict is Indication.PASSED, [f for f in found.verdict.findings if f.status == "FAILED"]
    assert {Caveat.CHECKED_ONLINE, Caveat.SIMULATED} <= set(found.verdict.caveats)


@pytest.mark.parametrize("name", NEVER)
@pytest.mark.parametrize("trust", [None, "pdf/ca.pem", "pdf/signer.pem"])
def test_what_was_changed_or_has_no_text_never_passes(name: str, trust: str | None) -> None:
    for answer in (None, "html/heqc_ok.html"):
        if name.startswith("pdf/"):
            assert judged(name, answer, trust).verdict.verdict is not Indication.PASSED


@pytest.mark.parametrize("name", ["pdf/heqc_signed_pades.pdf", "pdf/heqc_signed_adbe.pdf"])
def test_a_good_signature_passes_by_its_signer_and_by_an_authority_only_for_the_issuer_itself(name: str) -> None:
    """The report names the register as its issuer, and the certificate another: an authority vouches for no such thing."""
    assert judged(name, trust="pdf/signer.pem").verdict.verdict is Indication.PASSED
    found = judged(name, trust="pdf/ca.pem").verdict
    assert (found.verdict, found.sub_indication) == (Indication.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
    assert {f.status for f in found.findings if f.check.startswith("signature.")} == {"PASSED"}
