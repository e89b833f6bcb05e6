"""What others' validators say of our pages: veraPDF of the PDF, axe-core (in a browser) of the HTML.

`make judges` fetches both into `.judges/`; without them, Java or a browser, these tests skip.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.model.verdict import conclude
from gateway.node.sealing import seal
from gateway.readers.limits import DEFAULT_LIMITS
from gateway.rendering.account import Account
from gateway.rendering.html import html_page
from gateway.rendering.pdf import Enclosed, draw_pdf
from gateway.rendering.telling.account import describe_account
from tests.reference import ROOT
from tests.toy_node import NOW, node_key
from tests.unit.rendering.accounts import FINDINGS, FORGED, account, making, record

JUDGES = ROOT / ".judges"
ACCOUNTS = {
    "greek": account(languages=("en", "el"), making=making(sealed=True)),
    "arabic": account(languages=("ar", "en"), record=record(name="محمد", course="أمواج (CS-101)")),
    "japanese": account(languages=("ja", "de"), record=record(name="王小明", course="ไทย देवनागरी עברית 한국어")),
    "failed": account(verdict=conclude([*FINDINGS, FORGED], format="ELMO 1.7"), making=making(sealed=False)),
    "unread": account(record=None, losses=(), unread="no adapter knows it"),
}


def write_pdf(told: Account, file: Path) -> Path:
    original = Enclosed(
        name="original.xml",
        media_type="application/xml",
        relationship="source",
        description="The original",
        octets=b"<elmo/>",
    )
    made = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    file.write_bytes(draw_pdf(describe_account(told), enclosed=[original], made=made, digest="0" * 64).octets)
    return file


def broken_rules(flavour: str, files: list[Path]) -> list[str]:
    jars = JUDGES / "verapdf"
    if shutil.which("java") is None or not jars.is_dir():
        pytest.skip("needs Java and veraPDF: make judges")
    judge = Path(__file__).parent / "judges" / "Judge.java"
    command = ["java", "-cp", f"{jars}/*", str(judge), flavour, *map(str, files)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout.splitlines()
    assert printed[-1] == f"judged {len(files)}"
    return printed[:-1]


def sealed_pdf(told: Account, file: Path) -> Path:
    """The same under the seal of a node."""
    write_pdf(told, file)
    file.write_bytes(seal(file.read_bytes(), "pades", node_key(), now=NOW, limits=DEFAULT_LIMITS))
    return file


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_verapdf_finds_no_broken_rule_under_our_seal(flavour: str, tmp_path: Path) -> None:
    """A seal is a form field and a second revision: both have rules of their own."""
    files = [sealed_pdf(told, tmp_path / f"{name}.pdf") for name, told in ACCOUNTS.items()]
    assert broken_rules(flavour, files) == []


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler's pdffonts isn't installed")
@pytest.mark.parametrize("name", ACCOUNTS)
def test_poppler_finds_every_font_embedded_and_cut_to_what_is_used(name: str, tmp_path: Path) -> None:
    file = sealed_pdf(ACCOUNTS[name], tmp_path / "page.pdf")
    printed = subprocess.run(["pdffonts", str(file)], capture_output=True, text=True, check=True).stdout
    head, _, *rows = printed.splitlines()
    assert len(rows) > 1
    for row in rows:
        words = row[head.index("emb") :].split()
        assert words[:3] == ["yes", "yes", "yes"], row  # embedded, a subset, and its letters can be read out
        assert re.match(r"[A-Z]{6}\+", row), row


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_verapdf_finds_no_broken_rule_of_pdf_a_3a_and_pdf_ua_1(flavour: str, tmp_path: Path) -> None:
    files = [write_pdf(told, tmp_path / f"{name}.pdf") for name, told in ACCOUNTS.items()]
    assert broken_rules(flavour, files) == []


def test_verapdf_finds_what_is_broken(tmp_path: Path) -> None:
    """The control: the same file without the mark that it is tagged."""
    file = write_pdf(ACCOUNTS["greek"], tmp_path / "broken.pdf")
    file.write_bytes(file.read_bytes().replace(b"/Marked true", b"/Marked null"))
    assert broken_rules("3a", [file]) != []


WIDTHS = {"narrow": 500, "usual": 1000, "wide": 1600}


def violations(page: str, folder: Path, width: int = WIDTHS["usual"]) -> list[str]:
    """The rules of WCAG 2.1 A and AA, and of good practice, that axe-core finds broken; everything is unfolded."""
    axe, browser = JUDGES / "axe" / "axe.min.js", shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None or not axe.is_file():
        pytest.skip("needs a browser (chromium) and axe-core: make judges")
    page = re.sub('<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)  # it would keep the judge out too
    run = (
        "document.querySelectorAll('details').forEach(d => d.open = true);"
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}).then(r => {"
        "document.body.innerHTML = ''; const p = document.createElement('pre'); p.id = 'axe';"
        "p.textContent = JSON.stringify(r.violations.map(v => v.id + ' ' + v.nodes[0].html)); document.body.append(p)})"
    )
    page = page.replace("</body>", f"<script>{axe.read_text('utf-8')}</script><script>{run}</script></body>")
    file = folder / "page.html"
    file.write_text(page, "utf-8")
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"]
    command.append(f"--window-size={width},1200")
    command += [f"--user-data-dir={folder / 'browser'}", file.as_uri()]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout
    found = re.search('<pre id="axe">(.*?)</pre>', printed, re.DOTALL)
    assert found is not None, "the judge didn't run"
    answers: list[str] = json.loads(html.unescape(found[1]))
    return answers


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ACCOUNTS)
def test_axe_finds_nothing_on_our_pages(name: str, width: str, tmp_path: Path) -> None:
    assert violations(html_page(ACCOUNTS[name]).decode(), tmp_path, WIDTHS[width]) == []


def test_axe_finds_what_is_broken(tmp_path: Path) -> None:
    """The control: a picture without words."""
    page = html_page(ACCOUNTS["greek"]).decode().replace("</main>", '<img src="x"></main>')
    assert any(one.startswith("image-alt ") for one in violations(page, tmp_path))
