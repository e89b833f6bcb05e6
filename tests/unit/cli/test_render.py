"""`render`: pages of any document, PDF or HTML, the same again for the same input."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest

from tests.toy_node import forged_leaf, sealed_leaf, write_settings
from tests.toy_systems import leaf

AT = ("--at", "2026-06-01")


def test_a_pdf_carries_the_original_and_what_was_found(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    done = run("render", "leaf.xml", "-o", "report.pdf", "--config", write_settings(tmp_path))
    assert (done.code, done.out.split()[0]) == (0, "PASSED")
    found = pypdf.PdfReader(tmp_path / "report.pdf")
    assert set(found.attachments) == {"original.xml", "record.json", "losses.json", "verdict.json"}
    assert found.attachments["original.xml"] == [(tmp_path / "leaf.xml").read_bytes()]
    assert (tmp_path / "report.pdf").stat().st_mode & 0o077 == 0


def test_equal_input_gives_equal_octets(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    for name in ("a.pdf", "b.pdf", "a.html", "b.html"):
        assert run("render", "leaf.xml", "-o", name, *AT).code == 0
    for kind in ("pdf", "html"):
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_a_failed_document_is_written_and_cannot_be_taken_for_a_genuine_one(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(forged_leaf())
    done = run("render", "leaf.xml")
    assert done.code == 0
    assert "<title>NOT GENUINE – " in done.out
    assert "FAILED" in done.err


def test_one_language_stands_beside_the_documents_own(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    page = run("render", "leaf.xml", "--lang", "el").out
    assert '<html lang="el">' in page
    assert "Τι δηλώνει" in page
    assert "What it states" in page


def test_a_translation_stands_in_the_pdf_with_what_it_changed(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    settings = write_settings(tmp_path)
    done = run("render", "leaf.xml", "--to", "petal", "-o", "report.pdf", "--config", settings)
    assert done.code == 0, done.err
    found = pypdf.PdfReader(io.BytesIO((tmp_path / "report.pdf").read_bytes()))
    assert set(found.attachments) == {
        "original.xml",
        "translation.json",
        "losses.json",
        "verdict.json",
        "derivation.jws",
    }
    assert "What the translation changed" in " ".join(page.extract_text() for page in found.pages)


def test_where_the_translation_may_not_be_sealed_there_is_no_page(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(forged_leaf())
    done = run("render", "leaf.xml", "--to", "petal", "-o", "report.pdf", "--config", write_settings(tmp_path))
    assert done.code == 1
    assert not (tmp_path / "report.pdf").exists()


def test_a_file_that_is_not_there_is_said_to_be_so_also_where_pages_of_it_are(run, tmp_path: Path) -> None:
    (tmp_path / "old.pdf").write_bytes(b"%PDF-")
    (tmp_path / "old.xml").write_bytes(b"<a/>")
    for done in (
        run("render", "nowhere.xml", "-o", "old.pdf"),
        run("translate", "nowhere.xml", "--to", "petal", "--unsealed", "-o", "old.xml"),
    ):
        assert done.code == 2
        assert "request.file_unreadable" in done.err


@pytest.mark.parametrize(("out", "code"), [("leaf.xml", "request.out_is_source"), ("a.doc", "request.unknown_form")])
def test_a_page_is_never_written_over_the_source_nor_in_an_unknown_form(run, tmp_path: Path, out, code) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    done = run("render", "leaf.xml", "-o", out)
    assert (done.code, code in done.err) == (2, True)


PADES = '[[seal]]\nfor = ["pades"]\nkey = "seal.key.pem"\ncertificate = "seal.pem"\n'


@pytest.mark.parametrize(
    ("octets", "code", "why"),
    [
        (forged_leaf(), 1, "the source is FAILED (HASH_FAILURE): pages of it may never be sealed"),
        (leaf(), 3, "don't let pages of it be sealed"),
    ],
)
def test_where_the_settings_seal_pdf_and_may_not_nothing_is_written_and_the_exit_is_the_verdicts(
    run, tmp_path: Path, octets, code, why
) -> None:
    (tmp_path / "leaf.xml").write_bytes(octets)
    settings = write_settings(tmp_path, extra=PADES)
    done = run("render", "leaf.xml", "-o", "report.pdf", "--config", settings)
    assert (done.code, (tmp_path / "report.pdf").exists(), done.out) == (code, False, "")
    assert why in done.err
    assert "what to do" in done.err
    done = run("render", "leaf.xml", "-o", "report.pdf", "--config", settings, "--unsealed")
    assert done.code == 0
    assert "marked as a draft" in done.err
    assert "DRAFT" in pypdf.PdfReader(tmp_path / "report.pdf").pages[-1].extract_text()


def test_where_the_settings_seal_pdf_a_genuine_document_gets_it_and_says_no_draft(run, tmp_path: Path) -> None:
    (tmp_path / "leaf.xml").write_bytes(sealed_leaf())
    settings = write_settings(tmp_path, extra=PADES)
    done = run("render", "leaf.xml", "-o", "report.pdf", "--config", settings)
    assert (done.code, done.err) == (0, "")
    assert b"ETSI.CAdES.detached" in (tmp_path / "report.pdf").read_bytes()
    done = run("render", "leaf.xml", "-o", "own.pdf", "--config", settings, "--trust", tmp_path / "university.pem")
    assert done.code == 0
    assert "marked as a draft" in done.err
    assert b"ETSI.CAdES.detached" not in (tmp_path / "own.pdf").read_bytes()
