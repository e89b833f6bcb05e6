"""A whole run of `render` with an attachment of many megabytes: what stands on the page, and how much memory it took."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from gateway.node.sealing import seal
from gateway.packaged import data_folder
from gateway.readers.limits import DEFAULT_LIMITS
from tests.toy_node import NOW, university, write_key

MEASURE = """
import pathlib, sys
from gateway.cli.main import testamur
def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
def render(name):
    arguments = ["render", name + ".xml", "-o", name + ".pdf", "--trust", "university.pem", "--at", "2026-06-02"]
    testamur.main([*arguments, "--config", "node.toml"], standalone_mode=False)
render("small")  # what is loaded once isn't the document's cost
held = peak()
render("large")
print("peak", peak() - held, file=sys.stderr)
"""
MEGABYTE = 1024 * 1024

needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc, which only Linux has"
)


def with_attachment(octets: int) -> bytes:
    """The demonstration's report with an attachment of so many octets, sealed."""
    report = (data_folder("config") / "demo" / "elmo.xml").read_bytes()
    start = report.index(b"<content>data:application/pdf;base64,") + len(b"<content>data:application/pdf;base64,")
    end = report.index(b"</content>", start)
    body = report[:start] + b"QUJD" * (octets // 3) + report[end:]
    return seal(body, "xmldsig", university(), now=NOW, limits=replace(DEFAULT_LIMITS, document_bytes=2 * len(body)))


@needs_proc
@pytest.mark.parametrize("megabytes", [8, pytest.param(100, marks=pytest.mark.long)])
def test_an_attachment_of_a_hundred_megabytes_goes_through_a_whole_run_of_render(
    megabytes: int, tmp_path: Path
) -> None:
    """Verified, read, and named with its digest; the PDF stays small; at most ten times the document in memory."""
    large = with_attachment(megabytes * MEGABYTE)
    (tmp_path / "large.xml").write_bytes(large)
    (tmp_path / "small.xml").write_bytes(with_attachment(3000))
    (tmp_path / "node.toml").write_text(f'[node]\nid = "n.example"\n[limits]\ndocument_bytes = {2 * len(large)}\n')
    write_key(tmp_path, university(), "university")
    command = [sys.executable, "-c", MEASURE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300)
    pages = tmp_path / "large.pdf"
    assert pages.stat().st_size < MEGABYTE
    said = "".join(page.extract_text() for page in pypdf.PdfReader(pages).pages).replace("\n", "").replace("\u200b", "")
    assert "PASSED" in said
    assert "Not enclosed: it is larger than this node encloses" in said
    assert hashlib.sha256(large).hexdigest() in said
    assert "original.xml" not in pypdf.PdfReader(pages).attachments
    peak = int(done.stderr.split("peak")[1]) * 1024
    print(f"{megabytes} MB: {peak / MEGABYTE:.0f} MiB, {peak / len(large):.1f} times the document")
    assert peak < 10 * len(large)
