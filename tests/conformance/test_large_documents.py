"""Documents with attachments of 5 and 50 MB: verified, within five times their size in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.signing import elmo, signed

MEASURE = """
import pathlib, sys
from gateway.proofs.xmldsig import verify_enveloped
from gateway.readers.xml import parse_xml
def peak():
    return int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
verify_enveloped(parse_xml(pathlib.Path(sys.argv[2]).read_bytes()))  # what is loaded once isn't the document's cost
data = pathlib.Path(sys.argv[1]).read_bytes()
held = peak()
(proof,) = verify_enveloped(parse_xml(data))
print(proof.covered is not None, peak() - held)
"""


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak of memory is read from /proc, which only Linux has"
)


@needs_proc
@pytest.mark.parametrize("megabytes", [5, 50])
def test_a_large_attachment_verifies_within_five_times_its_size(megabytes: int, tmp_path: Path) -> None:
    large, small = tmp_path / "large.xml", tmp_path / "small.xml"
    large.write_bytes(
        signed(elmo(extra=f"<attachment><content>{'QUJD' * (megabytes * 250_000)}</content></attachment>"))
    )
    small.write_bytes(signed(elmo()))
    command = [sys.executable, "-c", MEASURE, str(large), str(small)]
    covered, kib = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    print(f"{megabytes} MB: peak {int(kib) * 1024 / large.stat().st_size:.1f} x the document over the octets held")
    assert covered == "True"
    assert int(kib) * 1024 < 5 * large.stat().st_size
