"""Hostile XML (catalogue of attacks A1 to A12): refused within a second and 100 MB, without touching files or network."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.errors import Refused
from gateway.readers.xml import parse_xml
from tests.reference import REFERENCE, needs_reference
from tests.work import verdicts_in

BOMBS = REFERENCE / "security" / "xml-bombs"

LAUGHS = (
    "<!DOCTYPE l [<!ENTITY a0 'ha'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10))
    + "]><l>&a9;</l>"
)
HOSTILE = {
    "A1 billion laughs": (LAUGHS, "xml.doctype"),
    "A2 quadratic blow-up": (f"<!DOCTYPE q [<!ENTITY a '{'x' * 50_000}'>]><q>{'&a;' * 20_000}</q>", "xml.doctype"),
    "A3 entity loop": ("<!DOCTYPE l [<!ENTITY a '&b;'><!ENTITY b '&a;'>]><l>&a;</l>", "xml.doctype"),
    "A4 external entity, file": ("<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/hostname'>]><x>&f;</x>", "xml.doctype"),
    "A5 external subset, http": ("<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x.dtd'><x/>", "xml.doctype"),
    "A5 parameter entity": ("<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'> %p;]><x/>", "xml.doctype"),
    "A8 depth bomb": ("<d>" * 100_000, "limit.depth"),
    "A8 element bomb": ("<e>" + "<e/>" * 3_000_000 + "</e>", "limit.nodes"),
    "A8 attribute bomb": ("<e " + " ".join(f"a{n}=''" for n in range(400_000)) + "/>", "limit.nodes"),
    "A9 UTF-7": ("<?xml version='1.0' encoding='UTF-7'?><u>+ADw-script+AD4-</u>", "xml.encoding"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_by_its_code_for_no_more_than_3000_honest_ones_cost(name: str) -> None:
    text, code = HOSTILE[name]

    def refused() -> str:
        with pytest.raises(Refused) as caught:
            parse_xml(text.encode())
        return caught.value.code

    cost, said = verdicts_in(refused)
    assert said == code
    assert cost < 3_000


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp500"])
def test_a9_a_document_in_another_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_xml("<?xml version='1.0'?><elmo>Nemo</elmo>".encode(encoding))
    assert refused.value.code == "xml.encoding"


def test_a11_a_comment_that_splits_a_text_is_kept_in_the_tree_and_never_joins_it() -> None:
    root = parse_xml(b"<id>admin<!-- -->.evil</id>").getroot()
    assert root.text == "admin"
    assert root[0].tail == ".evil"


WATCHED = """
import sys, resource, pathlib
from gateway.readers.xml import parse_xml
from gateway.errors import Refused
touched = []
sys.addaudithook(lambda event, args: touched.append((event, str(args))) if event.startswith(("socket.", "open", "urllib")) else None)
def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
data = pathlib.Path(sys.argv[1]).read_bytes()
idle = peak()
touched.clear()
start = resource.getrusage(resource.RUSAGE_SELF).ru_utime
try:
    parse_xml(data)
    answer = "parsed"
except Refused as refused:
    answer = refused.code
seconds, names = resource.getrusage(resource.RUSAGE_SELF).ru_utime - start, len(touched)
print(answer, peak() - idle, seconds, names)
"""


def watched(file: Path) -> tuple[str, int, float, int]:
    """Parse a file in a process of its own: the answer, KiB over idle, seconds of CPU, files and sockets touched."""
    run = subprocess.run([sys.executable, "-c", WATCHED, str(file)], capture_output=True, text=True, check=True)
    answer, memory, seconds, touched = run.stdout.split()
    return answer, int(memory), float(seconds), int(touched)


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc, which only Linux has"
)


@needs_proc
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_costs_little_memory_and_touches_nothing(name: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.xml"
    file.write_text(HOSTILE[name][0])
    answer, memory, seconds, touched = watched(file)
    assert answer == HOSTILE[name][1]
    assert memory < 100 * 1024
    assert seconds < 1
    assert touched == 0


HARMLESS = {
    "bidi-homoglyph-name.xml",
    "schema-location-ssrf.xml",
    "xinclude-file.xml",
    "xml-stylesheet-pi.xml",
    "xalan_exec.xsl",  # XSLT is data to us: nothing here runs a stylesheet
    "xalan_write.xsl",
}
"""Files of the corpus that are well-formed and plain: read, and nothing that they name is touched (A6, A7, A14)."""


@needs_proc
@needs_reference
@pytest.mark.parametrize("file", sorted(BOMBS.glob("*")) or [BOMBS], ids=lambda path: path.name)
def test_each_file_of_the_corpus_of_bombs_is_refused_or_harmless(file: Path) -> None:
    answer, memory, seconds, touched = watched(file)
    assert (answer == "parsed") == (file.name in HARMLESS)
    assert memory < 100 * 1024
    assert seconds < 1
    assert touched == 0


def test_a6_a_xinclude_is_never_processed(tmp_path: Path) -> None:
    included = tmp_path / "secret.xml"
    included.write_text("<secret/>")
    xml = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{included.as_uri()}"/></a>'
    assert [child.tag for child in parse_xml(xml.encode()).getroot()] == ["{http://www.w3.org/2001/XInclude}include"]


NAMES = """
import pathlib
from gateway.readers.xml import parse_xml
def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
def hostile(k):
    return b"<a>" + b"".join(b"<n%d_%d_%s/>" % (k, i, b"x" * 90) for i in range(50_000)) + b"</a>"
for k in range(3):
    parse_xml(hostile(k))
first = peak()
for k in range(3, 23):
    parse_xml(hostile(k))
print(peak() - first)
"""


@needs_proc
def test_documents_of_ever_new_names_do_not_fill_the_memory_of_a_long_lived_thread() -> None:
    """lxml keeps names as long as their thread lives: twenty documents of 5 MB of names would cost 100 MB for good."""
    grown = subprocess.run([sys.executable, "-c", NAMES], capture_output=True, text=True, check=True).stdout
    assert int(grown) < 40 * 1024
