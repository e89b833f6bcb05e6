"""Attacks on signed PDF, by name (the catalogue of forgeries: F1 to F8)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter

from gateway.drivers.pdf_process import PdfProcess
from gateway.drivers.processes import ProcessLimits
from gateway.model.verdict import Indication, Status, SubIndication, Verdict
from gateway.proofs.pdf.examine import Examined, examine
from gateway.proofs.pdf.seal import _sealed, _signer
from gateway.readers.limits import DEFAULT_LIMITS, MIB
from gateway.trust.anchors import Anchor
from gateway.trust.policies import load_policy
from gateway.verify.engine import verify
from gateway.verify.terms import Terms
from tests import pki
from tests.pdf_makers import CONTENT, PAGE, enclosing, good, pdf, sealed


def verdict_of(octets: bytes, **how) -> Verdict:
    certificate = pki.seal(**how).certificate
    anchor = Anchor(key=certificate.public_key(), certificate=certificate)
    terms = Terms(now=pki.NOW, policy=load_policy("strict"), anchors=(anchor,), pdf=examine)
    return verify(octets, adapters=(), terms=terms).verdict


def examined(octets: bytes) -> Examined:
    return examine(octets, DEFAULT_LIMITS)


def unmet(octets: bytes) -> dict[str, Status]:
    return {f.check: f.status for f in examined(octets).findings if f.status is not Status.PASSED}


def replaced(octets: bytes, old: bytes, new: bytes) -> bytes:
    assert octets.count(old) >= 1
    assert len(old) == len(new)
    return octets.replace(old, new, 1)


def changed_octets(octets: bytes, *, every: int) -> Iterator[tuple[int, bytes]]:
    """The file with one octet altered that its signature covers, and where: so many apart."""
    left_out = range(octets.index(b"/Contents <"), octets.index(b">", octets.index(b"/Contents <")))
    for at in range(5, len(octets), every):
        if at not in left_out:
            yield at, octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa2048"])
def test_a_genuine_seal_by_a_trusted_key_passes(kind):
    verdict = verdict_of(sealed(pdf(), kind), kind=kind)
    assert verdict.verdict is Indication.PASSED


def test_any_signed_octet_changed_is_no_pass():
    for at, changed in changed_octets(good(), every=41):
        assert not examined(changed).holds, at


def test_f1_universal_forgery_a_signature_without_its_ranges():
    octets = good()
    assert not examined(replaced(octets, b"/ByteRange", b"/BxteRange")).holds


def test_f1_universal_forgery_a_signature_of_nothing():
    octets = good()
    start = octets.index(b"<30")
    end = octets.index(b">", start)
    emptied = octets[:start] + b"<" + b"0" * (end - start - 1) + octets[end:]
    assert unmet(emptied) == {"signature.structure": Status.FAILED}


def test_f2_incremental_saving_something_is_added_behind_the_signature():
    octets = good()
    added = b"4 0 obj\n%s\nendobj\n" % CONTENT.replace(b"0 0 10 10", b"9 9 90 90"[:9])
    at = len(octets)
    before = octets[octets.rindex(b"startxref") + 10 : -6].strip()
    table = b"xref\n4 1\n%010d 00000 n \n" % at
    trailer = b"trailer\n<< /Size 12 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n" % (before, at + len(added))
    forged = octets + added + table + trailer
    assert unmet(forged) == {"signature.reference": Status.FAILED}
    assert verdict_of(forged).verdict is Indication.FAILED


def test_f3_wrapping_the_gap_is_wider_than_the_signature():
    octets = good()
    start = octets.index(b"[", octets.index(b"/ByteRange"))
    end = octets.index(b"]", start)
    first, length, second, rest = map(int, octets[start + 1 : end].split())
    wider = (b"[%d %d %d %d" % (first, length - 20, second, rest)).ljust(end - start)
    assert unmet(octets[:start] + wider + octets[end:]) == {"signature.reference": Status.FAILED}


def test_f4_shadow_two_signatures_are_no_pass():
    unlocked, holder = pdf(), pki.seal()
    for name in ("one", "two"):
        writer = IncrementalPdfFileWriter(BytesIO(unlocked))
        meta = signers.PdfSignatureMetadata(field_name=name)
        unlocked = signers.sign_pdf(writer, meta, _signer(holder.key, [holder.certificate])).getvalue()
    assert unmet(unlocked) == {"signature.place": Status.INDETERMINATE}


def test_f5_a_certified_document_to_which_a_note_was_added_is_no_pass():
    note = b"5 0 obj\n<< /Type /Annot /Subtype /FreeText >>\nendobj\n"
    assert not examined(good() + note).holds


@pytest.mark.parametrize("subfilter", [b"/adbe.x509.rsa_sha1", b"/adbe.pkcs7.sha1  ", b"/GBT.SM2.detached  "])
def test_a_signature_of_another_kind_is_present_and_unsupported_never_unsigned(subfilter):
    octets = replaced(good(), b"/ETSI.CAdES.detached", subfilter.ljust(20))
    verdict = verdict_of(octets)
    assert unmet(octets) == {"signature.place": Status.INDETERMINATE}
    assert verdict.verdict is Indication.INDETERMINATE
    assert verdict.sub_indication is SubIndication.UNSUPPORTED_PROOF


def test_a_signature_that_no_field_shows_is_present_and_unsupported():
    hidden = b"<< /Type /Sig /SubFilter /ETSI.CAdES.detached /ByteRange [0 1 2 3] /Contents <00> >>"
    assert unmet(pdf(hidden)) == {"signature.place": Status.INDETERMINATE}


@pytest.mark.parametrize(
    "catalog",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>",
        b"/OpenAction << /S /Launch /F (calc) >>",
        b"/AA << /WC << /S /SubmitForm /F (x) >> >>",
        b"/AcroForm << /Fields [] /XFA (x) >>",
    ],
)
def test_f7_what_acts_by_itself_is_no_pass_under_any_seal(catalog):
    octets = _signed_by_another(pdf(catalog=catalog))
    assert unmet(octets) == {"signature.content": Status.INDETERMINATE}
    assert verdict_of(octets).verdict is Indication.INDETERMINATE


def test_f7_a_stream_in_another_file_is_no_pass_under_any_seal():
    external = b"<< /Length 0 /F (http) >>\nstream\n\nendstream"
    assert unmet(_signed_by_another(pdf(external))) == {"signature.content": Status.INDETERMINATE}


def _signed_by_another(document: bytes) -> bytes:
    """As a signer without our rules would: `seal_pdf` refuses such files."""
    holder = pki.seal()
    return _sealed(document, _signer(holder.key, [holder.certificate]), "sha256", pki.NOW)


def test_f7_a_loop_of_pages_ends():
    loop = PAGE.replace(b"/Parent 2 0 R", b"/Parent 3 0 R")
    assert examined(pdf(page=loop)).refused is None


def test_f7_a_cross_reference_table_that_leads_back_to_itself_is_refused():
    octets = pdf()
    at = int(octets[octets.rindex(b"startxref") + 10 : -6])
    looped = octets.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % at)
    found = examined(looped)
    assert found.refused is not None or not found.holds


def test_f7_a_bomb_is_refused_in_its_process_and_the_next_file_is_examined():
    bomb = zlib.compress(bytes(200 * MIB), 9)
    stream = b"<< /Type /EmbeddedFile /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(bomb), bomb)
    file = b"<< /Type /Filespec /AFRelationship /Source /EF << /F 5 0 R >> >>"
    process = PdfProcess(ProcessLimits(wall_seconds=120, cpu_seconds=30, memory_bytes=128 * MIB))
    try:
        refused = process(pdf(stream, file, catalog=b"/AF [6 0 R]"), DEFAULT_LIMITS).refused
        assert refused is not None
        assert process(good(), DEFAULT_LIMITS).holds
    finally:
        process.close()


def test_f8_garbage_before_the_header_is_no_pdf():
    verdict = verdict_of(b"MZ" + good())
    assert verdict.verdict is Indication.INDETERMINATE
    assert verdict.sub_indication is SubIndication.UNKNOWN_FORMAT


def test_f8_octets_behind_the_end_are_no_pass():
    assert verdict_of(good() + b"PK\x05\x06" + bytes(18)).verdict is not Indication.PASSED


def test_an_encrypted_file_is_refused_with_the_reason():
    octets = pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 4 0 R")
    found = examined(octets)
    assert found.refused is not None
    assert found.refused.code == "pdf.encrypted"


def test_an_original_that_fails_inside_a_good_seal_is_told_exactly_so():
    verdict = verdict_of(sealed(enclosing(b"<broken")))
    assert verdict.verdict is Indication.PASSED
    assert [(inner.role, inner.verdict.verdict) for inner in verdict.inner] == [("original", Indication.FAILED)]


def test_an_unsigned_file_with_an_original_inside_says_that_nothing_vouches_for_it():
    verdict = verdict_of(enclosing(b"<broken"))
    assert verdict.sub_indication is SubIndication.NO_PROOF_FOUND
    assert verdict.inner[0].verdict.verdict is Indication.FAILED


def test_without_an_examiner_a_pdf_is_not_called_unsigned():
    terms = Terms(now=pki.NOW, policy=load_policy("strict"))
    verdict = verify(good(), adapters=(), terms=terms).verdict
    assert verdict.sub_indication is SubIndication.UNSUPPORTED_PROOF


def signed_as_adobe(document: bytes, kind: str = "p256") -> bytes:
    """Under adbe.pkcs7.detached, as most of the world's PDF is signed: pyHanko makes it by its own rules."""
    holder = pki.seal(kind=kind)
    meta = signers.PdfSignatureMetadata(
        field_name="Signature", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED, md_algorithm="sha256"
    )
    signer = _signer(holder.key, [holder.certificate])
    return signers.sign_pdf(IncrementalPdfFileWriter(BytesIO(document)), meta, signer).getvalue()


@pytest.mark.parametrize("kind", ["p256", "rsa2048"])
def test_a_genuine_signature_of_the_form_adbe_pkcs7_detached_passes(kind):
    octets = signed_as_adobe(pdf(), kind)
    assert b"/adbe.pkcs7.detached" in octets
    assert verdict_of(octets, kind=kind).verdict is Indication.PASSED


def test_any_signed_octet_changed_under_adbe_pkcs7_detached_is_no_pass():
    for at, changed in changed_octets(signed_as_adobe(pdf()), every=61):
        assert not examined(changed).holds, at


def test_f2_incremental_saving_behind_adbe_pkcs7_detached_is_failed():
    octets = signed_as_adobe(pdf())
    writer = IncrementalPdfFileWriter(BytesIO(octets))
    writer.update_root()
    added = BytesIO()
    writer.write(added)
    assert len(added.getvalue()) > len(octets)
    assert verdict_of(added.getvalue()).verdict is Indication.FAILED
