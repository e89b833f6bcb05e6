"""`testamur verify report.pdf`: our own pages are judged by their seal, and the original inside them by itself."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest

from gateway.node.render import Page, Rendered, render_now
from tests.pdf_makers import enclosing, sealed
from tests.toy_node import NOW, forged_leaf, node, node_key, sealed_leaf, university, write_key

TRUST = ("--trust", "seal.pem", "--trust", "university.pem", "--at", "2026-06-02")


@pytest.fixture
def report(tmp_path: Path) -> bytes:
    """Sealed pages of a genuine leaf, and what trusts their seal and the leaf's."""
    write_key(tmp_path, node_key(), "seal")
    write_key(tmp_path, university(), "university")
    return rendered(sealed_leaf())


def rendered(octets: bytes, *, unsealed: bool = False) -> bytes:
    the_node = node(seals={"pades": node_key()})
    done = render_now(the_node, Page(octets=octets, form="pdf", unsealed=unsealed), NOW)
    assert isinstance(done, Rendered)
    return done.octets


def judged(run, tmp_path: Path, octets: bytes) -> tuple[int, str, str | None, list[tuple[str, str, str | None]]]:
    """The exit, the answer with its reason, and those of what is inside."""
    (tmp_path / "report.pdf").write_bytes(octets)
    done = run("verify", "report.pdf", *TRUST, "--json")
    inner = [
        (one["role"], one["verdict"]["verdict"], one["verdict"].get("sub_indication")) for one in done.json["inner"]
    ]
    return done.code, done.json["verdict"], done.json.get("sub_indication"), inner


ORIGINAL = [("original", "PASSED", None)]


def test_a_genuine_report_passes_and_so_does_the_original_found_in_it(run, tmp_path: Path, report: bytes) -> None:
    assert judged(run, tmp_path, report) == (0, "PASSED", None, ORIGINAL)


def test_a_page_altered_behind_the_seals_back_is_failed_and_the_original_still_judged(
    run, tmp_path: Path, report: bytes
) -> None:
    """An octet of what is drawn on the first page."""
    contents = pypdf.PdfReader(io.BytesIO(report)).pages[0]["/Contents"].get_object()
    at = report.index(contents._data) + 40
    altered = report[:at] + bytes([report[at] ^ 1]) + report[at + 1 :]
    assert judged(run, tmp_path, altered) == (1, "FAILED", "HASH_FAILURE", ORIGINAL)


def test_an_altered_original_under_the_seal_breaks_the_seal(run, tmp_path: Path, report: bytes) -> None:
    """It stands in the PDF compressed: one octet of it changed is no original any more, and no sealed octets."""
    file = pypdf.PdfReader(io.BytesIO(report)).root_object["/AF"][0].get_object()["/EF"]["/F"].get_object()
    at = report.index(file._data) + 40
    altered = report[:at] + bytes([report[at] ^ 1]) + report[at + 1 :]
    code, answer, why, _ = judged(run, tmp_path, altered)
    assert (code, answer) == (1, "FAILED"), why


def test_pages_of_a_forged_original_say_that_it_is_failed_whatever_stands_on_them(
    run, tmp_path: Path, report: bytes
) -> None:
    code, answer, why, inner = judged(run, tmp_path, rendered(forged_leaf(), unsealed=True))
    assert (code, answer, why) == (3, "INDETERMINATE", "NO_PROOF_FOUND")
    assert inner == [("original", "FAILED", "HASH_FAILURE")]


def test_a_forged_original_in_pages_that_a_trusted_key_sealed_is_failed_by_itself(
    run, tmp_path: Path, report: bytes
) -> None:
    """Whoever seals by other software can put anything inside: the seal says who made the pages, no more."""
    (tmp_path / "report.pdf").write_bytes(sealed(enclosing(forged_leaf())))
    done = run("verify", "report.pdf", "--trust", "university.pem", "--at", "2026-06-02", "--json")
    assert [one["verdict"]["verdict"] for one in done.json["inner"]] == ["FAILED"]
    assert done.json["verdict"] != "PASSED"  # nobody here trusts that seal


def test_a_report_whose_attachment_was_stripped_is_failed(run, tmp_path: Path, report: bytes) -> None:
    """Another revision behind the seal, in which the catalog names no files."""
    writer = pypdf.PdfWriter(io.BytesIO(report), incremental=True)
    for name in ("/AF", "/Names"):
        del writer.root_object[name]
    stripped = io.BytesIO()
    writer.write(stripped)
    assert stripped.getvalue().startswith(report)
    code, answer, _, inner = judged(run, tmp_path, stripped.getvalue())
    assert (code, answer, inner) == (1, "FAILED", [])


def test_a_report_saved_anew_without_its_files_and_the_field_of_its_seal_proves_nothing(
    run, tmp_path: Path, report: bytes
) -> None:
    """What is left of the seal is a signature that nothing shows: never called unsigned, never believed."""
    writer = pypdf.PdfWriter()
    for page in pypdf.PdfReader(io.BytesIO(report)).pages:
        writer.add_page(page)
    for page in writer.pages:
        page.pop("/Annots", None)
    anew = io.BytesIO()
    writer.write(anew)
    code, answer, why, inner = judged(run, tmp_path, anew.getvalue())
    assert (code, answer, why, inner) == (3, "INDETERMINATE", "UNSUPPORTED_PROOF", [])
