"""Time and peak memory of documents with large attachments, each in a fresh process (Linux: VmHWM).

The peak is over what the process held before: a small document was verified (or translated) first, so that code and
tables, which are loaded once, aren't the document's cost. The document's own octets count.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from gateway.node.startup import Node
from gateway.node.translate import Order, Translated, translate_file
from gateway.trust.anchors import parse_anchors
from gateway.verify.engine import verify
from scripts.bench_documents import NOW, conforming
from scripts.bench_translate import node, nothing_drawn
from tests.signing import elmo, pinned_pem, rsa_key, signed

MEGABYTES = (5, 50)
MB = 1_000_000


def attached(megabytes: int) -> bytes:
    """A signed ELMO with one attachment as a data URI of about that size."""
    data = f"data:application/pdf;base64,{'QUJD' * (megabytes * MB // 4)}"
    return signed(conforming(elmo(extra=f"<attachment><title>Diploma</title><content>{data}</content></attachment>")))


def in_one_go(document: bytes, task: str, at: Node) -> int:
    """Do the task; the size of what comes out."""
    if task == "verify":
        assert verify(document, adapters=at.adapters, terms=at.terms(NOW)).verdict.verdict == "PASSED"
        return 0
    done = asyncio.run(translate_file(at, Order(octets=document, to="europass"), now=NOW))
    if not isinstance(done, Translated):
        raise SystemExit(f"not translated: {done.code}, {done.message}")
    return sum(len(result.octets) for result in done.results)


def peak() -> int:
    """The most memory that this process ever had, in octets."""
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024


def child(task: str, folder: Path) -> None:
    """What the fresh process does: prints seconds, peak over what was held before, size of the output."""
    anchors = parse_anchors((folder / "anchor.pem").read_bytes(), place="anchor.pem")
    at = replace(node(nothing_drawn()), anchors=anchors)
    in_one_go((folder / "small.xml").read_bytes(), task, at)
    held = peak()
    start = time.perf_counter()
    size = in_one_go((folder / "large.xml").read_bytes(), task, at)
    print(time.perf_counter() - start, peak() - held, size)


def row(task: str, megabytes: int) -> str:
    """One row of the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = attached(megabytes)
        (folder / "large.xml").write_bytes(document)
        (folder / "small.xml").write_bytes(signed(conforming(elmo())))
        (folder / "anchor.pem").write_bytes(pinned_pem(rsa_key()))
        command = [sys.executable, "-m", "scripts.bench_memory", task, name]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    seconds, most, size = float(said[0]), int(said[1]), int(said[2])
    larger = max(len(document), size)
    return (
        f"{task:10} {megabytes:3} MB {seconds:7.2f} s   peak {most / MB:6.0f} MB = {most / len(document):4.1f} x the "
        f"document, {most / larger:4.1f} x the larger of input and output ({size / MB:.1f} MB out)"
    )


def report() -> None:
    """Print the table."""
    print("attachments of 5 and 50 MB, each in a fresh process")
    for task in ("verify", "translate"):
        for megabytes in MEGABYTES:
            print(row(task, megabytes))


if __name__ == "__main__":
    child(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 1 else report()
